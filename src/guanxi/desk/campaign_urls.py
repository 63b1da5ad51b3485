"""Where the pages of campaigns live. The code of an imported campaign may be any text, even one with a slash."""

from __future__ import annotations

from django.urls import path

from guanxi.desk.views import campaigns

urlpatterns = [
    path("", campaigns.campaign_list, name="campaigns"),
    path("plan/", campaigns.campaign_plan, name="campaign_plan"),
    path("named/<path:code>/people/<slug:role>/", campaigns.campaign_members, name="campaign_members"),
    path("named/<path:code>/launch/", campaigns.campaign_launch, name="campaign_launch"),
    path("named/<path:code>/pause/", campaigns.campaign_pause, name="campaign_pause"),
    path("named/<path:code>/resume/", campaigns.campaign_resume, name="campaign_resume"),
    path("named/<path:code>/stop/", campaigns.campaign_stop, name="campaign_stop"),
    path("named/<path:code>/measure/", campaigns.campaign_measure, name="campaign_measure"),
    path("named/<path:code>/close/", campaigns.campaign_close, name="campaign_close"),
    path("named/<path:code>/", campaigns.campaign_page, name="campaign"),
]

"""Where the pages of campaigns live. The code of an imported campaign may be any text, even one with a slash."""

from __future__ import annotations

from django.urls import path

from guanxi.desk.campaigns import views
from guanxi.desk.campaigns.drafts import views as drafts

urlpatterns = [
    path("", views.campaign_list, name="campaigns"),
    path("calendar/", views.campaign_calendar, name="campaign_calendar"),
    path("plan/", drafts.campaign_plan, name="campaign_plan"),
    path("plan/text/", drafts.campaign_text, name="campaign_text"),
    path("drafts/<int:draft_id>/text/", drafts.draft_text, name="draft_text"),
    path("drafts/<int:draft_id>/trial/", drafts.draft_trial, name="draft_trial"),
    path("drafts/<int:draft_id>/discard/", drafts.draft_discard, name="draft_discard"),
    path("drafts/<int:draft_id>/planning/", drafts.draft_planning, name="draft_planning"),
    path("drafts/<int:draft_id>/<slug:key>/", drafts.draft_step, name="draft"),
    path("drafts/<int:draft_id>/<slug:key>/panel/", drafts.draft_panel, name="draft_panel"),
    path("drafts/<int:draft_id>/<slug:key>/estimate/", drafts.draft_estimate, name="draft_estimate"),
    path("named/<path:code>/people/<slug:role>/", views.campaign_members, name="campaign_members"),
    path("named/<path:code>/live/", views.campaign_live, name="campaign_live"),
    path("named/<path:code>/launch/", views.campaign_launch, name="campaign_launch"),
    path("named/<path:code>/plan/", drafts.campaign_reopen, name="campaign_reopen"),
    path("named/<path:code>/pause/", views.campaign_pause, name="campaign_pause"),
    path("named/<path:code>/resume/", views.campaign_resume, name="campaign_resume"),
    path("named/<path:code>/stop/", views.campaign_stop, name="campaign_stop"),
    path("named/<path:code>/measure/", views.campaign_measure, name="campaign_measure"),
    path("named/<path:code>/close/", views.campaign_close, name="campaign_close"),
    path("named/<path:code>/", views.campaign_page, name="campaign"),
]

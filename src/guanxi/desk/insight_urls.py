"""Where the pages of insight live."""

from __future__ import annotations

from django.urls import path

from guanxi.desk.views import insight

urlpatterns = [
    path("", insight.insight_page, name="insight"),
    path("refresh/", insight.insight_refresh, name="insight_refresh"),
    path("<slug:report>/", insight.insight_report, name="insight_report"),
]

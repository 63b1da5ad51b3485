"""Where the pages of insight live."""

from __future__ import annotations

from django.urls import path

from guanxi.desk.insight import views

urlpatterns = [
    path("", views.insight_page, name="insight"),
    path("refresh/", views.insight_refresh, name="insight_refresh"),
    path("<slug:report>/", views.insight_report, name="insight_report"),
]

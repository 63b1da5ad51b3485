"""Where the pages of insight live."""

from __future__ import annotations

from django.urls import path

from guanxi.desk.insight import analysis_views, scoring, views

urlpatterns = [
    path("", views.insight_page, name="insight"),
    path("refresh/", views.insight_refresh, name="insight_refresh"),
    path("analyses/", analysis_views.analysis_list, name="analyses"),
    path("analyses/kept/<int:record_id>/remove/", analysis_views.analysis_remove, name="analysis_remove"),
    path("analyses/<slug:code>/", analysis_views.analysis_page, name="analysis"),
    path("analyses/<slug:code>/keep/", analysis_views.analysis_keep, name="analysis_keep"),
    path("analyses/<slug:code>/table/", analysis_views.analysis_table, name="analysis_table"),
    path("scoring/", scoring.scoring_list, name="scoring_tables"),
    path("scoring/<int:table_id>/", scoring.scoring_page, name="scoring_table"),
    path("scoring/<int:table_id>/remove/", scoring.scoring_remove, name="scoring_remove"),
    path("<slug:report>/", views.insight_report, name="insight_report"),
]

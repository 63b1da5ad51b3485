"""Where the pages of imports live."""

from __future__ import annotations

from django.urls import path

from guanxi.desk.imports import views

urlpatterns = [
    path("", views.import_list, name="imports"),
    path("upload/", views.import_upload, name="import_upload"),
    path("check/<slug:token>/", views.import_preview, name="import_preview"),
    path("template/<slug:kind>/", views.import_template, name="import_template"),
    path("<int:batch_id>/", views.import_page, name="import"),
    path("<int:batch_id>/errors/", views.import_errors, name="import_errors"),
    path("<int:batch_id>/undo/", views.import_undo, name="import_undo"),
]

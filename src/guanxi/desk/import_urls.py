"""Where the pages of imports live."""

from __future__ import annotations

from django.urls import path

from guanxi.desk.views import imports

urlpatterns = [
    path("", imports.import_list, name="imports"),
    path("upload/", imports.import_upload, name="import_upload"),
    path("check/<slug:token>/", imports.import_preview, name="import_preview"),
    path("template/<slug:kind>/", imports.import_template, name="import_template"),
    path("<int:batch_id>/", imports.import_page, name="import"),
    path("<int:batch_id>/errors/", imports.import_errors, name="import_errors"),
    path("<int:batch_id>/undo/", imports.import_undo, name="import_undo"),
]

"""Where the frame of every page finds what it asks for."""

from __future__ import annotations

from django.urls import path

from guanxi.desk.views import frame

urlpatterns = [
    path("undo/", frame.undo, name="undo"),
]

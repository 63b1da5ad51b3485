"""Where the frame of every page finds what it asks for."""

from __future__ import annotations

from django.urls import path

from guanxi.desk.views import components, frame

urlpatterns = [
    path("find/", frame.find, name="find"),
    path("work/", frame.work, name="work"),
    path("keys/", frame.keys, name="keys"),
    path("components/", components.components, name="components"),
    path("undo/", frame.undo, name="undo"),
]

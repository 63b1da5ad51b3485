"""Where the frame of every page finds what it asks for."""

from __future__ import annotations

from django.urls import path

from guanxi.desk.frame import views
from guanxi.desk.frame.components import components

urlpatterns = [
    path("find/", views.find, name="find"),
    path("work/", views.work, name="work"),
    path("keys/", views.keys, name="keys"),
    path("components/", components, name="components"),
    path("undo/", views.undo, name="undo"),
]

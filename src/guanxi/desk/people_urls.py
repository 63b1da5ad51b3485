"""Where people, departments and teams are looked after."""

from __future__ import annotations

from django.urls import path

from guanxi.desk.views import people

urlpatterns = [
    path("", people.people_page, name="people"),
    path("add/", people.person_add, name="person_add"),
    path("units/", people.unit_save, name="unit_save"),
    path("<int:user_id>/", people.person_page, name="person"),
]

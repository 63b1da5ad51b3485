"""Where settings live: policies, people, and the systems that are told of events."""

from __future__ import annotations

from django.urls import path

from guanxi.desk.settings import indicators, people, schemes, views, webhooks

urlpatterns = [
    path("", views.settings_page, name="settings"),
    path("indicators/", indicators.indicator_list, name="indicator_names"),
    path("schemes/", schemes.scheme_list, name="schemes"),
    path("schemes/<slug:code>/", schemes.scheme_page, name="scheme"),
    path("people/", people.people_page, name="people"),
    path("people/add/", people.person_add, name="person_add"),
    path("people/units/", people.unit_save, name="unit_save"),
    path("people/<int:user_id>/", people.person_page, name="person"),
    path("webhooks/", webhooks.webhook_list, name="webhooks"),
    path("webhooks/<int:endpoint_id>/", webhooks.webhook_page, name="webhook"),
    path("webhooks/<int:endpoint_id>/test/", webhooks.webhook_test, name="webhook_test"),
    path("webhooks/<int:endpoint_id>/switch-on/", webhooks.webhook_switch_on, name="webhook_switch_on"),
    path("webhooks/<int:endpoint_id>/remove/", webhooks.webhook_remove, name="webhook_remove"),
    path(
        "webhooks/deliveries/<int:delivery_id>/again/", webhooks.webhook_redeliver, name="webhook_redeliver"
    ),
]

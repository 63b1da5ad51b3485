"""Where administrators look after the systems that are told of events."""

from __future__ import annotations

from django.urls import path

from guanxi.desk.views import webhooks

urlpatterns = [
    path("", webhooks.webhook_list, name="webhooks"),
    path("<int:endpoint_id>/", webhooks.webhook_page, name="webhook"),
    path("<int:endpoint_id>/test/", webhooks.webhook_test, name="webhook_test"),
    path("<int:endpoint_id>/switch-on/", webhooks.webhook_switch_on, name="webhook_switch_on"),
    path("<int:endpoint_id>/remove/", webhooks.webhook_remove, name="webhook_remove"),
    path("deliveries/<int:delivery_id>/again/", webhooks.webhook_redeliver, name="webhook_redeliver"),
]

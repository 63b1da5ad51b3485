"""Where the pages of customers live."""

from __future__ import annotations

from django.urls import path

from guanxi.desk.views import customers

urlpatterns = [
    path("", customers.customer_list, name="customers"),
    path("<str:public_id>/", customers.customer_page, name="customer"),
]

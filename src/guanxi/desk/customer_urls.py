"""Where the pages of customers live."""

from __future__ import annotations

from django.urls import path

from guanxi.desk.views import customer_search, customers

urlpatterns = [
    path("", customers.customer_list, name="customers"),
    path("find/", customer_search.customer_suggestions, name="customer_suggestions"),
    path("<str:public_id>/", customers.customer_page, name="customer"),
]

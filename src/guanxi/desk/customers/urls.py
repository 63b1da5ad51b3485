"""Where the pages of customers live."""

from __future__ import annotations

from django.urls import path

from guanxi.desk.customers.views import actions, changes, filters, pages, saved_views, search

urlpatterns = [
    path("", pages.customer_list, name="customers"),
    path("filter/", filters.filter_inputs, name="filter_inputs"),
    path("count/", filters.filter_count, name="filter_count"),
    path("views/", saved_views.view_save, name="view_save"),
    path("views/<int:view_id>/change/", saved_views.view_change, name="view_change"),
    path("views/<int:view_id>/rename/", saved_views.view_rename, name="view_rename"),
    path("views/<int:view_id>/share/", saved_views.view_share, name="view_share"),
    path("views/<int:view_id>/default/", saved_views.view_default, name="view_default"),
    path("views/<int:view_id>/remove/", saved_views.view_remove, name="view_remove"),
    path("chosen/", actions.customers_chosen, name="customers_chosen"),
    path("export/", actions.customers_export, name="customers_export"),
    path("exports/", actions.customer_exports, name="customer_exports"),
    path("exports/<int:job_id>/", actions.customer_export_file, name="customer_export_file"),
    path("exports/<int:job_id>/cancel/", actions.customer_export_cancel, name="customer_export_cancel"),
    path("find/", search.customer_suggestions, name="customer_suggestions"),
    path("<str:public_id>/", pages.customer_page, name="customer"),
    path("<str:public_id>/addresses/", changes.customer_reveal, name="customer_reveal"),
    path("<str:public_id>/decline/", changes.customer_decline, name="customer_decline"),
    path("<str:public_id>/owner/", changes.customer_owner, name="customer_owner"),
]

"""The list of customers, and one customer's page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from customer_insight.conditions import Condition
from guanxi.customers.queries import seen_customer
from guanxi.desk import customer_filters as filters
from guanxi.desk import customer_list as listing
from guanxi.desk.customer_profile import page_of
from guanxi.desk.views.customer_search import found_page
from guanxi.foundation.errors import DomainError
from guanxi.insight.audience import count_audience
from guanxi.insight.catalogue import measure_label, measure_text
from guanxi.insight.models import InsightRun
from guanxi.insight.queries import profit_note
from guanxi.staff.access import Request, may
from guanxi.staff.roles import May
from guanxi.staff.visibility import visible_to
from guanxi.wording.words import phrase


@require_safe
@may(May.SEE_CUSTOMERS)
def customer_list(request: Request) -> HttpResponse:
    """Customers with their worth, as the address filters and sorts them; `find` leads to one."""
    if wanted := request.GET.get("find", "").replace("\0", "").strip():
        return found_page(request, wanted)
    run = InsightRun.objects.filter(state=InsightRun.State.PUBLISHED).first()
    try:
        return _measured(request, run) if run else _imported(request)
    except DomainError as error:
        return render(request, "desk/customers.html", {"complaint": phrase(str(error))}, status=422)


@require_safe
@may(May.SEE_CUSTOMERS)
def customer_page(request: Request, public_id: str) -> HttpResponse:
    """Everything known of one customer; a merged record leads to the customer that it is."""
    customer = seen_customer(public_id, visible_to(request.user))
    if customer.public_id != public_id:
        return redirect("customer", customer.public_id)
    shown = page_of(customer, sees_addresses=request.user.may(May.SEE_ADDRESSES))
    return render(
        request, "desk/customer.html", shown | {"sees_campaigns": request.user.may(May.SEE_CAMPAIGNS)}
    )


def _imported(request: Request) -> HttpResponse:
    """What can be shown before anything is analysed."""
    sees = visible_to(request.user)
    page = listing.imported_page(listing.read_after(request.GET.get("after", "")), sees=sees)
    shown = {
        "page": page,
        "rows": _rows(request, page.customers, ()),
        "count": listing.imported_customers(sees).count(),
        "next": _address([], "", page.following),
        "first": "",
        "may_refresh": request.user.may(May.REFRESH_INSIGHT),
    }
    return render(request, "desk/customers.html", shown)


def _measured(request: Request, run: InsightRun) -> HttpResponse:
    asked, fields = request.GET, filters.reader_fields()
    parts = filters.read_where(asked.get("where", ""), fields)
    sort = listing.read_sort(asked.get("sort", ""), run)
    complaint = ""
    if "field" in asked:
        try:
            parts = [*parts, filters.typed_condition(asked["field"], *_typed(asked), fields)]
        except DomainError as error:
            complaint = phrase(str(error))
        else:
            return redirect(reverse("customers") + _address(parts, asked.get("sort", "")))
    condition = filters.together(parts)
    sees, after = visible_to(request.user), listing.read_after(asked.get("after", ""))
    page = listing.measured_page(condition, sort=sort, after=after, sees=sees)
    shown = {
        "run": run,
        "page": page,
        "rows": _rows(request, page.customers, listing.COLUMNS),
        "count": count_audience(condition, sees=sees),
        "columns": [_column(name, parts, sort) for name in listing.COLUMNS],
        "next": _address(parts, str(sort), page.following),
        "first": _address(parts, str(sort)),
        "note": profit_note(),
        **_filter_form(asked, parts, fields),
        "typed_complaint": complaint,
    }
    return render(request, "desk/customers.html", shown, status=422 if complaint else 200)


def _typed(asked: QueryDict) -> tuple[str, str]:
    return asked.get("op", "="), asked.get("value", "")


def _filter_form(asked: QueryDict, parts: list[Condition], fields: filters.Fields) -> dict[str, Any]:
    """The chips, and the form that adds one, with what was typed."""
    sort = asked.get("sort", "")
    chips = [
        {
            "text": filters.sentence(part, fields),
            "without": _address([*parts[:place], *parts[place + 1 :]], sort),
        }
        for place, part in enumerate(parts)
    ]
    labels = sorted((filters.field_label(field), name) for name, field in fields.items())
    op, value = _typed(asked)
    return {
        "chips": chips,
        "fields": [(name, label) for label, name in labels],
        "operators": filters.operators(),
        "where": filters.where_of(parts),
        "sort": sort,
        "typed": {"field": asked.get("field", ""), "op": op, "value": value},
    }


def _column(name: str, parts: list[Condition], sort: listing.Sort) -> dict[str, Any]:
    """A heading that sorts: the highest first, then the lowest first."""
    is_sorted = sort.measure == name
    wanted = listing.Sort(name, is_descending=not (is_sorted and sort.is_descending))
    direction = ("descending" if sort.is_descending else "ascending") if is_sorted else ""
    return {"label": measure_label(name), "href": _address(parts, str(wanted)), "direction": direction}


def _rows(
    request: Request, customers: list[dict[str, Any]], columns: tuple[str, ...]
) -> list[dict[str, Any]]:
    ids = [row["customer_id"] for row in customers]
    names = listing.names_of(ids) if request.user.may(May.SEE_ADDRESSES) else {}
    return [
        {
            "public_id": row["public_id"],
            "name": names.get(row["customer_id"], ""),
            "tier": row.get("tier"),
            "cells": [measure_text(name, row[name]) for name in columns],
        }
        for row in customers
    ]


def _address(parts: list[Condition], sort: str, after: listing.After | None = None) -> str:
    """The list's own address, all of its state in it."""
    state = {"where": filters.where_of(parts), "sort": sort, "after": str(after or "")}
    return "?" + urlencode({name: value for name, value in state.items() if value})

"""The list of customers, and one customer's page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from guanxi.customers.queries import seen_customer
from guanxi.desk.customers import contents, filters, listing
from guanxi.desk.customers.columns import columns_of, read_columns
from guanxi.desk.customers.filter_form import form_of, opened, typed_in
from guanxi.desk.customers.profile import page_of
from guanxi.desk.customers.saved_views import default_of, view_for, views_of
from guanxi.desk.customers.state import ListState, read_state
from guanxi.desk.customers.views.search import found_page
from guanxi.foundation.errors import DomainError
from guanxi.insight.models import InsightRun
from guanxi.insight.queries import current_run, profit_note
from guanxi.staff.access import Request, may
from guanxi.staff.roles import May
from guanxi.staff.visibility import visible_to
from guanxi.wording.words import phrase

EVERYBODY = "all"
"""The view of an address that asks for all customers, whatever the list opens with."""


@require_safe
@may(May.SEE_CUSTOMERS)
def customer_list(request: Request) -> HttpResponse:
    """Customers with their worth, as the address filters and sorts them; `find` leads to one."""
    if wanted := request.GET.get("find", "").replace("\0", "").strip():
        return found_page(request, wanted)
    if not request.GET and (view := default_of(request.user)):
        return redirect(f"{reverse('customers')}?{view.query}&view={view.pk}")
    run = current_run()
    try:
        return _measured(request, run) if run else _imported(request)
    except DomainError as error:
        return render(request, "desk/customers/list.html", {"complaint": phrase(str(error))}, status=422)


@require_safe
@may(May.SEE_CUSTOMERS)
def customer_page(request: Request, public_id: str) -> HttpResponse:
    """Everything known of one customer; a merged record leads to the customer that it is."""
    customer = seen_customer(public_id, visible_to(request.user))
    if customer.public_id != public_id:
        return redirect("customer", customer.public_id)
    return render(request, "desk/customers/customer.html", page_of(customer, request.user))


def _imported(request: Request) -> HttpResponse:
    """What can be shown before anything is analysed."""
    sees = visible_to(request.user)
    page = listing.imported_page(listing.read_place(request.GET.get("after", ""), ""), sees=sees)
    names = request.user.may(May.SEE_ADDRESSES)
    shown = {
        "page": page,
        "rows": contents.table_rows(page.customers, (), sees_names=names),
        "count": listing.imported_customers(sees).count(),
        "next": ListState().address(after=str(page.following or "")),
        "may_refresh": request.user.may(May.REFRESH_INSIGHT),
    }
    return render(request, "desk/customers/list.html", shown)


def _measured(request: Request, run: InsightRun) -> HttpResponse:
    asked, fields = request.GET, filters.reader_fields()
    state = read_state(asked, fields)
    if "set" in asked:
        columns = contents.rearranged(state.columns, up=asked.get("up", ""), down=asked.get("down", ""))
        return _to(state.changed(columns=columns).address(panel="columns"))
    typed = opened(asked, state, fields)
    if "field" in asked:
        try:
            changed = typed.put_into(state, fields)
        except DomainError as error:
            typed = typed_in(asked, phrase(str(error)))
        else:
            return _to(changed.address())
    shown = _list(request, run, state, fields)
    shown |= form_of(typed, fields, visible_to(request.user)) | {"complained": typed.complaint}
    return render(request, "desk/customers/list.html", shown, status=422 if typed.complaint else 200)


def _to(address: str) -> HttpResponse:
    return redirect(reverse("customers") + address)


def _list(request: Request, run: InsightRun, state: ListState, fields: filters.Fields) -> dict[str, Any]:
    """One page of the list with its chips, headings and choices."""
    sees, names = visible_to(request.user), request.user.may(May.SEE_ADDRESSES)
    known = columns_of(fields, sees_addresses=names)
    columns = read_columns(state.columns, known)
    sort = listing.read_sort(state.sort, run, fields, sees_names=names)
    place = listing.read_place(request.GET.get("after", ""), request.GET.get("before", ""), sort.kind(fields))
    copied = [column.name for column in columns if column.is_copied]
    page = listing.measured_page(state.condition, columns=copied, sort=sort, place=place, sees=sees)
    return {
        "run": run,
        "state": state,
        "page": page,
        "count": page.total,
        "last": page.first + len(page.customers) - 1,
        "rows": contents.table_rows(page.customers, columns, sees_names=names),
        "who": contents.name_heading(state, sort) if names else {},
        "columns": contents.headings(columns, state, sort),
        "choice": contents.column_choice(columns, known),
        "chips": contents.chips(state, fields, sees),
        "next": state.address(after=str(page.following)) if page.following else "",
        "previous": state.address(before=str(page.preceding)) if page.preceding else "",
        "everybody": ListState(view=EVERYBODY).address(),
        "among": urlencode({"among": state.where}) if request.user.may(May.SEE_INSIGHT) else "",
        "note": profit_note(),
        **_views(request, state),
        **_actions(request),
    }


def _views(request: Request, state: ListState) -> dict[str, Any]:
    """The saved views, the one that is open, and whether the list has left it since."""
    view, default = view_for(request.user, state.view), default_of(request.user)
    return {
        "views": views_of(request.user),
        "view": view,
        "default": default,
        "is_own": view is not None and view.owner_id == request.user.pk,
        "has_left": view is not None and view.query != state.query,
    }


def _actions(request: Request) -> dict[str, Any]:
    """What may be done with chosen customers."""
    return {
        "may_plan": request.user.may(May.RUN_CAMPAIGNS),
        "may_assign": request.user.may(May.ASSIGN_CUSTOMERS),
        "panel": request.GET.get("panel", ""),
    }

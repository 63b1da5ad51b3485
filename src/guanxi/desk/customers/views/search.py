"""Finding customers: a page of those that somebody may mean, and suggestions while they type."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from guanxi.desk.customers.search import searched
from guanxi.staff.access import Request, may
from guanxi.staff.roles import May

SUGGESTED: Final = 8


@require_safe
@may(May.SEE_CUSTOMERS)
def customer_suggestions(request: Request) -> HttpResponse:
    """The likeliest customers under the search box; without JavaScript the same as a page."""
    wanted = request.GET.get("find", "").strip()
    if not request.htmx:
        return found_page(request, wanted)
    search = searched(wanted, request.user, limit=SUGGESTED)
    return render(request, "desk/customers/suggested.html", {"wanted": wanted, "search": search})


def found_page(request: Request, wanted: str) -> HttpResponse:
    """Those who were found; the only one's page at once."""
    search = searched(wanted, request.user)
    if len(search.found) == 1:
        return redirect("customer", search.found[0].public_id)
    shown = {"wanted": wanted, "search": search, "finds_names": request.user.may(May.SEE_ADDRESSES)}
    return render(request, "desk/customers/found.html", shown)

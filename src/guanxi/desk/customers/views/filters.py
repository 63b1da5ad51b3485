"""What the form of a filter asks while somebody types: which comparisons and values fit, and how many would stay."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guanxi.desk.customers import filters
from guanxi.desk.customers.filter_form import form_of, typed_in
from guanxi.desk.customers.state import read_state
from guanxi.foundation.errors import DomainError
from guanxi.insight.audience import count_audience
from guanxi.staff.access import Request, may
from guanxi.staff.roles import May
from guanxi.staff.visibility import visible_to
from guanxi.wording.words import phrase


@require_safe
@may(May.SEE_CUSTOMERS)
def filter_inputs(request: Request) -> HttpResponse:
    """The comparisons and the value of the field that is chosen."""
    shown = form_of(typed_in(request.GET), filters.reader_fields(), visible_to(request.user))
    return render(request, "desk/customers/filter_inputs.html", shown)


@require_safe
@may(May.SEE_CUSTOMERS)
def filter_count(request: Request) -> HttpResponse:
    """How many customers the list would have with the filter as it stands in the form; or what is wrong with it."""
    fields, typed = filters.reader_fields(), typed_in(request.GET)
    shown: dict[str, object] = {"is_begun": bool(typed.field)}
    try:
        changed = typed.put_into(read_state(request.GET, fields), fields)
        shown["count"] = count_audience(changed.condition, sees=visible_to(request.user))
    except DomainError as error:
        shown["complaint"] = phrase(str(error))
    return render(request, "desk/customers/filter_count.html", shown)

"""The systems that are told of events: set up, tried, watched and taken away by administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanxi.foundation.errors import DomainError
from guanxi.foundation.events import TYPES
from guanxi.staff.access import Request, may
from guanxi.staff.roles import May
from guanxi.webhooks import queries, services
from guanxi.webhooks.models import Endpoint
from guanxi.wording.words import phrase


@require_http_methods(["GET", "HEAD", "POST"])
@may(May.CHANGE_SETTINGS)
@never_cache
def webhook_list(request: Request) -> HttpResponse:
    """All endpoints, and the form for the next. The secret of a new one stands in this answer and nowhere else."""
    added, complaint = None, ""
    if request.method == "POST":
        try:
            added = _add(request)
        except DomainError as error:
            complaint = phrase(str(error))
    shown = {
        "endpoints": queries.endpoint_rows(),
        "types": [(name, _(said)) for name, said in TYPES.items()],
        "chosen": request.POST.getlist("event") if complaint else [],
        "address": request.POST.get("address", "") if complaint else "",
        "added": added,
        "complaint": complaint,
    }
    return render(request, "desk/settings/webhooks.html", shown, status=422 if complaint else 200)


def _add(request: Request) -> Endpoint:
    typed = request.POST
    return services.add_endpoint(
        address=typed.get("address", "").strip(), events=typed.getlist("event"), actor=request.user.actor
    )


@require_safe
@may(May.CHANGE_SETTINGS)
def webhook_page(request: Request, endpoint_id: int) -> HttpResponse:
    """One endpoint: how it is doing, and every attempt at what it was told."""
    endpoint = queries.endpoint_of(endpoint_id)
    rows = queries.delivery_rows(endpoint)
    attempts = queries.attempts_of([row["id"] for row in rows])
    shown: dict[str, Any] = {
        "endpoint": endpoint,
        "address": queries.shown_address(endpoint),
        "state": queries.state_of(endpoint),
        "deliveries": [row | {"tried": attempts.get(row["id"], [])} for row in rows],
    }
    return render(request, "desk/settings/webhook.html", shown)


@require_POST
@may(May.CHANGE_SETTINGS)
def webhook_test(request: Request, endpoint_id: int) -> HttpResponse:
    """Send an event that tells of nothing."""
    services.send_test(endpoint_id=endpoint_id, actor=request.user.actor)
    messages.success(request, _("A test is on its way; a worker sends it within seconds."))
    return redirect("webhook", endpoint_id)


@require_POST
@may(May.CHANGE_SETTINGS)
def webhook_switch_on(request: Request, endpoint_id: int) -> HttpResponse:
    """Tell an endpoint again that was switched off."""
    services.switch_on(endpoint_id=endpoint_id, actor=request.user.actor)
    messages.success(request, _("It is told of events again."))
    return redirect("webhook", endpoint_id)


@require_POST
@may(May.CHANGE_SETTINGS)
def webhook_remove(request: Request, endpoint_id: int) -> HttpResponse:
    """Tell an endpoint nothing more."""
    services.remove_endpoint(endpoint_id=endpoint_id, actor=request.user.actor)
    messages.success(request, _("It is told nothing more; its log is gone with it."))
    return redirect("webhooks")


@require_POST
@may(May.CHANGE_SETTINGS)
def webhook_redeliver(request: Request, delivery_id: int) -> HttpResponse:
    """Send something once more."""
    delivery = services.redeliver(delivery_id=delivery_id, actor=request.user.actor)
    messages.success(request, _("It is on its way once more; a worker sends it within seconds."))
    return redirect("webhook", delivery.endpoint_id)

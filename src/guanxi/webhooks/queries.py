"""Reading endpoints and what they were told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from guanxi.foundation.errors import NotFound
from guanxi.webhooks.models import Attempt, Delivery, Endpoint

ON, FAILING, OFF = "active", "failing", "switched off"
"""How an endpoint is doing."""


def endpoint_of(endpoint_id: int, *, lock: bool = False) -> Endpoint:
    """An endpoint by its number; raises NotFound."""
    endpoints = Endpoint.objects.select_for_update() if lock else Endpoint.objects.all()
    found = endpoints.filter(pk=endpoint_id).first()
    if found is None:
        raise NotFound(_("There is no endpoint %(id)s; `guanxi webhooks` lists them.") % {"id": endpoint_id})
    return found


def delivery_of(delivery_id: int, *, lock: bool = False) -> Delivery:
    """A delivery by its number, with event and endpoint; raises NotFound."""
    deliveries = Delivery.objects.select_for_update(of=("self",)) if lock else Delivery.objects.all()
    found = deliveries.select_related("endpoint", "event").filter(pk=delivery_id).first()
    if found is None:
        raise NotFound(_("There is no delivery %(id)s.") % {"id": delivery_id})
    return found


def endpoint_rows() -> list[dict[str, Any]]:
    """Every endpoint and how it is doing; secrets are not shown."""
    waiting = Count("deliveries", filter=Q(deliveries__state=Delivery.State.PENDING), distinct=True)
    told = Endpoint.objects.annotate(waiting=waiting, last=Max("deliveries__attempts__at"))
    return [
        {
            "id": endpoint.pk,
            "address": shown_address(endpoint),
            "events": endpoint.events,
            "state": state_of(endpoint),
            "waiting": endpoint.waiting,
            "failures": endpoint.failures,
            "last_attempt_at": endpoint.last,
        }
        for endpoint in told.order_by("pk")
    ]


def delivery_rows(endpoint: Endpoint, limit: int = 50) -> list[dict[str, Any]]:
    """What an endpoint was told, the newest first, with the last attempt at each and their number."""
    newest = list(endpoint.deliveries.select_related("event").order_by("-pk")[:limit])
    tried = attempts_of([delivery.pk for delivery in newest])
    return [_delivery_row(delivery, tried.get(delivery.pk, [])) for delivery in newest]


def _delivery_row(delivery: Delivery, tried: Sequence[Attempt]) -> dict[str, Any]:
    last = tried[0] if tried else None
    return {
        "id": delivery.pk,
        "event": delivery.event.public_id,
        "type": delivery.event.type,
        "created_at": delivery.event.created_at,
        "state": delivery.state,
        "attempts": len(tried),
        "at": last.at if last else None,
        "status": last.status if last else None,
        "error": last.error if last else "",
        "ms": last.milliseconds if last else None,
        "due_at": delivery.due_at if delivery.state == Delivery.State.PENDING else None,
    }


def attempts_of(deliveries: Sequence[int]) -> dict[int, list[Attempt]]:
    """Delivery → the attempts at it, the newest first."""
    found: dict[int, list[Attempt]] = {}
    for attempt in Attempt.objects.filter(delivery__in=deliveries).order_by("-pk"):
        found.setdefault(attempt.delivery_id, []).append(attempt)
    return found


def state_of(endpoint: Endpoint) -> str:
    """active, failing or switched off."""
    if not endpoint.is_active:
        return OFF
    return FAILING if endpoint.failures else ON


def shown_address(endpoint: Endpoint) -> str:
    """The address without its query, in which receivers put keys of theirs."""
    parts = urlsplit(endpoint.address)
    return f"{parts.scheme}://{parts.netloc}{parts.path}" + ("?…" if parts.query else "")

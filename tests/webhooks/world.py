"""Endpoints on this machine and events for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from foundation.web_servers import NAME, Server

from guanxi.foundation import events
from guanxi.foundation.actor import Actor
from guanxi.foundation.models import Event
from guanxi.webhooks import delivery, services
from guanxi.webhooks.models import Delivery, Endpoint

ADA = Actor("Ada")
NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)


def told(server: Server, *types: str, path: str = "/hook") -> Endpoint:
    """The server is told of events from now on."""
    address = f"http://{NAME}:{server.port}{path}"
    return services.add_endpoint(address=address, events=types, actor=ADA)


def happened(event_type: str = "campaign.launched", **data: Any) -> Event:
    with transaction.atomic():
        return events.emit(event_type, **({"campaign": "spring"} | data))


def one_pass(at: datetime = NOON) -> list[Delivery]:
    """What a worker's thread does at a turn, at an instant; what it called."""
    delivery.announce(at)
    claimed = delivery.claim(at)
    for each in claimed:
        delivery.write_down(each, delivery.call(each, at), at)
    return claimed

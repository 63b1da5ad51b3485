"""The way of an event to its endpoints: announced, claimed under a lease, called, written down.

Every step is one short transaction. A worker that dies between two of them leaves a lease that runs out, and the
delivery is made again: an endpoint hears of every event at least once.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from guanxi.foundation import audit
from guanxi.foundation.actor import SYSTEM
from guanxi.foundation.guarded_client import CallFailed, Limits, post
from guanxi.foundation.models import Event
from guanxi.foundation.web_addresses import BadAddress
from guanxi.webhooks.models import Attempt, Delivery, Endpoint
from guanxi.webhooks.notices import start_notice
from guanxi.webhooks.signing import body_of, headers_of

LEASE = timedelta(seconds=60)
LIMITS = Limits(seconds=10)
AT_ONCE = 2
"""Deliveries claimed for an endpoint at a time: a slow one holds up itself."""
ANNOUNCED = 500
"""Events announced in one transaction."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
GIVE_UP = timedelta(hours=24)
MOST_FAILURES = 10
KEPT = timedelta(days=30)
"""How long events and the log of their deliveries are kept."""
_CHANCE = secrets.SystemRandom()


@dataclass(frozen=True)
class Outcome:
    """What came of a call."""

    status: int | None
    milliseconds: int
    error: str = ""

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def announce(at: datetime) -> int:
    """Put new events on their way to the endpoints that want them; how many there were."""
    new = Event.objects.filter(announced=False).order_by("id")
    if not new.exists():  # without the write transaction that SQLite would begin
        return 0
    with transaction.atomic():
        events = list(new.select_for_update(skip_locked=True)[:ANNOUNCED])
        active = list(Endpoint.objects.filter(is_active=True))
        Delivery.objects.bulk_create(
            Delivery(endpoint=endpoint, event=event, since=at, due_at=at)
            for event in events
            for endpoint in active
            if not endpoint.events or event.type in endpoint.events
        )
        Event.objects.filter(pk__in=[event.pk for event in events]).update(announced=True)
    return len(events)


def claim(at: datetime) -> list[Delivery]:
    """Take what is due, a few deliveries of every endpoint that is not resting."""
    awake = Endpoint.objects.filter(Q(rests_until=None) | Q(rests_until__lte=at), is_active=True)
    return [delivery for endpoint in awake.order_by("pk") for delivery in _claimed(endpoint, at)]


def _claimed(endpoint: Endpoint, at: datetime) -> Iterator[Delivery]:
    """The conditional update decides, so two workers cannot both have one."""
    for delivery in _due(endpoint, at).select_related("endpoint", "event").order_by("due_at", "pk")[:AT_ONCE]:
        lease = at + LEASE
        if _due(endpoint, at).filter(pk=delivery.pk).update(lease_until=lease, tries=F("tries") + 1):
            delivery.lease_until, delivery.tries = lease, delivery.tries + 1
            yield delivery


def _due(endpoint: Endpoint, at: datetime) -> QuerySet[Delivery]:
    free = Q(lease_until=None) | Q(lease_until__lt=at)
    return endpoint.deliveries.filter(free, state=Delivery.State.PENDING, due_at__lte=at)


def call(delivery: Delivery, at: datetime) -> Outcome:
    """Call the endpoint; never raises for what it does. Reads nothing from the database, so threads may run it."""
    event, endpoint = delivery.event, delivery.endpoint
    began = time.monotonic()
    try:
        headers = headers_of(event, endpoint.secret, at)
        status = post(endpoint.address, body=body_of(event), headers=headers, limits=LIMITS).status
    except CallFailed as failed:
        return Outcome(None, _since(began), failed.code)
    except BadAddress:  # the settings have changed since it was added
        return Outcome(None, _since(began), "not allowed")
    return Outcome(status, _since(began))


def _since(began: float) -> int:
    return round(1000 * (time.monotonic() - began))


def write_down(delivery: Delivery, outcome: Outcome, at: datetime) -> None:
    """Log an attempt and say how the delivery goes on, unless its lease ran out and another worker has it now."""
    with transaction.atomic():
        endpoint = Endpoint.objects.select_for_update().filter(pk=delivery.endpoint_id).first()
        if endpoint is None:  # removed in between, its deliveries with it
            return
        Attempt.objects.create(delivery=delivery, at=at, **vars(outcome))
        if outcome.is_good:
            _end(delivery, state=Delivery.State.DELIVERED)
            _recovered(endpoint)
        else:
            gives_up = at - delivery.since >= GIVE_UP
            state = Delivery.State.GIVEN_UP if gives_up else Delivery.State.PENDING
            _end(delivery, state=state, due_at=at + wait_after(delivery.tries, _CHANCE.random()))
            _failed(endpoint, at)


def _end(delivery: Delivery, **changes: object) -> None:
    ours = Delivery.objects.filter(pk=delivery.pk, lease_until=delivery.lease_until)
    ours.update(lease_until=None, **changes)


def wait_after(tries: int, chance: float) -> timedelta:
    """How long to wait after so many tries: twice as long each time, up to an hour, half of it left to chance.

    >>> [wait_after(tries, 1.0).seconds for tries in (1, 2, 3, 8, 99)], wait_after(1, 0.0).seconds
    ([30, 60, 120, 3600, 3600], 15)
    """
    doubled: int = 2 ** min(tries - 1, 20)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT) * (0.5 + chance / 2)


def _recovered(endpoint: Endpoint) -> None:
    Endpoint.objects.filter(pk=endpoint.pk).update(failures=0, failing_since=None, rests_until=None)


def _failed(endpoint: Endpoint, at: datetime) -> None:
    """Let an endpoint rest; switch it off when it has answered nothing for a day."""
    failures = endpoint.failures + 1
    rest = at + wait_after(failures, _CHANCE.random())
    Endpoint.objects.filter(pk=endpoint.pk).update(
        failures=failures, failing_since=Coalesce("failing_since", at), rests_until=rest
    )
    since = endpoint.failing_since or at
    if endpoint.is_active and failures >= MOST_FAILURES and at - since >= GIVE_UP:
        Endpoint.objects.filter(pk=endpoint.pk).update(is_active=False, switched_off_at=at)
        audit.record(SYSTEM, "switched off", "webhook", endpoint.pk, failures=failures)
        start_notice(endpoint)


def forget_old(at: datetime) -> int:
    """Remove events of long ago with the log of their deliveries; how many went."""
    old = (
        Event.objects.filter(announced=True, created_at__lt=at - KEPT)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    ids = list(old[:ANNOUNCED])
    with transaction.atomic():
        Event.objects.filter(pk__in=ids).delete()
    return len(ids)

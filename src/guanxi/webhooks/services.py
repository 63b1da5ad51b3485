"""Setting endpoints up and taking them away, trying one, and sending something once more."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.foundation import audit, clock
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError
from guanxi.foundation.events import TYPES, new_event_id
from guanxi.foundation.guarded_client import check_address
from guanxi.foundation.models import Event
from guanxi.webhooks.models import Delivery, Endpoint
from guanxi.webhooks.queries import delivery_of, endpoint_of
from guanxi.webhooks.signing import new_secret

MOST_ENDPOINTS = 50
TEST = "webhook.test"


def add_endpoint(*, address: str, events: Sequence[str] = (), actor: Actor) -> Endpoint:
    """Set up a receiver of some types of events, of all for none named; its secret is to be shown this once.

    Raises BadAddress for what may not be called, DomainError for a second one at an address and unknown types.
    """
    check_address(address)
    if unknown := sorted(set(events) - set(TYPES)):
        raise DomainError(
            _("There is no event %(name)s; there are: %(names)s.")
            % {"name": unknown[0], "names": ", ".join(TYPES)}
        )
    with transaction.atomic():
        if Endpoint.objects.filter(address=address).exists():
            raise DomainError(_("%(address)s is told already.") % {"address": address})
        if Endpoint.objects.count() >= MOST_ENDPOINTS:
            raise DomainError(_("There are %(most)s endpoints; remove one first.") % {"most": MOST_ENDPOINTS})
        endpoint = Endpoint.objects.create(
            address=address,
            secret=new_secret(),
            events=sorted(set(events)),
            created_at=clock.now(),
            created_by=actor.name,
        )
        # The path may be a secret of the receiver's, and the audit is read by many.
        audit.record(
            actor, "added", "webhook", endpoint.pk, host=urlsplit(address).hostname, events=endpoint.events
        )
    return endpoint


def remove_endpoint(*, endpoint_id: int, actor: Actor) -> None:
    """Tell a receiver nothing more, and forget what it was told. Raises NotFound."""
    with transaction.atomic():
        endpoint = endpoint_of(endpoint_id, lock=True)
        audit.record(actor, "removed", "webhook", endpoint.pk, host=urlsplit(endpoint.address).hostname)
        endpoint.delete()


def switch_on(*, endpoint_id: int, actor: Actor) -> Endpoint:
    """Tell a receiver again that was switched off for having failed too long. Raises NotFound."""
    with transaction.atomic():
        endpoint = endpoint_of(endpoint_id, lock=True)
        endpoint.is_active, endpoint.switched_off_at = True, None
        endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
        endpoint.save()
        audit.record(actor, "switched on", "webhook", endpoint.pk)
    return endpoint


def send_test(*, endpoint_id: int, actor: Actor) -> Delivery:
    """Put an event on its way to one receiver that tells of nothing. Raises NotFound, DomainError when it is off."""
    with transaction.atomic():
        endpoint = _switched_on(endpoint_of(endpoint_id, lock=True))
        now = clock.now()
        event = Event.objects.create(
            public_id=new_event_id(),
            type=TEST,
            data={"sent_by": "Guanxi"},
            created_at=now.replace(microsecond=0),
            announced=True,  # to this one alone
        )
        audit.record(actor, "tested", "webhook", endpoint.pk)
        return Delivery.objects.create(endpoint=endpoint, event=event, since=now, due_at=now)


def redeliver(*, delivery_id: int, actor: Actor) -> Delivery:
    """Send something once more, now. Raises NotFound, DomainError while the receiver is switched off."""
    with transaction.atomic():
        delivery = delivery_of(delivery_id, lock=True)
        _switched_on(delivery.endpoint)
        delivery.state, delivery.since, delivery.tries = Delivery.State.PENDING, clock.now(), 0
        delivery.due_at, delivery.lease_until = delivery.since, None
        delivery.save()
        Endpoint.objects.filter(pk=delivery.endpoint_id).update(rests_until=None)
        audit.record(actor, "redelivered", "webhook", delivery.endpoint_id, event=delivery.event.public_id)
    return delivery


def _switched_on(endpoint: Endpoint) -> Endpoint:
    if not endpoint.is_active:
        raise DomainError(_("Endpoint %(id)s is switched off; switch it on first.") % {"id": endpoint.pk})
    return endpoint

"""Putting contacts on the ledger, starting, pausing and stopping their way out, and what customers answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from guanxi.customers.models import ContactPoint
from guanxi.customers.services import withdraw_consent
from guanxi.foundation import audit, clock, events
from guanxi.foundation.actor import Actor
from guanxi.foundation.engine.bulk import append
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.outreach.gate import Held, Known, customer_addresses, identify, judge
from guanxi.outreach.models import Click, Contact, Dispatch, Link, Message, Suppression
from guanxi.outreach.policy import ContactPolicy
from guanxi.outreach.queries import has_open_contacts, link_address

State = Dispatch.State
CUSTOMER = Actor("customer")
UNSUBSCRIBED = "unsubscribe"
"""The source of consent that a customer withdrew by a letter's link."""


@dataclass(frozen=True)
class Admitted:
    """How many ledger rows a call wrote; a repeated call writes none."""

    contacts: int
    suppressions: int


def admit(
    *,
    campaign_id: int,
    step: int,
    channel: str,
    candidates: Sequence[tuple[int, str]],
    at: datetime,
    due_at: datetime,
    cost: int,
    policy: ContactPolicy,
) -> Admitted:
    """Put up to 5,000 candidates (party, cell) through the gate: each becomes a contact or a suppression.

    Decided `at`, to go out at `due_at` for `cost` minor units each, and judged as of the later instant. A
    customer that is on the ledger for this step already is passed over, so a launch that crashed is run
    again. Part of the caller's transaction if there is one. Raises DomainError for an unknown channel.
    """
    with transaction.atomic():
        known = identify([party for party, _ in candidates], lock=True)
        cells = _not_on_ledger(campaign_id, step, known, candidates)
        held = judge(known, channel=channel, at=max(at, due_at), policy=policy)
        address = customer_addresses(known, channel)
        step_of = {"campaign_id": campaign_id, "step": step}
        goes = {"channel": channel, "due_at": _utc(due_at), "cost": cost}
        contacts = [
            {**step_of, **goes, "party_id": party, "cell": cell, "address": address[party]}
            for party, cell in cells.items()
            if party not in held
        ]
        append(Contact, _table([{**row, "state": "planned", "worker": "", "error": ""} for row in contacts]))
        suppressed = {party: held[party] for party in cells if party in held}
        append(Suppression, _table(_suppressions(step_of, suppressed, at)))
    return Admitted(len(contacts), len(suppressed))


def _suppressions(step_of: dict[str, int], held: dict[int, Held], at: datetime) -> list[dict[str, Any]]:
    return [
        {
            **step_of,
            "party_id": party,
            "reason": why.reason,
            "detail": why.detail[:200],
            "decided_at": _utc(at),
        }
        for party, why in held.items()
    ]


def _not_on_ledger(
    campaign_id: int, step: int, known: Known, candidates: Sequence[tuple[int, str]]
) -> dict[int, str]:
    """Customer → cell of those that this step has not decided about under any of their records."""
    cells: dict[int, str] = {}
    for party, cell in candidates:
        cells.setdefault(known.customers[party], cell)
    own = {"campaign_id": campaign_id, "step": step, "party__in": list(known.records)}
    contacts = Contact.objects.filter(**own).values_list("party_id", flat=True)
    suppressions = Suppression.objects.filter(**own).values_list("party_id", flat=True)
    decided = {known.records[party] for party in [*contacts, *suppressions]}
    return {customer: cell for customer, cell in cells.items() if customer not in decided}


def _utc(instant: datetime) -> datetime:
    """As Arrow and both databases take it: UTC, in whole seconds, without a zone."""
    return instant.astimezone(UTC).replace(microsecond=0, tzinfo=None)


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows)


def write_messages(
    campaign_id: int,
    messages: Mapping[str, tuple[str, ...]],
    *,
    language: str = "",
    stands_for_others: bool = True,
) -> None:
    """Set what each cell is told in a language: cell → (subject, body). Raises DomainError for a bad subject."""
    for cell, (subject, _body) in messages.items():
        if not subject.strip() or len(subject) > 200 or len(subject.splitlines()) > 1:
            raise DomainError(
                _("The subject for cell %(cell)s must be one line of 1 to 200 characters.") % {"cell": cell}
            )
    with transaction.atomic():
        for cell, (subject, body) in messages.items():
            Message.objects.update_or_create(
                campaign_id=campaign_id,
                cell=cell,
                language=language,
                defaults={"subject": subject, "body": body, "stands_for_others": stands_for_others},
            )


def write_links(campaign_id: int, links: Mapping[str, str]) -> None:
    """Set where the letters of a campaign may lead: name → address."""
    with transaction.atomic():
        for name, address in links.items():
            Link.objects.update_or_create(campaign_id=campaign_id, name=name, defaults={"address": address})


def prepare(*, campaign_id: int, code: str = "", actor: Actor) -> Dispatch:
    """Open the dispatch of a campaign, which others know by a code; what is admitted waits until it is started."""
    with transaction.atomic():
        dispatch, created = Dispatch.objects.get_or_create(campaign_id=campaign_id, defaults={"code": code})
        if not created and dispatch.state != State.PREPARING:
            raise DomainError(
                _("The dispatch of campaign %(campaign_id)s is %(state)s already.")
                % {"campaign_id": campaign_id, "state": _(dispatch.state)}
            )
        if created:
            audit.record(actor, "prepared", "dispatch", campaign_id)
    return dispatch


def start(*, campaign_id: int, actor: Actor) -> Dispatch:
    """Let what is due go out. A finished dispatch may be started again for a later step."""
    return _move(campaign_id, "started", State.RUNNING, {State.PREPARING, State.FINISHED}, actor)


def pause(*, campaign_id: int, actor: Actor) -> Dispatch:
    """Hand nothing more over until resumed; messages in hand are finished."""
    return _move(campaign_id, "paused", State.PAUSED, {State.RUNNING}, actor)


def resume(*, campaign_id: int, actor: Actor) -> Dispatch:
    """Go on after a pause."""
    return _move(campaign_id, "resumed", State.RUNNING, {State.PAUSED}, actor)


def stop(*, campaign_id: int, actor: Actor) -> Dispatch:
    """End a dispatch for good: what was not handed over is cancelled; messages in hand are finished."""
    with transaction.atomic():
        dispatch = _move(
            campaign_id, "stopped", State.STOPPED, {State.PREPARING, State.RUNNING, State.PAUSED}, actor
        )
        _cancel(Contact.objects.filter(campaign_id=campaign_id, state__in=["planned", "claimed"]))
    return dispatch


def cancel_leftovers() -> int:
    """Cancel what came back from the channel after its dispatch was stopped; delivery looks for it."""
    stopped = Dispatch.objects.filter(state=State.STOPPED).values("campaign_id")
    left = Contact.objects.filter(campaign_id__in=stopped, state=Contact.State.PLANNED)
    return _cancel(left) if left.exists() else 0


def finish(*, campaign_id: int, actor: Actor) -> Dispatch:
    """Close a dispatch that has nothing open left; delivery does so by itself. Raises DomainError."""
    with transaction.atomic():
        dispatch = _move(campaign_id, "finished", State.FINISHED, {State.RUNNING}, actor)
        if has_open_contacts(campaign_id):
            raise DomainError(
                _("The dispatch of campaign %(campaign_id)s still has contacts to deliver.")
                % {"campaign_id": campaign_id}
            )
        events.emit("campaign.finished", campaign=dispatch.code)
    return dispatch


def unsubscribe(*, contact_id: int) -> bool:
    """A customer who got a letter wants no more on its channel; False when that is on record since today.

    It holds for the record that was written to, and for those merged into it that the address came from: should they
    be taken apart again, nobody is written to who refused. Raises NotFound for a contact that is there no longer.
    """
    with transaction.atomic():
        contact = Contact.objects.visible().select_related("party").filter(pk=contact_id).first()
        if contact is None:
            raise NotFound(_("This letter is not known here any more."))
        known = identify([contact.party_id], lock=False)
        points = ContactPoint.objects.visible().filter(value=contact.address, party__in=list(known.records))
        holders = {contact.party_id, *points.values_list("party_id", flat=True)}
        withdrawn = withdraw_consent(
            party_ids=sorted(holders), channel=contact.channel, source=UNSUBSCRIBED, actor=CUSTOMER
        )
        if withdrawn:
            told = {"customer": contact.party.public_id, "channel": contact.channel}
            events.emit("customer.unsubscribed", **told)
    return bool(withdrawn)


def record_click(*, contact_id: int, link_id: int) -> str:
    """Note that a customer followed a link of a letter; where it leads. Raises NotFound."""
    address, at = link_address(contact_id=contact_id, link_id=link_id), clock.now()
    with transaction.atomic():
        own = {"contact_id": contact_id, "link_id": link_id}
        Click.objects.bulk_create([Click(**own, first_at=at, last_at=at)], ignore_conflicts=True)
        Click.objects.filter(**own).update(count=F("count") + 1, last_at=at)
    return address


def _cancel(contacts: QuerySet[Contact]) -> int:
    return contacts.update(state=Contact.State.CANCELLED, finished_at=clock.now(), error="dispatch stopped")


def _move(campaign_id: int, verb: str, to: State, allowed: Collection[State], actor: Actor) -> Dispatch:
    with transaction.atomic():
        # Delivery shares this row while it hands over, so that after a pause or a stop nothing more is.
        dispatch = Dispatch.objects.select_for_update().filter(campaign_id=campaign_id).first()
        if dispatch is None:
            raise NotFound(
                _("Campaign %(campaign_id)s has no dispatch; prepare it first.")
                % {"campaign_id": campaign_id}
            )
        if dispatch.state not in allowed:
            raise DomainError(
                _("The dispatch of campaign %(campaign_id)s is %(state)s and cannot be %(verb)s.")
                % {"campaign_id": campaign_id, "state": _(dispatch.state), "verb": _(verb)}
            )
        dispatch.state = to
        dispatch.save()
        audit.record(actor, verb, "dispatch", campaign_id)
    return dispatch

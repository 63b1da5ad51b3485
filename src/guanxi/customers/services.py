"""Merging and un-merging customers, saying who looks after them, showing addresses, and withdrawing consent.

Rows point for ever at the party they were recorded for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.customers.models import Assignment, Consent, Party, PartyLink
from guanxi.customers.owners import keepers
from guanxi.customers.queries import customer_of, find_party, record_ids_of, seen_by
from guanxi.foundation import audit, clock
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.models import ChangeRow
from guanxi.staff.models import User
from guanxi.staff.visibility import EVERYTHING, Sees

AT_A_TIME: Final = 2_000
"""Customers per transaction: it stays far below the half second that other writers may have to wait."""


def merge(*, party: str, into: str, reason: str, actor: Actor) -> PartyLink:
    """Say that two source records are the same customer; un-merging takes it back without loss.

    Raises DomainError when they are one already.
    """
    with transaction.atomic():
        merged, survivor = customer_of(find_party(party)), customer_of(find_party(into))
        # Locking both in one order: two merges at once cannot make a circle.
        list(Party.objects.select_for_update().filter(pk__in=[merged.pk, survivor.pk]).order_by("pk"))
        if merged == survivor:
            raise DomainError(
                _("%(party)s and %(into)s are one customer already.") % {"party": party, "into": into}
            )
        link = PartyLink.objects.create(
            party=merged, survivor=survivor, reason=reason, linked_by=actor.name, linked_at=clock.now()
        )
        ChangeRow.objects.create(dataset="party_links", row_id=link.pk)
        _share_owner(survivor, merged, actor)
        audit.record(actor, "merged", "customer", survivor.public_id, merged=merged.public_id, reason=reason)
    return link


def unmerge(*, party: str, actor: Actor) -> Party:
    """Take a source record out of the customer it was merged into; its own history goes with it."""
    with transaction.atomic():
        found = find_party(party)
        link = PartyLink.objects.filter(party=found).first()
        if link is None:
            raise NotFound(_("%(party)s is not merged into another customer.") % {"party": party})
        ChangeRow.objects.create(dataset="party_links", row_id=link.pk)
        audit.record(actor, "unmerged", "customer", link.survivor.public_id, party=found.public_id)
        link.delete()
    return found


def assign_customers(
    *, customer_ids: Sequence[int], owner: User | None, actor: Actor, sees: Sees = EVERYTHING
) -> int:
    """Say who looks after customers, or nobody: then they are in the public pool. Return how many there were.

    All their source records go with them. It is written in short transactions; doing it again after a crash completes
    it. Raises DomainError, and changes nothing, where `sees` holds neither the owner nor all of the customers.
    """
    if owner is not None and not keepers(sees).filter(pk=owner.pk).exists():
        raise DomainError(_("%(name)s cannot be given these customers.") % {"name": owner.actor.name})
    for some in _portions(customer_ids):
        if Party.objects.filter(seen_by(sees), pk__in=some).count() < len(set(some)):
            raise DomainError(
                _("Some of these customers are not there, or looked after by people whom you do not lead.")
            )
    for some in _portions(customer_ids):
        with transaction.atomic():
            _assign(record_ids_of(some), owner, actor)
            audit.record(
                actor,
                "assigned",
                "customers",
                owner.pk if owner else "pool",
                customers=len(some),
                first=some[0],
            )
    return len(customer_ids)


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + AT_A_TIME] for start in range(0, len(ids), AT_A_TIME))


def _assign(party_ids: Sequence[int], owner: User | None, actor: Actor) -> None:
    assignments = [
        Assignment(party_id=pk, owner=owner, assigned_by=actor.name, assigned_at=clock.now())
        for pk in party_ids
    ]
    Assignment.objects.bulk_create(
        assignments,
        update_conflicts=True,
        unique_fields=["party"],
        update_fields=["owner", "assigned_by", "assigned_at", "batch"],
    )
    written = Assignment.objects.filter(party__in=party_ids).values_list("pk", flat=True)
    ChangeRow.objects.bulk_create(ChangeRow(dataset="assignments", row_id=pk) for pk in written)


def _share_owner(survivor: Party, merged: Party, actor: Actor) -> None:
    """One customer has one owner: the survivor's, or the merged one's where nobody looked after the survivor."""
    owners = dict(
        Assignment.objects.filter(party__in=[survivor, merged])
        .exclude(owner=None)
        .values_list("party_id", "owner_id")
    )
    if owner_id := owners.get(survivor.pk, owners.get(merged.pk)):
        _assign(record_ids_of([survivor.pk]), User.objects.get(pk=owner_id), actor)


def reveal_addresses(*, customer: Party, actor: Actor) -> None:
    """Note that somebody is shown a customer's addresses; whoever shows them, a page or the API, notes it first."""
    with transaction.atomic():
        audit.record(actor, "revealed", "customer", customer.public_id)


def withdraw_consent(*, party_ids: Sequence[int], channel: str, source: str, actor: Actor) -> list[int]:
    """Note today that source records want nothing more on a channel; return those that had not said so today.

    One record per source record, channel and source, which a later day moves on: the latest record counts, so consent
    that was given in between is withdrawn again. It came in by no import, and no undo takes it back.
    """
    today = clock.business_date(clock.now())
    with transaction.atomic():
        # Locking them first: of two requests at once the second finds what the first wrote.
        locked = Party.objects.select_for_update(no_key=True).filter(pk__in=list(party_ids)).order_by("pk")
        return [party.pk for party in locked if _refuse(party, channel, source, today, actor)]


def _refuse(party: Party, channel: str, source: str, today: date, actor: Actor) -> bool:
    own: dict[str, Any] = {
        "party": party,
        "channel": channel,
        "source": source,
        "batch": None,
        "superseded_by": None,
    }
    if Consent.objects.filter(**own, granted=False, recorded_on__gte=today).exists():
        return False
    consent, _ = Consent.objects.update_or_create(**own, defaults={"granted": False, "recorded_on": today})
    ChangeRow.objects.create(dataset="consents", row_id=consent.pk)
    audit.record(actor, "unsubscribed", "customer", party.public_id, channel=channel, source=source)
    return True

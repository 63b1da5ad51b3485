"""Merging and un-merging customers. Rows point for ever at the party they were recorded for."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.customers.models import Party, PartyLink
from guanxi.customers.queries import customer_of, find_party
from guanxi.foundation import audit, clock
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.models import ChangeRow


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

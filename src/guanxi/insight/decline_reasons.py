"""Why customers decline: coded by somebody who knows them, counted, and taken back (ANA-60, LIFE-05)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from guanxi.customers.models import Party
from guanxi.foundation import audit, clock
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.insight.models import DeclineReason
from guanxi.insight.queries import current_run

LONGEST_NOTE: Final = 500


def code_decline(*, customer: Party, cause: str, note: str = "", actor: Actor) -> DeclineReason:
    """Say why a customer declines, as of the published figures; what was said before stays, the latest counts.

    Raises DomainError where the cause is none of the three, or the note too long.
    """
    if cause not in DeclineReason.Cause.values:
        raise DomainError(_("Choose the cause: every decline has one of the three."))
    if len(note) > LONGEST_NOTE:
        raise DomainError(_("The note has at most %(most)s letters.") % {"most": LONGEST_NOTE})
    run = current_run()
    with transaction.atomic():
        reason = DeclineReason.objects.create(
            party=customer,
            as_of=run.as_of if run else clock.business_date(clock.now()),
            cause=cause,
            note=note.strip(),
            coded_at=clock.now(),
            coded_by=actor.name,
        )
        audit.record(actor, "coded", "decline", reason.pk, customer=customer.public_id, cause=cause)
    return reason


def take_back_decline(*, reason_id: int, actor: Actor) -> None:
    """Remove a coded cause; what was said before it counts again. Raises NotFound where it is gone."""
    with transaction.atomic():
        reason = DeclineReason.objects.select_for_update().filter(pk=reason_id).first()
        if reason is None:
            raise NotFound(_("This cause was taken back already."))
        audit.record(actor, "removed", "decline", reason.pk, cause=reason.cause)
        reason.delete()


def causes_of(customer_ids: Sequence[int]) -> dict[int, str]:
    """The cause that counts, by customer; nobody whose decline is not coded."""
    return dict(_latest().filter(party__in=customer_ids).values_list("party_id", "cause"))


def counted_causes() -> list[dict[str, Any]]:
    """Of how many customers each cause counts, the commonest first."""
    counted = _latest().values("cause").annotate(customers=Count("pk")).order_by("-customers", "cause")
    return [{"cause": row["cause"], "customers": row["customers"]} for row in counted]


def decline_reasons_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What was coded of source records, the latest first."""
    found = DeclineReason.objects.filter(party__in=party_ids).order_by("-pk")
    return [
        {
            "as_of": reason.as_of.isoformat(),
            "cause": reason.cause,
            "note": reason.note,
            "at": reason.coded_at.isoformat(),
            "by": reason.coded_by,
        }
        for reason in found
    ]


def _latest() -> QuerySet[DeclineReason]:
    """The last row of every customer."""
    own = DeclineReason.objects.filter(party=OuterRef("party")).order_by("-pk").values("pk")[:1]
    return DeclineReason.objects.filter(pk=Subquery(own))

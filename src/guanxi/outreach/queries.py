"""Reading the ledger: a campaign's counts, and what a profile shows of contacts made and not made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils.translation import gettext as _

from guanxi.foundation.errors import NotFound
from guanxi.outreach.models import Click, Contact, Dispatch, Link, Suppression
from guanxi.outreach.policy import ContactPolicy

OPEN = (Contact.State.PLANNED, Contact.State.CLAIMED, Contact.State.HANDED_OVER)
"""States that delivery has still to bring to an end."""
PAUSED, QUIET, LATER, DUE = "paused", "quiet hours", "not yet due", "due"
"""Why a message waits."""


@dataclass(frozen=True)
class Counts:
    """Where a campaign's customers stand: each is in one of the numbers, once per step (CAMP-09, CAMP-12)."""

    contacts: dict[str, int]
    """State → contacts; every state is there."""
    suppressed: dict[str, int]
    """Reason → customers held back."""

    @property
    def open(self) -> int:
        """Contacts that are still to come to an end."""
        return sum(self.contacts[state] for state in OPEN)


def counts(campaign_id: int) -> Counts:
    """Exact, from the ledger itself, while it moves."""
    states = Contact.objects.visible().filter(campaign_id=campaign_id).values_list("state")
    reasons = Suppression.objects.filter(campaign_id=campaign_id).values_list("reason")
    return Counts(
        contacts=dict.fromkeys(Contact.State.values, 0)
        | dict(states.annotate(Count("pk")).order_by("state")),
        suppressed=dict(reasons.annotate(Count("pk")).order_by("reason")),
    )


def cancelled_counts(campaign_id: int) -> dict[str, int]:
    """How many contacts were cancelled, by reason: consent, import undone, dispatch stopped."""
    gone = Contact.objects.visible().filter(campaign_id=campaign_id, state=Contact.State.CANCELLED)
    found: Counter[str] = Counter()
    for error, number in gone.values_list("error").annotate(Count("pk")).order_by("error"):
        found[error.partition(":")[0]] += number  # what follows is about one customer: a day, a source
    return dict(found)


def waiting_counts(at: datetime, policy: ContactPolicy) -> dict[str, int]:
    """Why how many messages still wait at an instant: paused, quiet hours, not yet due, or due."""
    waiting = Contact.objects.filter(
        batch=None, superseded_by=None, state__in=[Contact.State.PLANNED, Contact.State.CLAIMED]
    )
    paused = Dispatch.objects.filter(state=Dispatch.State.PAUSED).values("campaign_id")
    running = waiting.filter(campaign_id__in=running_dispatches())
    now = running.filter(due_at__lte=at).count()
    found = {
        PAUSED: waiting.filter(campaign_id__in=paused).count(),
        QUIET: now if policy.is_quiet(at) else 0,
        LATER: running.filter(due_at__gt=at).count(),
        DUE: 0 if policy.is_quiet(at) else now,
    }
    return {reason: number for reason, number in found.items() if number}


def next_due(at: datetime) -> datetime | None:
    """When the next message of a running campaign is due after an instant."""
    later = Contact.objects.filter(
        batch=None,
        superseded_by=None,
        state=Contact.State.PLANNED,
        due_at__gt=at,
        campaign_id__in=running_dispatches(),
    )
    first: datetime | None = later.aggregate(at=Min("due_at"))["at"]
    return first


def has_open_contacts(campaign_id: int) -> bool:
    """Whether delivery has something left to do for a campaign, now or later."""
    return Contact.objects.visible().filter(campaign_id=campaign_id, state__in=OPEN).exists()


def running_dispatches() -> list[int]:
    """Campaigns whose contacts may go out now."""
    running = Dispatch.objects.filter(state=Dispatch.State.RUNNING).order_by("campaign_id")
    return list(running.values_list("campaign_id", flat=True))


def contacts_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The visible contacts, latest first."""
    contacts = Contact.objects.visible().filter(party__in=party_ids)
    shown = [_shown(contact) for contact in contacts]
    return sorted(shown, key=lambda row: str(row["contacted_at"] or row["due_at"]), reverse=True)


def suppressions_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The contacts that were not made, and why, latest first."""
    suppressions = Suppression.objects.filter(party__in=party_ids).order_by("-decided_at", "-id")
    return [
        {
            "campaign": suppression.campaign_id,
            "step": suppression.step,
            "reason": suppression.reason,
            "detail": suppression.detail,
            "decided_at": suppression.decided_at.isoformat(),
        }
        for suppression in suppressions
    ]


def is_contact(contact_id: int) -> bool:
    """Whether a contact is on the ledger."""
    return Contact.objects.visible().filter(pk=contact_id).exists()


def link_address(*, contact_id: int, link_id: int) -> str:
    """Where a link of the letter of a contact leads; raises NotFound where there is none."""
    of_campaign = Contact.objects.filter(pk=contact_id).values("campaign_id")
    found = (
        Link.objects.filter(pk=link_id, campaign_id__in=of_campaign).values_list("address", flat=True).first()
    )
    if found is None:
        raise NotFound(_("This link is not known here any more."))
    return found


@dataclass(frozen=True)
class Followed:
    """Of the customers of a cell who got the letter, how many followed a link (attributed, not caused)."""

    cell: str
    delivered: int
    followed: int

    @property
    def share(self) -> float | None:
        """followed / delivered; None where nothing was delivered."""
        return self.followed / self.delivered if self.delivered else None


def followed_by_cell(campaign_id: int) -> list[Followed]:
    """Clicks per cell of a campaign whose letters have links; nothing for one without."""
    if not Link.objects.filter(campaign_id=campaign_id).exists():
        return []
    cells = delivered_contacts(campaign_id).values_list("cell").order_by("cell")
    counted = cells.annotate(
        delivered=Count("pk", distinct=True), followed=Count("clicks__contact", distinct=True)
    )
    return [Followed(*row) for row in counted]


def delivered_contacts(campaign_id: int) -> QuerySet[Contact]:
    """The contacts of a campaign that certainly arrived."""
    delivered = Contact.State.DELIVERED
    return Contact.objects.visible().filter(campaign_id=campaign_id, state=delivered)


def clicks_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The links that a customer followed, the latest first."""
    clicks = Click.objects.filter(contact__party__in=party_ids).select_related("contact", "link")
    return [
        {
            "campaign": click.contact.campaign_id,
            "link": click.link.name,
            "first_at": click.first_at.isoformat(),
            "last_at": click.last_at.isoformat(),
            "count": click.count,
        }
        for click in clicks.order_by("-last_at", "-pk")
    ]


def _shown(contact: Any) -> dict[str, Any]:
    return {
        "campaign": contact.campaign_id,
        "step": contact.step,
        "cell": contact.cell,
        "channel": contact.channel,
        "address": contact.address,
        "state": contact.state,
        "due_at": contact.due_at.isoformat(),
        "contacted_at": contact.contacted_at.isoformat() if contact.contacted_at else None,
        "error": contact.error,
    }

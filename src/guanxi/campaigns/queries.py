"""Reading campaigns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _

from guanxi.campaigns.models import Campaign, Member, Response
from guanxi.customers.queries import born
from guanxi.foundation import clock
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.models import AuditEntry
from guanxi.outreach.models import Contact, Dispatch
from guanxi.outreach.queries import cancelled_counts, counts, followed_by_cell

PAID = ("handed_over", "delivered", "unknown")
"""States in which a contact has cost something; an unknown one may have gone out."""
DAYS = 28
"""How long an imported campaign is measured that does not say when it ended."""
DELIVERED = "delivered"
"""What a running campaign is called when nothing is left to send."""
ENDED = "finished"
"""The same when nothing was ever sent."""
MEASURED = "measured"
"""What the audit says of every measuring of a campaign."""


def campaign_named(code: str, *, lock: bool = False) -> Campaign:
    """A visible campaign by its code; raises NotFound."""
    campaigns = Campaign.objects.select_for_update(of=("self",)) if lock else Campaign.objects.all()
    found = campaigns.filter(born(), code=code).first()
    if found is None:
        raise NotFound(
            _("There is no campaign %(code)r; `guanxi campaign list` shows them.") % {"code": code}
        )
    return found


def membership_counts(campaign: Campaign) -> dict[str, int]:
    """How many customers stand in which role."""
    roles = Member.objects.visible().filter(campaign=campaign).values_list("role").annotate(n=Count("pk"))
    return dict.fromkeys(Member.Role.values, 0) | dict(roles.order_by("role"))


def cell_counts(campaign: Campaign) -> dict[str, int]:
    """How many customers each cell and the control have."""
    members = Member.objects.visible().filter(campaign=campaign, role__in=["target", "control"])
    return dict(members.values_list("cell").annotate(n=Count("pk")).order_by("cell"))


def measured_window(campaign: Campaign) -> tuple[date, date] | None:
    """The first and the last day that are measured; None before anything has happened.

    An imported campaign that does not say when it began is measured from its first contact or response.
    """
    start = campaign.measure_from or _first_touch(campaign)
    if start is None:
        return None
    return start, campaign.measure_until or start + timedelta(days=DAYS - 1)


def looks(campaign: Campaign) -> int:
    """How often a campaign was measured so far: whoever measures it looks at what it brought."""
    entries = AuditEntry.objects.filter(object_kind="campaign", object_id=campaign.code, verb=MEASURED)
    return entries.count()


def _first_touch(campaign: Campaign) -> date | None:
    contacts = Contact.objects.visible().filter(campaign_id=campaign.pk).aggregate(at=Min("contacted_at"))
    responses = Response.objects.visible().filter(campaign=campaign).aggregate(at=Min("responded_at"))
    first = contacts["at"] or responses["at"]
    return clock.business_date(first) if first else None


def status(campaign: Campaign) -> dict[str, Any]:
    """Exactly how many are sent, pending, failed, unknown and held back, now (CAMP-09)."""
    counted = counts(campaign.pk)
    return {
        "campaign": campaign.code,
        "name": campaign.name,
        "state": _shown_state(
            campaign, _finished([campaign.pk]), sum(counted.contacts[state] for state in PAID)
        ),
        "figures_as_of": campaign.estimate.get("as_of"),
        "members": membership_counts(campaign),
        "cells": cell_counts(campaign),
        "contacts": counted.contacts,
        "cancelled": cancelled_counts(campaign.pk),
        "suppressed": suppressed_counts(campaign),
        "responses": Response.objects.visible().filter(campaign=campaign).count(),
    }


def suppressed_counts(campaign: Campaign) -> dict[str, int]:
    """How many customers of cells and control the gate held back, by reason."""
    held = Member.objects.visible().filter(campaign=campaign, role=Member.Role.SUPPRESSED)
    return dict(held.values_list("reason").annotate(n=Count("pk")).order_by("reason"))


def campaign_rows(today: date) -> list[dict[str, Any]]:
    """All campaigns, newest first, with contacts and responses.

    Those past their window without results are marked (CAMP-12).
    """
    contacts = _by_campaign(Contact.objects.visible().filter(state__in=PAID))
    responses = _by_campaign(Response.objects.visible())
    finished = _finished()
    return [
        _row(campaign, today)
        | {
            "state": _shown_state(campaign, finished, contacts[campaign.pk]),
            "contacts": contacts[campaign.pk],
            "responses": responses[campaign.pk],
        }
        for campaign in Campaign.objects.filter(born()).order_by("-measure_from", "-id")
    ]


def clicks(campaign: Campaign) -> list[dict[str, Any]]:
    """Per cell how many of those whose letter arrived followed a link: attributed figures, as of now; none without
    links. Opens are not counted: nothing tells a reader from a mail program."""
    return [
        {"cell": each.cell, "delivered": each.delivered, "followed": each.followed, "share": each.share}
        for each in followed_by_cell(campaign.pk)
    ]


def _row(campaign: Campaign, today: date) -> dict[str, Any]:
    window = measured_window(campaign)
    return {
        "campaign": campaign.code,
        "name": campaign.name,
        "goal": campaign.goal,
        "state": campaign.state,
        "from": window[0] if window else None,
        "until": window[1] if window else None,
        "contacts": 0,
        "responses": 0,
        "verdict": campaign.results.get("verdict", ""),
        "sown_but_not_harvested": _is_unharvested(campaign, window, today),
    }


def _shown_state(campaign: Campaign, finished: set[int], sent: int) -> str:
    if campaign.state != Campaign.State.RUNNING or campaign.pk not in finished:
        return campaign.state
    return DELIVERED if sent else ENDED


def _finished(campaign_ids: Sequence[int] | None = None) -> set[int]:
    """Campaigns (among some) of which nothing is left to send."""
    dispatches = Dispatch.objects.filter(state=Dispatch.State.FINISHED)
    if campaign_ids is not None:
        dispatches = dispatches.filter(campaign_id__in=campaign_ids)
    return set(dispatches.values_list("campaign_id", flat=True))


def _by_campaign(rows: Any) -> Counter[int]:
    return Counter(dict(rows.values_list("campaign_id").annotate(n=Count("pk")).order_by("campaign_id")))


def _is_unharvested(campaign: Campaign, window: tuple[date, date] | None, today: date) -> bool:
    """Whether the measured days are over and nobody has looked at what they brought."""
    planned = campaign.state in {Campaign.State.PLANNED, Campaign.State.LAUNCHING}
    return not planned and not campaign.results and window is not None and window[1] < today


def member_rows(campaign: Campaign, roles: Sequence[str], limit: int | None) -> list[dict[str, Any]]:
    """Who was chosen, with the source record each comes from (DATA-16)."""
    if unknown := sorted(set(roles) - set(Member.Role.values)):
        raise DomainError(
            _("There is no role %(unknown)r; there are: %(values)s.")
            % {"unknown": unknown[0], "values": ", ".join(Member.Role.values)}
        )
    members = (
        Member.objects.visible().filter(campaign=campaign, role__in=roles).select_related("party__batch")
    )
    return [
        {
            "customer": member.party.public_id,
            "source": member.party.source,
            "key": member.party.source_key,
            "file": member.party.batch.file_name if member.party.batch else None,
            "role": member.role,
            "cell": member.cell,
            "reason": member.reason,
        }
        for member in members.order_by("party_id")[:limit]
    ]


def memberships_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The campaigns that chose a customer."""
    members = Member.objects.visible().filter(party__in=party_ids).select_related("campaign")
    return [
        {"campaign": m.campaign.code, "role": m.role, "cell": m.cell, "reason": m.reason}
        for m in members.order_by("campaign__measure_from", "pk")
    ]


def responses_of(party_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The recorded responses of a customer."""
    responses = Response.objects.visible().filter(party__in=party_ids).select_related("campaign")
    return [
        {
            "campaign": r.campaign.code,
            "at": r.responded_at.isoformat(),
            "reference": r.reference,
            "value": r.value,
        }
        for r in responses.order_by("responded_at", "pk")
    ]


def lessons(words: str) -> list[dict[str, str]]:
    """What closed campaigns taught, where all of some words occur; everything for no words (CAMP-06)."""
    closed = Campaign.objects.filter(born(), state=Campaign.State.CLOSED)
    for word in words.split():
        named = Q(name__icontains=word) | Q(code__icontains=word) | Q(goal__icontains=word)
        closed = closed.filter(named | Q(lesson__icontains=word) | Q(analysis__icontains=word))
    return [
        {"campaign": c.code, "goal": c.goal, "analysis": c.analysis, "lesson": c.lesson}
        for c in closed.order_by("-measure_until", "-pk")
    ]

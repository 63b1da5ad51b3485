"""The people behind a campaign's numbers, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Min, Q, QuerySet, Sum
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from guanxi.campaigns.models import Campaign, Member, Response
from guanxi.campaigns.overlaps import GROUPS
from guanxi.customers.queries import seen_by
from guanxi.foundation import clock
from guanxi.foundation.errors import NotFound
from guanxi.insight.models import CustomerInsight
from guanxi.outreach.gate import COUNTED
from guanxi.outreach.models import Contact
from guanxi.outreach.queries import delivered_contacts
from guanxi.staff.visibility import Sees

CONTACTS, RESPONSES, CLICKS = "contacts", "responses", "clicks"
LISTS = (*Member.Role.values, CONTACTS, RESPONSES, CLICKS)
"""What can be listed: the members of a role, those on the ledger, those who responded, those who followed a link."""
OWN_COLUMNS = {
    CONTACTS: ("cell", "state", "contacted_at"),
    RESPONSES: ("responded_at", "reference", "value"),
    CLICKS: ("cell", "first_followed", "times"),
}
MEMBER_COLUMNS = ("cell", "reason")
READ_AT_ONCE = 2_000


@dataclass(frozen=True)
class People:
    """One page of a list, and how many the whole list has."""

    total: int
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]


def people(
    campaign: Campaign,
    role: str,
    *,
    sees: Sees,
    only: dict[str, str] | None = None,
    offset: int = 0,
    limit: int = 100,
) -> People:
    """Who stands behind a number, of those that somebody sees; `only` narrows by cell, reason or state.

    Raises NotFound for an unknown list.

    Each has the source record it comes from (DATA-16).
    """
    own = _own_columns(role)
    found = _found(campaign, role, only or {}, sees)
    return People(found.count(), own, [_row(each, own) for each in found[offset : offset + limit]])


def everybody(
    campaign: Campaign, role: str, *, sees: Sees, only: dict[str, str] | None = None
) -> Iterator[dict[str, Any]]:
    """All of them, one after the other."""
    own = _own_columns(role)
    return (_row(each, own) for each in _found(campaign, role, only or {}, sees).iterator(READ_AT_ONCE))


def _own_columns(role: str) -> tuple[str, ...]:
    return OWN_COLUMNS.get(role, MEMBER_COLUMNS)


def _found(campaign: Campaign, role: str, only: dict[str, str], sees: Sees) -> QuerySet[Any]:
    narrowed = {name: value for name, value in only.items() if name in _own_columns(role)}
    found = _listed(campaign, role).filter(
        seen_by(sees, "party__"), _in_week_and_group(role, only), **narrowed
    )
    return found.select_related("party__batch").order_by("party_id", "pk")


def _in_week_and_group(role: str, only: dict[str, str]) -> Q:
    """The contacts that the calendar counts in a week and a group of customers; of other lists everybody."""
    if role != CONTACTS:
        return Q()
    found = Q()
    for name, field in GROUPS.items():
        if name in only:
            column = field.partition(".")[2]
            grouped = CustomerInsight.objects.filter(run__state="published", **{column: only[name]})
            found &= Q(party__in=grouped.values("party_id"))
    if day := parse_date(only.get("week", "")):
        bounds = [clock.at_business_time(each) for each in (day, day + timedelta(days=7))]
        handed = Q(contacted_at__gte=bounds[0], contacted_at__lt=bounds[1])
        waiting = Q(contacted_at=None, due_at__gte=bounds[0], due_at__lt=bounds[1])
        found &= Q(state__in=COUNTED) & (handed | waiting)
    return found


def _listed(campaign: Campaign, role: str) -> QuerySet[Any]:
    if role == CONTACTS:
        return Contact.objects.visible().filter(campaign_id=campaign.pk)
    if role == RESPONSES:
        return Response.objects.visible().filter(campaign=campaign)
    if role == CLICKS:
        followed = delivered_contacts(campaign.pk).filter(clicks__isnull=False)
        return followed.annotate(first_followed=Min("clicks__first_at"), times=Sum("clicks__count"))
    if role in Member.Role.values:
        return Member.objects.visible().filter(campaign=campaign, role=role)
    raise NotFound(
        _("There is no role %(unknown)r; there are: %(values)s.")
        % {"unknown": role, "values": ", ".join(LISTS)}
    )


def _row(found: Any, own: tuple[str, ...]) -> dict[str, Any]:
    party = found.party
    record = {
        "customer": party.public_id,
        "source": party.source,
        "key": party.source_key,
        "file": party.batch.file_name if party.batch else None,
    }
    return record | {name: getattr(found, name) for name in own}

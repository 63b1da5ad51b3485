"""The people behind a campaign's numbers, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Min, QuerySet, Sum
from django.utils.translation import gettext as _

from guanxi.campaigns.models import Campaign, Member, Response
from guanxi.customers.queries import seen_by
from guanxi.foundation.errors import NotFound
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
    found = _listed(campaign, role).filter(seen_by(sees, "party__"), **narrowed)
    return found.select_related("party__batch").order_by("party_id", "pk")


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

"""The people behind a campaign's numbers, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guanxi.campaigns.models import Campaign, Member, Response
from guanxi.foundation.errors import NotFound
from guanxi.outreach.models import Contact

CONTACTS, RESPONSES = "contacts", "responses"
LISTS = (*Member.Role.values, CONTACTS, RESPONSES)
"""What can be listed: the members of a role, those on the ledger, those who responded."""
OWN_COLUMNS = {CONTACTS: ("cell", "state", "contacted_at"), RESPONSES: ("responded_at", "reference", "value")}
MEMBER_COLUMNS = ("cell", "reason")


@dataclass(frozen=True)
class People:
    """One page of a list, and how many the whole list has."""

    total: int
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]


def people(
    campaign: Campaign, role: str, *, only: dict[str, str] | None = None, offset: int = 0, limit: int = 100
) -> People:
    """Who stands behind a number; `only` narrows by cell, reason or state. Raises NotFound for an unknown list.

    Each has the source record it comes from (DATA-16).
    """
    found = _listed(campaign, role)
    own = OWN_COLUMNS.get(role, MEMBER_COLUMNS)
    found = found.filter(**{name: value for name, value in (only or {}).items() if name in own})
    page = found.select_related("party__batch").order_by("party_id", "pk")[offset : offset + limit]
    return People(found.count(), own, [_row(each, own) for each in page])


def _listed(campaign: Campaign, role: str) -> QuerySet[Any]:
    if role == CONTACTS:
        return Contact.objects.visible().filter(campaign_id=campaign.pk)
    if role == RESPONSES:
        return Response.objects.visible().filter(campaign=campaign)
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

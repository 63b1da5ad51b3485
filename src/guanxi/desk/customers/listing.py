"""One page of customers: from the published copy with their worth, or from the truth before anything is analysed."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from customer_insight.conditions import Condition
from guanxi.customers.models import Fact, Party, PartyLink
from guanxi.customers.queries import born, seen_by
from guanxi.customers.search import search_customers
from guanxi.desk.customers.columns import full_name
from guanxi.desk.customers.filters import Fields
from guanxi.foundation.engine.duck import Duck, identifier, rows
from guanxi.foundation.errors import DomainError
from guanxi.insight.audience import browse_audience
from guanxi.insight.models import InsightRun
from guanxi.insight.name_places import NAME, NAME_PLACE
from guanxi.insight.owners import OWNER, OWNER_PLACE
from guanxi.outreach.gate import identify
from guanxi.staff.visibility import Sees

PAGE: Final = 50
"""Customers on a page, where nobody asks for another number."""


@dataclass(frozen=True)
class Sort:
    """By which field, and which way; customers without a value come last, ties go by customer."""

    field: str
    is_descending: bool = True

    @property
    def by(self) -> str:
        """The column whose values are in this order."""
        return {OWNER: OWNER_PLACE, NAME: NAME_PLACE}.get(self.field, self.field)

    def kind(self, fields: Fields) -> str:
        """Of which kind those values are."""
        return "number" if self.field == NAME else fields[self.field].kind

    def __str__(self) -> str:
        return f"{'-' if self.is_descending else ''}{self.field.removeprefix('indicator.')}"


@dataclass(frozen=True)
class Place:
    """Between which customers a page lies: it begins after one, or ends before one."""

    value: float | str | bool | None
    customer_id: int
    is_before: bool = False

    def __str__(self) -> str:
        return json.dumps([self.value, self.customer_id], ensure_ascii=False)


@dataclass(frozen=True)
class Page:
    """Customers in order, where the pages before and after lie, and which of how many they are."""

    customers: list[dict[str, Any]]
    following: Place | None
    preceding: Place | None = None
    first: int = 0
    """The number of the first of them, from 1; 0 where that is not counted."""
    total: int = 0


def read_sort(text: str, run: InsightRun, fields: Fields, *, sees_names: bool) -> Sort:
    """The order that an address names; the highest lifetime value first, or sales where no model gives it.

    Who may not see names gets that order too where names are asked for: the address may come from a colleague.
    """
    is_by_name = text.removeprefix("-") == NAME
    if not text or (is_by_name and not sees_names):
        best = "lifetime_value" if run.lifetime_card.get("name") else "sales_amount"
        return Sort(f"indicator.{best}")
    field = NAME if is_by_name else full_name(text.removeprefix("-"), fields)
    if not field:
        raise DomainError(_("Customers cannot be sorted by %(name)r.") % {"name": text})
    return Sort(field, text.startswith("-"))


def read_place(after: str, before: str, kind: str = "number") -> Place | None:
    """The place that an address names among values of a kind. Raises DomainError."""
    if not (after or before):
        return None
    try:
        value, customer_id = json.loads(after or before)
        if not (value is None or _fits(value, kind)) or type(customer_id) is not int:
            raise ValueError
        if abs(customer_id) >= 2**63 or (isinstance(value, int) and abs(value) >= 2**63):
            raise ValueError
    except (ValueError, TypeError, RecursionError):
        raise DomainError(_("The address names no place in the list; begin at its first page.")) from None
    return Place(value, customer_id, is_before=not after)


def _fits(value: object, kind: str) -> bool:
    if isinstance(value, str):
        value.encode()  # half a surrogate pair is no text: a ValueError
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return isinstance(value, bool if kind == "boolean" else str)


def measured_page(
    condition: Condition,
    *,
    columns: Sequence[str],
    sort: Sort,
    place: Place | None,
    sees: Sees,
    size: int | None = None,
) -> Page:
    """So many of those who fulfil a condition, with fields of theirs, from the published copy."""
    size = size or PAGE
    with browse_audience(condition, *columns, sort.by, sees=sees) as (duck, found):
        found.create_view("found", replace=True)
        order = _Order(duck, sort, size, list(dict.fromkeys((*columns, sort.by))))
        if place and place.is_before and len(customers := order.read(place)) > size:
            customers = customers[1:]
        else:  # less than a page before it: the first page
            customers = order.read(None if place and place.is_before else place)[:size]
        total, earlier = order.count("TRUE"), order.before(customers)
    first, last = (order.place(customers[end]) if customers else None for end in (0, -1))
    return Page(
        customers,
        following=last if earlier + len(customers) < total else None,
        preceding=first if earlier else None,
        first=earlier + 1,
        total=total,
    )


def order_of(sort: Sort, *, back: bool = False) -> str:
    """An order in SQL; backwards it is the same from the other end."""
    by, down = identifier(sort.by), sort.is_descending != back
    last = "FIRST" if back else "LAST"
    return f"{by} {'DESC' if down else 'ASC'} NULLS {last}, customer_id {'DESC' if back else 'ASC'}"


class _Order:
    """The order of a list over the view `found`, read from any place in both directions."""

    def __init__(self, duck: Duck, sort: Sort, size: int, fields: list[str]) -> None:
        self.duck, self.sort, self.size, self.fields = duck, sort, size, fields

    def read(self, place: Place | None) -> list[dict[str, Any]]:
        """A page and one more, in order: those after a place, or those before it."""
        back = place is not None and place.is_before
        where, parameters = self._beyond(place) if place else ("TRUE", [])
        order = order_of(self.sort, back=back)
        names = ["customer_id", "public_id", *self.fields]
        shown = ", ".join(map(identifier, names))
        sql = f"SELECT {shown} FROM found WHERE {where} ORDER BY {order} LIMIT {self.size + 1}"
        found = [dict(zip(names, row, strict=True)) for row in rows(self.duck, sql, parameters)]
        return found[::-1] if back else found

    def before(self, customers: list[dict[str, Any]]) -> int:
        """How many stand before the first of these."""
        if not customers:
            return 0
        return self.count(*self._beyond(replace(self.place(customers[0]), is_before=True)))

    def place(self, customer: dict[str, Any]) -> Place:
        """Where a customer stands."""
        return Place(customer[self.sort.by], customer["customer_id"])

    def count(self, where: str, parameters: Sequence[Any] = ()) -> int:
        return int(rows(self.duck, f"SELECT count(*) FROM found WHERE {where}", [*parameters])[0][0])

    def _beyond(self, place: Place) -> tuple[str, list[Any]]:
        """The rows behind a place, or before it, in SQL; unknown values are last, ties go by customer."""
        by, side = identifier(self.sort.by), "<" if place.is_before else ">"
        tie = f"customer_id {side} ?"
        if place.value is None:
            alone = f"({by} IS NULL AND {tie})"
            return (f"({by} IS NOT NULL OR {alone})" if place.is_before else alone), [place.customer_id]
        further = "<" if place.is_before != self.sort.is_descending else ">"
        unknown = "" if place.is_before else f" OR {by} IS NULL"
        where = f"({by} {further} ? OR ({by} = ? AND {tie}){unknown})"
        return where, [place.value, place.value, place.customer_id]


def imported_customers(sees: Sees) -> QuerySet[Party]:
    """Customers as they were imported, oldest first: all there is before the first analysis."""
    absorbed = PartyLink.objects.filter(born()).values("party_id")
    return Party.objects.filter(born(), seen_by(sees)).exclude(pk__in=absorbed).order_by("pk")


def imported_page(place: Place | None, *, sees: Sees, size: int | None = None) -> Page:
    """So many customers without measures, from the truth."""
    size = size or PAGE
    parties = imported_customers(sees).filter(pk__gt=place.customer_id if place else 0)[: size + 1]
    customers: list[dict[str, Any]] = [
        {"customer_id": party.pk, "public_id": party.public_id} for party in parties
    ]
    last = customers[size - 1] if len(customers) > size else None
    return Page(customers[:size], Place(None, last["customer_id"]) if last else None)


def names_of(customer_ids: Sequence[int]) -> dict[int, str]:
    """What customers are called, the newest name first, their own record before merged ones."""
    records = identify(customer_ids, lock=False).records
    facts = Fact.objects.visible().filter(party__in=list(records), attribute__code="name")
    told = facts.order_by("observed_on", "id").values_list("party_id", "value_text")
    ordered = sorted(told, key=lambda row: records[row[0]] == row[0])
    return {records[party]: name for party, name in ordered}


def customers_named(text: str, *, sees: Sees, sees_addresses: bool = False) -> list[Party]:
    """The customers that somebody may mean who types this, of those that they see; by key alone without addresses."""
    findings = search_customers(text, sees_addresses=sees_addresses, sees=sees)
    return [each.customer for each in findings.found]

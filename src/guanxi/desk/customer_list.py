"""One page of customers: from the published copy with their worth, or from the truth before anything is analysed."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from customer_insight.conditions import Condition
from guanxi.customers.models import Fact, Party, PartyLink
from guanxi.customers.queries import born, seen_by
from guanxi.customers.search import search_customers
from guanxi.foundation.engine.duck import identifier, rows
from guanxi.foundation.errors import DomainError
from guanxi.insight.audience import browse_audience
from guanxi.insight.catalogue import MEASURES, PUBLISHED
from guanxi.insight.models import InsightRun
from guanxi.outreach.gate import identify
from guanxi.staff.visibility import Sees

PAGE: Final = 50
COLUMNS: Final = ("sales_amount", "profit_amount", "lifetime_value", "recency_days", "sales_change")
"""The measures that the list shows."""
SORTABLE: Final = frozenset(name for name in MEASURES if name in PUBLISHED)


@dataclass(frozen=True)
class Sort:
    """By which measure, and which way; customers without a value come last, ties go by customer."""

    measure: str
    is_descending: bool = True

    def __str__(self) -> str:
        return f"-{self.measure}" if self.is_descending else self.measure


@dataclass(frozen=True)
class After:
    """The customer after whom a page begins."""

    value: float | None
    customer_id: int

    def __str__(self) -> str:
        return json.dumps([self.value, self.customer_id])


@dataclass(frozen=True)
class Page:
    """Customers in order, and where the next page begins."""

    customers: list[dict[str, Any]]
    following: After | None


def read_sort(text: str, run: InsightRun) -> Sort:
    """The order that an address names; the highest lifetime value first, or sales where no model gives it."""
    if not text:
        return Sort("lifetime_value" if run.lifetime_card.get("name") else "sales_amount")
    measure = text.removeprefix("-")
    if measure not in SORTABLE:
        raise DomainError(_("Customers cannot be sorted by %(name)r.") % {"name": text})
    return Sort(measure, text.startswith("-"))


def read_after(text: str) -> After | None:
    """The place that an address names. Raises DomainError."""
    if not text:
        return None
    try:
        value, customer_id = json.loads(text)
        if not (_is_number(value) or value is None) or type(customer_id) is not int:
            raise ValueError
        if abs(customer_id) >= 2**63 or (isinstance(value, int) and abs(value) >= 2**63):
            raise ValueError
    except (ValueError, TypeError, RecursionError):
        raise DomainError(_("The address names no place in the list; begin at its first page.")) from None
    return After(value, customer_id)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def measured_page(condition: Condition, *, sort: Sort, after: After | None, sees: Sees) -> Page:
    """Fifty of those who fulfil a condition, with their measures, from the published copy."""
    fields = [f"indicator.{name}" for name in dict.fromkeys((*COLUMNS, sort.measure))]
    by = identifier(f"indicator.{sort.measure}")
    where, parameters = _later(by, sort, after)
    shown = ", ".join(
        identifier(field) for field in ("class.tier", *(f"indicator.{name}" for name in COLUMNS))
    )
    with browse_audience(condition, "class.tier", *fields, sees=sees) as (duck, found):
        found.create_view("found", replace=True)
        sql = f"""SELECT customer_id, public_id, {shown}, {by} FROM found WHERE {where}
                  ORDER BY {by} {"DESC" if sort.is_descending else "ASC"} NULLS LAST, customer_id LIMIT {PAGE + 1}"""
        names = ("customer_id", "public_id", "tier", *COLUMNS, "sorted_by")
        customers = [dict(zip(names, row, strict=True)) for row in rows(duck, sql, parameters)]
    last = customers[PAGE - 1] if len(customers) > PAGE else None
    return Page(customers[:PAGE], After(last["sorted_by"], last["customer_id"]) if last else None)


def _later(by: str, sort: Sort, after: After | None) -> tuple[str, list[Any]]:
    """The rows behind a place, in SQL."""
    if after is None:
        return "TRUE", []
    if after.value is None:
        return f"({by} IS NULL AND customer_id > ?)", [after.customer_id]
    beyond = "<" if sort.is_descending else ">"
    where = f"({by} {beyond} ? OR ({by} = ? AND customer_id > ?) OR {by} IS NULL)"
    return where, [after.value, after.value, after.customer_id]


def imported_customers(sees: Sees) -> QuerySet[Party]:
    """Customers as they were imported, oldest first: all there is before the first analysis."""
    absorbed = PartyLink.objects.filter(born()).values("party_id")
    return Party.objects.filter(born(), seen_by(sees)).exclude(pk__in=absorbed).order_by("pk")


def imported_page(after: After | None, *, sees: Sees) -> Page:
    """Fifty customers without measures, from the truth."""
    parties = imported_customers(sees).filter(pk__gt=after.customer_id if after else 0)[: PAGE + 1]
    customers: list[dict[str, Any]] = [
        {"customer_id": party.pk, "public_id": party.public_id} for party in parties
    ]
    last = customers[PAGE - 1] if len(customers) > PAGE else None
    return Page(customers[:PAGE], After(None, last["customer_id"]) if last else None)


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

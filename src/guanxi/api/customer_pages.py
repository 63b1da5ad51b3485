"""Customers a page at a time, for programs: onwards only, by the place at which the last page ended."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from customer_insight.conditions import Condition
from guanxi.desk.customer_list import imported_customers
from guanxi.foundation.engine.duck import identifier, rows
from guanxi.foundation.errors import DomainError
from guanxi.insight.audience import browse_audience
from guanxi.insight.catalogue import MEASURES, PUBLISHED
from guanxi.staff.visibility import Sees

USUAL: Final = ("sales_amount", "profit_amount", "lifetime_value", "recency_days", "sales_change")
"""The measures of a customer in a list where none are named."""
KNOWN: Final = frozenset(name for name in MEASURES if name in PUBLISHED)
TIER: Final = "class.tier"
_OUT_OF_RANGE: Final = 2**63


@dataclass(frozen=True)
class Order:
    """By which measure, and which way; customers without a value come last, ties go by customer."""

    measure: str
    is_descending: bool

    @property
    def field(self) -> str:
        return f"indicator.{self.measure}"

    @property
    def by(self) -> str:
        return identifier(self.field)

    @property
    def sql(self) -> str:
        return f"{self.by} {'DESC' if self.is_descending else 'ASC'} NULLS LAST, customer_id"

    def beyond(self, after: After | None) -> tuple[str, list[Any]]:
        """The rows behind a place, in SQL."""
        if after is None:
            return "TRUE", []
        if after.value is None:
            return f"({self.by} IS NULL AND customer_id > ?)", [after.customer_id]
        further = "<" if self.is_descending else ">"
        where = f"({self.by} {further} ? OR ({self.by} = ? AND customer_id > ?) OR {self.by} IS NULL)"
        return where, [after.value, after.value, after.customer_id]


@dataclass(frozen=True)
class After:
    """The customer after whom a page begins."""

    value: float | None
    customer_id: int

    def __str__(self) -> str:
        return json.dumps([self.value, self.customer_id])


@dataclass(frozen=True)
class Listed:
    """A customer in a list."""

    customer_id: int
    public_id: str
    tier: str | None
    measures: dict[str, float | None]


@dataclass(frozen=True)
class Page:
    """Customers in order, and where the next page begins."""

    customers: list[Listed]
    following: After | None


def read_order(text: str, usual: str) -> Order:
    """The order that a request names: a measure, with - before it the highest first. Raises DomainError."""
    measure = text.removeprefix("-") or usual
    if measure not in KNOWN:
        raise DomainError(_("Customers cannot be sorted by %(name)r.") % {"name": text})
    return Order(measure, text.startswith("-") or not text)


def read_measures(text: str) -> tuple[str, ...]:
    """The measures that a request names, with commas between. Raises DomainError."""
    names = tuple(dict.fromkeys(text.split(","))) if text else USUAL
    if unknown := [name for name in names if name not in KNOWN]:
        raise DomainError(_("There is no measure %(name)r.") % {"name": unknown[0]})
    return names


def read_after(text: str) -> After | None:
    """The place that a request names. Raises DomainError."""
    if not text:
        return None
    try:
        value, customer_id = json.loads(text)
        if type(customer_id) is not int or not (value is None or type(value) in {int, float}):
            raise ValueError
        if max(abs(customer_id), abs(value or 0)) >= _OUT_OF_RANGE or not math.isfinite(value or 0):
            raise ValueError
    except (ValueError, TypeError, RecursionError):
        raise DomainError(_("`after` names no place in the list; take `next` of the page before.")) from None
    return After(value, customer_id)


def measured_customers(
    condition: Condition,
    measures: Sequence[str],
    *,
    order: Order,
    after: After | None,
    limit: int,
    sees: Sees,
) -> tuple[Page, int]:
    """A page of those who fulfil a condition, with measures from the published copy; and how many all are."""
    fields = [f"indicator.{name}" for name in measures]
    where, parameters = order.beyond(after)
    with browse_audience(condition, TIER, *fields, order.field, sees=sees) as (duck, found):
        found.create_view("found", replace=True)
        shown = ", ".join(map(identifier, ("customer_id", "public_id", TIER, order.field, *fields)))
        sql = f"SELECT {shown} FROM found WHERE {where} ORDER BY {order.sql} LIMIT {limit + 1}"
        customers = rows(duck, sql, parameters)
        total = int(rows(duck, "SELECT count(*) FROM found")[0][0])
    last = customers[limit - 1] if len(customers) > limit else None
    listed = [
        Listed(customer_id, public_id, tier, dict(zip(measures, values, strict=True)))
        for customer_id, public_id, tier, _sorted_by, *values in customers[:limit]
    ]
    return Page(listed, After(last[3], last[0]) if last else None), total


def unmeasured_customers(*, after: After | None, limit: int, sees: Sees) -> tuple[Page, int]:
    """The same from the truth, before anything is analysed: oldest first, without measures."""
    everybody = imported_customers(sees)
    later = list(everybody.filter(pk__gt=after.customer_id if after else 0)[: limit + 1])
    listed = [Listed(party.pk, party.public_id, None, {}) for party in later[:limit]]
    return Page(
        listed, After(None, listed[-1].customer_id) if len(later) > limit else None
    ), everybody.count()

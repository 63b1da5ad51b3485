"""Indicators beyond the published ones: whatever the tables of the copy allow, as of the date of the figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from customer_insight.indicators import CATALOGUE, Tables, analysis_table
from customer_insight.indicators.contact_entries import CONTACT, OPPORTUNITY
from customer_insight.indicators.financial_entries import FINANCIAL
from customer_insight.indicators.worth_entries import COST
from guanxi.foundation.errors import DomainError
from guanxi.insight.analyses.data import Data
from guanxi.insight.catalogue import MEASURES, PUBLISHED, is_offered, measure_label

ELSEWHERE: Final = ("customer_profit", "share_of_customer", "untapped_amount", "task_count", "process_count")
"""Indicators that rest on more than the tables of the copy."""
_NO_NUMBERS: Final = ("name", "key")


def sources(name: str) -> tuple[str, ...]:
    """The tables of the copy that an indicator rests on."""
    if name in CONTACT:
        return ("interactions",)
    if name in FINANCIAL:
        return ("receipts", "invoices", "allocations")
    if name in COST:
        return ("costs",)
    if name == "contribution":
        return ("order_lines", "costs")
    return ("opportunities",) if name in OPPORTUNITY else ("order_lines",)


def known_indicators() -> dict[str, str]:
    """Every indicator that is a number, by its label: the published ones first."""
    found = [name for name in MEASURES if name in PUBLISHED]
    found += [
        name
        for name, entry in CATALOGUE.items()
        if name not in PUBLISHED and name not in ELSEWHERE and entry.unit not in _NO_NUMBERS
    ]
    return {name: measure_label(name) for name in found if is_offered(name)}


def is_known(data: Data, name: str) -> bool:
    """Whether the copy has what an indicator needs."""
    return name in PUBLISHED or data.has(sources(name)[0])


def values_of(data: Data, name: str, *, days: int | None = None) -> Any:
    """A relation (customer_id, the indicator); of so many last days, or of the whole time."""
    if name in PUBLISHED and days is None:
        return data.measures().select("customer_id", name)
    if name not in CATALOGUE or (name in PUBLISHED and name in _OF_THE_RUN):
        raise DomainError(_("%(name)s is known of the whole time only.") % {"name": measure_label(name)})
    return table_of(data, *sources(name), days=days).select("customer_id", name)


_OF_THE_RUN: Final = ("cost_to_serve", "contribution")
"""Published at a rate per order; over a window they would rest on the costs that were booked."""


def table_of(data: Data, *names: str, subject: str | None = None, days: int | None = None) -> Any:
    """The analysis table over some tables of the copy; over all that have rows, where none is named."""
    since = None if days is None else data.as_of - days + 1
    tables = tables_of(data, *names)
    return analysis_table(
        tables, as_of=data.as_of, since=since, margin=data.margin, subject=subject, check=False
    )


def tables_of(data: Data, *names: str) -> Tables:
    """Some tables of the copy, of the customers chosen; all that have rows, where none is named."""
    named = names or (
        "order_lines",
        "opportunities",
        "receipts",
        "invoices",
        "allocations",
        "interactions",
        "costs",
    )
    tables: Mapping[str, Any] = {
        name: data.lines() if name == "order_lines" else data.recorded(name)
        for name in named
        if name == "order_lines" or data.has(name)
    }
    return Tables(**tables)

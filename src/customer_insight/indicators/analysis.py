"""The analysis-ready table: one row per customer, every indicator the tables at hand allow, as of a day (DATA-09)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import narwhals as nw

from customer_insight.indicators.catalogue import CATALOGUE, SUBJECTS
from customer_insight.indicators.contact_entries import CONTACT, NO_TABLE
from customer_insight.indicators.contacts import contact_indicators
from customer_insight.indicators.entry import NEVER
from customer_insight.indicators.financial import CountedFrom, financial_indicators
from customer_insight.indicators.financial_entries import FINANCIAL
from customer_insight.indicators.habits import buying_habits
from customer_insight.indicators.opportunities import expected_sales
from customer_insight.indicators.serving import itemised_cost_to_serve
from customer_insight.indicators.transactions import transaction_indicators
from customer_insight.indicators.yearly import same_period_last_year
from customer_insight.inputs import (
    ALLOCATIONS,
    COSTS,
    INTERACTIONS,
    INVOICES,
    OPPORTUNITIES,
    ORDER_LINES,
    PROCESSES,
    RECEIPTS,
    TASKS,
    TableDefinition,
    check_table,
    check_window,
    together,
    typed,
)
from customer_insight.margin import Margin
from customer_insight.tables import same_kind

_DEFINITIONS: Final[Mapping[str, TableDefinition]] = {
    definition.name: definition
    for definition in (
        ORDER_LINES, OPPORTUNITIES, INVOICES, RECEIPTS, ALLOCATIONS, INTERACTIONS, TASKS, PROCESSES, COSTS,
    )
}  # fmt: skip

_RESTS_ON: Final[Mapping[str, tuple[str, ...]]] = {
    "invoices": tuple(
        name for name, entry in FINANCIAL.items() if entry.requirement not in {"ANA-12", "ANA-13"}
    ),
    "tasks": ("task_count",),
    "processes": ("process_count",),
    "interactions": tuple(name for name in CONTACT if name not in {"task_count", "process_count"}),
}
"""Columns of a part that are empty where one of its tables was not given."""


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The tables at hand, all of one engine; those that are None do without their indicators.

    Each is the table of the same name in `customer_insight.inputs`.
    """

    order_lines: Any = None
    opportunities: Any = None
    invoices: Any = None
    receipts: Any = None
    allocations: Any = None
    interactions: Any = None
    tasks: Any = None
    processes: Any = None
    costs: Any = None

    @property
    def given(self) -> dict[str, Any]:
        """Name -> table, of those given."""
        tables = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: table for name, table in tables.items() if table is not None}


def analysis_table(
    tables: Tables,
    *,
    as_of: int,
    margin: Margin,
    since: int | None = None,
    subject: str | None = None,
    counted_from: CountedFrom = "invoice",
    check: bool = True,
) -> Any:
    """One row per customer of any table given, as of day ``as_of``: every indicator they allow (DATA-09).

    The columns are ``customer_id`` and names of `CATALOGUE`, which explains them; ``subject`` (churn, value,
    propensity) keeps those of `SUBJECTS` that the tables allow. Nothing after ``as_of`` is read, so the table
    of an earlier day is what it would have been then. An indicator that is never null is 0 for a customer
    without a row in its table; others are null. The contribution is there with order lines and costs; invoices
    are used with receipts. ``since`` begins the window; this year against last begins on 1 January whatever it
    is. The result is of the kind of the tables. Row order is open.

    With ``check`` every table is looked through first (`check_table`). Raises TableError naming table, column,
    rows and remedy; ValueError without a table, for an unknown subject, or when ``since`` lies after
    ``as_of``.

    >>> import polars as pl
    >>> touches = pl.DataFrame({"customer_id": [1, 1, 3], "interaction_id": [1, 2, 3], "day": [1, 2, 3],
    ...     "channel": ["shop"] * 3, "direction": ["in"] * 3, "feedback_kind": ["praise", None, None]})
    >>> costs = pl.DataFrame({"customer_id": [1, 2], "day": [1, 2], "kind": ["service"] * 2, "amount": [5, 7]})
    >>> rows = analysis_table(Tables(interactions=touches, costs=costs), as_of=9, margin=Margin(assumed_rate=0.3))
    >>> rows.sort("customer_id").select("customer_id", "contact_count", "praise_ratio", "cost_to_serve").rows()
    [(1, 2, 1.0, 5), (2, 0, None, 7), (3, 1, None, 0)]
    """
    check_window(since=since, as_of=as_of)
    wanted = _wanted(subject)
    given = tables.given
    if not given:
        raise ValueError("give at least one table")
    if check:
        for name, table in given.items():
            check_table(table, _DEFINITIONS[name])
    like = next(iter(given.values()))
    lazy = {name: typed(table, _DEFINITIONS[name]).to_native() for name, table in given.items()}
    parts = [nw.from_native(part).lazy() for part in _parts(lazy, as_of, since, margin, counted_from)]
    wide = _filled(together(*parts).drop(_absent(given, parts)))
    present = wide.collect_schema().names()
    return same_kind(wide.select("customer_id", *[name for name in wanted if name in present]), like)


def _wanted(subject: str | None) -> tuple[str, ...]:
    if subject is None:
        return tuple(CATALOGUE)
    if subject not in SUBJECTS:
        raise ValueError(f"subject is one of {', '.join(SUBJECTS)}, not {subject!r}")
    return SUBJECTS[subject]


def _parts(
    given: Mapping[str, Any], as_of: int, since: int | None, margin: Margin, counted_from: CountedFrom
) -> Iterator[Any]:
    """The tables of indicators that the tables given allow, one row per customer each."""
    if (lines := given.get("order_lines")) is not None:
        yield transaction_indicators(lines, as_of=as_of, since=since, margin=margin)
        yield same_period_last_year(lines, as_of=as_of)
        yield buying_habits(lines, as_of=as_of, since=since)
    if (deals := given.get("opportunities")) is not None:
        yield expected_sales(deals, as_of=as_of)
    if (receipts := given.get("receipts")) is not None:
        paid = {name: given.get(name) for name in ("invoices", "allocations")}
        yield financial_indicators(receipts, as_of=as_of, since=since, counted_from=counted_from, **paid)
    touched = {name: given[name] for name in ("interactions", "tasks", "processes") if name in given}
    if touched:
        yield contact_indicators(as_of=as_of, since=since, **touched)
    if (costs := given.get("costs")) is not None:
        yield itemised_cost_to_serve(costs, as_of=as_of, since=since)


def _absent(given: Mapping[str, Any], parts: list[nw.LazyFrame[Any]]) -> list[str]:
    """Columns that some part has but that rest on a table not given."""
    present = {name for part in parts for name in part.collect_schema().names()}
    return [
        name for table, names in _RESTS_ON.items() if table not in given for name in names if name in present
    ]


def _filled(wide: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """What is never null, given its table, is 0 for a customer without a row in it; then the contribution."""
    names = wide.collect_schema().names()
    counts = [name for name in names if name in CATALOGUE and CATALOGUE[name].undefined in {NEVER, NO_TABLE}]
    wide = wide.with_columns(nw.col(*counts).fill_null(0).cast(nw.Int64))
    if {"profit_amount", "cost_to_serve"} <= set(names):
        wide = wide.with_columns(contribution=nw.col("profit_amount") - nw.col("cost_to_serve"))
    return wide

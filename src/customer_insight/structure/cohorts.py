"""Cohort retention: of those who first bought in a month, how many buy in the months after (ANA-70)."""

from __future__ import annotations

from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.day_calendar import month_of
from customer_insight.margin import share_of
from customer_insight.structure.purchases import purchases
from customer_insight.tables import same_kind, whole_numbers


def cohort_retention(
    order_lines: IntoFrameT, *, as_of: int, months: int = 12, by: str | None = None
) -> IntoFrameT:
    """Purchase retention by month of first purchase: one row per cohort and age (ANA-70).

    ``order_lines`` is the table ORDER_LINES. Columns ``cohort`` (year and month of the first valid transaction,
    201703), ``age`` (months after it, 0 to ``months``), ``customers`` of the cohort, ``active`` (those with a
    valid transaction in that month), ``retention`` = active / customers. Only whole months up to ``as_of`` are
    shown, so that no month looks empty for being unfinished; a month without a buyer has a row with 0. ``by``
    names a column of the lines (a shop) by which cohorts are kept apart: a customer is then counted from the
    first purchase in each. Row order is open. Raises TableError for a missing or mistyped column, ValueError
    for months < 0.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 2, 3, 3], "order_id": [1, 2, 3, 4, 5],
    ...                       "day": [0, 40, 10, 35, 75], "is_return": [False] * 5})
    >>> cohort_retention(lines, as_of=89, months=1).sort("cohort", "age").rows()
    [(197001, 0, 2, 2, 1.0), (197001, 1, 2, 1, 0.5), (197002, 0, 1, 1, 1.0), (197002, 1, 1, 1, 1.0)]
    """
    if months < 0:
        raise ValueError(f"months is at least 0, not {months}")
    group = (by,) if by is not None else ()
    bought = purchases(order_lines, as_of=as_of, keep=group).with_columns(month=month_of(nw.col("day")))
    active = bought.select(*group, "customer_id", "month").unique()
    first = active.group_by(*group, "customer_id").agg(nw.col("month").min().alias("first"))
    sizes = first.group_by(*group, "first").agg(nw.len().alias("customers"))
    ages = whole_numbers(active.to_native(), count=months + 1).select(age=nw.col("number").cast(nw.Int64) - 1)
    grid = sizes.join(ages, how="cross").filter(nw.col("first") + nw.col("age") <= _last_whole_month(as_of))
    return same_kind(_retained(grid, active, first, group), order_lines)


def cohort_of_customers(order_lines: IntoFrameT, *, as_of: int) -> IntoFrameT:
    """The cohort of every customer who bought: ``customer_id``, ``cohort`` (year and month of the first valid
    transaction, 201703).

    ``order_lines`` is the table ORDER_LINES. Row order is open.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 3], "order_id": [1, 2, 4], "day": [0, 40, 35],
    ...                       "is_return": [False] * 3})
    >>> cohort_of_customers(lines, as_of=89).sort("customer_id").rows()
    [(1, 197001), (3, 197002)]
    """
    bought = purchases(order_lines, as_of=as_of).with_columns(month=month_of(nw.col("day")))
    first = bought.group_by("customer_id").agg(nw.col("month").min().alias("first"))
    return same_kind(first.select("customer_id", cohort=_year_month()), order_lines)


def _year_month() -> nw.Expr:
    """The month ``first``, counted from January 1970, as 201703."""
    return ((1970 + nw.col("first") // 12) * 100 + nw.col("first") % 12 + 1).cast(nw.Int64)


def _last_whole_month(as_of: int) -> nw.Expr:
    return month_of(nw.lit(as_of + 1)) - 1


def _retained(
    grid: nw.LazyFrame[Any], active: nw.LazyFrame[Any], first: nw.LazyFrame[Any], group: tuple[str, ...]
) -> nw.LazyFrame[Any]:
    """The grid with how many of each cohort bought at each age."""
    aged = active.join(first, on=[*group, "customer_id"]).with_columns(age=nw.col("month") - nw.col("first"))
    seen = aged.group_by(*group, "first", "age").agg(nw.len().alias("active"))
    rows = grid.join(seen, on=[*group, "first", "age"], how="left")
    rows = rows.with_columns(nw.col("active").fill_null(0).cast(nw.Int64), nw.col("customers").cast(nw.Int64))
    rows = rows.with_columns(cohort=_year_month(), retention=share_of("active", "customers"))
    return rows.select(*group, "cohort", "age", "customers", "active", "retention")

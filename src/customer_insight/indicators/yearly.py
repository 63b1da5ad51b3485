"""This year against the same dates of last year (ANA-60)."""

from __future__ import annotations

from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.day_calendar import first_day_of_year, year_before
from customer_insight.indicators.habit_entries import YEARLY
from customer_insight.inputs import ORDER_LINES, check_window, of_customers, typed
from customer_insight.margin import share_of
from customer_insight.tables import same_kind

_SUMS = ("this_year_sales", "last_year_sales", "this_year_count", "last_year_count")


def same_period_last_year(order_lines: IntoFrameT, *, as_of: int, since: int | None = None) -> IntoFrameT:
    """Sales and transactions from ``since`` to ``as_of`` against the same dates a year before (ANA-60).

    ``since`` is 1 January of the year of ``as_of`` unless given. One row per customer with a line in either
    period, the columns of `YEARLY`. Changes are null where last year had nothing to compare with; who bought
    last year and not this year has -1. 29 February is compared with the 28th. A return counts on the day the
    goods came back. Raises TableError for a missing or mistyped column, ValueError for a window longer than a
    year or without a day.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 2, 3, 4], "order_id": [1, 2, 3, 4, 5],
    ...     "day": [400, 40, 370, 5, 60], "amount": [300, 400, 100, 50, 70], "is_return": [False] * 5})
    >>> rows = same_period_last_year(lines, as_of=410).sort("customer_id")
    >>> rows.select("customer_id", "this_year_sales", "last_year_sales", "yearly_sales_change").rows()
    [(1, 300, 400, -0.25), (2, 100, 0, None), (3, 0, 50, -1.0)]
    """
    start = first_day_of_year(as_of) if since is None else since
    check_window(since=start, as_of=as_of)
    if year_before(as_of) >= start:
        raise ValueError(
            f"since ({start}) lies more than a year before as_of ({as_of}): the years would overlap"
        )
    reads = ("customer_id", "order_id", "day", "amount", "is_return")
    lines = of_customers(typed(order_lines, ORDER_LINES, columns=reads))
    this = _orders(lines, start, as_of).select("customer_id", **_columns(this=True))
    last = _orders(lines, year_before(start), year_before(as_of)).select(
        "customer_id", **_columns(this=False)
    )
    sums = nw.concat([this, last], how="vertical").group_by("customer_id").agg(nw.col(*_SUMS).sum())
    whole = sums.with_columns(nw.col(*_SUMS).cast(nw.Int64)).with_columns(
        yearly_sales_difference=nw.col("this_year_sales") - nw.col("last_year_sales"),
        yearly_sales_change=share_of("this_year_sales", "last_year_sales") - 1,
        yearly_count_change=share_of("this_year_count", "last_year_count") - 1,
    )
    return same_kind(whole.select("customer_id", *YEARLY), order_lines)


def _orders(lines: nw.LazyFrame[Any], start: int, end: int) -> nw.LazyFrame[Any]:
    """One row per order of the period: its net amount, and 1 where some of it was sold."""
    sold = nw.when(~nw.col("is_return")).then(nw.lit(1)).otherwise(nw.lit(0))
    inside = lines.filter(nw.col("day") >= start, nw.col("day") <= end).with_columns(valid=sold)
    orders = inside.group_by("customer_id", "order_id").agg(nw.col("amount").sum(), nw.col("valid").max())
    return orders.with_columns(nw.col("amount", "valid").cast(nw.Int64))


def _columns(*, this: bool) -> dict[str, nw.Expr]:
    """The order's figures in the columns of its year, 0 in those of the other."""
    zero = nw.lit(0).cast(nw.Int64)
    sources = ("amount", None, "valid", None) if this else (None, "amount", None, "valid")
    return {name: nw.col(source) if source else zero for name, source in zip(_SUMS, sources, strict=True)}

"""Histories in opportunities: of n chances to buy, on how many did a customer, and which was the last?

For business that comes in rounds (donations, seasons, issues), or where purchases are counted by month.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from customer_insight.lifetime.engine import Vector, as_given, columns_of
from customer_insight.lifetime.histories import purchase_days
from customer_insight.tables import Table, TableError, require_columns

OPPORTUNITIES: Final[Mapping[str, str]] = {
    "customer_id": "integer: the resolved customer",
    "x": "integer: opportunities used, 0..n",
    "t_x": "integer: the last opportunity used, 1..n; 0 where x = 0",
    "n": "integer: opportunities the customer has had since being acquired",
}

TRIPLE: Final = ("x", "t_x", "n")


@dataclass(frozen=True, slots=True)
class Opportunities:
    """Distinct (x, t_x, n), sorted, with the customers of each; four float arrays of one length."""

    x: Vector
    t_x: Vector
    n: Vector
    weight: Vector


def opportunity_histories(order_lines: Table, *, as_of: int, period_days: int) -> Any:
    """One row per customer with a purchase by `as_of`, with the columns of OPPORTUNITIES; row order is open.

    A customer's first purchase day acquires them; the periods of `period_days` days after it are the
    opportunities, of which only whole ones by `as_of` count. A period with any day of positive net sales is
    used. Same kind of table, lazy where the engine is lazy. Raises TableError as purchase_histories, ValueError
    for a period below one day.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 1, 1, 2], "day": [0, 7, 8, 30, 25], "amount": [500] * 5})
    >>> opportunity_histories(lines, as_of=32, period_days=7).sort("customer_id").rows()
    [(1, 2, 2, 4), (2, 0, 0, 1)]
    """
    if period_days < 1:
        raise ValueError(f"period_days must be at least 1, not {period_days}")
    days = purchase_days(order_lines, until=as_of)
    first = days.group_by("customer_id").agg(nw.col("day").min().alias("first_day"))
    opportunities = first.with_columns(((as_of - nw.col("first_day")) // period_days).alias("n"))
    later = days.join(first, on="customer_id", how="inner").filter(nw.col("day") > nw.col("first_day"))
    used = later.select(
        "customer_id", ((nw.col("day") - nw.col("first_day") - 1) // period_days + 1).alias("period")
    ).unique(["customer_id", "period"])
    whole = used.join(opportunities, on="customer_id", how="inner").filter(nw.col("period") <= nw.col("n"))
    counts = whole.group_by("customer_id").agg(nw.len().alias("x"), nw.col("period").max().alias("t_x"))
    joined = opportunities.join(counts, on="customer_id", how="left")
    filled = joined.with_columns(nw.col("x", "t_x").fill_null(0)).with_columns(nw.col(*TRIPLE).cast(nw.Int64))
    return as_given(filled.select(*OPPORTUNITIES), order_lines)


def counted_opportunities(histories: Table) -> nw.LazyFrame[Any]:
    """Distinct (x, t_x, n) with their `count` as a lazy frame; counts that are there already are added up."""
    frame = require_columns(histories, TRIPLE, name="histories")
    has_count = "count" in frame.collect_schema().names()
    how_many = nw.col("count").sum() if has_count else nw.len()
    grouped = frame.group_by(*TRIPLE).agg(how_many.alias("count"))
    return grouped.with_columns(nw.col(*TRIPLE, "count").cast(nw.Int64))


def read_opportunities(histories: Table) -> Opportunities:
    """Group a table of (x, t_x, n) in its engine and read the distinct rows.

    Raises TableError for an empty table and for rows that no history can have, with how many there are.
    """
    columns = columns_of(counted_opportunities(histories), (*TRIPLE, "count"))
    x, t_x, n, count = (columns[name] for name in (*TRIPLE, "count"))
    if not len(x):
        raise TableError("table 'histories' has no row: there is no customer to fit on")
    _refuse("x, t_x or n is negative or count is not positive", np.minimum(x, t_x) < 0, n < 0, count <= 0)
    _refuse("t_x lies after n", t_x > n)
    _refuse("x exceeds t_x, or only one of them is 0", x > t_x, (x == 0) != (t_x == 0))
    order = np.lexsort((n, t_x, x))
    return Opportunities(*(column[order].astype(np.float64) for column in (x, t_x, n, count)))


def _refuse(what: str, *at_fault: NDArray[np.bool_]) -> None:
    if rows := int(np.count_nonzero(np.logical_or.reduce(at_fault))):
        raise TableError(f"table 'histories': {what} in {rows} distinct row(s)")

"""The stored form of a customer base: how many customers have each history (x, first_day, last_day).

It is all that a fit reads. It does not name an observation date, so it holds for any date on or after the last
day it covers; parts by customer add up, and a day's purchases move only the customers who bought.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import narwhals as nw

from customer_insight.lifetime.engine import as_given
from customer_insight.lifetime.histories import (
    DISTINCT_HISTORIES,
    FIRST,
    HISTORIES,
    TRIPLE,
    counted,
    mean_spend,
)
from customer_insight.tables import Table, TableError, require_columns

HISTOGRAM: Final[Mapping[str, str]] = DISTINCT_HISTORIES
"""What `distinct_histories` returns; in a table of changes, `count` may be negative."""


def merge_histograms(first: Table, *more: Table) -> Any:
    """Add up histograms (columns of HISTOGRAM): parts of the base by customer, or a base and its changes.

    Same kind of table as `first`, rows with a count of 0 left out, row order open; all of one engine (and one
    connection or session). Raises TableError for a missing column.

    >>> import polars as pl
    >>> base = pl.DataFrame({"x": [0, 1], "first_day": [3, 3], "last_day": [3, 9], "count": [5, 2]})
    >>> moved = pl.DataFrame({"x": [0, 1], "first_day": [3, 3], "last_day": [3, 12], "count": [-1, 1]})
    >>> merge_histograms(base, moved).sort("x", "last_day").rows()
    [(0, 3, 3, 4), (1, 3, 9, 2), (1, 3, 12, 1)]
    """
    parts = [
        require_columns(part, HISTOGRAM, name="histogram").with_columns(nw.col(*HISTOGRAM).cast(nw.Int64))
        for part in (first, *more)
    ]
    together = nw.concat([part.select(*HISTOGRAM) for part in parts])
    merged = together.group_by(*TRIPLE).agg(nw.col("count").sum())
    kept = merged.filter(nw.col("count") != 0).with_columns(nw.col("count").cast(nw.Int64))
    return as_given(kept.select(*HISTOGRAM), first)


def histogram_changes(before: Table, after: Table) -> Any:
    """What to add to the histogram when some customers' histories change: -1 for the old, +1 for the new.

    `before` and `after` have the columns x, first_day, last_day: the same customers' histories, before only of
    those who had one. Same kind of table, columns of HISTOGRAM; row order is open. Raises TableError for a
    missing column.

    >>> import polars as pl
    >>> old = pl.DataFrame({"x": [0], "first_day": [3], "last_day": [3]})
    >>> new = pl.DataFrame({"x": [1, 0], "first_day": [3, 12], "last_day": [12, 12]})
    >>> histogram_changes(old, new).sort("first_day", "last_day").rows()
    [(0, 3, 3, -1), (1, 3, 12, 1), (0, 12, 12, 1)]
    """
    gone = counted(before).with_columns((0 - nw.col("count")).alias("count")).select(*HISTOGRAM)
    come = counted(after).select(*HISTOGRAM)
    return merge_histograms(as_given(gone, before), as_given(come, after))


def merge_histories(earlier: Table, later: Table) -> Any:
    """Histories (columns of HISTORIES) of two spans of days, one after the other, as histories of both together.

    Every purchase day of `later` must lie after those of `earlier`: then x = (x1 + 1) + (x2 + 1) - 1 where a
    customer is in both, and spend adds up but for the first day of all. Same kind of table, row order is open.

    Raises TableError for a missing column, and where a customer's days overlap, with how many there are (which
    reads the tables once).

    >>> import polars as pl
    >>> from customer_insight.lifetime import purchase_histories
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 1, 2], "day": [3, 9, 20, 21], "amount": [100, 200, 400, 50]})
    >>> june, july = (lines.filter(pl.col("day") <= 10), lines.filter(pl.col("day") > 10))
    >>> parts = [purchase_histories(part, as_of=30) for part in (june, july)]
    >>> both = merge_histories(*parts).sort("customer_id")
    >>> both.equals(purchase_histories(lines, as_of=30).sort("customer_id"))
    True
    """
    before, after = (
        require_columns(part, HISTORIES, name=name).select(*HISTORIES)
        for part, name in ((earlier, "earlier"), (later, "later"))
    )
    _refuse_overlap(before, after)
    days = nw.concat([before, after]).with_columns(
        (nw.col("x") + 1).alias("days"),
        (nw.col("first_day") * FIRST + nw.col("total_spend") - nw.col("repeat_spend")).alias("first"),
    )
    grouped = days.group_by("customer_id").agg(
        nw.col("days").sum(),
        nw.col("first_day").min(),
        nw.col("last_day").max(),
        nw.col("first").min(),
        nw.col("total_spend").sum(),
    )
    whole = grouped.with_columns(nw.col("days", "total_spend").cast(nw.Int64))
    first_spend = nw.col("first") - nw.col("first_day") * FIRST
    repeat = (nw.col("total_spend") - first_spend).alias("repeat_spend")
    counts = whole.with_columns((nw.col("days") - 1).alias("x"), repeat)
    return as_given(counts.with_columns(mean_spend()).select(*HISTORIES), earlier)


def _refuse_overlap(before: nw.LazyFrame[Any], after: nw.LazyFrame[Any]) -> None:
    last = before.select("customer_id", nw.col("last_day").alias("until"))
    both = after.join(last, on="customer_id", how="inner").filter(nw.col("first_day") <= nw.col("until"))
    overlapping = int(both.select(nw.len().alias("customers")).collect()["customers"][0])
    if overlapping:
        raise TableError(
            f"column 'first_day' of 'later' is not after 'last_day' of 'earlier' for {overlapping} customer(s); "
            "cut the order lines at one day"
        )

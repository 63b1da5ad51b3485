"""Net sales by day, and how a customer's buying moves: one window against the window before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs import ORDER_LINES, typed
from customer_insight.tables import same_kind

DAILY_SALES: Final[Mapping[str, str]] = {
    "customer_id": "integer: the resolved customer",
    "day": "integer: business date as days since 1970-01-01",
    "amount": "integer minor units of that day's lines, net of returns",
}
"""What trend, purchase histories and back-test read of the order lines; they take either."""


def daily_sales(order_lines: IntoFrameT, *, as_of: int) -> IntoFrameT:
    """The lines up to day ``as_of``, netted by customer and day: the columns of DAILY_SALES, row order open.

    Whatever sums amounts by customer over whole days has the same result from this table as from the lines, which are
    several times as many. Lines without a customer are left out. Raises TableError for a missing column.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 1, 2, None], "day": [5, 5, 6, 5, 5],
    ...                       "amount": [400, -100, 200, 50, 70]})
    >>> daily_sales(lines, as_of=5).sort("customer_id").rows()
    [(1, 5, 300), (2, 5, 50)]
    """
    frame = typed(order_lines, ORDER_LINES, columns=DAILY_SALES, windows=False)
    lines = frame.filter(~nw.col("customer_id").is_null(), nw.col("day") <= as_of)
    net = lines.group_by("customer_id", "day").agg(nw.col("amount").sum())
    return same_kind(net.with_columns(nw.col("amount").cast(nw.Int64)).select(*DAILY_SALES), order_lines)


def sales_trend(order_lines: IntoFrameT, *, as_of: int, window_days: int = 91) -> IntoFrameT:
    """Sales of the last ``window_days`` days up to ``as_of`` against those of the same number of days before.

    ``order_lines`` or `daily_sales`. One row per customer with a line in either: ``customer_id``, ``recent_sales``,
    ``earlier_sales`` (minor units, net of returns) and ``sales_change`` = recent / earlier - 1, null where nothing was
    bought earlier (no rate of nothing). Feeds ANA-60, which compares periods; a customer who bought earlier and not at
    all recently has -1. Raises TableError for a missing column, ValueError for a window of no day.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 2, 3, 4], "day": [5, 15, 16, 4, 0],
    ...                       "amount": [400, 300, 100, 50, 70]})
    >>> sales_trend(lines, as_of=20, window_days=10).sort("customer_id").rows()
    [(1, 300, 400, -0.25), (2, 100, 0, None), (3, 0, 50, -1.0)]
    """
    if window_days < 1:
        raise ValueError(f"window_days is at least 1, not {window_days}")
    frame = typed(order_lines, ORDER_LINES, columns=DAILY_SALES, windows=False)
    middle, day, amount = as_of - window_days, nw.col("day"), nw.col("amount")
    lines = frame.filter(~nw.col("customer_id").is_null(), day > middle - window_days, day <= as_of)
    parted = lines.select(
        "customer_id",
        recent_sales=nw.when(day > middle).then(amount).otherwise(nw.lit(0)),
        earlier_sales=nw.when(day > middle).then(nw.lit(0)).otherwise(amount),
    )
    sums = parted.group_by("customer_id").agg(nw.col("recent_sales", "earlier_sales").sum())
    whole = sums.with_columns(nw.col("recent_sales", "earlier_sales").cast(nw.Int64))
    earlier = nw.col("earlier_sales")
    change = nw.when(earlier > 0).then(nw.col("recent_sales") / nw.when(earlier > 0).then(earlier) - 1)
    return same_kind(whole.with_columns(sales_change=change), order_lines)

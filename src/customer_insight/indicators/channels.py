"""Channel mix: through which channels each customer buys, and how much (DATA-22)."""

from __future__ import annotations

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs import ORDER_LINES, in_window, of_customers, typed
from customer_insight.margin import share_of
from customer_insight.tables import same_kind


def channel_mix(order_lines: IntoFrameT, *, as_of: int, since: int | None = None) -> IntoFrameT:
    """One row per customer and channel: ``customer_id``, ``channel`` (null: unknown), ``sales_amount`` (minor
    units, net of returns), ``sales_share`` of the customer's sales over all channels.

    ``order_lines`` is the table ORDER_LINES with ``channel``. Amounts of a customer add up to the
    ``sales_amount`` of `transaction_indicators`; the shares are null where that is not positive. Row order is
    open. Raises TableError for a missing or mistyped column, ValueError when ``since`` lies after ``as_of``.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 1, 2, 2], "day": [1, 2, 3, 1, 2],
    ...     "amount": [60, 20, 20, 50, -50], "channel": ["web", "shop", "web", "shop", None]})
    >>> channel_mix(lines, as_of=9).sort("customer_id", "channel", nulls_last=True).rows()
    [(1, 'shop', 20, 0.2), (1, 'web', 80, 0.8), (2, 'shop', 50, None), (2, None, -50, None)]
    """
    frame = typed(order_lines, ORDER_LINES, columns=("customer_id", "day", "amount", "channel"))
    lines = in_window(of_customers(frame), since=since, as_of=as_of)
    sums = lines.group_by("customer_id", "channel").agg(nw.col("amount").sum().alias("sales_amount"))
    totals = sums.group_by("customer_id").agg(nw.col("sales_amount").sum().alias("total"))
    both = sums.join(totals, on="customer_id").with_columns(nw.col("sales_amount", "total").cast(nw.Int64))
    shared = both.with_columns(sales_share=share_of("sales_amount", "total"))
    return same_kind(shared.select("customer_id", "channel", "sales_amount", "sales_share"), order_lines)

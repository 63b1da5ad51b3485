"""Purchases of customers in order: the events that cohorts and repeats count."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from customer_insight.inputs import ORDER_LINES, in_window, of_customers, typed


def purchases(order_lines: Any, *, as_of: int, keep: tuple[str, ...] = ()) -> nw.LazyFrame[Any]:
    """One row per valid transaction (an order with a line that is not a return): customer_id, order_id, day, and
    the columns ``keep`` of its lines.
    """
    reads = ("customer_id", "order_id", "day", "is_return", *keep)
    lines = in_window(of_customers(typed(order_lines, ORDER_LINES, columns=reads)), since=None, as_of=as_of)
    sold = lines.filter(~nw.col("is_return"))
    return sold.group_by("customer_id", "order_id", *keep).agg(nw.col("day").min())

"""Transaction indicators: what each customer bought, returned and earned us, one wide row a customer.

Order lines become orders, orders become customers: two grouped sums, no loop, no window. Every measure keeps
the plain reading of its name; `INDICATORS` states each for people.
"""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.indicators.transaction_entries import INDICATORS
from customer_insight.inputs import ORDER_LINES, check_window, in_window, typed
from customer_insight.margin import Margin, line_profit, share_of, sold_amount, unknown_cost_amount
from customer_insight.tables import same_kind

_READS: Final = (
    "customer_id", "order_id", "day", "product_id", "amount", "cost", "discount", "is_return",
)  # fmt: skip

_SUMS: Final = (
    "sales_amount", "profit_amount", "sold_amount", "unknown_cost_amount", "return_amount", "discount_amount",
)  # fmt: skip


def transaction_indicators(
    order_lines: IntoFrameT, *, as_of: int, since: int | None = None, margin: Margin
) -> IntoFrameT:
    """One row per customer who has a line in the window (ANA-02 to ANA-10).

    ``order_lines`` is the ORDER_LINES table; lines after day ``as_of``, before day ``since`` (None: the whole
    history) or without a customer are ignored, both days themselves count. Amounts are minor units. Columns:

    - ``customer_id``
    - ``transaction_count``: orders with at least one line that is not a return (a valid transaction)
    - ``sales_amount``: sum of amount, net of returns; ``profit_amount``: sum of line profit, net of returns
    - ``gross_margin_rate``: profit_amount / sales_amount; null when sales_amount is 0
    - ``average_transaction_amount``: sales_amount / transaction_count (net of returns); null without a
      transaction
    - ``largest_transaction_amount``: the largest valid transaction, returned lines left aside; null without
      one
    - ``return_amount``: goods returned, positive; ``return_count``: orders with at least one returned line
    - ``first_day``, ``last_day`` of the valid transactions; null without one
    - ``tenure_days``: as_of - first_day; ``recency_days``: as_of - last_day; null without a transaction. With
      ``since`` the first day is the first in the window, so leave it out for the whole tenure
    - ``average_cycle_days``: mean days between successive transactions, (last_day - first_day) /
      (transaction_count - 1), two on one day being 0 apart; null with fewer than 2
    - ``product_count``: different known products bought; ``discount_amount``: discount on lines not returned
    - ``unknown_cost_share``: share of goods sold whose profit rests on ``margin``; null where nothing was
      sold

    An order whose lines carry several days counts on its first day. Raises TableError for a missing or mistyped
    column, ValueError when ``since`` lies after ``as_of``.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 1, 2, 2], "order_id": [1, 1, 2, 3, 4],
    ...     "day": [10, 10, 30, 15, 20], "product_id": [7, 8, 7, 7, 7], "quantity": [1, 1, 1, 1, -1],
    ...     "amount": [500, 300, 400, 1000, -1000], "cost": [300, 200, 300, 600, -600],
    ...     "discount": [0, 50, 0, 0, 0], "is_return": [False, False, False, False, True]})
    >>> rows = transaction_indicators(lines, as_of=40, margin=Margin(assumed_rate=0.25)).sort("customer_id")
    >>> rows.select("transaction_count", "sales_amount", "gross_margin_rate", "average_cycle_days").rows()
    [(2, 1200, 0.3333333333333333, 20.0), (1, 0, None, None)]
    """
    check_window(since=since, as_of=as_of)
    lines = _lines(order_lines, start=since, end=as_of, margin=margin)
    customers = _customers(_orders(lines)).join(_products(lines), on="customer_id", how="left")
    return same_kind(_derived(customers, as_of=as_of).select("customer_id", *INDICATORS), order_lines)


def sales_between(order_lines: IntoFrameT, *, start: int, end: int, margin: Margin) -> IntoFrameT:
    """What each customer bought from day ``start`` to day ``end``, both included: an outcome or a pre-period.

    Columns ``customer_id``, ``sales_amount``, ``profit_amount`` (minor units, net of returns) and
    ``transaction_count``, as in `transaction_indicators`. A customer without a line in the window has no row:
    who is to count as zero is the caller's to say. Raises TableError, or ValueError when ``end`` lies before
    ``start``.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 1, 2, 2], "order_id": [1, 1, 2, 3, 4],
    ...     "day": [10, 10, 30, 15, 20], "product_id": [7, 8, 7, 7, 7], "quantity": [1, 1, 1, 1, -1],
    ...     "amount": [500, 300, 400, 1000, -1000], "cost": [300, 200, 300, 600, -600],
    ...     "discount": [0, 50, 0, 0, 0], "is_return": [False, False, False, False, True]})
    >>> sales_between(lines, start=10, end=15, margin=Margin(assumed_rate=0.25)).sort("customer_id").rows()
    [(1, 800, 300, 1), (2, 1000, 400, 1)]
    """
    if end < start:
        raise ValueError(f"end ({end}) lies before start ({start})")
    customers = _customers(_orders(_lines(order_lines, start=start, end=end, margin=margin)))
    wanted = customers.select("customer_id", "sales_amount", "profit_amount", "transaction_count")
    return same_kind(wanted, order_lines)


def _lines(order_lines: Any, *, start: int | None, end: int, margin: Margin) -> nw.LazyFrame[Any]:
    """The lines of the window with the columns that are summed, so that no aggregate needs a filter."""
    frame = typed(order_lines, ORDER_LINES, columns=_READS).filter(~nw.col("customer_id").is_null())
    frame = in_window(frame, since=start, as_of=end)
    returned = nw.col("is_return")
    return frame.select(
        "customer_id", "order_id", "product_id", "is_return",
        line_profit(margin).alias("profit_amount"),
        unknown_cost_amount(),
        sold_amount().alias("sold_amount"),
        sales_amount=nw.col("amount"),
        return_amount=nw.when(returned).then(-nw.col("amount")).otherwise(nw.lit(0)),
        discount_amount=nw.when(returned).then(nw.lit(0)).otherwise(nw.col("discount")),
        sold_day=nw.when(~returned).then(nw.col("day")),
        sold_lines=nw.when(returned).then(nw.lit(0)).otherwise(nw.lit(1)),
        returned_lines=nw.when(returned).then(nw.lit(1)).otherwise(nw.lit(0)),
    )  # fmt: skip


def _orders(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """One row per order: sums of lines, day, whether it is a valid transaction, whether it has a return."""
    sums = [nw.col(name).sum() for name in (*_SUMS, "sold_lines", "returned_lines")]
    orders = lines.group_by("customer_id", "order_id").agg(*sums, nw.col("sold_day").min())
    sold = nw.col("sold_lines") > 0
    return orders.with_columns(
        transaction_count=nw.when(sold).then(nw.lit(1)).otherwise(nw.lit(0)),
        return_count=nw.when(nw.col("returned_lines") > 0).then(nw.lit(1)).otherwise(nw.lit(0)),
        largest_transaction_amount=nw.when(sold).then(nw.col("sold_amount")),
    )


def _customers(orders: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """One row per customer: the additive measures and the extremes; sums are brought back to 64 bits."""
    counted = (*_SUMS, "transaction_count", "return_count")
    customers = orders.group_by("customer_id").agg(
        *[nw.col(name).sum() for name in counted],
        nw.col("largest_transaction_amount").max(),
        nw.col("sold_day").min().alias("first_day"),
        nw.col("sold_day").max().alias("last_day"),
    )
    return customers.with_columns(nw.col(*counted).cast(nw.Int64))


def _products(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Different products per customer, by grouping twice: spills to disk where a distinct count would not."""
    bought = lines.filter(~nw.col("is_return"), ~nw.col("product_id").is_null())
    pairs = bought.group_by("customer_id", "product_id").agg(nw.len().alias("lines"))
    return pairs.group_by("customer_id").agg(nw.len().alias("product_count"))


def _derived(customers: nw.LazyFrame[Any], *, as_of: int) -> nw.LazyFrame[Any]:
    """The measures that divide or subtract; a null divisor gives null on every engine, a zero would not."""
    count, sales = nw.col("transaction_count"), nw.col("sales_amount")
    gaps = nw.when(count > 1).then(count - 1)
    return customers.with_columns(
        gross_margin_rate=nw.col("profit_amount") / nw.when(sales != 0).then(sales),
        average_transaction_amount=sales / nw.when(count > 0).then(count),
        tenure_days=as_of - nw.col("first_day"),
        recency_days=as_of - nw.col("last_day"),
        average_cycle_days=(nw.col("last_day") - nw.col("first_day")) / gaps,
        product_count=nw.col("product_count").fill_null(0).cast(nw.Int64),
        unknown_cost_share=share_of("unknown_cost_amount", "sold_amount"),
    )

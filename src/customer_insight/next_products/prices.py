"""What one piece of a product was paid for, where no price list is known."""

from __future__ import annotations

from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs import ORDER_LINES, typed
from customer_insight.next_products.candidates import PRODUCT_CATEGORIES
from customer_insight.tables import same_kind


def paid_prices(order_lines: IntoFrameT, products: Any, *, as_of: int, window_days: int = 364) -> IntoFrameT:
    """The products with what was paid for one piece, for `price_levels`: ``product_id``, ``category``, ``price``.

        price = sum of amounts / sum of quantities, minor units

    over lines of the ``window_days`` days until ``as_of`` that are no returns and have a quantity above 0; null
    without such a line. ``products`` has the columns PRODUCT_CATEGORIES and is of the kind of ``order_lines``. Raises
    TableError for a missing or mistyped column.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"product_id": [1, 1], "day": [3, 4], "quantity": [1.0, 3.0], "amount": [100, 200],
    ...                       "is_return": [False, False]})
    >>> teas = pl.DataFrame({"product_id": [1, 2], "category": ["tea", "tea"]})
    >>> paid_prices(lines, teas, as_of=5).sort("product_id").rows()
    [(1, 'tea', 75.0), (2, 'tea', None)]
    """
    reads = ("product_id", "day", "quantity", "amount", "is_return")
    lines = typed(order_lines, ORDER_LINES, columns=reads)
    counted = lines.filter(
        ~nw.col("is_return"),
        ~nw.col("product_id").is_null(),
        nw.col("quantity") > 0,
        nw.col("day") <= as_of,
        nw.col("day") > as_of - window_days,
    )
    keyed = counted.with_columns(nw.col("product_id").cast(nw.Int64))
    sums = keyed.group_by("product_id").agg(nw.col("amount", "quantity").sum())
    paid = sums.select("product_id", price=nw.col("amount").cast(nw.Float64) / nw.col("quantity"))
    known = typed(products, PRODUCT_CATEGORIES).select(nw.col("product_id").cast(nw.Int64), "category")
    return same_kind(
        known.join(paid, on="product_id", how="left").select("product_id", "category", "price"), order_lines
    )

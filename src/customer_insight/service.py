"""What serving customers costs, and what a unit of sales leaves after it."""

from __future__ import annotations

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.margin import share_of
from customer_insight.tables import require_columns, same_kind


def cost_to_serve(values: IntoFrameT, *, per_order: float) -> IntoFrameT:
    """Each customer's cost to serve at a known rate per order: ``customer_id``, ``cost_to_serve`` (minor units).

    cost_to_serve = (transaction_count + return_count) x per_order: taking goods back is work as selling them is
    (ANA-32). Needs ``customer_id``, ``transaction_count`` and ``return_count``; raises TableError naming what is
    missing.

    >>> import polars as pl
    >>> values = pl.DataFrame({"customer_id": [1, 2, 3], "transaction_count": [4, 1, 0], "return_count": [1, 0, 1]})
    >>> cost_to_serve(values, per_order=100).rows()
    [(1, 500.0), (2, 100.0), (3, 100.0)]
    """
    frame = require_columns(values, ("customer_id", "transaction_count", "return_count"), name="values")
    served = nw.col("transaction_count") + nw.col("return_count")
    return same_kind(frame.select("customer_id", cost_to_serve=served * float(per_order)), values)


def margin_after_service(values: IntoFrameT) -> IntoFrameT:
    """What a unit of sales leaves after goods and service, over all customers: one row, ``margin_rate`` (ANA-28).

    margin_rate = sum of contribution / sum of sales_amount, null where sales are not positive. It is the margin to give
    to sales still to come. Needs ``sales_amount`` and ``contribution``; raises TableError naming what is missing.

    >>> import polars as pl
    >>> values = pl.DataFrame({"sales_amount": [700, 300], "contribution": [200.0, -50.0]})
    >>> margin_after_service(values).rows()
    [(0.15,)]
    """
    frame = require_columns(values, ("sales_amount", "contribution"), name="values")
    sums = frame.select(
        nw.col("sales_amount").sum().cast(nw.Int64), nw.col("contribution").sum().cast(nw.Float64)
    )
    return same_kind(sums.select(margin_rate=share_of("contribution", "sales_amount")), values)

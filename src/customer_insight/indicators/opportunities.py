"""What open opportunities are expected to bring (ANA-11)."""

from __future__ import annotations

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs import OPPORTUNITIES, of_customers, typed
from customer_insight.tables import same_kind


def expected_sales(opportunities: IntoFrameT, *, as_of: int) -> IntoFrameT:
    """One row per customer with an opportunity opened up to ``as_of``: ``customer_id``,
    ``expected_sales_amount`` (minor units) and ``open_opportunity_count`` (ANA-11).

    ``opportunities`` is the table OPPORTUNITIES. One is open as of a day when it was opened up to that day and
    not closed up to it. Amounts are not weighted by a chance of winning. Raises TableError for a missing or
    mistyped column.

    >>> import polars as pl
    >>> deals = pl.DataFrame({"customer_id": [1, 1, 1, 2, 3], "opportunity_id": [1, 2, 3, 4, 5],
    ...     "opened_day": [1, 2, 9, 3, 4], "closed_day": [None, 6, None, 5, None],
    ...     "expected_amount": [500, 300, 900, 100, 50]})
    >>> expected_sales(deals, as_of=5).sort("customer_id").rows()
    [(1, 800, 2), (2, 0, 0), (3, 50, 1)]
    """
    deals = of_customers(typed(opportunities, OPPORTUNITIES)).filter(nw.col("opened_day") <= as_of)
    still = nw.col("closed_day").is_null() | (nw.col("closed_day") > as_of)
    marked = deals.select(
        "customer_id",
        expected_sales_amount=nw.when(still).then("expected_amount").otherwise(nw.lit(0)),
        open_opportunity_count=nw.when(still).then(nw.lit(1)).otherwise(nw.lit(0)),
    )
    sums = marked.group_by("customer_id").agg(nw.col("expected_sales_amount", "open_opportunity_count").sum())
    whole = sums.with_columns(nw.col("expected_sales_amount", "open_opportunity_count").cast(nw.Int64))
    return same_kind(whole, opportunities)

"""How many customers a list lets expect of each product."""

from __future__ import annotations

from typing import Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs import Column, TableDefinition, typed
from customer_insight.tables import same_kind

PRODUCT_CHANCES: Final = TableDefinition(
    name="chances",
    columns={
        "product_id": Column(kind="key", meaning="the product"),
        "probability": Column(kind="number", meaning="that one customer buys it", nullable=True),
    },
)


def expected_buyers(chances: IntoFrameT) -> IntoFrameT:
    """Per product the buyers that rows of `buy_again` or `buy_new` let expect within the horizon (ANA-62).

    ``product_id``, ``customers`` (rows with a known probability) and ``expected``, the sum of their probabilities:
    the expected number of them who buy it. Customers outside of the rows count nothing, so a list cut at few places
    lets expect too few. ``chances`` has the columns PRODUCT_CHANCES. Raises TableError for a missing or mistyped
    column.

    >>> import polars as pl
    >>> rows = pl.DataFrame({"product_id": [7, 7, 8, 8], "probability": [0.5, 0.25, 0.125, None]})
    >>> expected_buyers(rows).sort("product_id").rows()
    [(7, 2, 0.75), (8, 1, 0.125)]
    """
    rows = typed(chances, PRODUCT_CHANCES).filter(~nw.col("probability").is_null())
    sums = rows.group_by("product_id").agg(
        nw.len().alias("customers"), nw.col("probability").sum().alias("expected")
    )
    counted = sums.with_columns(nw.col("customers").cast(nw.Int64))
    return same_kind(counted.select("product_id", "customers", "expected"), chances)

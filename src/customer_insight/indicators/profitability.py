"""What a customer earns us after everything, and how much of the differences a grouping explains (ANA-39)."""

from __future__ import annotations

from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.margin import share_of
from customer_insight.tables import require_columns, same_kind


def customer_profit(values: IntoFrameT) -> IntoFrameT:
    """Each customer's profit after service and acquisition: ``customer_id``, ``customer_profit`` (minor units).

    customer_profit = profit_amount - cost_to_serve - acquisition_cost, with profit_amount = revenue - product
    cost (ANA-39). Null where any part is unknown: an unknown cost is not zero. Raises TableError naming what is
    missing.

    >>> import polars as pl
    >>> values = pl.DataFrame({"customer_id": [1, 2, 3], "profit_amount": [900, 200, 50],
    ...                        "cost_to_serve": [100, 250, 10], "acquisition_cost": [300, 0, None]})
    >>> customer_profit(values).rows()
    [(1, 500), (2, -50), (3, None)]
    """
    parts = ("profit_amount", "cost_to_serve", "acquisition_cost")
    frame = require_columns(values, ("customer_id", *parts), name="values")
    left = nw.col("profit_amount") - nw.col("cost_to_serve") - nw.col("acquisition_cost")
    return same_kind(frame.select("customer_id", customer_profit=left), values)


def profit_explained(values: IntoFrameT, *, by: str, profit: str = "customer_profit") -> IntoFrameT:
    """How much of the variance of profit lies between the groups ``by``: one row (ANA-39).

    ``values``: ``by`` and ``profit``, one row per customer; unknown profits are left out, an unknown group is a
    group. Columns ``customers``, ``groups``, ``explained`` = sum over groups of n_g (mean_g - mean)^2 / sum over
    customers of (profit - mean)^2, the eta squared of Fisher's analysis of variance: 0 where all groups have
    one mean, 1 where nobody differs within a group, null where nobody differs at all. It grows with the number
    of groups even by chance: with g groups of n customers (g - 1) / (n - 1) is to be expected from nothing,
    which stands beside it as ``by_chance``. Raises TableError for a missing column.

    >>> import polars as pl
    >>> values = pl.DataFrame({"tier": ["a", "a", "b", "b"], "customer_profit": [10, 20, 40, 50]})
    >>> profit_explained(values, by="tier").rows()
    [(4, 2, 0.9, 0.3333333333333333)]
    """
    frame = require_columns(values, (by, profit), name="values").filter(~nw.col(profit).is_null())
    frame = frame.select(by, profit=nw.col(profit).cast(nw.Float64))
    whole = frame.select(customers=nw.len().cast(nw.Int64), mean=nw.col("profit").mean())
    away = frame.join(whole.select("mean"), how="cross").with_columns(away=nw.col("profit") - nw.col("mean"))
    groups = away.group_by(by).agg(nw.len().alias("size"), nw.col("away").mean())
    between = groups.select(
        groups=nw.len().cast(nw.Int64), between=(nw.col("size") * nw.col("away") ** 2).sum()
    )
    total = away.select(total=(nw.col("away") ** 2).sum())
    one = whole.join(between, how="cross").join(total, how="cross")
    return same_kind(_explained(one), values)


def _explained(one: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    one = one.with_columns(more=nw.col("groups") - 1, free=nw.col("customers") - 1)
    shares = one.with_columns(explained=share_of("between", "total"), by_chance=share_of("more", "free"))
    return shares.select("customers", "groups", "explained", "by_chance")

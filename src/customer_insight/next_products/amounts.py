"""How much such a customer could buy of a product: its share in the spend of those who buy it (ANA-61)."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from customer_insight.next_products.held import kept

_PAIR = ["customer_id", "product_id"]


def with_potential(
    pairs: nw.LazyFrame[Any],
    lines: nw.LazyFrame[Any],
    categories: nw.LazyFrame[Any],
    *,
    scale: float,
) -> nw.LazyFrame[Any]:
    """``pairs`` with ``spent`` and ``potential``, both in minor units per horizon.

    ``lines`` are those of the window, ``scale`` is horizon / window, ``categories`` has product_id and category.
    """
    own = kept(lines.group_by(*_PAIR).agg(nw.col("amount").sum()).join(categories, on="product_id"))
    in_category = kept(
        own.group_by("customer_id", "category").agg(nw.col("amount").sum().alias("in_category"))
    )
    in_all = kept(own.group_by("customer_id").agg(nw.col("amount").sum().alias("in_all")))
    shares = _shares(own, in_category, in_all)
    wide = pairs.join(categories, on="product_id", how="left").join(shares, on="product_id", how="left")
    wide = wide.join(own.select(*_PAIR, "amount"), on=_PAIR, how="left")
    wide = wide.join(in_category, on=["customer_id", "category"], how="left")
    wide = wide.join(in_all, on="customer_id", how="left")
    spent = nw.col("amount").fill_null(0).cast(nw.Float64) * scale
    by_category = nw.col("category_share") * nw.col("in_category") * scale
    by_all = nw.col("all_share") * nw.col("in_all") * scale
    chosen = (
        nw.when(nw.col("in_category") > 0)
        .then(by_category)
        .otherwise(nw.when(nw.col("in_all") > 0).then(by_all))
    )
    known = wide.with_columns(spent=spent, like_others=chosen)
    more = nw.when(nw.col("like_others") < nw.col("spent")).then(nw.col("spent"))
    dropped = ("amount", "in_category", "in_all", "category_share", "all_share", "like_others", "category")
    return known.with_columns(potential=more.otherwise(nw.col("like_others"))).drop(*dropped)


def _shares(
    own: nw.LazyFrame[Any], in_category: nw.LazyFrame[Any], in_all: nw.LazyFrame[Any]
) -> nw.LazyFrame[Any]:
    """Per product the share that it has in its buyers' spend in its category, and in all their spend."""
    beside = own.join(in_category, on=["customer_id", "category"]).join(in_all, on="customer_id")
    sums = beside.group_by("product_id").agg(nw.col("amount", "in_category", "in_all").sum())
    amount = nw.col("amount").cast(nw.Float64)
    return sums.filter(nw.col("amount") > 0).select(
        "product_id",
        category_share=nw.when(nw.col("in_category") > 0).then(amount / nw.col("in_category")),
        all_share=nw.when(nw.col("in_all") > 0).then(amount / nw.col("in_all")),
    )

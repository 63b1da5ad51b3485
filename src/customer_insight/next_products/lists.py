"""The two lists as weights: products bought before, and products never bought."""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw

from customer_insight.next_products.held import first_places, kept
from customer_insight.next_products.settings import NextProductSettings
from customer_insight.next_products.similarity import popularity, similar, strongest

PART_ROWS: Final = 40_000_000
"""Rows that customers' products meet similar products in at a time: bounds memory."""

_PAIR: Final = ["customer_id", "product_id"]
_LISTED: Final = ("customer_id", "product_id", "place", "weight", "source")


def again_list(held: nw.LazyFrame[Any], *, count: int) -> nw.LazyFrame[Any]:
    """The rows of `held_products` with the highest weights of every customer, numbered by ``place``."""
    return first_places(held, within="customer_id", best="weight", tie="product_id", count=count)


def new_list(held: nw.LazyFrame[Any], settings: NextProductSettings, *, count: int) -> nw.LazyFrame[Any]:
    """Up to ``count`` products per customer that ``held`` (kept) lacks: customer_id, product_id, place, weight and
    ``source``: "co-purchase", then "popular" to fill up.
    """
    basis = kept(strongest(held, settings))
    near = kept(similar(basis, settings).select("product_id", "other_id", "similarity"))
    seeds = basis.filter(nw.col("place") <= settings.seeds)
    first = _in_parts(seeds, near, held, count=count)
    return nw.concat([first, _fallback(held, first, settings, count=count)], how="vertical")


def _in_parts(
    seeds: nw.LazyFrame[Any], near: nw.LazyFrame[Any], held: nw.LazyFrame[Any], *, count: int
) -> nw.LazyFrame[Any]:
    """The best by co-purchase, some customers at a time."""
    rows = seeds.select(nw.len()).collect().row(0)[0]
    neighbours = near.select(nw.len()).collect().row(0)[0]
    products = near.select("product_id").unique().select(nw.len()).collect().row(0)[0]
    parts = 1 if seeds.implementation.is_pyspark() else 1 + rows * neighbours // max(products, 1) // PART_ROWS
    if parts == 1:
        return kept(_by_co_purchase(seeds, near, held, count=count))
    number = nw.col("customer_id").abs() % parts
    found = [
        kept(_by_co_purchase(seeds.filter(number == part), near, held.filter(number == part), count=count))
        for part in range(parts)
    ]
    return kept(nw.concat(found, how="vertical"))


def _by_co_purchase(
    seeds: nw.LazyFrame[Any], near: nw.LazyFrame[Any], held: nw.LazyFrame[Any], *, count: int
) -> nw.LazyFrame[Any]:
    """weight = sum over the customer's strongest products of floor(weight x similarity)."""
    met = seeds.join(near, on="product_id")
    each = (nw.col("weight") * nw.col("similarity")).floor().cast(nw.Int64)
    pulls = met.select("customer_id", product_id="other_id", weight=each).filter(nw.col("weight") > 0)
    sums = pulls.group_by(*_PAIR).agg(nw.col("weight").sum())
    fresh = sums.with_columns(nw.col("weight").cast(nw.Int64)).join(held, on=_PAIR, how="anti")
    first = first_places(fresh, within="customer_id", best="weight", tie="product_id", count=count)
    return first.with_columns(source=nw.lit("co-purchase")).select(*_LISTED)


def most_bought(held: nw.LazyFrame[Any], settings: NextProductSettings) -> nw.LazyFrame[Any]:
    """The ``popular`` products with the highest weight of all buyers: product_id and weight."""
    keyed = popularity(held).with_columns(order_key=-nw.col("weight"))
    first = keyed.sort("order_key", "product_id").head(settings.popular)
    return kept(first.select("product_id", "weight"))


def popular_list(
    customers: nw.LazyFrame[Any], taken: nw.LazyFrame[Any], popular: nw.LazyFrame[Any], *, count: int
) -> nw.LazyFrame[Any]:
    """The first of ``popular`` that ``taken`` (customer_id, product_id) lacks, up to ``count`` a customer.

    Who has them all gets fewer. The columns of ``customers`` are kept.
    """
    fresh = customers.join(popular, how="cross").join(taken, on=_PAIR, how="anti")
    placed = first_places(fresh, within="customer_id", best="weight", tie="product_id", count=count)
    return placed.with_columns(source=nw.lit("popular"))


def _fallback(
    held: nw.LazyFrame[Any], first: nw.LazyFrame[Any], settings: NextProductSettings, *, count: int
) -> nw.LazyFrame[Any]:
    """Popular products for those whom co-purchase leaves with fewer than ``count``."""
    have = first.group_by("customer_id").agg(nw.len().alias("have"))
    everybody = held.select("customer_id").unique().join(have, on="customer_id", how="left")
    lacking = everybody.with_columns(have=nw.col("have").fill_null(0).cast(nw.Int64))
    lacking = kept(lacking.filter(nw.col("have") < count))
    taken = nw.concat([held.select(*_PAIR), first.select(*_PAIR)], how="vertical")
    taken = kept(taken.join(lacking, on="customer_id", how="semi"))
    placed = popular_list(lacking, taken, most_bought(held, settings), count=count)
    further = placed.with_columns(place=nw.col("place") + nw.col("have"))
    return further.filter(nw.col("place") <= count).select(*_LISTED)

"""Cross-selling and up-selling: further products and categories, and the next level of the same (CAMP-20)."""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs import Column, TableDefinition, typed
from customer_insight.next_products.candidates import PRODUCT_CATEGORIES
from customer_insight.next_products.held import (
    bought_between,
    bought_lines,
    held_products,
    kept,
)
from customer_insight.next_products.lists import new_list
from customer_insight.next_products.model import LISTED, NextProductModel, priced
from customer_insight.next_products.settings import NextProductSettings
from customer_insight.next_products.similarity import popularity
from customer_insight.tables import same_kind

_DEFAULT = NextProductSettings()
_KEY: Final = Column(kind="key", meaning="the product")
_CATEGORY: Final = Column(kind="text", meaning="the family whose products replace each other", nullable=True)

PRODUCT_PRICES: Final = TableDefinition(
    name="products",
    unique="product_id",
    columns={
        "product_id": _KEY,
        "category": _CATEGORY,
        "price": Column(kind="number", meaning="of one piece or one unit, any currency", nullable=True),
    },
)
PRODUCT_LEVELS: Final = TableDefinition(
    name="products",
    unique="product_id",
    columns={
        "product_id": _KEY,
        "category": _CATEGORY,
        "level": Column(kind="whole number", meaning="1 the lowest; null: none", nullable=True),
    },
)


def price_levels(products: IntoFrameT, *, levels: int = 3) -> IntoFrameT:
    """Levels of the products of a category by price: ``product_id``, ``category``, ``level`` (1 the lowest).

    The n priced products of a category in order of price are cut into ``levels`` parts as equal as can be: the one in
    place i (from 0) has level 1 + floor(i x levels / n); equal prices share the level of their first, so a level may
    be empty. Null without a category or price. ``products`` has the columns PRODUCT_PRICES. Raises TableError for a
    missing or mistyped column, ValueError for levels < 2.

    >>> import polars as pl
    >>> teas = pl.DataFrame({"product_id": [1, 2, 3, 4, 5], "category": ["tea"] * 4 + [None],
    ...                      "price": [300.0, 100.0, 100.0, 900.0, 5.0]})
    >>> price_levels(teas).sort("product_id").rows()
    [(1, 'tea', 2), (2, 'tea', 1), (3, 'tea', 1), (4, 'tea', 3), (5, None, None)]
    """
    if levels < 2:
        raise ValueError(f"levels must be at least 2, not {levels}")
    frame = typed(products, PRODUCT_PRICES).select(
        nw.col("product_id").cast(nw.Int64), "category", price=nw.col("price").cast(nw.Float64)
    )
    known = frame.filter(~nw.col("category").is_null(), ~nw.col("price").is_null())
    below = known.group_by("category", "price").agg(nw.len().alias("same"))
    upto = nw.col("same").cum_sum().over("category", order_by="price").cast(nw.Int64)
    sizes = known.group_by("category").agg(nw.len().alias("size"))
    placed = below.with_columns(before=upto - nw.col("same")).join(sizes, on="category")
    level = 1 + (nw.col("before") * levels) // nw.col("size")
    steps = placed.with_columns(level=level.cast(nw.Int64)).select("category", "price", "level")
    result = frame.join(steps, on=["category", "price"], how="left")
    return same_kind(result.select("product_id", "category", "level"), products)


def cross_sell(
    order_lines: IntoFrameT, products: Any, *, as_of: int, model: NextProductModel, listed: int = LISTED
) -> IntoFrameT:
    """The rows of `buy_new` with ``category`` and ``new_category``: whether he never bought anything of it.

    ``products`` has the columns PRODUCT_CATEGORIES; both are null where a product has no category. Raises TableError
    for a missing or mistyped column.
    """
    settings = model.settings
    held = kept(held_products(bought_lines(order_lines), as_of=as_of, half_life_days=settings.half_life_days))
    known = typed(products, PRODUCT_CATEGORIES).select(nw.col("product_id").cast(nw.Int64), "category")
    families = known.filter(~nw.col("category").is_null())
    rows = priced(new_list(held, settings, count=listed), model).join(families, on="product_id", how="left")
    bought = held.join(families, on="product_id").select("customer_id", "category").unique()
    beside = rows.join(bought.with_columns(has=nw.lit(1)), on=["customer_id", "category"], how="left")
    flag = nw.when(~nw.col("category").is_null()).then(nw.col("has").is_null())
    return same_kind(beside.with_columns(new_category=flag).drop("has"), order_lines)


def up_sell(
    order_lines: IntoFrameT,
    products: Any,
    *,
    as_of: int,
    settings: NextProductSettings = _DEFAULT,
    window_days: int = 364,
    prior: float = 20.0,
) -> IntoFrameT:
    """Who could take the next level of what he buys: one row per customer and category with a level above his.

    ``customer_id``, ``category``, ``level`` (the highest he bought in the last ``window_days`` days), ``next_level``
    (the next above it that has a product somebody bought), ``product_id`` (the most bought of that level by faded
    purchases, ties by the least number) and ``probability`` of buying any higher level of the category within the
    horizon: among those who stood in the same category and level a horizon ago, the share who did, drawn towards the
    share of all by ``prior`` customers,

        (rose + prior x share of all) / (customers + prior)

    null where nobody stood below another level then. ``settings`` say how fast purchases fade and what the horizon is;
    no model is needed. ``products`` has the columns PRODUCT_LEVELS (`price_levels`
    makes them). Raises TableError for a missing or mistyped column.
    """
    horizon, half_life = settings.horizon_days, settings.half_life_days
    lines = bought_lines(order_lines)
    known = typed(products, PRODUCT_LEVELS).select(
        nw.col("product_id").cast(nw.Int64), "category", nw.col("level").cast(nw.Int64)
    )
    known = kept(known.filter(~nw.col("category").is_null(), ~nw.col("level").is_null()))
    now = kept(_standing(lines, known, until=as_of, days=window_days))
    then = kept(_standing(lines, known, until=as_of - horizon, days=window_days))
    rose = bought_between(lines, after=as_of - horizon, until=as_of).join(known, on="product_id")
    reached = rose.group_by("customer_id", "category").agg(nw.col("level").max().alias("reached"))
    held = held_products(lines, as_of=as_of, half_life_days=half_life)
    best = kept(_best_of_level(held, known))
    steps = kept(_next_levels(best))
    shares = _shares(then.join(steps, on=["category", "level"]), reached, prior=prior)
    rows = now.join(steps, on=["category", "level"]).join(best, on=["category", "next_level"])
    rows = rows.join(shares, on=["category", "level"], how="left").join(
        _of_all(then, steps, reached), how="cross"
    )
    probability = nw.coalesce("share", "share_of_all")
    columns = ("customer_id", "category", "level", "next_level", "product_id", "probability")
    return same_kind(rows.with_columns(probability=probability).select(*columns), order_lines)


def _standing(
    lines: nw.LazyFrame[Any], known: nw.LazyFrame[Any], *, until: int, days: int
) -> nw.LazyFrame[Any]:
    """The highest level that each customer bought of each category in (until - days, until]."""
    window = bought_between(lines, after=until - days, until=until).join(known, on="product_id")
    return window.group_by("customer_id", "category").agg(nw.col("level").max())


def _best_of_level(held: nw.LazyFrame[Any], known: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The most bought product of every category and level, the level as ``next_level``."""
    weighed = popularity(held).join(known, on="product_id")
    top = weighed.group_by("category", "level").agg(nw.col("weight").max().alias("most"))
    first = weighed.join(top, on=["category", "level"]).filter(nw.col("weight") == nw.col("most"))
    chosen = first.group_by("category", "level").agg(nw.col("product_id").min())
    return chosen.select("category", "product_id", next_level="level")


def _next_levels(best: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """For every level of a category the next above it."""
    lower, upper = best.select("category", level="next_level"), best.select("category", "next_level")
    above = lower.join(upper, on="category").filter(nw.col("next_level") > nw.col("level"))
    return above.group_by("category", "level").agg(nw.col("next_level").min())


def _risen(then: nw.LazyFrame[Any], reached: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    beside = then.join(reached, on=["customer_id", "category"], how="left")
    up = nw.when(nw.col("reached") > nw.col("level")).then(nw.lit(1)).otherwise(nw.lit(0))
    return beside.with_columns(up=up.cast(nw.Float64))


def _of_all(
    then: nw.LazyFrame[Any], steps: nw.LazyFrame[Any], reached: nw.LazyFrame[Any]
) -> nw.LazyFrame[Any]:
    below = then.join(steps, on=["category", "level"])
    return _risen(below, reached).select(share_of_all=nw.col("up").mean())


def _shares(then: nw.LazyFrame[Any], reached: nw.LazyFrame[Any], *, prior: float) -> nw.LazyFrame[Any]:
    """``share``: of those who stood in a category and level, who rose, drawn towards that of all."""
    risen = _risen(then, reached)
    sums = risen.group_by("category", "level").agg(nw.col("up").sum(), nw.len().alias("customers"))
    share_of_all = risen.select(share_of_all=nw.col("up").mean())
    drawn = (nw.col("up") + prior * nw.col("share_of_all")) / (nw.col("customers") + prior)
    return sums.join(share_of_all, how="cross").with_columns(share=drawn).select("category", "level", "share")

"""For each product its candidates, with potential and intent apart (ANA-61)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs import Column, TableDefinition, typed
from customer_insight.next_products.amounts import with_potential
from customer_insight.next_products.chance import with_chance
from customer_insight.next_products.held import bought_lines, first_places, held_products, kept
from customer_insight.next_products.interest import SIGNALS, SignalEffect, moved_by_signals, recent_signals
from customer_insight.next_products.lists import new_list
from customer_insight.next_products.model import NextProductModel, priced
from customer_insight.tables import same_kind

PRODUCT_CATEGORIES: Final = TableDefinition(
    name="products",
    unique="product_id",
    columns={
        "product_id": Column(kind="key", meaning="the product"),
        "category": Column(kind="text", meaning="what it is compared with; null: none", nullable=True),
    },
)

_COLUMNS: Final = ("product_id", "place", "customer_id", "source", "intent", "potential", "spent", "expected")


def product_candidates(
    order_lines: IntoFrameT,
    *,
    as_of: int,
    model: NextProductModel,
    products: Any = None,
    signals: Any = None,
    effect: SignalEffect | None = None,
    only: Collection[int] | None = None,
    listed: int = 100,
    window_days: int = 364,
) -> IntoFrameT:
    """Per product the ``listed`` customers who promise most of it (ANA-61): ``product_id``, ``place``,
    ``customer_id``, ``source``, and apart

    - ``intent``: the probability that he buys it within the horizon: as `buy_again` for those who bought it before
      (source "again"), as `buy_new` for those on whose list of new products it stands; moved by recent ``signals``
      (inquiries, responses) as ``effect`` says (`fit_signals`);
    - ``potential``: what such a customer buys of it in a horizon, minor units. The share that the product has in its
      buyers' spend in its category times his own spend in that category; where he spends nothing there, its share in
      all of its buyers' spend times all of his. At least ``spent``, what he buys of it now. From the last
      ``window_days`` days, scaled to the horizon; null where he, or everybody, spent nothing in them.

    ``expected`` = intent x potential orders the list: null last, equal ones by the least customer_id. ``products``
    has the columns PRODUCT_CATEGORIES; without it all products are one category. ``only`` names the products whose
    candidates are wanted; those of all without it. Raises TableError for a missing or
    mistyped column, ValueError where one of signals and effect comes without the other.
    """
    if (signals is None) != (effect is None):
        raise ValueError("signals and effect belong together: give both, effect from fit_signals, or neither")
    settings = model.settings
    lines = bought_lines(order_lines)
    held = kept(held_products(lines, as_of=as_of, half_life_days=settings.half_life_days))
    pairs = candidate_pairs(held, model)
    if effect is not None:
        recent = recent_signals(typed(signals, SIGNALS), as_of=as_of, days=effect.days)
        pairs = moved_by_signals(kept(pairs), recent, effect)
    if only is not None:
        pairs = pairs.filter(nw.col("product_id").is_in(list(only)))
    window = lines.filter(nw.col("day") <= as_of, nw.col("day") > as_of - window_days)
    scale = settings.horizon_days / window_days
    wide = with_potential(pairs, window, _categories(products, held), scale=scale)
    wide = wide.with_columns(expected=nw.col("intent") * nw.col("potential"))
    rank = wide.with_columns(order_value=nw.col("expected").fill_null(-1.0))
    first = first_places(rank, within="product_id", best="order_value", tie="customer_id", count=listed)
    return same_kind(first.select(*_COLUMNS), order_lines)


def candidate_pairs(held: nw.LazyFrame[Any], model: NextProductModel) -> nw.LazyFrame[Any]:
    """Every customer with every product he bought, and those of his list of new ones, with ``intent``."""
    columns = ("customer_id", "product_id", "source", "intent")
    again = with_chance(held, model.again).with_columns(source=nw.lit("again"), intent=nw.col("probability"))
    new = priced(new_list(held, model.settings, count=model.listed), model)
    new = new.with_columns(intent=nw.col("probability"))
    return nw.concat([again.select(*columns), new.select(*columns)], how="vertical")


def _categories(products: Any, held: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """product_id and category of every product bought; those of which none is known are one category."""
    bought = held.select("product_id").unique()
    if products is None:
        return kept(bought.with_columns(category=nw.lit("")))
    known = typed(products, PRODUCT_CATEGORIES).select(
        nw.col("product_id").cast(nw.Int64), nw.col("category").cast(nw.String)
    )
    joined = bought.join(known, on="product_id", how="left")
    return kept(joined.with_columns(category=nw.col("category").fill_null("")))

"""The model: maps from strength to probability, fitted on one split by time, and the two lists they price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.next_products.chance import ChanceMap, counted_classes, fit_chances, with_chance
from customer_insight.next_products.held import bought_between, bought_lines, held_products, kept
from customer_insight.next_products.lists import again_list, new_list
from customer_insight.next_products.settings import NextProductSettings
from customer_insight.tables import same_kind

LISTED: Final = 10
_DEFAULT = NextProductSettings()
_SOURCES: Final = ("co-purchase", "popular")


@dataclass(frozen=True, slots=True)
class NextProductModel:
    """What `fit_next_products` learned: one rising map per list; small, whatever the number of customers.

    ``as_of`` is the last day of the data, ``listed`` the length of the lists of new products it was fitted on:
    longer lists reach weaker candidates.
    """

    as_of: int
    listed: int
    settings: NextProductSettings
    again: ChanceMap
    new: Mapping[str, ChanceMap]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types; `from_dict` reads them back."""
        return {
            "as_of": self.as_of,
            "listed": self.listed,
            "settings": asdict(self.settings),
            "again": self.again.as_dict(),
            "new": {source: chances.as_dict() for source, chances in self.new.items()},
        }

    @staticmethod
    def from_dict(stored: Mapping[str, Any]) -> NextProductModel:
        """The model that `as_dict` wrote."""
        return NextProductModel(
            stored["as_of"],
            stored["listed"],
            NextProductSettings(**stored["settings"]),
            ChanceMap.from_dict(stored["again"]),
            {source: ChanceMap.from_dict(each) for source, each in stored["new"].items()},
        )


def fit_next_products(
    order_lines: Any, *, as_of: int, settings: NextProductSettings = _DEFAULT, listed: int = LISTED
) -> NextProductModel:
    """Learn how likely a strength is to end in a purchase within the horizon.

    Lists are made as they would have been at ``as_of - horizon_days`` and compared with what was bought from then
    until ``as_of``: per class of strength the number of pairs of customer and product, and of those bought. A rising
    map goes through the shares (`fit_chances`). The split is one of time: nothing after it enters a strength.
    ``order_lines`` is the table ORDER_LINES. Raises TableError for a missing or mistyped column.
    """
    lines = bought_lines(order_lines)
    cut = as_of - settings.horizon_days
    held = kept(held_products(lines, as_of=cut, half_life_days=settings.half_life_days))
    later = kept(bought_between(lines, after=cut, until=as_of))
    fresh = new_list(held, settings, count=listed)
    by_source = {
        source: fit_chances(counted_classes(fresh.filter(nw.col("source") == source), later))
        for source in _SOURCES
    }
    return NextProductModel(as_of, listed, settings, fit_chances(counted_classes(held, later)), by_source)


def buy_again(
    order_lines: IntoFrameT, *, as_of: int, model: NextProductModel, listed: int = LISTED
) -> IntoFrameT:
    """Per customer the products that he is likeliest to buy again (ANA-62): at most ``listed`` rows.

    ``customer_id``, ``product_id``, ``place`` (1 first), ``strength`` (his purchases of it, each counting half after
    the half-life), ``probability`` of buying it within the horizon after ``as_of``, ``times`` (days he bought it),
    ``last_day``, and ``due_day`` = last day + his own mean gap between purchases of it: null with fewer than two
    days, before ``as_of`` where he is late. Equal strengths go by the least product_id. Raises TableError for a
    missing or mistyped column.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 1, 1, 2], "product_id": [7, 7, 8, 7, 9],
    ...     "day": [93, 100, 100, 107, 20], "amount": [100] * 5, "is_return": [False] * 5})
    >>> model = fit_next_products(lines, as_of=107)
    >>> buy_again(lines, as_of=107, model=model).sort("customer_id", "place").select(
    ...     "customer_id", "product_id", "place", "times", "due_day").rows()
    [(1, 7, 1, 3, 114.0), (1, 8, 2, 1, None), (2, 9, 1, 1, None)]
    """
    held = held_products(bought_lines(order_lines), as_of=as_of, half_life_days=model.settings.half_life_days)
    first = with_chance(again_list(held, count=listed), model.again)
    gaps = nw.when(nw.col("times") > 1).then(nw.col("times") - 1)
    cycle = (nw.col("last_day") - nw.col("first_day")) / gaps.cast(nw.Float64)
    rows = first.with_columns(due_day=nw.col("last_day") + cycle)
    return same_kind(
        rows.select(
            "customer_id", "product_id", "place", "strength", "probability", "times", "last_day", "due_day"
        ),
        order_lines,
    )


def buy_new(
    order_lines: IntoFrameT, *, as_of: int, model: NextProductModel, listed: int = LISTED
) -> IntoFrameT:
    """Per customer products that he never bought and may buy first (ANA-62, CAMP-20): at most ``listed`` rows.

    ``customer_id``, ``product_id``, ``place``, ``source``, ``strength``, and ``probability`` of buying it within the
    horizon after ``as_of``. By "co-purchase" the strength is

        sum over his ``seeds`` strongest products p of strength(p) x similarity(p, product)

    with the similarity of `similar_products`; "popular" products fill up what it leaves free, their strength is that
    of all buyers. A first purchase has no cycle of its own, so there is no expected day. Ties and errors as
    `buy_again`.
    """
    settings = model.settings
    held = kept(held_products(bought_lines(order_lines), as_of=as_of, half_life_days=settings.half_life_days))
    return same_kind(priced(new_list(held, settings, count=listed), model), order_lines)


def priced(fresh: nw.LazyFrame[Any], model: NextProductModel) -> nw.LazyFrame[Any]:
    """The rows of `new_list` with strength and probability."""
    parts = [
        with_chance(fresh.filter(nw.col("source") == source), model.new[source]).select(
            "customer_id", "product_id", "place", "source", "strength", "probability"
        )
        for source in _SOURCES
    ]
    return nw.concat(parts, how="vertical")

"""Value layers: customers ranked by worth and cut into a few layers by share of customers (ANA-29)."""

from __future__ import annotations

import operator
from functools import reduce
from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.deciles import ranked
from customer_insight.margin import share_of
from customer_insight.tables import same_kind, whole_numbers

EQUAL_FIFTHS: Final = (0.2, 0.4, 0.6, 0.8)
"""The default cuts. The source names five layers and gives no boundary; equal fifths favour none, and the top
fifth is the one the source's own benchmark speaks of (80 % of sales, BEN-02)."""

# A cut share times a count may land a hair off a whole number (0.29 * 100); money and people do not.
_HAIR: Final = 1e-9


def value_layers(values: IntoFrameT, *, by: str, boundaries: tuple[float, ...] = EQUAL_FIFTHS) -> IntoFrameT:
    """Each customer's layer: ``customer_id``, ``layer`` (1 is the most valuable) (ANA-29, BEN-26).

    ``values``: ``customer_id`` and the number ``by``, one row per customer; null values have no layer and no
    row. Ranked by value descending, equal values by customer_id ascending. ``boundaries`` are rising shares
    of customers within (0, 1), four for five layers; the source gives none, the default is `EQUAL_FIFTHS`. A
    customer's layer is one more than the number of boundaries not above the share of customers ranked ahead:
    the best is always in layer 1. The same function ranks strategic value or any other. Raises TableError, or
    ValueError for boundaries that do not rise.

    >>> import polars as pl
    >>> values = pl.DataFrame({"customer_id": [1, 2, 3, 4, 5], "value": [10, 50, 30, 30, None]})
    >>> value_layers(values, by="value", boundaries=(0.25, 0.5)).sort("customer_id").rows()
    [(1, 3), (2, 1), (3, 2), (4, 3)]
    """
    return same_kind(_layered(values, by=by, boundaries=boundaries).select("customer_id", "layer"), values)


def layer_summary(values: IntoFrameT, *, by: str, boundaries: tuple[float, ...] = EQUAL_FIFTHS) -> IntoFrameT:
    """Size and value of every layer of `value_layers`, empty ones included, in order (ANA-29).

    Columns ``layer``, ``customers``, ``customer_share``, ``value`` (sum of ``by``), ``value_share`` (null
    where the total value is not positive), ``lowest`` and ``highest`` value (null in an empty layer).

    >>> import polars as pl
    >>> values = pl.DataFrame({"customer_id": [1, 2, 3, 4, 5], "value": [10, 50, 30, 10, None]})
    >>> summary = layer_summary(values, by="value", boundaries=(0.25, 0.5))
    >>> summary.select("layer", "customers", "value", "value_share").rows()
    [(1, 1, 50, 0.5), (2, 1, 30, 0.3), (3, 2, 20, 0.2)]
    """
    placed = _layered(values, by=by, boundaries=boundaries)
    number = placed.collect_schema()["rank_value"]
    value = nw.col("rank_value")
    held = placed.group_by("layer").agg(
        nw.len().alias("customers"),
        value.sum().alias("value"),
        value.min().alias("lowest"),
        value.max().alias("highest"),
    )
    total = placed.select(total_customers=nw.len(), total_value=value.sum())
    grid = whole_numbers(values, count=len(boundaries) + 1).select(layer=nw.col("number").cast(nw.Int64))
    rows = (
        grid.join(held, on="layer", how="left")
        .join(total, how="cross")
        .with_columns(
            nw.col("customers").fill_null(0).cast(nw.Int64), nw.col("value").fill_null(0).cast(number)
        )
    )
    rows = rows.with_columns(
        customer_share=share_of("customers", "total_customers"), value_share=share_of("value", "total_value")
    )
    names = ("layer", "customers", "customer_share", "value", "value_share", "lowest", "highest")
    return same_kind(rows.select(names).sort("layer"), values)


def _layered(values: Any, *, by: str, boundaries: tuple[float, ...]) -> nw.LazyFrame[Any]:
    """Ranked customers with ``layer`` and ``rank_value``."""
    rising = boundaries and list(boundaries) == sorted(set(boundaries))
    if not rising or not all(0 < share < 1 for share in boundaries):
        raise ValueError(f"boundaries are rising shares between 0 and 1, at least one: {boundaries}")
    ahead, total = nw.col("position") - 1, nw.col("total_customers")
    passed = [
        nw.when(ahead >= total * share - _HAIR).then(nw.lit(1)).otherwise(nw.lit(0)) for share in boundaries
    ]
    layer = reduce(operator.add, passed) + 1
    return ranked(values, by=by).with_columns(layer=layer.cast(nw.Int64), rank_value=nw.col(by))

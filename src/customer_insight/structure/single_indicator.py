"""Classes by one indicator: every customer's value, rank and class (ANA-01)."""

from __future__ import annotations

import operator
from functools import reduce

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.deciles import group_of_position, ranked
from customer_insight.indicators.catalogue import CATALOGUE
from customer_insight.margin import share_of
from customer_insight.tables import require_columns, same_kind


def classify_by_indicator(
    values: IntoFrameT,
    *,
    by: str,
    boundaries: tuple[float, ...] | None = None,
    groups: int | None = None,
    lowest_first: bool | None = None,
) -> IntoFrameT:
    """Each customer's value, rank and class by one indicator (ANA-01): ``customer_id``, ``value``, ``rank``,
    ``class_number`` (1 is best).

    ``values`` holds one row per customer with the number ``by``, of any family and period; customers whose
    value is null have no rank and no row. Either ``boundaries``, rising values that cut classes, or ``groups``,
    that many classes of equal size (`customer_insight.deciles.assign_deciles`). Best is the highest value, or
    the lowest where the catalogue says so; ``lowest_first`` overrides it. Equal values are ranked by
    customer_id; by boundaries they always share a class, by groups a class may end between them. A value on a
    boundary belongs to the class below it in value. Raises TableError for a missing column, ValueError unless
    exactly one of the two is given and boundaries rise.

    >>> import polars as pl
    >>> values = pl.DataFrame({"customer_id": [1, 2, 3, 4, 5], "recency_days": [3, 40, 10, 200, None]})
    >>> classify_by_indicator(values, by="recency_days", boundaries=(10, 90)).sort("rank").rows()
    [(1, 3, 1, 1), (3, 10, 2, 1), (2, 40, 3, 2), (4, 200, 4, 3)]
    """
    if (boundaries is None) == (groups is None):
        raise ValueError("give either boundaries or groups")
    if boundaries is not None and (not boundaries or list(boundaries) != sorted(set(boundaries))):
        raise ValueError(f"boundaries must rise, at least one: {boundaries}")
    if lowest_first is None:
        lowest_first = by in CATALOGUE and CATALOGUE[by].direction == "lower is better"
    placed = ranked(values, by=by, lowest_first=lowest_first).with_columns(value=nw.col(by))
    number = group_of_position(groups) if groups else _passed(boundaries or (), lowest_first=lowest_first)
    classed = placed.with_columns(rank=nw.col("position"), class_number=number.cast(nw.Int64))
    return same_kind(classed.select("customer_id", "value", "rank", "class_number"), values)


def _passed(boundaries: tuple[float, ...], *, lowest_first: bool) -> nw.Expr:
    """One more than the number of boundaries between the value and the best class."""
    value = nw.col("value")
    worse = [value > bound if lowest_first else value <= bound for bound in boundaries]
    return reduce(operator.add, [nw.when(test).then(nw.lit(1)).otherwise(nw.lit(0)) for test in worse]) + 1


def class_spans(classes: IntoFrameT) -> IntoFrameT:
    """Size and span of every class of `classify_by_indicator` (ANA-01): ``class_number``, ``customers``,
    ``customer_share``, ``lowest``, ``highest`` and ``mean`` value. Row order is open.

    >>> import polars as pl
    >>> values = pl.DataFrame({"customer_id": [1, 2, 3, 4], "sales_amount": [900, 500, 100, 100]})
    >>> class_spans(classify_by_indicator(values, by="sales_amount", boundaries=(400,))).sort("class_number").rows()
    [(1, 2, 0.5, 500, 900, 700.0), (2, 2, 0.5, 100, 100, 100.0)]
    """
    frame = require_columns(classes, ("class_number", "value"), name="classes")
    value = nw.col("value")
    spans = frame.group_by("class_number").agg(
        nw.len().alias("customers"),
        value.min().alias("lowest"),
        value.max().alias("highest"),
        value.mean().alias("mean"),
    )
    spans = spans.with_columns(nw.col("customers").cast(nw.Int64))
    spans = spans.join(frame.select(total=nw.len().cast(nw.Int64)), how="cross")
    spans = spans.with_columns(customer_share=share_of("customers", "total"))
    names = ("class_number", "customers", "customer_share", "lowest", "highest", "mean")
    return same_kind(spans.select(names), classes)

"""Nested segments: from the total to kinds of customers, to regions, down to the single customer (ANA-50)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs.check import windowed
from customer_insight.structure.grouping import grouped_at
from customer_insight.tables import require_columns, same_kind


def nested_segments(
    values: IntoFrameT, *, levels: Sequence[str], amounts: Sequence[str] = (), individuals: bool = False
) -> IntoFrameT:
    """Size and sums of every segment of every level, each level a refinement of the one above (ANA-50).

    ``values`` holds one row per customer: ``customer_id``, the ``levels`` from coarse to fine (customer type,
    region, city), numbers ``amounts`` (null counts as nothing). Columns ``depth`` (0 the total), the levels
    (null below the row's depth, and where the customer's is unknown), ``customer_id`` (the last depth, with
    ``individuals``), ``customers``, the amounts. Customers and amounts of every depth add up to the total.
    Row order is open. Raises TableError for a missing column, ValueError without a level.

    >>> import polars as pl
    >>> values = pl.DataFrame({"customer_id": [1, 2, 3], "type": ["home", "home", "firm"],
    ...                        "city": ["Xi'an", "Wuhan", "Wuhan"], "sales": [10, 20, 70]})
    >>> rows = nested_segments(values, levels=("type", "city"), amounts=("sales",))
    >>> rows.select("depth", "type", "city", "customers", "sales").sort("depth", "type", "city").rows()[:3]
    [(0, None, None, 3, 100), (1, 'firm', None, 1, 70), (1, 'home', None, 2, 30)]
    """
    if not levels:
        raise ValueError("give at least one level")
    frame = windowed(require_columns(values, ("customer_id", *levels, *amounts), name="values"))
    path = (*levels, "customer_id")
    depths = [path[:depth] for depth in range(len(levels) + 1 + individuals)]
    rows = grouped_at(frame.with_columns(who=nw.col("customer_id")), depths, dimensions=path, amounts=amounts)
    depth: nw.Expr = nw.lit(0)
    for number, kept in enumerate(depths[1:], start=1):
        depth = nw.when(nw.col("level") == "*".join(kept)).then(nw.lit(number)).otherwise(depth)
    rows = rows.with_columns(depth=depth.cast(nw.Int64))
    return same_kind(rows.select("depth", *path, "customers", *amounts), values)


def drill_down(segments: IntoFrameT, *, into: Mapping[str, Any]) -> IntoFrameT:
    """The segments right below one: rows of `nested_segments` one depth further, within the values ``into``.

    ``into`` names the levels from the coarsest on; an empty one drills into the total.

    >>> import polars as pl
    >>> values = pl.DataFrame({"customer_id": [1, 2, 3], "type": ["home", "home", "firm"],
    ...                        "city": ["Xi'an", "Wuhan", "Wuhan"]})
    >>> segments = nested_segments(values, levels=("type", "city"))
    >>> drill_down(segments, into={"type": "home"}).select("city", "customers").sort("city").rows()
    [('Wuhan', 1), ("Xi'an", 1)]
    """
    frame = require_columns(segments, ("depth", *into), name="segments")
    below = frame.filter(nw.col("depth") == len(into) + 1)
    for name, value in into.items():
        below = below.filter(nw.col(name).is_null() if value is None else nw.col(name) == value)
    return same_kind(below, segments)

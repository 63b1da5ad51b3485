"""The cube: customers x products x behaviour, with every margin (ANA-26)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs.check import windowed
from customer_insight.structure.grouping import grouped_at
from customer_insight.tables import require_columns, same_kind


def cube(
    facts: IntoFrameT,
    *,
    dimensions: Sequence[str],
    amounts: Sequence[str] = (),
    only: Mapping[str, Sequence[Any]] | None = None,
) -> IntoFrameT:
    """Customers and sums for every combination of the dimensions and for all their margins (ANA-26).

    ``facts`` holds order lines or any rows with ``customer_id``, the dimensions (a class of the customer, of the
    product, of the behaviour) and numbers ``amounts``, of which a null counts as nothing. ``only`` slices (one
    value of a dimension) or dices (several); the margins are then those of what is left. Columns:

    - ``level``: the dimensions kept, joined by ``*``; ``total`` for the grand total
    - the dimensions: null where rolled up, and where the fact's own class is unknown; ``level`` tells which
    - ``customers``: different customers of the cell; one who bought two classes of product counts in both and
      once in their margin
    - the amounts: every level adds up to the grand total

    Row order is open; rows without a customer are left out. Raises TableError for a missing column, ValueError
    without a dimension or for a dimension in ``only`` that is none.

    >>> import polars as pl
    >>> facts = pl.DataFrame({"customer_id": [1, 1, 2], "tier": ["MVC", "MVC", "BZ"],
    ...                       "product": ["milk", "toys", "milk"], "amount": [100, 50, 30]})
    >>> rows = cube(facts, dimensions=("tier", "product"), amounts=("amount",))
    >>> rows.filter(pl.col("level").is_in(["product", "total"])).sort("level", "product").rows()
    [('product', None, 'milk', 2, 130), ('product', None, 'toys', 1, 50), ('total', None, None, 2, 180)]
    """
    chosen = only or {}
    if not dimensions or not set(chosen) <= set(dimensions):
        raise ValueError(f"dimensions are at least one and hold those of only: {dimensions}, {tuple(chosen)}")
    frame = windowed(require_columns(facts, ("customer_id", *dimensions, *amounts), name="facts"))
    kept = frame.filter(~nw.col("customer_id").is_null())
    for name, values in chosen.items():
        kept = kept.filter(nw.col(name).is_in(list(values)))
    kept = kept.with_columns(who=nw.col("customer_id"))
    sizes = range(len(dimensions), -1, -1)
    levels = [level for size in sizes for level in combinations(dimensions, size)]
    return same_kind(grouped_at(kept, levels, dimensions=dimensions, amounts=amounts), facts)


def roll_up(cells: IntoFrameT, *, to: Sequence[str] = ()) -> IntoFrameT:
    """The rows of a `cube` at one level of detail: by the dimensions ``to``, in the cube's order; by none, the
    total.

    >>> import polars as pl
    >>> facts = pl.DataFrame({"customer_id": [1, 2], "tier": ["MVC", "BZ"], "amount": [100, 30]})
    >>> roll_up(cube(facts, dimensions=("tier",), amounts=("amount",))).rows()
    [(2, 130)]
    """
    frame = require_columns(cells, ("level", *to), name="cells")
    names = frame.collect_schema().names()
    measures = names[names.index("customers") :]
    level = "*".join(to) or "total"
    return same_kind(frame.filter(nw.col("level") == level).select(*to, *measures), cells)

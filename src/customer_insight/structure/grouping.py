"""The same sums at several levels of detail, one below the other in one table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import narwhals as nw

from customer_insight.inputs import nothing


def grouped_at(
    facts: nw.LazyFrame[Any],
    levels: Iterable[Sequence[str]],
    *,
    dimensions: Sequence[str],
    amounts: Sequence[str],
) -> nw.LazyFrame[Any]:
    """For every level, a choice of the dimensions: customers (each once) and sums by what it keeps.

    ``facts`` has ``who`` (the customer), the dimensions and the amounts. Columns: ``level`` (the dimensions
    kept, joined by *; ``total`` for none), the dimensions (null where not kept), ``customers``, the amounts.
    """
    schema = facts.collect_schema()
    kinds = {name: nw.Int64 if schema[name].is_integer() else nw.Float64 for name in amounts}
    known = facts.select(
        "who", *dimensions, *[nw.col(name).cast(kinds[name]).fill_null(0) for name in amounts]
    )
    finest = _summed(known, (*dimensions, "who"), amounts, kinds)
    parts = [_level(finest, kept, dimensions=dimensions, amounts=amounts, kinds=kinds) for kept in levels]
    return nw.concat(parts, how="vertical")


def _level(
    finest: nw.LazyFrame[Any],
    kept: Sequence[str],
    *,
    dimensions: Sequence[str],
    amounts: Sequence[str],
    kinds: dict[str, Any],
) -> nw.LazyFrame[Any]:
    people = _summed(finest, (*kept, "who"), amounts, kinds)
    sums = [nw.len().alias("customers"), *[nw.col(name).sum() for name in amounts]]
    rows = people.group_by(*kept).agg(*sums) if kept else people.select(*sums)
    schema = finest.collect_schema()
    absent = [nothing(finest, schema[name]).alias(name) for name in dimensions if name not in kept]
    casts = [nw.col(name).cast(kind) for name, kind in kinds.items()]
    level = nw.lit("*".join(kept) or "total").alias("level")
    rows = rows.with_columns(nw.col("customers").cast(nw.Int64), level, *casts, *absent)
    return rows.select("level", *dimensions, "customers", *amounts)


def _summed(
    frame: nw.LazyFrame[Any], by: Sequence[str], amounts: Sequence[str], kinds: dict[str, Any]
) -> nw.LazyFrame[Any]:
    """Sums by the columns, each column once, brought back to 64 bits."""
    sums = [nw.col(name).sum() for name in amounts] or [nw.len().alias("rows")]
    grouped = frame.group_by(*dict.fromkeys(by)).agg(*sums)
    casts = [nw.col(name).cast(kind) for name, kind in kinds.items()]
    return grouped.with_columns(*casts) if casts else grouped

"""Places and running sums over all rows of a table, which no single machine of a cluster has to hold.

On one machine this is one window over one sort. Spark would send every row of such a window to one process, so there
the rows are parted by ranges of their first ordering column; the sums of the ranges before are added.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import narwhals as nw

PARTS_PER_E_FOLD: Final = 32
"""Ranges between a value and e times it: amounts spread like incomes fall into some hundred ranges."""


def in_order(
    frame: nw.LazyFrame[Any], *, order_by: tuple[str, ...], running: Mapping[str, str | None]
) -> nw.LazyFrame[Any]:
    """The frame with one more column for each of ``running``: the sum, over this row and all before it, of the column
    named there, or the row's place from 1 on where none is named.

    ``order_by`` names columns that together order all rows, none of them null, the first a number; ascending, the
    one order that all engines share. Sums of whole numbers are 64-bit integers, other sums 64-bit floats. On Spark
    rows that share a range of the first column (1/32 of an e-fold) are sorted in one process: all of them, where
    all are tied.

    >>> import polars as pl
    >>> rows = nw.from_native(pl.LazyFrame({"day": [7, 3, 900], "amount": [10, 5, 1]}))
    >>> in_order(rows, order_by=("day",), running={"place": None, "so_far": "amount"}).collect().to_native().rows()
    [(7, 10, 2, 15), (3, 5, 1, 5), (900, 1, 3, 16)]
    """
    schema = frame.collect_schema()
    counted = frame.with_columns(one_row=nw.lit(1).cast(nw.Int64))
    summed = {name: of or "one_row" for name, of in running.items()}
    kinds = {
        name: nw.Int64 if of == "one_row" or schema[of].is_integer() else nw.Float64
        for name, of in summed.items()
    }
    if frame.implementation.is_spark_like():
        placed = _by_parts(counted, order_by=order_by, summed=summed)
    else:
        placed = counted.with_columns(
            *[nw.col(of).cum_sum().over(order_by=list(order_by)).alias(name) for name, of in summed.items()]
        )
    return placed.with_columns(*[nw.col(name).cast(kind) for name, kind in kinds.items()]).drop("one_row")


def sum_down(frame: nw.LazyFrame[Any], column: str, *, order_by: str, same: str) -> nw.Expr:
    """The running sum of ``column`` down a report of a few rows, in all of which ``same`` is equal.

    Spark is told to part the rows by ``same``: it gathers them as surely, and its warning about a window over all
    rows stays for windows that deserve it.
    """
    running = nw.col(column).cum_sum()
    if frame.implementation.is_spark_like():
        return running.over(same, order_by=order_by)
    return running.over(order_by=order_by)


def _by_parts(
    frame: nw.LazyFrame[Any], *, order_by: tuple[str, ...], summed: Mapping[str, str]
) -> nw.LazyFrame[Any]:
    """Running sums within each range, and the sums of all ranges before it."""
    parted = frame.with_columns(part_of_order=_part(order_by[0]))
    within = [
        nw.col(of).cum_sum().over("part_of_order", order_by=list(order_by)).alias(name)
        for name, of in summed.items()
    ]
    placed = parted.with_columns(*within).join(_sums_before(parted, summed), on="part_of_order")
    added = [nw.col(name) + nw.col(f"{name}_before") for name in summed]
    return placed.with_columns(*added).drop("part_of_order", *[f"{name}_before" for name in summed])


def _part(column: str) -> nw.Expr:
    """The range a number falls into: rises with it, finer near zero."""
    number = nw.col(column).cast(nw.Float64)
    size = ((number.abs() + 1).log() * PARTS_PER_E_FOLD).floor()
    return nw.when(number < 0).then(-size - 1).otherwise(size)


def _sums_before(parted: nw.LazyFrame[Any], summed: Mapping[str, str]) -> nw.LazyFrame[Any]:
    """Of each range the sums over all ranges before it: some hundred rows, each against each."""
    sums = parted.group_by("part_of_order").agg(
        *[nw.col(of).sum().alias(name) for name, of in summed.items()]
    )
    others = sums.rename({"part_of_order": "other_part"})
    earlier = [
        nw.when(nw.col("other_part") < nw.col("part_of_order"))
        .then(nw.col(name))
        .otherwise(nw.lit(0))
        .alias(name)
        for name in summed
    ]
    pairs = sums.select("part_of_order").join(others, how="cross").with_columns(*earlier)
    return pairs.group_by("part_of_order").agg(
        *[nw.col(name).sum().alias(f"{name}_before") for name in summed]
    )

"""A few very large margins pulled in, and how many they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw

from customer_insight.tables import Table, require_columns


@dataclass(frozen=True, slots=True)
class Winsorising:
    """What winsorising at a quantile does: margins below ``low`` become ``low``, those above ``high`` ``high``
    (minor units, null over no customers). ``below`` and ``above`` count those customers, ``removed`` is the margin
    taken away on balance.
    """

    at: float
    low: float | None
    high: float | None
    customers: int
    below: int
    above: int
    removed: float


def winsorising(units: Table, *, at: float) -> Winsorising:
    """State what `cell_sums` with ``winsorise_at`` does to ``margin``, so that the page can print it beside the
    result.

    The limits are the quantiles ``at`` and 1 - ``at`` over all cells together (linear between two margins), so that
    treated and held-out customers are treated alike (Tukey 1962). ``units`` needs ``margin``; null is 0. Raises
    ValueError for a quantile outside (0.5, 1), TableError for a missing column.

    >>> import polars as pl
    >>> winsorising(pl.DataFrame({"margin": [0, 1, 2, 3, 100]}), at=0.75)
    Winsorising(at=0.75, low=1.0, high=3.0, customers=5, below=1, above=1, removed=96.0)
    """
    frame = require_columns(units, ("margin",), name="units")
    frame = frame.select(y=nw.col("margin").cast(nw.Float64).fill_null(0.0))
    low, high = _limits(frame, ("y",), at=at)
    pulled = frame if low is None else frame.with_columns(pulled=nw.col("y").clip(low, high))
    if low is None:
        return Winsorising(at, None, None, 0, 0, 0, 0.0)
    counted = pulled.select(
        customers=nw.len(),
        below=_count(nw.col("y") < low),
        above=_count(nw.col("y") > high),
        removed=(nw.col("y") - nw.col("pulled")).sum(),
    )
    customers, below, above, removed = counted.collect().row(0)
    return Winsorising(at, low, high, int(customers), int(below), int(above), float(removed))


def pulled_in(frame: nw.LazyFrame[Any], *, at: float) -> nw.LazyFrame[Any]:
    """The frame with ``y`` and ``x`` pulled in to their own limits."""
    y_low, y_high, x_low, x_high = _limits(frame, ("y", "x"), at=at)
    if y_low is None:  # no rows at all
        return frame
    return frame.with_columns(nw.col("y").clip(y_low, y_high), nw.col("x").clip(x_low, x_high))


def _limits(frame: nw.LazyFrame[Any], columns: tuple[str, ...], *, at: float) -> tuple[Any, ...]:
    """The lower and the upper limit of each column; None without rows."""
    if not 0.5 < at < 1:
        raise ValueError(f"winsorise_at is a quantile between 0.5 and 1, not {at}")
    quantiles = {
        f"{name}_{place}": nw.col(name).quantile(q, "linear")
        for name in columns
        for place, q in enumerate((round(1 - at, 12), at))
    }
    return tuple(frame.select(**quantiles).collect().row(0))


def _count(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).sum()

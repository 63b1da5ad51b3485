"""Ratios of two sums, such as margin per order, where the customer is what was drawn: the delta method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import sqrt
from typing import Any, Final

import narwhals as nw

from customer_insight.measurement.distributions import normal_below, normal_quantile
from customer_insight.measurement.estimates import UNKNOWN, Estimate
from customer_insight.measurement.moments import variance
from customer_insight.tables import Table, TableError, require_columns

RATIO_REASONS: Final[Mapping[str, str]] = {
    "": "There is an interval.",
    "too_few_treated": "Fewer than two customers were assigned to be treated.",
    "too_few_control": "Fewer than two customers were held out.",
    "no_denominator_treated": "The denominator of the treated customers is not positive, so there is no ratio.",
    "no_denominator_control": "The denominator of the held-out customers is not positive, so there is no ratio.",
    "no_variation": "The ratio is the same for all customers, so chance cannot be weighed.",
}


@dataclass(frozen=True, slots=True)
class RatioSums:
    """Sums over the customers of one cell, y the numerator and x the denominator; they add up over partitions."""

    customers: int = 0
    y: float = 0.0
    x: float = 0.0
    yy: float = 0.0
    xx: float = 0.0
    xy: float = 0.0

    def __add__(self, other: RatioSums) -> RatioSums:
        return RatioSums(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class RatioEffect:
    """Ratios of both groups, their difference, and the relative difference treated / control - 1, with limits at
    ``level``. ``relative`` is unknown where control's ratio is not positive.
    """

    treated_ratio: float | None
    control_ratio: float | None
    difference: Estimate
    standard_error: float | None
    p_value: float | None
    relative: Estimate
    level: float
    reason: str


def ratio_sums(units: Table, *, numerator: str, denominator: str) -> dict[str, RatioSums]:
    """The sums of every cell, in the order of their codes; null counts as 0.

    ``units`` has one row per assigned customer with ``customer_id``, ``cell`` and the two columns. Raises
    TableError for a missing column, a null cell or a customer in two rows.

    >>> import polars as pl
    >>> units = pl.DataFrame({"customer_id": [1, 2, 3], "cell": ["a", "a", "control"], "margin": [500, None, 90],
    ...                       "orders": [2, 0, 1]})
    >>> sums = ratio_sums(units, numerator="margin", denominator="orders")
    >>> sums["a"].y, sums["a"].x, sums["control"].xy
    (500.0, 2.0, 90.0)
    """
    frame = require_columns(units, ("customer_id", "cell", numerator, denominator), name="units")
    _check_once(frame)
    y, x = (nw.col(name).cast(nw.Float64).fill_null(0.0) for name in (numerator, denominator))
    products = frame.select("cell", y=y, x=x, yy=y * y, xx=x * x, xy=x * y)
    sums = products.group_by("cell").agg(nw.len().alias("n"), nw.col("y", "x", "yy", "xx", "xy").sum())
    rows = list(sums.collect().rows(named=True))
    for row in rows:
        if row["cell"] is None:
            raise TableError(f"table 'units': column 'cell' is null in {row['n']} rows; leave them out")
    return {row["cell"]: _sums(row) for row in sorted(rows, key=lambda row: row["cell"])}


def ratio_effect(treated: RatioSums, control: RatioSums, *, level: float = 0.95) -> RatioEffect:
    """Difference of two ratios R = sum y / sum x over customers (CAMP-13), by intention to treat.

        var R = (s_y**2 - 2 R s_xy + R**2 s_x**2) / (n mean(x)**2)
        se**2 = var R_T + var R_C;    relative: var = var R_T / R_C**2 + R_T**2 var R_C / R_C**4

    The delta method (Deng, Knoblich and Lu 2018, KDD, equation 3): orders of one customer are alike, so to count
    them as drawn one by one would promise too much. Normal limits; use with some hundred customers a group. The
    ratio can rise because the denominator falls: show the margin per customer beside it.

    Fewer than two customers, a denominator that is not positive, or no variation gives no interval and a reason of
    RATIO_REASONS.

    >>> treated = RatioSums(customers=4, y=40.0, x=8.0, yy=440.0, xx=20.0, xy=90.0)
    >>> control = RatioSums(customers=4, y=32.0, x=8.0, yy=290.0, xx=20.0, xy=70.0)
    >>> effect = ratio_effect(treated, control)
    >>> effect.treated_ratio, effect.difference.value, round(effect.standard_error, 4), round(effect.relative.low, 3)
    (5.0, 1.0, 1.3693, -0.519)
    """
    first, second = (sums.y / sums.x if sums.x > 0 else None for sums in (treated, control))
    reason = _reason(treated, control)
    if reason or first is None or second is None:
        return RatioEffect(first, second, UNKNOWN, None, None, UNKNOWN, level, reason)
    v_first, v_second = _variance(treated), _variance(control)
    error, effect = sqrt(v_first + v_second), first - second
    if error == 0:
        return RatioEffect(first, second, UNKNOWN, None, None, UNKNOWN, level, "no_variation")
    relative = UNKNOWN
    if second > 0:
        relative_error = sqrt(v_first / second**2 + first**2 * v_second / second**4)
        relative = _limits(first / second - 1, relative_error, level)
    p = 2 * normal_below(-abs(effect) / error)
    return RatioEffect(first, second, _limits(effect, error, level), error, p, relative, level, "")


def _check_once(frame: nw.LazyFrame[Any]) -> None:
    counts = frame.select(rows=nw.len(), customers=nw.col("customer_id").n_unique()).collect()
    rows, customers = counts.row(0)
    if rows != customers:
        raise TableError(f"table 'units': {rows} rows for {customers} customers; each may appear once")


def _sums(row: Mapping[str, Any]) -> RatioSums:
    return RatioSums(int(row["n"]), *(float(row[name]) for name in ("y", "x", "yy", "xx", "xy")))


def _reason(treated: RatioSums, control: RatioSums) -> str:
    for name, sums in (("treated", treated), ("control", control)):
        if sums.customers < 2:
            return f"too_few_{name}"
        if sums.x <= 0:
            return f"no_denominator_{name}"
    return ""


def _variance(sums: RatioSums) -> float:
    n, ratio = sums.customers, sums.y / sums.x
    mean_x = sums.x / n
    # The variance of y - R x, whose mean is 0: one sum of squares, so nothing cancels twice.
    squares = sums.yy - 2 * ratio * sums.xy + ratio**2 * sums.xx
    scale = sums.yy + ratio**2 * sums.xx
    return variance(squares, 0.0, n) / (n * mean_x**2) if squares > 1e-12 * scale else 0.0


def _limits(value: float, error: float, level: float) -> Estimate:
    half = normal_quantile((1 + level) / 2) * error
    return Estimate(value, value - half, value + half)

"""How well look-alike scores rank customers that the weights were not learnt from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from customer_insight.measurement.distributions import normal_quantile
from customer_insight.measurement.estimates import UNKNOWN, Estimate
from customer_insight.profiles.attributes import Cutting, attribute_bins, readable
from customer_insight.profiles.look_alikes import fitted, scored
from customer_insight.profiles.representation import check_group
from customer_insight.tables import Table
from customer_insight.uplift.sample import draw_number

STEPS: int = 100
"""Scores are counted in steps of 1 / STEPS, so that a million customers become some hundred counts."""

Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ScoreTenth:
    """A tenth of held-out customers by score, the most alike first: how many are good, and that against the base."""

    tenth: int
    customers: float
    good: float
    rate: float | None
    lift: float | None


@dataclass(frozen=True, slots=True)
class LookAlikeCheck:
    """``auc``: how often a good customer scores above another one (0.5 is chance), with limits at ``level``; ``usable``
    where the lower limit is above 0.5.
    """

    auc: Estimate
    tenths: tuple[ScoreTenth, ...]
    customers: int
    good: int
    level: float

    @property
    def usable(self) -> bool:
        return self.auc.low is not None and self.auc.low > 0.5

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {**asdict(self), "usable": self.usable}


def check_look_alikes(
    customers: Table,
    *,
    good: str,
    attributes: tuple[str, ...],
    cutting: Cutting | None = None,
    prior: float = 10.0,
    folds: int = 5,
    seed: int = 1,
    level: float = 0.95,
) -> LookAlikeCheck:
    """Learn from all parts but one, score that one, for each of ``folds`` parts drawn by customer_id and ``seed``.

    As `fit_look_alikes`, with a whole number ``customer_id``. Cut points are those of all, the good are not looked
    at for them. The area under the curve is the mean over the parts (equal scores count half), its limits by DeLong,
    DeLong and Clarke-Pearson (1988, Biometrics 44) on the scores in steps of 0.01; parts without a good or without
    another customer are left out. A score unknown counts as 0. Tenths are cut within each part; customers of one
    step that lies across a limit are shared out in proportion, so that counts can be fractions. Raises as
    `fit_look_alikes`, and ValueError for folds below 2.

    >>> import polars as pl
    >>> known = pl.DataFrame({"customer_id": range(1000), "town": ["Lyon", "Nice"] * 500})
    >>> known = known.with_columns(good=(pl.col("customer_id") % 4 == 0) | (pl.col("customer_id") % 10 == 1))
    >>> check = check_look_alikes(known, good="good", attributes=("town",))  # Lyon 250 of 500, Nice 100 of 500
    >>> round(check.auc.value, 2), check.usable
    (0.66, True)
    """
    if folds < 2:
        raise ValueError(f"folds is at least 2, not {folds}")
    check_group(customers, good)
    frame = readable(customers, attributes, keep=("customer_id", good))
    bins = attribute_bins(frame, attributes, cutting or Cutting())
    frame = frame.with_columns(fold=draw_number(seed) % folds)
    curves = [_curve(frame, good, bins, prior, fold) for fold in range(folds)]
    known = [curve for curve in curves if curve[0].sum() and curve[1].sum()]
    return LookAlikeCheck(
        auc=_mean([auc_of_counts(*curve) for curve in known], level),
        tenths=_tenths(known),
        customers=int(sum(others.sum() + goods.sum() for goods, others in known)),
        good=int(sum(goods.sum() for goods, _ in known)),
        level=level,
    )


def _curve(frame: nw.LazyFrame[Any], good: str, bins: Any, prior: float, fold: int) -> tuple[Counts, Counts]:
    """Good and other customers of one part by score, lowest first, the weights learnt from the other parts."""
    model = fitted(frame.filter(nw.col("fold") != fold), good, bins, prior)
    rows = scored(frame.filter(nw.col("fold") == fold), model, keep=(good,))
    step = (nw.col("score").fill_null(0.0) * STEPS + 0.5).floor().cast(nw.Int64)
    flag = nw.when(nw.col(good)).then(nw.lit(1)).otherwise(nw.lit(0))
    steps = (
        rows.select(step=step, good=flag).group_by("step").agg(nw.col("good").sum(), nw.len().alias("all"))
    )
    counts = np.array(sorted((int(s), int(g), int(n)) for s, g, n in steps.collect().iter_rows()), np.float64)
    counts = counts.reshape(-1, 3)
    return counts[:, 1], counts[:, 2] - counts[:, 1]


def auc_of_counts(good: Counts, others: Counts) -> tuple[float, float]:
    """Area under the curve and its variance (DeLong) from counts by rising score.

    >>> auc_of_counts(np.array([0.0, 1.0, 1.0]), np.array([1.0, 1.0, 0.0]))[0]  # 3 pairs won, 1 tied, of 4
    0.875
    """
    m, n = good.sum(), others.sum()
    above_others = (np.cumsum(others) - others / 2) / n
    below_goods = 1 - (np.cumsum(good) - good / 2) / m
    auc = float(good @ above_others / m)
    spread_good = good @ (above_others - auc) ** 2 / max(m - 1, 1)
    spread_others = others @ (below_goods - auc) ** 2 / max(n - 1, 1)
    return auc, float(spread_good / m + spread_others / n)


def _mean(areas: list[tuple[float, float]], level: float) -> Estimate:
    if not areas:
        return UNKNOWN
    value = sum(area for area, _ in areas) / len(areas)
    half = normal_quantile((1 + level) / 2) * sqrt(sum(variance for _, variance in areas)) / len(areas)
    return Estimate(value, max(0.0, value - half), min(1.0, value + half))


def _tenths(curves: list[tuple[Counts, Counts]]) -> tuple[ScoreTenth, ...]:
    sums = np.zeros((10, 2))
    for good, others in curves:
        both = (good + others)[::-1]
        ends = np.cumsum(both) / both.sum() * 10
        starts = ends - both / both.sum() * 10
        for tenth in range(10):
            part = np.clip(np.minimum(ends, tenth + 1) - np.maximum(starts, tenth), 0, None) / (ends - starts)
            sums[tenth] += part @ both, part @ good[::-1]
    customers, good_ones = sums.sum(axis=0)
    base = good_ones / customers if customers else 0.0
    return tuple(
        ScoreTenth(number, float(n), float(g), float(g / n), float(g / n / base))
        for number, (n, g) in enumerate(sums, start=1)
        if n
    )

"""Is there anything to learn about whom to treat? By repeated splits, with a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Final, Literal, TypeAlias

import numpy as np

from customer_insight.measurement import CellSums, Estimate, response_effect
from customer_insight.measurement.estimates import UNKNOWN
from customer_insight.uplift.learners import Base, Learner, fit_uplift
from customer_insight.uplift.ranking import UpliftDecile, qini, uplift_deciles
from customer_insight.uplift.sample import Integers, Sample

Usable: TypeAlias = Literal["usable heterogeneity", "no usable heterogeneity"]

REASONS: Final = {
    True: "The interval of the Qini coefficient lies above zero.",
    False: "The interval of the Qini coefficient does not lie above zero; the ranking may be no better than chance.",
}


@dataclass(frozen=True, slots=True)
class UpliftCheck:
    """What a learner's ranking was worth on customers it had not seen.

    ``average`` is the effect of treating everybody. ``qini`` and the uplift of ``deciles`` carry intervals that
    allow for sampling and for the luck of the split. ``reason`` says what the verdict rests on.
    """

    learner: Learner
    base: Base
    customers: int
    splits: int
    level: float
    average: Estimate
    qini: Estimate
    deciles: tuple[UpliftDecile, ...]
    verdict: Usable
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {**asdict(self), "deciles": [asdict(decile) for decile in self.deciles]}


def check_uplift(
    sample: Sample,
    *,
    learner: Learner = "two models",
    base: Base = "logistic",
    splits: int = 20,
    level: float = 0.95,
    seed: int = 1,
) -> UpliftCheck:
    """Fit on one half, rank the other, ``splits`` times over; take the median of what each split says.

    Each split gives an estimate and an interval of level 1 - alpha / 2; the medians of the estimates and of both
    limits hold at 1 - alpha (Chernozhukov, Demirer, Duflo and Fernández-Val 2025, Econometrica 93). Halves keep the
    shares of the arms. The verdict is "no usable heterogeneity" unless the interval of the Qini coefficient lies
    above zero: then treat everybody or nobody, by the average.

    Raises ValueError for fewer than one split and as `fit_uplift` does for small arms.

    >>> from customer_insight.simulation.uplift import simulate_uplift
    >>> from customer_insight.uplift.sample import training_sample
    >>> world = simulate_uplift(4000, seed=1, effect=0.1, spread=0.0)
    >>> check_uplift(training_sample(world.units, features=world.features), splits=5).verdict
    'no usable heterogeneity'
    """
    if splits < 1:
        raise ValueError(f"splits must be at least 1, not {splits}")
    each = 1 - (1 - level) / 2
    areas, tables = [], []
    for number in range(splits):
        first, second = _halves(sample, np.random.default_rng([seed, number]))
        model = fit_uplift(sample.part(first), learner=learner, base=base, seed=seed)
        other = sample.part(second)
        scores = model.uplift(other.matrix)
        areas.append(qini(other, scores, level=each))
        tables.append(uplift_deciles(other, scores, level=each))
    area = _medians(areas)
    usable = area.low is not None and area.low > 0
    return UpliftCheck(
        learner=learner,
        base=base,
        customers=len(sample),
        splits=splits,
        level=level,
        average=_average(sample, level),
        qini=area,
        deciles=tuple(_median_decile(parts) for parts in zip(*tables, strict=True)),
        verdict="usable heterogeneity" if usable else "no usable heterogeneity",
        reason=REASONS[usable],
    )


def _halves(sample: Sample, random: np.random.Generator) -> tuple[Integers, Integers]:
    """Two halves of each arm."""
    first, second = [], []
    for arm in (0, 1):
        places = random.permutation(np.flatnonzero(sample.treated == arm))
        first.append(places[: len(places) // 2])
        second.append(places[len(places) // 2 :])
    return np.sort(np.concatenate(first)), np.sort(np.concatenate(second))


def _average(sample: Sample, level: float) -> Estimate:
    treated, control = (
        CellSums(
            customers=int((sample.treated == arm).sum()),
            responses=int(sample.responded[sample.treated == arm].sum()),
        )
        for arm in (1, 0)
    )
    return response_effect(treated, control, level=level).difference


def _medians(estimates: Sequence[Estimate]) -> Estimate:
    """Median value and limits of the splits that have them; unknown where fewer than half do."""
    known = [(each.value, each.low, each.high) for each in estimates]
    rows = [
        (v, low, high) for v, low, high in known if v is not None and low is not None and high is not None
    ]
    if 2 * len(rows) < len(estimates):
        return UNKNOWN
    return Estimate(*(median(column) for column in zip(*rows, strict=True)))


def _median_decile(parts: tuple[UpliftDecile, ...]) -> UpliftDecile:
    gains = [part.gain for part in parts if part.gain is not None]
    return UpliftDecile(
        parts[0].decile,
        parts[0].customers,
        round(median(part.treated for part in parts)),
        round(median(part.control for part in parts)),
        median(part.predicted for part in parts),
        _medians([part.uplift for part in parts]),
        median(gains) if gains else None,
    )

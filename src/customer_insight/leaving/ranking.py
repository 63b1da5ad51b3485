"""How well a ranking tells leavers from stayers, and how often chances come true."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from customer_insight.measurement import Estimate
from customer_insight.measurement.distributions import normal_quantile
from customer_insight.measurement.estimates import UNKNOWN
from customer_insight.uplift.logistic import Vector
from customer_insight.uplift.sample import Integers


@dataclass(frozen=True, slots=True)
class ChurnDecile:
    """A tenth of the customers by chance to leave, 1 the highest.

    ``predicted`` is the mean chance, ``actual`` the share that left: equal where the chances are right. ``lift`` is
    actual / the share of all that left; ``found`` the share of all leavers who are in this tenth or those above. Both
    are None where nobody left.
    """

    decile: int
    customers: int
    leavers: int
    predicted: float
    actual: float
    lift: float | None
    found: float | None


def auc(score: Vector, left: Integers, *, level: float = 0.95) -> Estimate:
    """The chance that a leaver has a higher score than a stayer, a tie counting half: the area under the ROC curve.

    0.5 is a random order. The interval is DeLong's (DeLong, DeLong and Clarke-Pearson 1988), cut off at 0 and 1.
    Unknown with fewer than two leavers or stayers.

    >>> auc(np.array([0.9, 0.8, 0.8, 0.1]), np.array([1, 0, 1, 0])).value
    0.875
    """
    leavers, stayers = int(left.sum()), int(len(left) - left.sum())
    if min(leavers, stayers) < 2:
        return UNKNOWN
    is_leaver = left == 1
    places = _middle_places(score)
    above = (places[is_leaver] - _middle_places(score[is_leaver])) / stayers
    below = 1.0 - (places[~is_leaver] - _middle_places(score[~is_leaver])) / leavers
    value = float(above.mean())
    error = sqrt(float(above.var(ddof=1)) / leavers + float(below.var(ddof=1)) / stayers)
    half = normal_quantile((1 + level) / 2) * error
    return Estimate(value, max(0.0, value - half), min(1.0, value + half))


def churn_deciles(chance: Vector, left: Integers, customer_id: Integers) -> tuple[ChurnDecile, ...]:
    """Tenths by chance to leave, highest first, equal ones by customer_id; fewer than ten with so few customers."""
    order = np.lexsort((customer_id, -chance))
    rate, found = float(left.mean()), 0
    told = []
    for number, places in enumerate(np.array_split(order, 10), start=1):
        if not len(places):
            break
        leavers = int(left[places].sum())
        found += leavers
        actual = leavers / len(places)
        told.append(
            ChurnDecile(
                number,
                len(places),
                leavers,
                float(chance[places].mean()),
                actual,
                actual / rate if rate else None,
                found / int(left.sum()) if rate else None,
            )
        )
    return tuple(told)


def brier(chance: Vector, left: Integers) -> float:
    """The mean squared difference of chance and outcome (Brier 1950): 0 is certain and right."""
    return float(((chance - left) ** 2).mean())


def _middle_places(values: Vector) -> Vector:
    """Rank from 1 upwards; equal values share the mean of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[place.reshape(-1)])

"""Does a ranking by uplift find those whom treatment moves? Measured on customers the model has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from customer_insight.measurement import CellSums, Estimate, response_effect
from customer_insight.measurement.distributions import normal_quantile
from customer_insight.uplift.logistic import Vector
from customer_insight.uplift.sample import Integers, Sample


@dataclass(frozen=True, slots=True)
class UpliftDecile:
    """A tenth of the customers by predicted uplift, 1 the highest.

    ``predicted`` is the mean prediction, ``uplift`` the difference of the response rates of its treated and held-
    out customers. ``gain`` is the point of the Qini curve where it ends: the responses gained, per customer of all,
    if this tenth and those above were treated.
    """

    decile: int
    customers: int
    treated: int
    control: int
    predicted: float
    uplift: Estimate
    gain: float | None


def qini(sample: Sample, uplift: Vector, *, level: float = 0.95) -> Estimate:
    """The Qini coefficient of a ranking: the area between its curve and a random order's, in responses per customer.

    The curve is gain(share) = share x (response rate of the treated - of the held-out, among the share ranked
    highest) (Radcliffe 2007). With u the place in the ranking (0 first, 1 last, ties share their mean), e the
    treated share, Y the response less its mean m = (1 - e) mean Y_T + e mean Y_C, the area is estimated by the mean
    over customers of

        (1/2 - u) (treated Y / e - held out Y / (1 - e))

    the rank-weighted average effect with linear weights (Yadlowsky, Fleming, Shah, Brunskill and Wager 2025), and its
    standard error is that of a mean. 0 is a random order, whatever the average effect. It is not divided by a perfect
    ranking's area, which nobody knows.

    >>> import numpy as np
    >>> four = Sample((), np.arange(4), np.zeros((4, 0)), np.array([1, 0, 1, 0]), np.array([1, 0, 0, 0]), 4)
    >>> qini(four, np.array([0.4, 0.3, 0.2, 0.1])).value
    0.125
    """
    treated, responded = sample.treated, sample.responded.astype(np.float64)
    share = float(treated.mean())
    middle = (1 - share) * _mean(responded[treated == 1]) + share * _mean(responded[treated == 0])
    effect = (responded - middle) * np.where(treated == 1, 1 / share, -1 / (1 - share))
    terms = (0.5 - _places(uplift)) * effect
    value, error = float(terms.mean()), float(terms.std(ddof=1)) / sqrt(len(terms))
    half = normal_quantile((1 + level) / 2) * error
    return Estimate(value, value - half, value + half)


def uplift_deciles(sample: Sample, uplift: Vector, *, level: float = 0.95) -> tuple[UpliftDecile, ...]:
    """Tenths by predicted uplift, highest first, equal ones by customer_id; intervals by Newcombe."""
    order = np.lexsort((sample.customer_id, -uplift))
    above, found = CellSums(), []
    above_control = CellSums()
    for number, places in enumerate(np.array_split(order, 10), start=1):
        treated, control = (_arm(sample, places, arm) for arm in (1, 0))
        above, above_control = above + treated, above_control + control
        reached = (above.customers + above_control.customers) / len(sample)
        found.append(
            UpliftDecile(
                number,
                len(places),
                treated.customers,
                control.customers,
                _mean(uplift[places]),
                response_effect(treated, control, level=level).difference,
                _gain(above, above_control, reached),
            )
        )
    return tuple(found)


def _gain(treated: CellSums, control: CellSums, share: float) -> float | None:
    if not treated.customers or not control.customers:
        return None
    return share * (treated.responses / treated.customers - control.responses / control.customers)


def _places(uplift: Vector) -> Vector:
    """Place in the ranking from 0 (highest) to 1, the middle of each customer's step; equal scores share theirs."""
    _, step, count = np.unique(-uplift, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - count / 2
    return np.asarray(middle[step.reshape(-1)] / len(uplift))


def _arm(sample: Sample, places: Integers, arm: int) -> CellSums:
    inside = places[sample.treated[places] == arm]
    return CellSums(customers=len(inside), responses=int(sample.responded[inside].sum()))


def _mean(values: Vector) -> float:
    return float(values.mean()) if len(values) else 0.0

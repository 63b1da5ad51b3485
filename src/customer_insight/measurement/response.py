"""Did more customers respond than would have anyway?"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from customer_insight.measurement.distributions import normal_below, normal_quantile
from customer_insight.measurement.estimates import UNKNOWN, Estimate
from customer_insight.measurement.units import CellSums


@dataclass(frozen=True, slots=True)
class ResponseEffect:
    """Response rates (shares, 0 to 1) and their difference.

    ``difference`` has its limits at ``level``; ``p_value`` is two-sided; ``reason`` is a code of
    REASONS, empty where there is an interval.
    """

    treated_rate: float | None
    control_rate: float | None
    difference: Estimate
    p_value: float | None
    level: float
    reason: str


def response_effect(treated: CellSums, control: CellSums, *, level: float = 0.95) -> ResponseEffect:
    """Incremental response rate: treated minus control, by intention to treat (CAMP-13).

    Interval: Newcombe (1998), Statistics in Medicine 17:873-890, method 10, the square-and-add
    combination of two Wilson score intervals; it stays inside [-1, 1] and holds its level for small
    rates. p: the score test of two proportions (pooled variance, no continuity correction). Fewer than
    two customers in a group give no interval and a reason.

    >>> effect = response_effect(CellSums(customers=70, responses=56), CellSums(customers=80, responses=48))
    >>> [round(limit, 4) for limit in (effect.difference.low, effect.difference.high)]
    [0.0524, 0.3339]
    """
    reason = group_size_reason(treated, control)
    first, second = _rate(treated), _rate(control)
    if reason or first is None or second is None:
        return ResponseEffect(first, second, UNKNOWN, None, level, reason)
    difference = _newcombe(treated, control, first, second, level)
    return ResponseEffect(first, second, difference, _score_p(treated, control), level, "")


def wilson(responses: int, customers: int, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson's (1927) score interval of one proportion.

    >>> [round(limit, 4) for limit in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    z, rate = normal_quantile((1 + level) / 2), responses / customers
    shrink = 1 + z * z / customers
    centre = (rate + z * z / (2 * customers)) / shrink
    half = z * sqrt(rate * (1 - rate) / customers + z * z / (4 * customers**2)) / shrink
    return max(0.0, centre - half), min(1.0, centre + half)


def group_size_reason(treated: CellSums, control: CellSums) -> str:
    """Why two groups cannot be compared at all, or nothing."""
    if control.customers == 0:
        return "no_control"
    if treated.customers == 0:
        return "nobody_treated"
    if treated.customers < 2:
        return "too_few_treated"
    return "too_few_control" if control.customers < 2 else ""


def _rate(sums: CellSums) -> float | None:
    return sums.responses / sums.customers if sums.customers else None


def _newcombe(treated: CellSums, control: CellSums, first: float, second: float, level: float) -> Estimate:
    low_1, high_1 = wilson(treated.responses, treated.customers, level=level)
    low_2, high_2 = wilson(control.responses, control.customers, level=level)
    difference = first - second
    below = sqrt((first - low_1) ** 2 + (high_2 - second) ** 2)
    above = sqrt((high_1 - first) ** 2 + (second - low_2) ** 2)
    return Estimate(difference, difference - below, difference + above)


def _score_p(treated: CellSums, control: CellSums) -> float:
    customers = treated.customers + control.customers
    pooled = (treated.responses + control.responses) / customers
    variance = pooled * (1 - pooled) * (1 / treated.customers + 1 / control.customers)
    if variance == 0:  # nobody responded, or everybody: the rates are the same
        return 1.0
    difference = treated.responses / treated.customers - control.responses / control.customers
    return 2 * normal_below(-abs(difference) / sqrt(variance))

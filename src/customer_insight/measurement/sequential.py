"""Intervals that hold however often one looks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, log, sqrt
from typing import Literal

from customer_insight.measurement.estimates import UNKNOWN, Estimate
from customer_insight.measurement.margin import pooled_theta
from customer_insight.measurement.moments import moments
from customer_insight.measurement.response import group_size_reason
from customer_insight.measurement.units import CellSums


@dataclass(frozen=True, slots=True)
class SequentialEffect:
    """Difference per treated customer (minor units, or a rate), with limits that hold at ``level`` at every look.

    ``p_value`` is always valid: to stop as soon as it is below 0.05 errs in at most 5 % of campaigns. ``planned``
    is the number of customers at which the limits are closest. ``reason`` is a code of REASONS, empty where there
    is an interval.
    """

    difference: Estimate
    standard_error: float | None
    p_value: float | None
    customers: int
    planned: int
    level: float
    reason: str


def sequential_effect(
    treated: CellSums,
    control: CellSums,
    *,
    planned: int,
    outcome: Literal["margin", "responded"] = "margin",
    level: float = 0.95,
    adjust: bool = True,
) -> SequentialEffect:
    """The effect on customers who came in so far, by an asymptotic confidence sequence (CAMP-13).

    For campaigns that customers enter one after the other (a trigger, a welcome), each measured over the same
    number of days, and watched as they come. With N customers so far, s the standard error as in `margin_effect`
    without its small sample terms, alpha = 1 - level and rho**2 = u / planned:

        effect +- s sqrt((1 + 1 / (N rho**2)) log((N rho**2 + 1) / alpha**2))

    Robbins' normal mixture, which holds at all N at once, with an estimated variance: Waudby-Smith, Arbour, Sinha,
    Kennedy and Ramdas (2024), Annals of Statistics 52, theorem 2.2; the mixture in Howard, Ramdas, McAuliffe and
    Sekhon (2021). u = -W(-alpha**2 / e) - 1 (lower branch of Lambert's W) makes it closest at ``planned``; there it
    is about 1.5 times as wide as an interval for a single look. p = min(1, sqrt(N rho**2 + 1) exp(-z**2 N rho**2 /
    (2 (N rho**2 + 1)))).

    It holds in the limit: take the first look when some hundred customers are in each group. For a campaign that
    started on one day with everybody in it, and is looked at day by day, the days are not new customers: use
    `level_of_look`.

    Raises ValueError for ``planned`` < 1.

    >>> treated = CellSums(customers=500, responses=60)
    >>> control = CellSums(customers=500, responses=40)
    >>> effect = sequential_effect(treated, control, planned=2000, outcome="responded")
    >>> round(effect.difference.value, 3), round(effect.difference.low, 3), round(effect.difference.high, 3)
    (0.04, -0.018, 0.098)
    """
    if planned < 1:
        raise ValueError(f"planned is the number of customers expected, at least 1, not {planned}")
    if outcome == "responded":
        treated, control = _responses(treated), _responses(control)
    seen = treated.customers + control.customers
    reason = group_size_reason(treated, control) or _no_variation(treated, control)
    if reason:
        return SequentialEffect(UNKNOWN, None, None, seen, planned, level, reason)
    effect, error = _effect(treated, control, pooled_theta(treated, control) if adjust else 0.0)
    heat = seen / planned * _closest(1 - level)
    half = error * sqrt((1 + 1 / heat) * log((heat + 1) / (1 - level) ** 2))
    p = min(1.0, sqrt(heat + 1) * exp(-((effect / error) ** 2) * heat / (2 * (heat + 1))))
    return SequentialEffect(
        Estimate(effect, effect - half, effect + half), error, p, seen, planned, level, ""
    )


def level_of_look(look: int, *, level: float = 0.95) -> float:
    """The level for the interval at the ``look``-th look (from 1), so that those of all looks together hold at
    ``level``.

    alpha(k) = alpha / (k (k + 1)), which adds up to alpha over ever so many looks; by Bonferroni's inequality it
    holds however the looks depend on one another, as those at one group of customers on successive days do. Give it
    to `campaign_result`. Raises ValueError for a look before the first.

    >>> [round(level_of_look(look), 5) for look in (1, 2, 3)]
    [0.975, 0.99167, 0.99583]
    """
    if look < 1:
        raise ValueError(f"looks are counted from 1, not {look}")
    return 1 - (1 - level) / (look * (look + 1))


def _responses(sums: CellSums) -> CellSums:
    """0/1 responses in place of margins: their squares are themselves."""
    return replace(
        CellSums(customers=sums.customers), margin=float(sums.responses), margin_squared=float(sums.responses)
    )


def _no_variation(treated: CellSums, control: CellSums) -> str:
    if moments(treated).yy == 0:
        return "no_variation_treated"
    return "no_variation_control" if moments(control).yy == 0 else ""


def _effect(treated: CellSums, control: CellSums, theta: float) -> tuple[float, float]:
    """The adjusted difference and its standard error."""
    first, second = moments(treated), moments(control)
    effect = first.y - second.y - theta * (first.x - second.x)
    squared = first.residual_variance(theta) / first.n + second.residual_variance(theta) / second.n
    return effect, sqrt(squared)


def _closest(alpha: float) -> float:
    """N rho**2 at which the mixture's limits are closest."""
    from scipy.special import lambertw

    return float(-lambertw(-(alpha**2) * exp(-1), k=-1).real - 1)

"""Did treated customers bring more margin than they would have anyway?"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from customer_insight.measurement.distributions import t_below, t_quantile
from customer_insight.measurement.estimates import UNKNOWN, Estimate
from customer_insight.measurement.moments import ROUNDING, Moments, moments
from customer_insight.measurement.response import group_size_reason
from customer_insight.measurement.units import CellSums


@dataclass(frozen=True, slots=True)
class MarginEffect:
    """Incremental margin per treated customer, minor units.

    ``difference`` is the estimate with its limits at ``level``. ``theta`` is the slope on ``pre_margin``
    that was used (0: unadjusted). The unadjusted pair stands beside it so that a page can show what
    adjustment gained: ``variance_reduction`` = 1 - (standard_error / unadjusted_standard_error)**2.
    ``reason`` is a code of REASONS, empty where there is an interval.
    """

    treated_mean: float | None
    control_mean: float | None
    difference: Estimate
    standard_error: float | None
    degrees_of_freedom: float | None
    p_value: float | None
    theta: float
    unadjusted: Estimate
    unadjusted_standard_error: float | None
    variance_reduction: float | None
    level: float
    reason: str

    @property
    def variance_ratio(self) -> float | None:
        """What CUPED leaves of the variance: 1 without adjustment, 0.6 where 60 % of the customers would now do."""
        return None if self.variance_reduction is None else 1 - self.variance_reduction

    @property
    def adjustment(self) -> str:
        """How it was adjusted, in the field's words: CUPED on the margin before, or not at all."""
        return "CUPED" if self.theta else "none"


def margin_effect(
    treated: CellSums, control: CellSums, *, theta: float | None = None, level: float = 0.95
) -> MarginEffect:
    """Incremental margin per treated customer, by intention to treat (CAMP-13).

    Everybody assigned counts, contacted or not. With y the margin of the period and x the margin before it:

        effect = (mean y_T - mean y_C) - theta (mean x_T - mean x_C)
        se**2  = v_T + v_C,  v_g = k s_g**2 / n_g,  s_g**2 the variance of y - theta x in the group
        df     = (v_T + v_C)**2 / (v_T**2 / (n_T - 1) + v_C**2 / (n_C - 1))     Welch (1947), Satterthwaite

    Regression adjustment on a pre-period covariate is CUPED (Deng, Xu, Kohavi and Walker 2013). ``theta``
    None takes `pooled_theta`; 0 switches adjustment off. Unequal variances are allowed: unadjusted, this
    standard error is exactly the HC2 one of the regression on the treatment dummy. k = (n_T + n_C - 2) /
    (n_T + n_C - 3) pays for the slope when there is one.

    Limit: with 50 to 100 customers in control and margins as skewed as spend usually is, a 95 % interval
    still covers 94 to 95 times in a hundred (1,500 simulated campaigns), but its misses are one-sided: it
    lies too high in four or five, too low in about one.

    No control, fewer than two customers in a group, or a group in which every margin is the same, gives no
    interval and a reason; never NaN.

    >>> treated = CellSums(customers=3, margin=60.0, margin_squared=1400.0)
    >>> control = CellSums(customers=3, margin=30.0, margin_squared=500.0)
    >>> effect = margin_effect(treated, control)
    >>> effect.difference.value, round(effect.difference.low, 2), round(effect.difference.high, 2)
    (10.0, -12.67, 32.67)
    """
    reason = group_size_reason(treated, control)
    if reason:
        return _unknown(treated, control, level, reason)
    first, second = moments(treated), moments(control)
    if first.yy == 0 or second.yy == 0:
        return _unknown(treated, control, level, f"no_variation_{'treated' if first.yy == 0 else 'control'}")
    slope = pooled_theta(treated, control) if theta is None else theta
    # A perfect fit in a group (two customers often have one) would pass for certainty.
    if min(first.residual_share(slope), second.residual_share(slope)) <= ROUNDING:
        slope = 0.0
    return _welch(first, second, slope, level)


def pooled_theta(treated: CellSums, control: CellSums) -> float:
    """The one slope of margin on pre-period margin, from within both groups; 0 where it cannot be had.

    theta = (Sxy_T + Sxy_C) / (Sxx_T + Sxx_C), sums of products of deviations from each group's own means:
    the pooled slope of CUPED. Weighting the groups by 1 / n instead would promise less variance and fit a
    small control group too closely: intervals for skewed margins then cover too seldom.

    >>> arm = CellSums(customers=3, margin=12.0, margin_squared=56.0, pre=6.0, pre_squared=14.0, cross=28.0)
    >>> pooled_theta(arm, arm)
    2.0
    """
    if min(treated.customers, control.customers) < 2:
        return 0.0
    first, second = moments(treated), moments(control)
    spread = (first.n - 1) * first.xx + (second.n - 1) * second.xx
    shared = (first.n - 1) * first.xy + (second.n - 1) * second.xy
    return shared / spread if spread > 0 else 0.0


def _welch(treated: Moments, control: Moments, theta: float, level: float) -> MarginEffect:
    error, freedom = _standard_error(treated, control, theta)
    plain_error, plain_freedom = _standard_error(treated, control, 0.0)
    plain = treated.y - control.y
    effect = plain - theta * (treated.x - control.x)
    return MarginEffect(
        treated_mean=treated.y,
        control_mean=control.y,
        difference=_interval(effect, error, freedom, level),
        standard_error=error,
        degrees_of_freedom=freedom,
        p_value=2 * t_below(-abs(effect) / error, freedom),
        theta=theta,
        unadjusted=_interval(plain, plain_error, plain_freedom, level),
        unadjusted_standard_error=plain_error,
        variance_reduction=1 - (error / plain_error) ** 2,
        level=level,
        reason="",
    )


def _standard_error(treated: Moments, control: Moments, theta: float) -> tuple[float, float]:
    total = treated.n + control.n
    slope = (total - 2) / (total - 3) if theta else 1.0
    first = slope * treated.residual_variance(theta) / treated.n
    second = slope * control.residual_variance(theta) / control.n
    spread = first**2 / (treated.n - 1) + second**2 / (control.n - 1)
    return sqrt(first + second), (first + second) ** 2 / spread


def _interval(effect: float, error: float, freedom: float, level: float) -> Estimate:
    half = t_quantile((1 + level) / 2, freedom) * error
    return Estimate(effect, effect - half, effect + half)


def _unknown(treated: CellSums, control: CellSums, level: float, reason: str) -> MarginEffect:
    first, second = (s.margin / s.customers if s.customers else None for s in (treated, control))
    nothing = dict.fromkeys(("standard_error", "degrees_of_freedom", "p_value"))
    return MarginEffect(
        treated_mean=first,
        control_mean=second,
        difference=UNKNOWN,
        theta=0.0,
        unadjusted=UNKNOWN,
        unadjusted_standard_error=None,
        variance_reduction=None,
        level=level,
        reason=reason,
        **nothing,
    )

"""Before launch: what the numbers could show, and how many customers to hold out for it.

All normal approximations for a two-sided test of two means or rates (rates: Fleiss, Levin and Paik 2003,
chapter 4, without the continuity correction). Planning figures, not results.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, sqrt

from customer_insight.measurement.distributions import normal_quantile


@dataclass(frozen=True, slots=True)
class ControlShare:
    """A proposed control share, what it could detect, and why it is this one.

    ``reason``: "target" the smallest share that reaches the target; "minimum" less would do, but a control
    smaller than the minimum is not kept; "maximum" not even the largest share reaches the target.
    """

    share: float
    control: int
    minimum_detectable_effect: float
    reaches_target: bool
    reason: str


def minimum_detectable_effect(
    n_treated: int,
    n_control: int,
    sd: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    r_squared: float = 0.0,
) -> float:
    """The smallest true difference of means found with probability ``power``, in the unit of ``sd``.

        (z(1 - alpha/2) + z(power)) sd sqrt(1 - r_squared) sqrt(1/n_treated + 1/n_control)

    ``r_squared`` is the share of variance the pre-period margin explains. Infinite for an empty group.

    >>> round(minimum_detectable_effect(800, 200, 1000.0), 1)
    221.5
    """
    if min(n_treated, n_control) < 1:
        return inf
    return _detectable_z(alpha, power) * sd * sqrt((1 - r_squared) * (1 / n_treated + 1 / n_control))


def expected_interval(
    effect: float, n_treated: int, n_control: int, sd: float, *, level: float = 0.95, r_squared: float = 0.0
) -> tuple[float, float] | None:
    """Where the measured difference of means will lie with probability ``level`` if ``effect`` is the true one.

        effect ± z((1 + level) / 2) sd sqrt(1 - r_squared) sqrt(1/n_treated + 1/n_control)

    None for an empty group.

    >>> low, high = expected_interval(100.0, 800, 200, 1000.0)
    >>> round(low, 1), round(high, 1)
    (-54.9, 254.9)
    """
    if min(n_treated, n_control) < 1:
        return None
    error = sd * sqrt((1 - r_squared) * (1 / n_treated + 1 / n_control))
    margin = normal_quantile((1 + level) / 2) * error
    return effect - margin, effect + margin


def minimum_detectable_rate(
    n_treated: int, n_control: int, base_rate: float, *, alpha: float = 0.05, power: float = 0.8
) -> float | None:
    """The smallest rise over ``base_rate`` found with probability ``power``; None if even 1 would be missed.

    >>> round(minimum_detectable_rate(3826, 3826, 0.02), 4)
    0.01
    """
    if min(n_treated, n_control) < 1:
        return None

    from scipy.optimize import brentq  # slow to import, and needed nowhere else

    def surplus(rise: float) -> float:
        return rise - _detectable_rise(n_treated, n_control, base_rate, rise, alpha, power)

    if surplus(1 - base_rate) < 0:
        return None
    return float(brentq(surplus, 0.0, 1 - base_rate, xtol=1e-12))


def sample_size(
    effect: float,
    sd: float,
    *,
    control_share: float = 0.5,
    alpha: float = 0.05,
    power: float = 0.8,
    r_squared: float = 0.0,
) -> int:
    """Customers, treated and control together, needed to find a true difference of means ``effect``.

    >>> sample_size(500.0, 1000.0)
    126
    """
    _check_share(control_share)
    units = (_detectable_z(alpha, power) * sd / effect) ** 2 * (1 - r_squared)
    return ceil(units / (control_share * (1 - control_share)))


def sample_size_rate(
    base_rate: float, rise: float, *, control_share: float = 0.5, alpha: float = 0.05, power: float = 0.8
) -> int:
    """Customers, treated and control together, needed to find a rise from ``base_rate`` by ``rise``.

    >>> sample_size_rate(0.02, 0.01)  # 3,826 in each group
    7651
    """
    _check_share(control_share)
    unit = _detectable_rise(1 - control_share, control_share, base_rate, rise, alpha, power)
    return ceil((unit / rise) ** 2)


def proposed_control_share(
    n: int,
    *,
    sd: float,
    target: float,
    minimum: float = 0.05,
    maximum: float = 0.5,
    alpha: float = 0.05,
    power: float = 0.8,
    r_squared: float = 0.0,
) -> ControlShare:
    """The smallest control share, in whole per cent, that can show a true effect of ``target``.

    ``n`` customers in all; ``sd`` and ``target`` in one unit (for a rate p, sd = sqrt(p (1 - p))). The
    detectable effect goes with 1 / sqrt(share (1 - share)), so the share solves share (1 - share) = ((z
    sd sqrt(1 - r_squared)) / target)**2 / n. Holding out more than half would show less.

    >>> proposed_control_share(10_000, sd=1000.0, target=100.0).share
    0.09
    """
    _check_share(minimum)
    _check_share(maximum)
    needed = (_detectable_z(alpha, power) * sd / target) ** 2 * (1 - r_squared) / n
    wanted = (1 - sqrt(1 - 4 * needed)) / 2 if needed <= 0.25 else inf
    wanted = wanted if wanted == inf else ceil(round(100 * wanted, 9)) / 100
    share = min(max(wanted, minimum), maximum)
    control = round(n * share)
    found = minimum_detectable_effect(n - control, control, sd, alpha=alpha, power=power, r_squared=r_squared)
    reason = "target" if share == wanted else "minimum" if share > wanted else "maximum"
    return ControlShare(share, control, found, reason != "maximum", reason)


def _detectable_z(alpha: float, power: float) -> float:
    return normal_quantile(1 - alpha / 2) + normal_quantile(power)


def _detectable_rise(
    treated: float, control: float, base: float, rise: float, alpha: float, power: float
) -> float:
    """The rise a test of two rates needs: variance pooled under no effect, separate under the rise."""
    raised = base + rise
    pooled = (treated * raised + control * base) / (treated + control)
    under_null = sqrt(pooled * (1 - pooled) * (1 / treated + 1 / control))
    under_rise = sqrt(raised * (1 - raised) / treated + base * (1 - base) / control)
    return normal_quantile(1 - alpha / 2) * under_null + normal_quantile(power) * under_rise


def _check_share(share: float) -> None:
    if not 0 < share < 1:
        raise ValueError(f"a control share must lie between 0 and 1, not {share}")

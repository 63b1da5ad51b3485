"""Means and variances out of sums."""

from __future__ import annotations

from dataclasses import dataclass

from customer_insight.measurement.units import CellSums

# Sums of squares in doubles lose about this share to rounding; less variation than that is none.
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Moments:
    """Means, sample variances (n - 1) and covariance of margin y and pre-period margin x."""

    n: int
    y: float
    x: float
    yy: float
    xx: float
    xy: float

    def residual_variance(self, theta: float) -> float:
        return max(0.0, self.yy - 2 * theta * self.xy + theta**2 * self.xx)

    def residual_share(self, theta: float) -> float:
        return self.residual_variance(theta) / self.yy


def moments(sums: CellSums) -> Moments:
    """Of two customers or more."""
    n, y, x = sums.customers, sums.margin / sums.customers, sums.pre / sums.customers
    xy = (sums.cross - sums.margin * x) / (n - 1)
    return Moments(n, y, x, variance(sums.margin_squared, y, n), variance(sums.pre_squared, x, n), xy)


def variance(squares: float, mean: float, n: int) -> float:
    """Sample variance (n - 1) from the sum of squares; 0 where rounding alone could make it."""
    deviations = squares - n * mean * mean
    return deviations / (n - 1) if deviations > ROUNDING * squares else 0.0

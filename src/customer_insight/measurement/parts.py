"""One line of a breakdown: some cells taken together, each against the control of its own customer group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

from customer_insight.measurement.distributions import t_below, t_quantile
from customer_insight.measurement.estimates import UNKNOWN, Estimate, Verdict
from customer_insight.measurement.moments import Moments, moments
from customer_insight.measurement.strata import Key, Leaves
from customer_insight.measurement.units import CellSums


@dataclass(frozen=True, slots=True)
class Part:
    """One cell of the breakdown or a sum of cells. Money in minor units.

    ``by`` names what it is about; a dimension that is summed over is missing in it, so the whole has none.
    ``incremental_margin``, ``incremental_profit`` (less cost) and ``roi`` (profit / cost, unknown without cost)
    carry their interval. ``treated`` and ``cost`` are what these figures rest on; ``unmeasured`` treated customers
    and their ``unmeasured_cost`` stand in cells that cannot be compared and are in no figure. ``reason`` is empty
    where there is an interval. ``p_adjusted`` is Holm's over the cells, None on sums.
    """

    by: Mapping[str, str]
    treated: int
    control: int
    cost: float
    incremental_margin: Estimate
    incremental_profit: Estimate
    roi: Estimate
    verdict: Verdict
    reason: str
    p_value: float | None
    p_adjusted: float | None
    unmeasured: int
    unmeasured_cost: float

    @property
    def margin_per_customer(self) -> Estimate:
        """Incremental margin / treated."""
        return self.incremental_margin.times(1 / self.treated) if self.treated else UNKNOWN

    @property
    def profit_per_customer(self) -> Estimate:
        """Incremental profit / treated: what one more customer like these is expected to add, after cost."""
        return self.incremental_profit.times(1 / self.treated) if self.treated else UNKNOWN


@dataclass(frozen=True, slots=True)
class Parts:
    """The leaves, and how a figure is made of some of them."""

    read: Leaves
    names: tuple[str, ...]
    groups: int
    theta: float

    def measured(self, key: Key) -> bool:
        control = self.read.control.get(key[: self.groups], CellSums())
        return min(self.read.treated[key].customers, control.customers) >= 2

    def part(self, names: Iterable[str], values: Key, keys: list[Key], level: float) -> Part:
        """The figures of the cells ``keys`` together."""
        inside = [key for key in keys if self.measured(key)]
        outside = [key for key in keys if not self.measured(key)]
        cost = sum(self.read.cost[key] for key in inside)
        margin, p = self._margin(inside, level) if inside else (UNKNOWN, None)
        profit = margin.plus(-cost)
        strata = {key[: self.groups] for key in inside}
        return Part(
            by=dict(zip(names, values, strict=True)),
            treated=sum(self.read.treated[key].customers for key in inside),
            control=sum(self.read.control[group].customers for group in strata),
            cost=cost,
            incremental_margin=margin,
            incremental_profit=profit,
            roi=profit.times(1 / cost) if cost > 0 else UNKNOWN,
            verdict=profit.verdict(),
            reason=self._reason(inside, margin),
            p_value=p,
            p_adjusted=None,
            unmeasured=sum(self.read.treated[key].customers for key in outside),
            unmeasured_cost=sum(self.read.cost[key] for key in outside),
        )

    def apart(self, best: Part | None, worst: Part | None, level: float) -> Estimate:
        """Profit per treated customer of the one less that of the other."""
        if best is None or worst is None:
            return UNKNOWN
        first, second = tuple(best.by.values()), tuple(worst.by.values())
        weights = {first: 1 / best.treated, second: -1 / worst.treated}
        value, error, freedom = self._combined(weights)
        value -= best.cost / best.treated - worst.cost / worst.treated
        return _estimate(value, error, freedom, level)

    def _margin(self, keys: list[Key], level: float) -> tuple[Estimate, float | None]:
        value, error, freedom = self._combined(dict.fromkeys(keys, 1.0))
        p = 2 * t_below(-abs(value) / error, freedom) if error > 0 else None
        return _estimate(value, error, freedom, level), p

    def _combined(self, weights: Mapping[Key, float]) -> tuple[float, float, float]:
        """Sum of weight x incremental margin of cells, its standard error and its degrees of freedom."""
        means: list[tuple[float, Moments]] = []
        from_control: dict[Key, float] = {}
        for key, weight in weights.items():
            treated = self.read.treated[key]
            means.append((weight * treated.customers, moments(treated)))
            group = key[: self.groups]
            from_control[group] = from_control.get(group, 0.0) - weight * treated.customers
        means += [(weight, moments(self.read.control[group])) for group, weight in from_control.items()]
        value = sum(weight * (each.y - self.theta * each.x) for weight, each in means)
        parts = [(weight**2 * each.residual_variance(self.theta) / each.n, each.n) for weight, each in means]
        variance = sum(part for part, _ in parts)
        spread = sum(part**2 / (n - 1) for part, n in parts)
        return value, sqrt(variance), variance**2 / spread if spread > 0 else 1.0

    def _reason(self, inside: list[Key], margin: Estimate) -> str:
        if not inside:
            return "too_few"
        if margin.low is None:
            return "no_variation"
        return ""


def _estimate(value: float, error: float, freedom: float, level: float) -> Estimate:
    """Without limits where nothing varies."""
    if error <= 0:
        return Estimate(value, None, None)
    half = t_quantile((1 + level) / 2, freedom) * error
    return Estimate(value, value - half, value + half)

"""What a campaign earned: incremental response, margin, profit and return, each with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from customer_insight.assignment import CONTROL
from customer_insight.measurement.attribution import Attributed, attributed_from_sums
from customer_insight.measurement.estimates import (
    REASONS,
    UNKNOWN,
    Estimate,
    Verdict,
    holm,
    simultaneous_level,
)
from customer_insight.measurement.margin import MarginEffect, margin_effect, pooled_theta
from customer_insight.measurement.response import ResponseEffect, response_effect
from customer_insight.measurement.units import CellSums, cell_sums
from customer_insight.tables import Table

ESTIMAND: Final = "intention to treat: everybody assigned counts, contacted or not"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One cell against control, or all cells together ("" as the cell). Money in minor units.

    ``incremental_margin`` is the effect per customer times ``treated``; ``incremental_profit`` takes the
    cost off; ``roi`` is incremental profit / cost, None without cost (CAMP-13). ``verdict`` is about
    profit, the question return answers; ``effect_verdict`` is about margin before cost. The two adjusted
    p values are Holm's over the cells; on the whole they are the plain ones.
    """

    cell: str
    treated: int
    control: int
    response: ResponseEffect
    margin: MarginEffect
    incremental_responses: Estimate
    incremental_margin: Estimate
    cost: int
    incremental_profit: Estimate
    roi: Estimate
    verdict: Verdict
    effect_verdict: Verdict
    reason: str
    response_p_adjusted: float | None
    margin_p_adjusted: float | None


@dataclass(frozen=True, slots=True)
class CampaignResult:
    """The whole campaign and its cells, attributed figures second.

    ``level`` is the level of the overall intervals and the level at which the intervals of all cells
    hold at once; ``cell_level`` is the level of each cell's own. ``winsorised_at`` is None unless
    margins were pulled in.
    """

    overall: Comparison
    cells: tuple[Comparison, ...]
    attributed: tuple[Attributed, ...]
    level: float
    cell_level: float
    winsorised_at: float | None
    estimand: str = ESTIMAND

    @property
    def verdict(self) -> Verdict:
        return self.overall.verdict

    @property
    def explanation(self) -> str:
        """The reason behind the headline in plain words."""
        return REASONS[self.overall.reason]

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain lists, numbers and text, ready for JSON."""
        figures = asdict(self)
        for name in ("cells", "attributed"):
            figures[name] = list(figures[name])
        return figures | {"verdict": self.verdict, "explanation": self.explanation}


def campaign_result(
    units: Table,
    *,
    costs: Mapping[str, int] | None = None,
    fixed_cost: int = 0,
    level: float = 0.95,
    adjust: bool = True,
    winsorise_at: float | None = None,
) -> CampaignResult:
    """Measure a campaign against the customers it held out (CAMP-06, CAMP-12, CAMP-13).

    ``units`` as for `cell_sums`: one row per assigned customer. ``costs`` gives each cell's cost in
    minor units, ``fixed_cost`` what belongs to the campaign but to no cell and therefore counts in the
    whole only.

    Rule of the verdict, from the interval that is shown, so that headline and figures cannot disagree:

    - "gain": the interval of incremental profit lies above zero (margin rose by more than the cost);
    - "loss": it lies below zero (at its best, the margin gained does not repay the cost);
    - "cannot tell": it covers zero, or there is none. ``reason`` says why.

    Without cost, profit is margin and the verdict is whether the difference covers zero. One slope on
    ``pre_margin``, found on the whole, serves every cell, so the cells' incremental margins add up to
    the whole. Several cells are one family: their intervals are widened to hold together (Šidák) and
    their p values are Holm's; the whole is the one question asked first and keeps the plain level.

    Raises TableError as `cell_sums` does, ValueError for a cost that is negative or of an unknown cell.

    >>> import polars as pl
    >>> units = pl.DataFrame({"customer_id": range(6), "cell": ["mail"] * 3 + ["control"] * 3,
    ...     "responded": [1, 1, 0, 0, 1, 0], "margin": [1000, 2000, 3000, 0, 1000, 2000]})
    >>> result = campaign_result(units, costs={"mail": 1500})
    >>> result.overall.incremental_margin.value, result.overall.roi.value, result.verdict
    (3000.0, 1.0, 'cannot tell')
    """
    cells = cell_sums(units, winsorise_at=winsorise_at)
    control = cells.pop(CONTROL, CellSums())
    costs = _checked_costs(cells, costs or {}, fixed_cost)
    whole = sum(cells.values(), start=CellSums())
    theta = pooled_theta(whole, control) if adjust else 0.0
    cell_level = simultaneous_level(level, len(cells))
    overall = _comparison("", whole, control, sum(costs.values()) + fixed_cost, theta, level)
    each = [_comparison(cell, s, control, costs[cell], theta, cell_level) for cell, s in cells.items()]
    return CampaignResult(
        overall=_with_p(overall, overall.response.p_value, overall.margin.p_value),
        cells=_with_family_p(each),
        attributed=attributed_from_sums(cells, costs=costs, fixed_cost=fixed_cost),
        level=level,
        cell_level=cell_level,
        winsorised_at=winsorise_at,
    )


def _checked_costs(cells: Mapping[str, CellSums], costs: Mapping[str, int], fixed: int) -> dict[str, int]:
    unknown = sorted(set(costs) - set(cells))
    if unknown:
        raise ValueError(f"costs of {', '.join(unknown)}, but nobody is in such a cell")
    if min([fixed, *costs.values()]) < 0:
        raise ValueError("a cost must not be negative")
    return {cell: costs.get(cell, 0) for cell in cells}


def _comparison(
    cell: str, treated: CellSums, control: CellSums, cost: int, theta: float, level: float
) -> Comparison:
    response = response_effect(treated, control, level=level)
    margin = margin_effect(treated, control, theta=theta, level=level)
    total = margin.difference.times(treated.customers)
    profit = total.plus(-cost)
    return Comparison(
        cell=cell,
        treated=treated.customers,
        control=control.customers,
        response=response,
        margin=margin,
        incremental_responses=response.difference.times(treated.customers),
        incremental_margin=total,
        cost=cost,
        incremental_profit=profit,
        roi=profit.times(1 / cost) if cost else UNKNOWN,
        verdict=profit.verdict(),
        effect_verdict=margin.difference.verdict(),
        reason=margin.reason or _reason(profit.verdict(), margin.difference.verdict()),
        response_p_adjusted=None,
        margin_p_adjusted=None,
    )


def _reason(verdict: Verdict, effect: Verdict) -> str:
    if verdict == "cannot tell":
        return "margin_rose_profit_unclear" if effect == "gain" else "covers_zero"
    return "cost_not_repaid" if verdict == "loss" and effect != "loss" else ""


def _with_family_p(cells: list[Comparison]) -> tuple[Comparison, ...]:
    response = holm([cell.response.p_value for cell in cells])
    margin = holm([cell.margin.p_value for cell in cells])
    return tuple(_with_p(*each) for each in zip(cells, response, margin, strict=True))


def _with_p(comparison: Comparison, response: float | None, margin: float | None) -> Comparison:
    return replace(comparison, response_p_adjusted=response, margin_p_adjusted=margin)

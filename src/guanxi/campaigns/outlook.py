"""What a plan would cost, earn and be able to show, for so many customers contacted and held out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from math import isfinite
from typing import Any, Final

from customer_insight.assignment import CONTROL
from customer_insight.measurement import (
    PastSpread,
    expected_interval,
    minimum_detectable_effect,
    proposed_control_share,
)
from guanxi.campaigns.languages import readers
from guanxi.campaigns.plans import Plan

READERS_OF_LANGUAGES: Final = ("languages", "for_want_of_another")
"""Parts of an estimate that a plan in one language does not have."""


def outlook(plan: Plan, cells: Mapping[str, int], control: int, spread: PastSpread) -> dict[str, Any]:
    """Cost, expected margin and profit with its interval, what breaks even, and what could be shown."""
    treated = sum(cells.values())
    earned = _money(plan, treated)
    return {
        "cells": dict(cells),
        "control": control,
        **earned,
        **_power(plan, treated, control, spread),
        "expected_profit_interval": _profit_interval(plan, treated, control, spread, earned["cost"]),
    }


def redrawn(plan: Plan, estimate: Mapping[str, Any]) -> dict[str, Any]:
    """An estimate with shares, cost and expectations as the plan has them now; its reach and spread are kept.

    Sizes are the shares of those who may be contacted; which customer falls where is drawn when it is planned.
    """
    spread = PastSpread(**estimate["past"])
    control = round(spread.customers * plan.control_share)
    weights = {cell.code: cell.share for cell in plan.cells}
    treated, total = spread.customers - control, sum(weights.values())
    cells = {code: round(treated * weight / total) for code, weight in weights.items()}
    found = outlook(plan, cells, control, spread)
    kept = {name: value for name, value in estimate.items() if name not in READERS_OF_LANGUAGES}
    return {**kept, **found, **readers(plan, estimate.get("told_languages", {}), sum(cells.values()))}


def sizes_of(plan: Plan, drawn: Mapping[str, int]) -> tuple[dict[str, int], int]:
    """Cells and control of a draw; a cell that nobody fell into has 0."""
    return {cell.code: drawn.get(cell.code, 0) for cell in plan.cells}, drawn.get(CONTROL, 0)


def _effect(plan: Plan) -> float:
    """The expected incremental margin per customer, in minor units."""
    return plan.expected_response_rate * plan.expected_margin_per_response


def _money(plan: Plan, treated: int) -> dict[str, Any]:
    cost = plan.fixed_cost + treated * plan.cost_per_contact
    expected = treated * _effect(plan)
    at_most = treated * plan.expected_margin_per_response
    return {
        "cost": cost,
        "budget": plan.budget,
        "within_budget": cost <= plan.budget,
        "expected_margin": expected,
        "expected_profit": expected - cost,
        "break_even_effect": cost / treated if treated else None,
        "break_even_response_rate": cost / at_most if at_most else None,
    }


def _power(plan: Plan, treated: int, control: int, spread: PastSpread) -> dict[str, Any]:
    """What could be shown with this control, and the control share that would show what is expected.

    None where the past says nothing: an empty group, or margins that did not vary.
    """
    effect = _effect(plan)
    smallest = minimum_detectable_effect(treated, control, spread.sd, r_squared=spread.r_squared)
    known = spread.sd > 0 and isfinite(smallest)
    return {
        "minimum_detectable_effect": smallest if known else None,
        "expected_effect": effect,
        "effect_assured": effect >= smallest if known else None,
        "past": asdict(spread),
        "proposed_control": _proposed(treated + control, effect, spread),
    }


def _proposed(customers: int, effect: float, spread: PastSpread) -> dict[str, Any] | None:
    if effect <= 0 or spread.sd <= 0 or customers < 2:
        return None
    proposed = proposed_control_share(customers, sd=spread.sd, target=effect, r_squared=spread.r_squared)
    # A few customers leave nobody to hold out, and JSON knows no infinity.
    return asdict(proposed) if isfinite(proposed.minimum_detectable_effect) else None


def _profit_interval(
    plan: Plan, treated: int, control: int, spread: PastSpread, cost: int
) -> list[float] | None:
    """Between which limits the measured profit will lie, 95 times in 100, if what is expected is true."""
    if spread.sd <= 0:
        return None
    around = expected_interval(_effect(plan), treated, control, spread.sd, r_squared=spread.r_squared)
    return [treated * limit - cost for limit in around] if around else None

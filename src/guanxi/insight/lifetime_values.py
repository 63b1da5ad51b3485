"""Lifetime value as of a date: fit on the histories, score every customer, test against what came."""

from __future__ import annotations

from typing import Any, Final

from customer_insight.lifetime import (
    MODELS,
    SCORES,
    Choice,
    backtest,
    choose_lifetime,
    fit_lifetime,
    fit_spend,
    model_card,
    purchase_histories,
    score_lifetime,
)
from customer_insight.service import margin_after_service
from guanxi.foundation.engine.duck import Duck, keep, value
from guanxi.foundation.money import base_currency, minor_units
from guanxi.insight.assumptions import Assumptions

SHORTEST_BACKTEST: Final = 28
"""Days of history below which nothing is left to predict."""


def lifetime_values(duck: Duck, day: int, assumptions: Assumptions) -> dict[str, Any]:
    """Fit, score into table `lifetime`, and return the model card with its back-test; empty before anybody returned."""
    keep(duck, "histories", purchase_histories(duck.table("daily"), as_of=day))
    if not value(duck, "SELECT count(*) FROM histories WHERE x > 0"):
        nothing = ", ".join(f"NULL::DOUBLE AS {name}" for name in SCORES if name != "customer_id")
        duck.execute(f"CREATE OR REPLACE TABLE lifetime AS SELECT customer_id, {nothing} FROM indicators")
        return {}
    start = int(value(duck, "SELECT min(day) FROM daily"))
    choice = _choice(duck, start, day)
    model = fit_lifetime(
        duck.table("histories"), as_of=day, window_start=start, model=choice.model if choice else MODELS[0]
    )
    spend = fit_spend(duck.table("histories"), unit_minor=minor_units(base_currency()))
    margin_rate = _margin_after_service(duck)
    scored = score_lifetime(
        duck.table("histories"),
        model,
        spend,
        as_of=day,
        horizon_days=assumptions.horizon_days,
        discount_rate_year=assumptions.discount_rate_year,
        margin_rate=margin_rate,
    )
    keep(duck, "lifetime", scored)
    tested = _backtest(duck, start, choice) if choice else None
    card = model_card(
        model, spend, version="2", as_of=day, window_start=start, backtest=tested, choice=choice
    )
    return {**card.as_dict(), "margin_rate": margin_rate}


def _margin_after_service(duck: Duck) -> float:
    """The margin of the sales to come; 0 where nothing was sold."""
    left = "SELECT sales_amount, contribution FROM indicators JOIN contributions USING (customer_id)"
    return float(margin_after_service(duck.sql(left)).fetchall()[0][0] or 0.0)


def _choice(duck: Duck, start: int, day: int) -> Choice | None:
    """Which model predicts the second half of the window best from the first; None where it is too short to split."""
    middle = start + (day - start) // 2
    bought = value(duck, f"SELECT count(*) FROM daily WHERE amount > 0 AND day <= {middle}")
    if day - start < SHORTEST_BACKTEST or not bought:
        return None
    return choose_lifetime(duck.table("daily"), calibration_end=middle, holdout_end=day, window_start=start)


def _backtest(duck: Duck, start: int, choice: Choice) -> Any:
    """The chosen model, fitted on the first half of the window, against the second."""
    fitted = fit_lifetime(
        purchase_histories(duck.table("daily"), as_of=choice.calibration_end),
        as_of=choice.calibration_end,
        window_start=start,
        model=choice.model,
    )
    return backtest(
        duck.table("daily"),
        calibration_end=choice.calibration_end,
        holdout_end=choice.holdout_end,
        window_start=start,
        model=fitted,
    )

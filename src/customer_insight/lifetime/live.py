"""One customer's scores while somebody waits: the batch's arithmetic on one stored history, without a table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from customer_insight.lifetime.fit import PurchaseModel
from customer_insight.lifetime.spend import SpendModel
from customer_insight.lifetime.value import Horizon, value_by_history
from customer_insight.tables import TableError


def score_one(
    history: Mapping[str, int],
    model: PurchaseModel,
    spend_model: SpendModel,
    *,
    as_of: int,
    horizon_days: float,
    discount_rate_year: float,
    margin_rate: float,
    cost_to_serve_per_period: float = 0.0,
    period_days: float = 7.0,
) -> dict[str, float]:
    """The columns of SCORES but customer_id, for one customer: what `score_lifetime` gives for the same row.

    ``history`` has x, first_day, last_day and repeat_spend. Raises TableError for a purchase after ``as_of``,
    ValueError for an empty horizon.

    >>> from customer_insight.lifetime import NBD, PooledSpend
    >>> score_one({"x": 3, "first_day": 0, "last_day": 150, "repeat_spend": 6000}, NBD(r=1.0, alpha=10.0),
    ...     PooledSpend(mean=20.0), as_of=210, horizon_days=70, discount_rate_year=0.0, margin_rate=0.25)
    {'p_alive': 1.0, 'expected_purchases': 1.0, 'expected_spend': 2000.0, 'lifetime_value': 500.0}
    """
    if history["last_day"] > as_of:
        raise TableError(f"last_day {history['last_day']} lies after as_of = {as_of}")
    columns = {name: np.array([history[name]]) for name in ("x", "first_day", "last_day")}
    horizon = Horizon(horizon_days, period_days, discount_rate_year)
    found = {
        name: float(values[0]) for name, values in value_by_history(columns, model, as_of, horizon).items()
    }
    x, unit = history["x"], spend_model.unit_minor
    mean = history["repeat_spend"] / x / unit if x else 0.0
    spend = float(np.ravel(spend_model.expected_spend(x, mean))[0]) * unit
    value = margin_rate * spend * found["discounted_purchases"]
    return {
        "p_alive": found["p_alive"],
        "expected_purchases": found["expected_purchases"],
        "expected_spend": spend,
        "lifetime_value": value - cost_to_serve_per_period * found["discounted_periods"],
    }

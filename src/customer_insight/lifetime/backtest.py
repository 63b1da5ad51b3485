"""Fit on the past, predict what came after, compare: how good are the figures on this firm's own
customers?
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from customer_insight.lifetime.accuracy import Accuracy, accuracy
from customer_insight.lifetime.choice import fit_lifetime
from customer_insight.lifetime.engine import Vector
from customer_insight.lifetime.fit import Finding, PurchaseModel
from customer_insight.lifetime.histories import purchase_histories
from customer_insight.lifetime.holdout import read_holdout
from customer_insight.tables import Table


@dataclass(frozen=True, slots=True)
class Decile:
    """A tenth of the customers by predicted purchases, 1 the highest; means are per customer."""

    decile: int
    customers: int
    predicted_mean: float
    actual_mean: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """A model fitted until calibration_end (inclusive) against the purchases of (calibration_end,
    holdout_end].

    `naive` is each customer's own past rate x / T carried on; a model that does not beat it is not worth
    its trouble.
    """

    calibration_end: int
    holdout_end: int
    model: str
    customers: int
    actual_total: int
    predicted: Accuracy
    naive: Accuracy
    deciles: tuple[Decile, ...]
    diagnosis: tuple[Finding, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            **asdict(self),
            "deciles": [asdict(decile) for decile in self.deciles],
            "diagnosis": [finding.as_dict() for finding in self.diagnosis],
        }


def backtest(
    order_lines: Table,
    *,
    calibration_end: int,
    holdout_end: int,
    unit_days: float = 7.0,
    window_start: int | None = None,
    model: PurchaseModel | None = None,
) -> Backtest:
    """Fit by fit_lifetime on purchases until `calibration_end`, predict the purchase days until
    `holdout_end`.

    Both are day numbers; customers are those with a purchase by calibration_end, purchases are days with
    positive net sales as in purchase_histories. A `model` given is tested as it is, without a fit. The
    measures are those of Fader, Hardie & Lee 2005, section 4. Customers are read as distinct histories with their
    number. Deciles rank by predicted purchases, highest first; where a tenth ends among customers of equal
    prediction, each side takes its share of what they bought together. Raises ValueError when the holdout is empty,
    TableError as fit_lifetime.
    """
    if holdout_end <= calibration_end:
        raise ValueError(f"holdout_end {holdout_end} must lie after calibration_end {calibration_end}")
    histories = purchase_histories(order_lines, as_of=calibration_end)
    if model is None:
        model = fit_lifetime(histories, as_of=calibration_end, unit_days=unit_days, window_start=window_start)
    seen = read_holdout(order_lines, histories, calibration_end=calibration_end, holdout_end=holdout_end)
    unit, span = model.unit_days, float(holdout_end - calibration_end)
    predicted = model.expected_purchases(span / unit, seen.x, seen.t_x / unit, seen.age / unit)
    naive = span * np.divide(seen.x, seen.age, out=np.zeros_like(seen.x), where=seen.age > 0)
    return Backtest(
        calibration_end=calibration_end,
        holdout_end=holdout_end,
        model=model.name,
        customers=round(float(seen.weight.sum())),
        actual_total=round(float(seen.actual @ seen.weight)),
        predicted=accuracy(predicted, seen.actual, seen.weight),
        naive=accuracy(naive, seen.actual, seen.weight),
        deciles=_deciles(predicted, seen.actual, seen.weight),
        diagnosis=model.fit.diagnosis if model.fit else (),
    )


def _deciles(predicted: Vector, actual: Vector, weight: Vector) -> tuple[Decile, ...]:
    """Ten parts of as equal size as can be, from the highest prediction down.

    Customers of equal prediction are one step of the running sums; a tenth that ends within it takes its part of it.
    """
    value, step = np.unique(-predicted, return_inverse=True)
    customers = np.bincount(step, weight)
    reached = np.concatenate([[0.0], np.cumsum(customers)])
    bought = np.concatenate([[0.0], np.cumsum(np.bincount(step, weight * actual))])
    expected = np.concatenate([[0.0], np.cumsum(customers * -value)])
    whole, more = divmod(round(reached[-1]), 10)
    sizes = [whole + (number < more) for number in range(10)]
    ends = np.concatenate([[0], np.cumsum(sizes)])
    of_each = (np.diff(np.interp(ends, reached, total)) for total in (expected, bought))
    return tuple(
        Decile(number, size, float(ahead / size), float(came / size))
        for number, (size, ahead, came) in enumerate(zip(sizes, *of_each, strict=True), start=1)
        if size
    )

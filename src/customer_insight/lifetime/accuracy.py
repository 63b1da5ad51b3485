"""How far predictions were from what came, over customers that may be counted in groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from customer_insight.lifetime.engine import Vector, sums


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Predicted against actual purchases per customer in the holdout. `bias` is total / actual total - 1.

    `correlation` is Pearson's, None where one side does not vary; `bias` is None where nothing was bought.
    """

    total: float
    bias: float | None
    mae: float
    rmse: float
    correlation: float | None


def accuracy(predicted: Vector, actual: Vector, weight: Vector | None = None) -> Accuracy:
    """The measures over rows of `weight` customers each, one each if not given."""
    weight = np.ones(len(actual)) if weight is None else weight
    customers = float(weight.sum())
    error = predicted - actual
    total, bought = float(sums(predicted, weight)), float(sums(actual, weight))
    return Accuracy(
        total=total,
        bias=total / bought - 1.0 if bought else None,
        mae=float(sums(np.abs(error), weight)) / customers,
        rmse=float(np.sqrt(sums(error**2, weight) / customers)),
        correlation=_correlation(predicted, actual, weight / customers),
    )


def mean_difference(first: Vector, second: Vector, weight: Vector) -> tuple[float, float]:
    """Mean of first - second over customers, and its standard error (paired); 0 with one customer."""
    customers = float(weight.sum())
    difference = first - second
    mean = float(sums(difference, weight)) / customers
    spread = float(sums((difference - mean) ** 2, weight)) / max(customers - 1.0, 1.0)
    return mean, float(np.sqrt(spread / customers))


def _correlation(first: Vector, second: Vector, share: Vector) -> float | None:
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    first, second = first - sums(first, share), second - sums(second, share)
    return float(sums(first * second, share) / np.sqrt(sums(first**2, share) * sums(second**2, share)))

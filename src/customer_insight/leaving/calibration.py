"""From a model's log odds to chances that come true as often as they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import narwhals as nw
import numpy as np

from customer_insight.uplift.logistic import Vector, fit_logistic

Way: TypeAlias = Literal["sigmoid", "isotonic"]

STEPS = 50
"""Parts of equal size in which an isotonic curve sees the scores: enough for its shape, few enough to store."""

FURTHEST = 36.0
"""Log odds are cut off here, where the chance differs from 0 or 1 by less than 1e-15."""


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """chance = 1 / (1 + exp(-(intercept + slope x odds))) (Platt 1999). Slope 1 and intercept 0 change nothing."""

    intercept: float
    slope: float

    def chance(self, odds: Vector) -> Vector:
        return np.asarray(0.5 * (1.0 + np.tanh(0.5 * (self.intercept + self.slope * odds))))

    def expression(self, odds: nw.Expr) -> nw.Expr:
        """The same in a table's engine."""
        return 1.0 / ((-(self.intercept + self.slope * odds).clip(-FURTHEST, FURTHEST)).exp() + 1.0)

    def parameters(self) -> dict[str, float]:
        return {"intercept": self.intercept, "slope": self.slope}


@dataclass(frozen=True, slots=True)
class Isotonic:
    """A rising curve through (``odds``, ``chances``), straight between them, level outside."""

    odds: tuple[float, ...]
    chances: tuple[float, ...]

    def chance(self, odds: Vector) -> Vector:
        return np.asarray(np.interp(odds, self.odds, self.chances))

    def expression(self, odds: nw.Expr) -> nw.Expr:
        """The same in a table's engine: a sum of ramps."""
        told = odds * 0.0 + self.chances[0]
        for low, high, start, end in zip(
            self.odds, self.odds[1:], self.chances, self.chances[1:], strict=False
        ):
            told = told + ((odds - low) / (high - low)).clip(0.0, 1.0) * (end - start)
        return told

    def parameters(self) -> dict[str, float]:
        return {f"chance at {odds:.6g}": chance for odds, chance in zip(self.odds, self.chances, strict=True)}


Calibration: TypeAlias = Sigmoid | Isotonic


def fit_calibration(way: Way, odds: Vector, outcome: Vector) -> Calibration:
    """Fit on log odds of customers the model had not seen, and their outcomes (0 or 1).

    "sigmoid": logistic regression on the log odds, without ridge; its mean chance is the share of outcomes. "isotonic":
    the rising step curve nearest to the shares in 50 parts of equal size (Zadrozny and Elkan 2002), joined by
    straight lines at the parts' mean odds; needs more customers and makes equals of some. Where the log odds do not
    vary, or rank the unseen the wrong way, everybody gets the share of outcomes.

    >>> curve = fit_calibration("isotonic", np.array([-2.0, -1.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0, 1.0]))
    >>> curve.chances, curve.chance(np.array([-9.0, -1.5])).tolist()
    ((0.0, 0.5, 0.5, 1.0), [0.0, 0.25])
    """
    if way == "isotonic":
        return _isotonic(odds, outcome)
    fitted = fit_logistic(odds[:, np.newaxis], outcome, ridge=0.0)
    slope = float(fitted.raw_slopes[0])
    if slope > 0:
        return Sigmoid(fitted.raw_intercept, slope)
    share = float(outcome.mean())
    return Sigmoid(float(np.log(share / (1 - share))), 0.0)


def _isotonic(odds: Vector, outcome: Vector) -> Isotonic:
    from scipy.optimize import isotonic_regression

    _, place, count = np.unique(odds, return_inverse=True, return_counts=True)
    part = np.minimum((np.cumsum(count) - count) * STEPS // len(odds), STEPS - 1)  # equal odds stay together
    _, part = np.unique(part, return_inverse=True)
    parts = part[place.reshape(-1)]
    size = np.bincount(parts).astype(np.float64)
    share = np.bincount(parts, weights=outcome) / size
    middle = np.bincount(parts, weights=odds) / size
    rising = isotonic_regression(share, weights=size).x
    return Isotonic(tuple(middle.tolist()), tuple(np.asarray(rising).tolist()))

"""Logistic regression by Newton's method, with standard errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

_BLOCK = 128


@dataclass(frozen=True, slots=True)
class Logistic:
    """log odds = ``intercept`` + (x - ``mean``) / ``scale`` @ ``slopes``; an unknown x counts as its mean.

    ``standard_errors`` belong to intercept and slopes, in that order. ``converged`` is False where the likelihood
    kept rising, as it does without ridge when a feature tells the outcome apart.
    """

    intercept: float
    slopes: Vector
    mean: Vector
    scale: Vector
    standard_errors: Vector
    converged: bool

    def probability(self, matrix: Vector) -> Vector:
        """P(1) of every row."""
        return _sigmoid(self.log_odds(matrix))

    def log_odds(self, matrix: Vector) -> Vector:
        """Log odds of 1 of every row."""
        return np.asarray(_standard(matrix, self.mean, self.scale) @ np.append(self.intercept, self.slopes))

    @property
    def raw_slopes(self) -> Vector:
        """Change of the log odds with a unit of each feature as it was given."""
        return self.slopes / self.scale

    @property
    def raw_intercept(self) -> float:
        """Log odds where every feature is 0."""
        return float(self.intercept - self.raw_slopes @ self.mean)


def fit_logistic(
    matrix: Vector, outcome: Vector, *, weight: Vector | None = None, ridge: float = 1.0
) -> Logistic:
    """Weighted maximum likelihood less ridge / 2 x the sum of squared slopes of standardised features.

    ``matrix`` is (rows, features), NaN where unknown (put at the mean); ``outcome`` is 0 or 1. Newton's method with
    halved steps (iteratively reweighted least squares: McCullagh and Nelder 1989, section 4.4). ``ridge`` 1 is a
    normal prior of standard deviation 1 on each slope; 0 is plain maximum likelihood. Standard errors from the
    inverse of the penalised information.

    >>> x = np.array([[0.0], [1.0], [2.0], [3.0], [np.nan]])
    >>> model = fit_logistic(x, np.array([0.0, 0.0, 1.0, 1.0, 1.0]))
    >>> bool(model.slopes[0] > 0), model.probability(x).shape
    (True, (5,))
    """
    weight = np.ones(len(outcome)) if weight is None else weight
    mean, scale = _centre(matrix)
    design = _standard(matrix, mean, scale)
    penalty = np.append(0.0, np.full(matrix.shape[1], ridge))
    place, converged = np.zeros(design.shape[1]), False
    for _ in range(50):
        chance = _sigmoid(design @ place)
        slope = np.einsum("ij,i->j", design, weight * (outcome - chance)) - penalty * place
        step = np.linalg.lstsq(_information(design, weight, chance, penalty), slope, rcond=None)[0]
        place = place + _climb(design, outcome, weight, penalty, place, step)
        converged = bool(slope @ step < 1e-10 * weight.sum())
        if converged:
            break
    errors = np.sqrt(np.diag(np.linalg.pinv(_information(design, weight, _sigmoid(design @ place), penalty))))
    return Logistic(float(place[0]), place[1:], mean, scale, errors, converged)


def _centre(matrix: Vector) -> tuple[Vector, Vector]:
    """Mean and standard deviation of what is known; 0 and 1 where nothing is known or varies."""
    known = ~np.isnan(matrix)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, matrix, 0.0).sum(axis=0) / count
    spread = np.sqrt((np.where(known, matrix - mean, 0.0) ** 2).sum(axis=0) / count)
    return mean, np.where(spread > 1e-12 * np.maximum(1.0, np.abs(mean)), spread, 1.0)


def _standard(matrix: Vector, mean: Vector, scale: Vector) -> Vector:
    """Standardised features after a column of ones."""
    standard = np.where(np.isnan(matrix), 0.0, (matrix - mean) / scale)
    return np.column_stack([np.ones(len(matrix)), standard])


def _sigmoid(odds: Vector) -> Vector:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * odds)))


def _information(design: Vector, weight: Vector, chance: Vector, penalty: Vector) -> Vector:
    """Block by block: BLAS starts a thread per processor for larger products, and on a busy machine they wait for
    each other (measured: twenty times slower).
    """
    spread, total = weight * chance * (1 - chance), np.diag(penalty)
    for start in range(0, len(design), _BLOCK):
        block = design[start : start + _BLOCK]
        total = total + block.T @ (block * spread[start : start + _BLOCK, np.newaxis])
    return np.asarray(total)


def _climb(
    design: Vector, outcome: Vector, weight: Vector, penalty: Vector, place: Vector, step: Vector
) -> Vector:
    """The step, or the first halving of it that does not go down."""

    def height(there: Vector) -> float:
        odds = design @ there
        fit = outcome * odds - np.logaddexp(0.0, odds)
        return float(weight @ fit - 0.5 * penalty @ there**2)

    here = height(place)
    for halving in range(20):
        if height(place + step * 0.5**halving) >= here - 1e-12 * abs(here):
            return step * 0.5**halving
    return np.zeros_like(step)

"""Maximum likelihood for a handful of positive parameters: damped Newton steps in their logarithms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from customer_insight.lifetime.engine import Vector

Derivatives: TypeAlias = tuple[float, Vector, Vector]
"""A value, its gradient (k,) and its Hessian (k, k)."""

LOG_BOUND = 14.0
"""Parameters stay within exp(-14) to exp(14), 8e-7 to 1.2e6: one that ends there has no maximum, it runs
away.
"""

LONGEST_STEP = 2.0
TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Optimum:
    """Where the likelihood is highest; `at_bound` tells the parameters that ran away, `converged` is False
    then too.
    """

    params: Vector
    value: float
    standard_errors: Vector
    at_bound: tuple[bool, ...]
    iterations: int
    converged: bool


def in_logs(params: Vector, value: float, gradient: Vector, hessian: Vector) -> Derivatives:
    """Derivatives by the parameters turned into derivatives by their logarithms."""
    return value, params * gradient, np.outer(params, params) * hessian + np.diag(params * gradient)


def maximise(
    likelihood: Callable[[Vector], Derivatives], start: Vector, *, weight: float, limit: int = 60
) -> Optimum:
    """Climb from `start` (positive parameters). `likelihood` takes parameters and gives derivatives by
    their logarithms.

    `weight` is the number of customers: the climb stops when a Newton step would gain less than 1e-12 a
    customer. Standard errors are the delta method's on the observed information, NaN for a direction that
    has none.
    """
    place = np.clip(np.log(start), -LOG_BOUND, LOG_BOUND)
    here = likelihood(np.exp(place))
    converged, iteration = False, 0
    while not converged and iteration < limit:
        iteration += 1
        step, promise = _newton_step(place, here)
        converged = promise < TOLERANCE * weight
        moved = _climb(likelihood, place, here, step)
        if moved is None:
            # Rounding hides any further gain; that is the top if the step promised next to nothing.
            converged = promise < 1e-8 * weight
            break
        place, here = moved
    bound = np.abs(place) >= LOG_BOUND
    params = np.exp(place)
    errors = params * _standard_errors(here[2], bound)
    return Optimum(params, here[0], errors, tuple(map(bool, bound)), iteration, converged and not bound.any())


def _newton_step(place: Vector, here: Derivatives) -> tuple[Vector, float]:
    """An uphill step and the gain a quadratic promises. Parameters pressed against their bound stay."""
    _, gradient, hessian = here
    free = ~((np.abs(place) >= LOG_BOUND) & (np.sign(gradient) == np.sign(place)))
    curvature, axes = np.linalg.eigh(-hessian[np.ix_(free, free)])
    # Away from the maximum a curvature may be negative or none: its size still scales an uphill step.
    size = np.maximum(np.abs(curvature), 1e-12 * max(1.0, float(np.abs(curvature).max(initial=0.0))))
    slope = axes.T @ gradient[free]
    step = np.zeros_like(place)
    step[free] = axes @ (slope / size)
    promise = 0.5 * float(np.sum(slope**2 / size))
    return step * min(1.0, LONGEST_STEP / max(float(np.linalg.norm(step)), 1e-300)), promise


def _climb(
    likelihood: Callable[[Vector], Derivatives], place: Vector, here: Derivatives, step: Vector
) -> tuple[Vector, Derivatives] | None:
    """Go the step, or the largest halving of it that does not descend; None when none is found."""
    for halving in range(30):
        there = np.clip(place + step * 0.5**halving, -LOG_BOUND, LOG_BOUND)
        value = likelihood(np.exp(there))
        if np.isfinite(value[0]) and value[0] >= here[0]:
            return there, value
    return None


def _standard_errors(hessian: Vector, bound: Vector) -> Vector:
    """Of the log-parameters; parameters at a bound are taken as known and get NaN."""
    errors = np.full(len(hessian), np.nan)
    free = ~bound.astype(bool)
    try:
        variance = np.diag(np.linalg.inv(-hessian[np.ix_(free, free)]))
    except np.linalg.LinAlgError:
        return errors
    errors[free] = np.sqrt(np.where(variance > 0, variance, np.nan))
    return errors

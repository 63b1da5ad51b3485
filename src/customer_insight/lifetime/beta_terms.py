"""ln B(a+x, b+y) - ln B(a, b): the log-probability of x and y Bernoulli outcomes, with its exact derivatives.

All discrete models here are made of such terms: purchases and misses, losses and renewals.
"""

from __future__ import annotations

import numpy as np

from customer_insight.lifetime.engine import Vector
from customer_insight.lifetime.special import betaln, digamma, polygamma

BetaTerms = tuple[Vector, Vector, Vector]
"""Values (n,), gradients (2, n) and Hessians (2, 2, n), by a and b."""


def log_beta_terms(a: float, b: float, x: Vector, y: Vector) -> Vector:
    """The values alone."""
    return np.asarray(betaln(a + x, b + y) - betaln(a, b))


def beta_terms(a: float, b: float, x: Vector, y: Vector) -> BetaTerms:
    """Values with gradients and Hessians."""
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    both = digamma(a + b) - digamma(a + b + x + y)
    gradient = np.stack([digamma(a + x) - digamma(a) + both, digamma(b + y) - digamma(b) + both])
    mixed = polygamma(1, a + b) - polygamma(1, a + b + x + y)
    first = polygamma(1, a + x) - polygamma(1, a) + mixed
    second = polygamma(1, b + y) - polygamma(1, b) + mixed
    return log_beta_terms(a, b, x, y), gradient, np.array([[first, mixed], [mixed, second]])

"""Means over a beta-distributed probability, integrated: slow, and right where hypergeometric series fail."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from customer_insight.lifetime.engine import Vector
from customer_insight.lifetime.special import betaln

STEP = 0.01
SINH = np.pi * np.sinh(np.arange(-5.5, 5.5 + STEP, STEP))
"""Log-odds of tanh-sinh nodes (Takahasi & Mori 1974); they crowd at 0 and 1, where a beta has its poles."""
COSH = np.sqrt(np.pi**2 + SINH**2)


def beta_mean(value: Callable[[Vector], Vector], a: float, b: Vector) -> Vector:
    """E[value(p)] for p ~ beta(a, b): `b` and the result are (n,), `value` maps the nodes (m,) to (n, m)."""
    log_p, log_rest = -np.logaddexp(0.0, -SINH), -np.logaddexp(0.0, SINH)
    density = np.exp(a * log_p + b[:, np.newaxis] * log_rest - betaln(a, b)[:, np.newaxis])
    return np.asarray((density * COSH * STEP * value(np.exp(log_p))).sum(axis=1))

"""The one integral of the Pareto/NBD, with its exact derivatives, by a sum of positive terms.

    I(p, q; A, B) = integral over u from 0 to infinity of (A + u)^-p (B + u)^-q du

Hardie's note 027 (brucehardie.com/notes/027) writes the likelihood as a sum of two positive terms, each such
an integral, usually stated by Gauss's hypergeometric function. Here it is the trapezoidal rule after
u = c exp(sinh z), c = 1 / (p/A + q/B): double-exponential quadrature (Takahasi & Mori 1974), whose error
falls faster than any power of the step. No term is negative, so nothing cancels, and the derivatives by p, A,
q and B are means under the same weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from customer_insight.lifetime.engine import Vector

STEP = 0.1
DECAY = 38.0
"""Terms below exp(-38), 3e-17 of the largest, are left out."""
FARTHEST = 600.0
"""exp(600) is the largest u / c that is looked at."""
ROWS = 512
"""Integrals computed at a time: keeps their terms in the processor's cache."""

Derived = tuple[Vector, Vector, Vector]
"""Values (n,), gradients (4, n) and Hessians (4, 4, n), by p, A, q and B."""


@dataclass(frozen=True, slots=True)
class _Terms:
    """The terms of some integrals: `weight` sums to their value but for the factor exp(`scale`)."""

    weight: Vector
    log_a: Vector
    log_b: Vector
    part_a: Vector
    part_b: Vector
    scale: Vector


def log_integral(p: Vector, q: float, A: Vector, B: Vector) -> Vector:
    """ln I, one per entry of p, A and B (n,)."""
    values = [np.log(terms.weight.sum(axis=1)) + terms.scale for _, terms in _blocks(p, q, A, B)]
    return np.concatenate(values) if values else np.zeros(0)


def derived_log_integral(p: Vector, q: float, A: Vector, B: Vector) -> Derived:
    """ln I with gradient and Hessian by p, A, q and B."""
    value, gradient, hessian = np.empty(len(p)), np.empty((4, len(p))), np.empty((4, 4, len(p)))
    for rows, terms in _blocks(p, q, A, B):
        value[rows], gradient[:, rows], hessian[:, :, rows] = _derived(terms, p[rows], q, A[rows], B[rows])
    return value, gradient, hessian


def _blocks(p: Vector, q: float, A: Vector, B: Vector) -> Iterator[tuple[slice, _Terms]]:
    if not len(p):
        return
    scale = 1.0 / (p / A + q / B)
    z = _nodes(p, q, A, B)
    for start in range(0, len(p), ROWS):
        rows = slice(start, start + ROWS)
        yield rows, _terms(p[rows], q, A[rows], B[rows], scale[rows], z)


def _nodes(p: Vector, q: float, A: Vector, B: Vector) -> Vector:
    """Places of z: from where u itself vanishes to where (1 + u / max(A, B))^-(p+q-1) has vanished in every row."""
    falls = DECAY / (p + q - 1.0)
    widest = np.log(np.maximum(A, B) * (p / A + q / B)) + falls + np.log(-np.expm1(-falls))
    reach = min(float(widest.max()), FARTHEST)
    return np.arange(-np.arcsinh(DECAY), np.arcsinh(reach) + STEP, STEP)


def _terms(p: Vector, q: float, A: Vector, B: Vector, scale: Vector, z: Vector) -> _Terms:
    reach = np.exp(np.sinh(z))
    over_a, over_b = np.multiply.outer(scale / A, reach), np.multiply.outer(scale / B, reach)
    over_a += 1.0
    over_b += 1.0
    log_a, log_b = np.log(over_a), np.log(over_b)
    weight = np.exp(-p[:, np.newaxis] * log_a - q * log_b) * (STEP * np.cosh(z) * reach)
    known = np.log(scale) - p * np.log(A) - q * np.log(B)
    return _Terms(weight, log_a, log_b, 1.0 / over_a, 1.0 / over_b, known)


def _derived(terms: _Terms, p: Vector, q: float, A: Vector, B: Vector) -> Derived:
    """With g the gradient of a term's logarithm, ln I has gradient E[g] and Hessian Cov[g] + E[dg]."""
    total = terms.weight.sum(axis=1)
    weight = terms.weight / total[:, np.newaxis]
    each = (terms.log_a, terms.part_a, terms.log_b, terms.part_b)
    mean = np.stack([np.einsum("nm,nm->n", weight, one) for one in each])
    factor = np.stack([-np.ones_like(p), -p / A, -np.ones_like(p), -q / B])
    hessian = np.empty((4, 4, len(p)))
    for i, one in enumerate(each):
        weighted = weight * one
        for j in range(i, 4):
            both = np.einsum("nm,nm->n", weighted, each[j])
            hessian[i, j] = hessian[j, i] = factor[i] * factor[j] * (both - mean[i] * mean[j])
            if i == j == 1:
                hessian[1, 1] += p / A**2 * both
            if i == j == 3:
                hessian[3, 3] += q / B**2 * both
    for shape, place in ((0, 1), (2, 3)):
        hessian[shape, place] -= mean[place] / (A if shape == 0 else B)
        hessian[place, shape] = hessian[shape, place]
    gradient = factor * mean - np.stack([np.log(A), np.zeros_like(p), np.log(B), np.zeros_like(p)])
    return np.log(total) + terms.scale, gradient, hessian

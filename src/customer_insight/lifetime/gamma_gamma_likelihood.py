"""The Gamma-Gamma log-likelihood with its exact gradient and Hessian, over grouped repeat buyers.

Fader & Hardie (2013), brucehardie.com/notes/025, equation 1a; with s = x m_x, the sum of the repeat spend:

    ln L = ln G(p x + q) - ln G(p x) - ln G(q) + q ln gamma + p x ln s - ln(s / x) - (p x + q) ln(gamma + s)

The gamma terms depend on x alone and are evaluated once per distinct x.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import narwhals as nw
import numpy as np

from customer_insight.lifetime.engine import Vector, columns_of, sums
from customer_insight.lifetime.maximise import Derivatives, in_logs
from customer_insight.lifetime.special import digamma, gammaln, polygamma
from customer_insight.lifetime.triples import BLOCK
from customer_insight.tables import Table, TableError, require_columns

P, Q, GAMMA = range(3)


@dataclass(frozen=True, slots=True)
class Spend:
    """Repeat buyers grouped by (x, sum of repeat spend), sorted: three float arrays."""

    x: Vector
    total: Vector
    weight: Vector

    def __len__(self) -> int:
        return len(self.x)

    @property
    def customers(self) -> float:
        return float(self.weight.sum())

    def every(self, step: int) -> Spend:
        """Every step-th row: a systematic sample, good for a starting point."""
        return Spend(self.x[::step], self.total[::step], self.weight[::step])


def read_spend(histories: Table, *, unit_minor: float) -> Spend:
    """Repeat buyers of a table of histories; equal (x, repeat_spend) are grouped by the engine.

    Raises TableError for missing columns and where a repeat buyer's spend is not positive.
    """
    frame = require_columns(histories, ("x", "repeat_spend"), name="histories").filter(nw.col("x") > 0)
    how_many = nw.col("count").sum() if "count" in frame.collect_schema().names() else nw.len()
    grouped = frame.group_by("x", "repeat_spend").agg(how_many.alias("count"))
    columns = columns_of(grouped, ("x", "repeat_spend", "count"))
    x, total = columns["x"].astype(np.float64), columns["repeat_spend"].astype(np.float64)
    if wrong := int(np.count_nonzero(~(total > 0))):
        raise TableError(f"table 'histories': repeat_spend is not positive in {wrong} row(s) with x > 0")
    order = np.lexsort((total, x))
    return Spend(x[order], total[order] / unit_minor, columns["count"][order].astype(np.float64))


def gamma_gamma_likelihood(params: Vector, spend: Spend) -> Derivatives:
    """The log-likelihood at params (p, q, gamma), gradient (3,) and Hessian (3, 3) by the logs of the
    parameters.
    """
    return prepared_gamma_gamma(spend)(params)


def prepared_gamma_gamma(spend: Spend) -> Callable[[Vector], Derivatives]:
    """gamma_gamma_likelihood over these buyers, whose histogram of x and logarithms are made once."""
    x, place = np.unique(spend.x, return_inverse=True)
    by_x = x, np.asarray(np.bincount(place, spend.weight), np.float64)
    log_total = np.log(spend.total)

    def likelihood(params: Vector) -> Derivatives:
        value, gradient, hessian = _terms_of_x(params, by_x)
        for start in range(0, len(spend.x), BLOCK):
            rows = slice(start, start + BLOCK)
            part = _terms_of_rows(params, spend, log_total[rows], rows)
            value += part[0]
            gradient += part[1]
            hessian += part[2]
        return in_logs(params, value, gradient, hessian)

    return likelihood


def _terms_of_x(params: Vector, by_x: tuple[Vector, Vector]) -> Derivatives:
    """Sums of the terms without s, from the histogram of x."""
    p, q, gamma = params
    x, weight = by_x
    buyers = float(weight.sum())
    shape = p * x
    value = weight @ (gammaln(shape + q) - gammaln(shape) + np.log(x))
    value += buyers * (q * np.log(gamma) - gammaln(q))
    gradient = np.array(
        [
            weight @ (x * (digamma(shape + q) - digamma(shape))),
            weight @ digamma(shape + q) + buyers * (np.log(gamma) - digamma(q)),
            buyers * q / gamma,
        ]
    )
    both = polygamma(1, shape + q)
    hessian = np.zeros((3, 3))
    hessian[P, P] = weight @ (x**2 * (both - polygamma(1, shape)))
    hessian[P, Q] = hessian[Q, P] = weight @ (x * both)
    hessian[Q, Q] = weight @ both - buyers * polygamma(1, q)
    hessian[Q, GAMMA] = hessian[GAMMA, Q] = buyers / gamma
    hessian[GAMMA, GAMMA] = -buyers * q / gamma**2
    return float(value), gradient, hessian


def _terms_of_rows(params: Vector, spend: Spend, log_total: Vector, rows: slice) -> Derivatives:
    """Sums of p x ln s - ln s - (p x + q) ln(gamma + s) over one block."""
    p, q, gamma = params
    x, total, weight = spend.x[rows], spend.total[rows], spend.weight[rows]
    shape = p * x + q
    log_sum, inverse = np.log(gamma + total), 1.0 / (gamma + total)
    value = float(sums((p * x - 1.0) * log_total - shape * log_sum, weight))
    gradient = -np.array(
        [sums(x * (log_sum - log_total), weight), sums(log_sum, weight), sums(shape * inverse, weight)]
    )
    hessian = np.zeros((3, 3))
    hessian[P, GAMMA] = hessian[GAMMA, P] = -sums(x * inverse, weight)
    hessian[Q, GAMMA] = hessian[GAMMA, Q] = -sums(inverse, weight)
    hessian[GAMMA, GAMMA] = sums(shape * inverse**2, weight)
    return value, gradient, hessian

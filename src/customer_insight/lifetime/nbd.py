"""NBD: customers who buy at their own Poisson rate and never leave. The fallback where no drop-out can be
seen.

Purchases given the rate: Poisson; rates over customers: gamma with shape r and rate alpha (Ehrenberg 1959;
in the notation of Fader, Hardie & Lee 2005). It is BG/NBD with a drop-out probability of zero, and its
likelihood is stated for the same event, so the two compare directly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from customer_insight.lifetime.engine import Vector
from customer_insight.lifetime.fit import Fit
from customer_insight.lifetime.maximise import Derivatives, in_logs, maximise
from customer_insight.lifetime.special import digamma, gammaln, polygamma
from customer_insight.lifetime.triples import Triples, read_triples
from customer_insight.tables import Table


@dataclass(frozen=True, slots=True)
class NBD:
    """A fitted (or given) NBD. `alpha` and all times are in units of `unit_days` days.

    >>> model = NBD(r=1.0, alpha=10.0)
    >>> float(model.expected_purchases(10, x=3, t_x=8.0, T=30.0))
    1.0
    """

    name: ClassVar[str] = "NBD"

    r: float
    alpha: float
    unit_days: float = 7.0
    fit: Fit | None = None

    @property
    def params(self) -> Mapping[str, float]:
        return {"r": self.r, "alpha": self.alpha}

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Vector:
        """1 for everybody: nobody leaves."""
        return np.ones(np.broadcast(x, t_x, T).shape)

    def survival_if_alive(self, t: ArrayLike, x: ArrayLike, T: ArrayLike) -> Vector:
        """1 for everybody: nobody leaves."""
        return np.ones(np.broadcast(t, x, T).shape)

    def purchases_if_alive(self, t: ArrayLike, x: ArrayLike, T: ArrayLike) -> Vector:
        """t (r + x) / (alpha + T): the posterior mean rate times t."""
        t, x, T = (np.asarray(each, np.float64) for each in (t, x, T))
        return np.asarray(t * (self.r + x) / (self.alpha + T))

    def expected_purchases(self, t: ArrayLike, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Vector:
        """Expected purchases in (T, T + t]; t_x carries no information without drop-out."""
        return self.purchases_if_alive(t, x, T)

    def expected_purchases_new(self, t: ArrayLike) -> Vector:
        """t r / alpha."""
        return self.purchases_if_alive(t, 0.0, 0.0)


def fit_nbd(histories: Table, *, as_of: int, unit_days: float = 7.0) -> NBD:
    """Fit r and alpha by maximum likelihood on the distinct histories of `histories` observed until `as_of`
    (inclusive).

    Columns x, first_day, last_day and, if already grouped, count. Raises TableError for an empty or
    impossible table.

    >>> import polars as pl
    >>> some = pl.DataFrame(
    ...     {"x": [0, 1, 6], "first_day": [0, 0, 0], "last_day": [0, 40, 80], "count": [60, 30, 10]}
    ... )
    >>> model = fit_nbd(some, as_of=90)
    >>> round(model.r / model.alpha * 90 / 7, 6)  # the mean of x: all are observed equally long
    0.9
    """
    return fit_nbd_triples(read_triples(histories, as_of=as_of, unit_days=unit_days), unit_days=unit_days)


def fit_nbd_triples(triples: Triples, *, unit_days: float) -> NBD:
    """As fit_nbd, on histories already read."""
    by_x, by_T = triples.by(triples.x), triples.by(triples.T)
    mean_T = float(triples.weight @ triples.T) / triples.customers
    mean_x = float(triples.weight @ triples.x) / triples.customers
    start = np.array([1.0, max(mean_T, 1.0) / max(mean_x, 1e-3)])
    best = maximise(lambda params: _likelihood(params, by_x, by_T), start, weight=triples.customers)
    r, alpha = map(float, best.params)
    fit = Fit(
        standard_errors=dict(zip(("r", "alpha"), map(float, best.standard_errors), strict=True)),
        log_likelihood=float(best.value),
        customers=round(triples.customers),
        repeat_buyers=round(triples.repeat_buyers),
        distinct=len(triples),
        iterations=best.iterations,
        converged=best.converged,
    )
    return NBD(r, alpha, unit_days, fit)


def nbd_likelihood(params: Vector, triples: Triples) -> Derivatives:
    """sum of w [ ln G(r+x) - ln G(r) + r ln alpha - (r+x) ln(alpha+T) ], derivatives by ln r and ln alpha.

    That is BG/NBD's likelihood (Fader, Hardie & Lee 2005, equation 6) at a = 0.
    """
    return _likelihood(params, triples.by(triples.x), triples.by(triples.T))


def _likelihood(
    params: Vector, by_x: tuple[Vector, Vector, Vector], by_T: tuple[Vector, Vector, Vector]
) -> Derivatives:
    value, of_r, of_rr = gamma_terms(float(params[0]), by_x)
    r, alpha = params
    customers = float(by_x[1].sum())
    T, weight, repeats = by_T
    shape = r * weight + repeats
    logs, inverse = np.log(alpha + T), 1.0 / (alpha + T)
    value += r * customers * np.log(alpha) - float(shape @ logs)
    gradient = np.array(
        [of_r + customers * np.log(alpha) - weight @ logs, r * customers / alpha - shape @ inverse]
    )
    mixed = customers / alpha - weight @ inverse
    curved = -r * customers / alpha**2 + shape @ inverse**2
    return in_logs(params, value, gradient, np.array([[of_rr, mixed], [mixed, curved]]))


def gamma_terms(r: float, by_x: tuple[Vector, Vector, Vector]) -> tuple[float, float, float]:
    """sum of w [ln G(r+x) - ln G(r)] with its first and second derivative by r, from the histogram of x."""
    x, weight, _ = by_x
    value = weight @ (gammaln(r + x) - gammaln(r))
    slope = weight @ (digamma(r + x) - digamma(r))
    curve = weight @ (polygamma(1, r + x) - polygamma(1, r))
    return float(value), float(slope), float(curve)

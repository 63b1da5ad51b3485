"""Pareto/NBD: customers buy at their own rate until, at any moment, they leave for good.

Schmittlein, Morrison & Colombo (1987), Counting Your Customers, Management Science 33 (1), 1-24. Purchase rates
over customers: gamma (shape r, rate alpha); drop-out rates: gamma (shape s, rate beta). Formulas as in Fader &
Hardie (2005), A Note on Deriving the Pareto/NBD Model, brucehardie.com/notes/009.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from customer_insight.lifetime.diagnosis import diagnose_drop_out, diagnose_histories
from customer_insight.lifetime.engine import Vector
from customer_insight.lifetime.fit import Fit
from customer_insight.lifetime.fitting import Start, by_name, climb, report, warm
from customer_insight.lifetime.nbd import fit_nbd_triples
from customer_insight.lifetime.pareto_likelihood import distinct_pairs, log_left, log_rest, prepared_pareto
from customer_insight.lifetime.special import exprel
from customer_insight.lifetime.triples import Triples, read_triples
from customer_insight.tables import Table

NAMES = ("r", "alpha", "s", "beta")


@dataclass(frozen=True, slots=True)
class ParetoNBD:
    """A fitted (or given) Pareto/NBD. `alpha`, `beta` and all times are in units of `unit_days` days.

    The example of the BTYD manual: expected repeat purchases of a new customer's first two weeks.

    >>> model = ParetoNBD(r=0.55, alpha=10.56, s=0.61, beta=11.64)
    >>> [round(float(each), 8) for each in model.expected_purchases_new([1, 2])]
    [0.05077821, 0.09916088]
    """

    name: ClassVar[str] = "Pareto/NBD"

    r: float
    alpha: float
    s: float
    beta: float
    unit_days: float = 7.0
    fit: Fit | None = None

    @property
    def params(self) -> Mapping[str, float]:
        return {"r": self.r, "alpha": self.alpha, "s": self.s, "beta": self.beta}

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Vector:
        """Probability that the customer has not dropped out by T: (alpha+T)^-(r+x) (beta+T)^-s over its sum with
        the probability of having left (note 009, section 6), in the stable form of note 027.
        """
        x, t_x, T = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in (x, t_x, T)))
        params = np.array(list(self.params.values()))
        last, end = distinct_pairs(x.ravel(), t_x.ravel()), distinct_pairs(x.ravel(), T.ravel())
        left = log_left(params, last.x, last.time)[last.place]
        rest = log_rest(params, end.x, end.time)[end.place]
        there = -(self.r + x) * np.log(self.alpha + T) - self.s * np.log(self.beta + T)
        return np.exp(np.minimum(there - np.logaddexp(left, rest).reshape(x.shape), 0.0))

    def purchases_if_alive(self, t: ArrayLike, x: ArrayLike, T: ArrayLike) -> Vector:
        """Expected purchases in (T, T + t] of a customer alive at T: note 009, equation 41, less P(alive).

            (r+x)(beta+T) / ((alpha+T)(s-1)) [1 - ((beta+T)/(beta+T+t))^(s-1)]

        written with exprel, which has no hole at s = 1.
        """
        t, x, T = (np.asarray(each, np.float64) for each in (t, x, T))
        span = np.log1p(t / (self.beta + T))
        exposure = (self.beta + T) * span * exprel(-(self.s - 1.0) * span)
        return np.asarray((self.r + x) / (self.alpha + T) * exposure)

    def survival_if_alive(self, t: ArrayLike, x: ArrayLike, T: ArrayLike) -> Vector:
        """Probability of being alive at T + t of a customer alive at T: ((beta+T)/(beta+T+t))^s."""
        t, x, T = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in (t, x, T)))
        return np.asarray(np.exp(-self.s * np.log1p(t / (self.beta + T))))

    def expected_purchases(self, t: ArrayLike, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Vector:
        """E[Y(t) | x, t_x, T]: expected purchases in (T, T + t] given the history."""
        return self.p_alive(x, t_x, T) * self.purchases_if_alive(t, x, T)

    def expected_purchases_new(self, t: ArrayLike) -> Vector:
        """E[X(t)]: expected repeat purchases in (0, t] of a customer just acquired."""
        return self.purchases_if_alive(t, 0.0, 0.0)


def fit_pareto_nbd(
    histories: Table,
    *,
    as_of: int,
    unit_days: float = 7.0,
    window_start: int | None = None,
    start: Start = None,
) -> ParetoNBD:
    """Fit r, alpha, s and beta by maximum likelihood on the distinct histories of `histories`.

    Arguments, diagnosis and errors as in fit_bgnbd.

    >>> import polars as pl
    >>> some = pl.DataFrame(
    ...     {"x": [0, 1, 6], "first_day": [0, 0, 0], "last_day": [0, 40, 80], "count": [60, 30, 10]}
    ... )
    >>> fit_pareto_nbd(some, as_of=90).fit.codes()[0]
    'few_repeat_buyers'
    """
    triples = read_triples(histories, as_of=as_of, unit_days=unit_days)
    return fit_pareto_nbd_triples(
        triples, as_of=as_of, unit_days=unit_days, window_start=window_start, start=start
    )


def fit_pareto_nbd_triples(
    triples: Triples, *, as_of: int, unit_days: float, window_start: int | None, start: Start = None
) -> ParetoNBD:
    """As fit_pareto_nbd, on histories already read."""
    seen = diagnose_histories(triples, unit_days=unit_days, as_of=as_of, window_start=window_start)
    nbd = fit_nbd_triples(triples, unit_days=unit_days)
    observed = float(triples.weight @ triples.T) / triples.customers
    usual = np.array([nbd.r, nbd.alpha, 1.0, max(observed, 1e-3)])
    best = climb(prepared_pareto, triples, usual, start=warm(NAMES, start))
    params, errors = by_name(NAMES, best.params), by_name(NAMES, best.standard_errors)
    gain = best.value - (nbd.fit.log_likelihood if nbd.fit else -np.inf)
    found = diagnose_drop_out(params, errors, gain=gain, converged=best.converged, shapes=("s", "beta"))
    return ParetoNBD(**params, unit_days=unit_days, fit=report(NAMES, best, triples, seen + found))

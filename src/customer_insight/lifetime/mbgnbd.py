"""MBG/NBD: BG/NBD in which customers may leave after the first purchase too, so silence of a one-time buyer counts.

Batislam, Denizel & Filiztekin (2007), Empirical Validation and Comparison of Models for Customer Base
Analysis, International Journal of Research in Marketing 24 (3), 201-209. Purchase rates over customers: gamma
(shape r, rate alpha); drop-out probability after each purchase, the first included: beta (a, b).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from customer_insight.lifetime.bgnbd import BGNBD
from customer_insight.lifetime.bgnbd_likelihood import prepared_mbgnbd
from customer_insight.lifetime.diagnosis import diagnose_drop_out, diagnose_histories
from customer_insight.lifetime.engine import Vector
from customer_insight.lifetime.fit import Fit
from customer_insight.lifetime.fitting import Start, by_name, climb, report, warm
from customer_insight.lifetime.nbd import fit_nbd_triples
from customer_insight.lifetime.special import expit
from customer_insight.lifetime.triples import Triples, read_triples
from customer_insight.tables import Table

NAMES = ("r", "alpha", "a", "b")


@dataclass(frozen=True, slots=True)
class MBGNBD:
    """A fitted (or given) MBG/NBD. `alpha` and all times are in units of `unit_days` days.

    >>> model = MBGNBD(r=0.525, alpha=6.183, a=0.891, b=1.614)
    >>> round(float(model.p_alive(x=0, t_x=0.0, T=0.0)), 3)  # b / (a + b): who stays after the first purchase
    0.644
    """

    name: ClassVar[str] = "MBG/NBD"

    r: float
    alpha: float
    a: float
    b: float
    unit_days: float = 7.0
    fit: Fit | None = None

    @property
    def params(self) -> Mapping[str, float]:
        return {"r": self.r, "alpha": self.alpha, "a": self.a, "b": self.b}

    @property
    def _from_now(self) -> BGNBD:
        """A customer who stayed after the last purchase goes on as in BG/NBD, with one survived chance more."""
        return BGNBD(r=self.r, alpha=self.alpha, a=self.a, b=self.b + 1.0, unit_days=self.unit_days)

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Vector:
        """Probability that the customer has not dropped out by T: 1 / (1 + a/(b+x) ((alpha+T)/(alpha+t_x))^(r+x)).

        The ratio of the likelihood's two terms; computed as a logistic of logs, so it cannot overflow.
        """
        x, t_x, T = (np.asarray(each, np.float64) for each in (x, t_x, T))
        odds = np.log(self.a / (self.b + x))
        odds = odds + (self.r + x) * (np.log(self.alpha + T) - np.log(self.alpha + t_x))
        return np.asarray(expit(-odds))

    def purchases_if_alive(self, t: ArrayLike, x: ArrayLike, T: ArrayLike) -> Vector:
        """Expected purchases in (T, T + t] of a customer alive at T."""
        return self._from_now.purchases_if_alive(t, x, T)

    def survival_if_alive(self, t: ArrayLike, x: ArrayLike, T: ArrayLike) -> Vector:
        """Probability of being alive at T + t of a customer alive at T."""
        return self._from_now.survival_if_alive(t, x, T)

    def expected_purchases(self, t: ArrayLike, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Vector:
        """E[Y(t) | x, t_x, T]: expected purchases in (T, T + t] given the history."""
        return self.p_alive(x, t_x, T) * self.purchases_if_alive(t, x, T)

    def expected_purchases_new(self, t: ArrayLike) -> Vector:
        """E[X(t)]: expected repeat purchases in (0, t] of a customer just acquired, who may have left already."""
        return self.expected_purchases(t, 0.0, 0.0, 0.0)


def fit_mbgnbd(
    histories: Table,
    *,
    as_of: int,
    unit_days: float = 7.0,
    window_start: int | None = None,
    start: Start = None,
) -> MBGNBD:
    """Fit r, alpha, a and b by maximum likelihood on the distinct histories of `histories`.

    Arguments, diagnosis and errors as in fit_bgnbd.

    >>> import polars as pl
    >>> some = pl.DataFrame(
    ...     {"x": [0, 1, 6], "first_day": [0, 0, 0], "last_day": [0, 40, 80], "count": [60, 30, 10]}
    ... )
    >>> fit_mbgnbd(some, as_of=90).fit.codes()[0]
    'few_repeat_buyers'
    """
    triples = read_triples(histories, as_of=as_of, unit_days=unit_days)
    return fit_mbgnbd_triples(
        triples, as_of=as_of, unit_days=unit_days, window_start=window_start, start=start
    )


def fit_mbgnbd_triples(
    triples: Triples, *, as_of: int, unit_days: float, window_start: int | None, start: Start = None
) -> MBGNBD:
    """As fit_mbgnbd, on histories already read."""
    seen = diagnose_histories(triples, unit_days=unit_days, as_of=as_of, window_start=window_start)
    nbd = fit_nbd_triples(triples, unit_days=unit_days)
    usual = np.array([nbd.r, nbd.alpha, 0.5, 2.0])
    best = climb(prepared_mbgnbd, triples, usual, start=warm(NAMES, start))
    params, errors = by_name(NAMES, best.params), by_name(NAMES, best.standard_errors)
    gain = best.value - (nbd.fit.log_likelihood if nbd.fit else -np.inf)
    found = diagnose_drop_out(params, errors, gain=gain, converged=best.converged, shapes=("a", "b"))
    return MBGNBD(**params, unit_days=unit_days, fit=report(NAMES, best, triples, seen + found))

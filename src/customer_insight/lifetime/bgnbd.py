"""BG/NBD: customers buy at their own rate and may leave for good after any purchase.

Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model,
Marketing Science 24 (2), 275-284. Purchase rates over customers: gamma (shape r, rate alpha); drop-out
probability after each repeat purchase: beta (a, b). Arguments are called x, t_x and T as there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from customer_insight.lifetime.beta_integral import beta_mean
from customer_insight.lifetime.bgnbd_likelihood import prepared_bgnbd
from customer_insight.lifetime.diagnosis import diagnose_drop_out, diagnose_histories
from customer_insight.lifetime.engine import Vector
from customer_insight.lifetime.fit import Fit
from customer_insight.lifetime.fitting import Start, by_name, climb, report, warm
from customer_insight.lifetime.nbd import fit_nbd_triples
from customer_insight.lifetime.special import betainc, betaln, expit, gammaln, hyp2f1, xlogy
from customer_insight.lifetime.triples import Triples, read_triples
from customer_insight.tables import Table

NAMES = ("r", "alpha", "a", "b")


@dataclass(frozen=True, slots=True)
class BGNBD:
    """A fitted (or given) BG/NBD. `alpha` and all times are in units of `unit_days` days.

    The paper's own example (CDNOW, weeks): a customer with 2 repeat purchases, the last in week 30.43 of
    38.86.

    >>> model = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> round(float(model.expected_purchases(39, x=2, t_x=30.43, T=38.86)), 3)
    1.226
    """

    name: ClassVar[str] = "BG/NBD"

    r: float
    alpha: float
    a: float
    b: float
    unit_days: float = 7.0
    fit: Fit | None = None

    @property
    def params(self) -> Mapping[str, float]:
        return {"r": self.r, "alpha": self.alpha, "a": self.a, "b": self.b}

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Vector:
        """Probability that the customer has not dropped out by T (Fader, Hardie & Lee,
        brucehardie.com/notes/021).

        1 where x = 0, since drop-out follows a repeat purchase; computed as a logistic of logs, so it
        cannot overflow.
        """
        x, t_x, T = (np.asarray(each, np.float64) for each in (x, t_x, T))
        odds = np.log(self.a / (self.b + np.maximum(x, 1.0) - 1.0))
        odds = odds + (self.r + x) * (np.log(self.alpha + T) - np.log(self.alpha + t_x))
        return np.where(x > 0, expit(-odds), 1.0)

    def purchases_if_alive(self, t: ArrayLike, x: ArrayLike, T: ArrayLike) -> Vector:
        """Expected purchases in (T, T + t] of a customer alive at T: equation 10 of the paper, less its
        denominator.

        With c = a+b+x-1 and z = t/(alpha+T+t), Euler's transformation of the paper's 2F1(r+x, b+x; c; z)
        gives

            c/(a-1) [1 - (1-z)^(a-1) 2F1(a+b-1-r, a-1; c; z)],

        where x stands in c alone: no power overflows for frequent buyers, unlike in the form as printed.
        The poles at a = 1 and a + b = 1 are removable; there the mean of two neighbours stands in, with an
        error of order 1e-9.
        """
        t, x, T = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in (t, x, T)))
        z = t / (self.alpha + T + t)
        if min(abs(self.a - 1.0), abs(self.a + self.b - 1.0)) > 1e-5:
            bought = self._if_alive(self.a, x, z)
        else:
            bought = 0.5 * (self._if_alive(self.a - 3e-5, x, z) + self._if_alive(self.a + 3e-5, x, z))
        return self._mended(bought, lambda p, log_silent: -np.expm1(log_silent) / p, t, x, T)

    def _if_alive(self, a: float, x: Vector, z: Vector) -> Vector:
        c = a + self.b + x - 1.0
        rest = np.exp((a - 1.0) * np.log1p(-z)) * hyp2f1(a + self.b - 1.0 - self.r, a - 1.0, c, z)
        return np.asarray(c / (a - 1.0) * (1.0 - rest))

    def _mended(
        self, values: Vector, value: Callable[[Vector, Vector], Vector], t: Vector, x: Vector, T: Vector
    ) -> Vector:
        """`values`, with those that overflowed (z > 0.9, c > 100 in SciPy 1.17) integrated over p instead.

        `value` takes p and the log of E[exp(-rate p t)] over rates, which is -(r+x) ln(1 + p t / (alpha+T)).
        """
        lost = ~np.isfinite(values)
        if not lost.any():
            return values
        t, x, T = t[lost][:, np.newaxis], x[lost], T[lost][:, np.newaxis]
        shape = self.r + x[:, np.newaxis]
        mended = values.copy()
        mended[lost] = beta_mean(
            lambda p: value(p, -shape * np.log1p(p * t / (self.alpha + T))), self.a, self.b + x
        )
        return mended

    def survival_if_alive(self, t: ArrayLike, x: ArrayLike, T: ArrayLike) -> Vector:
        """Probability of being alive at T + t of a customer alive at T.

        Given survival the rate is gamma (r+x, alpha+T) and the drop-out probability beta (a, b+x), so this
        is E[exp(-rate p t)] = (1-z)^a 2F1(a+b-r, a; a+b+x; z) with z = t/(alpha+T+t); derived here, tested
        by integration.
        """
        t, x, T = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in (t, x, T)))
        z = t / (self.alpha + T + t)
        series = hyp2f1(self.a + self.b - self.r, self.a, self.a + self.b + x, z)
        there = np.asarray(np.exp(self.a * np.log1p(-z)) * series)
        return self._mended(there, lambda p, log_silent: np.exp(log_silent), t, x, T)

    def expected_purchases(self, t: ArrayLike, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Vector:
        """E[Y(t) | x, t_x, T], equation 10: expected purchases in (T, T + t] given the history."""
        return self.p_alive(x, t_x, T) * self.purchases_if_alive(t, x, T)

    def expected_purchases_new(self, t: ArrayLike) -> Vector:
        """E[X(t)], equation 9: expected repeat purchases in (0, t] of a customer just acquired."""
        return self.purchases_if_alive(t, 0.0, 0.0)

    def probability_new(self, x: ArrayLike, t: ArrayLike) -> Vector:
        """P(X(t) = x), equation 8: the chance of x repeat purchases in (0, t] of a customer just acquired.

        The sum in the paper's second term is the distribution function of a negative binomial, here by its
        incomplete beta function, so that no digit cancels.
        """
        x, t = np.asarray(x, np.float64), np.asarray(t, np.float64)
        kept = np.exp(betaln(self.a, self.b + x) - betaln(self.a, self.b))
        left = np.exp(betaln(self.a + 1.0, self.b + np.maximum(x, 1.0) - 1.0) - betaln(self.a, self.b))
        share = t / (self.alpha + t)
        ways = gammaln(self.r + x) - gammaln(self.r) - gammaln(x + 1.0)
        exactly = np.exp(ways + self.r * np.log1p(-share) + xlogy(x, share))
        at_least = betainc(np.maximum(x, 1.0), self.r, share)
        return np.asarray(kept * exactly + np.where(x > 0, left * at_least, 0.0))


def fit_bgnbd(
    histories: Table,
    *,
    as_of: int,
    unit_days: float = 7.0,
    window_start: int | None = None,
    start: Start = None,
) -> BGNBD:
    """Fit r, alpha, a and b by maximum likelihood on the distinct histories of `histories`.

    Columns x, first_day, last_day and, if already grouped, count (customers). Histories are observed from
    first_day until `as_of` (inclusive day number); times become units of `unit_days` days, so 7.0 gives the
    weeks of the literature. `window_start`, the first day the source covers, lets the diagnosis see
    histories cut off at the start. `start`, such as the `params` of the last fit, saves most of the climb.

    The result always has parameters; `fit.diagnosis` names what is wrong with them and `fit.converged` is
    False when they ran away. `fit_lifetime` acts on that. Raises TableError for an empty or impossible
    table.

    >>> import polars as pl
    >>> some = pl.DataFrame(
    ...     {"x": [0, 1, 6], "first_day": [0, 0, 0], "last_day": [0, 40, 80], "count": [60, 30, 10]}
    ... )
    >>> fit_bgnbd(some, as_of=90).fit.codes()
    ('few_repeat_buyers', 'drop_out_not_identified')
    """
    triples = read_triples(histories, as_of=as_of, unit_days=unit_days)
    return fit_bgnbd_triples(
        triples, as_of=as_of, unit_days=unit_days, window_start=window_start, start=start
    )


def fit_bgnbd_triples(
    triples: Triples, *, as_of: int, unit_days: float, window_start: int | None, start: Start = None
) -> BGNBD:
    """As fit_bgnbd, on histories already read."""
    seen = diagnose_histories(triples, unit_days=unit_days, as_of=as_of, window_start=window_start)
    nbd = fit_nbd_triples(triples, unit_days=unit_days)
    usual = np.array([nbd.r, nbd.alpha, 0.5, 2.0])
    best = climb(prepared_bgnbd, triples, usual, start=warm(NAMES, start))
    params, errors = by_name(NAMES, best.params), by_name(NAMES, best.standard_errors)
    gain = best.value - (nbd.fit.log_likelihood if nbd.fit else -np.inf)
    found = diagnose_drop_out(params, errors, gain=gain, converged=best.converged, shapes=("a", "b"))
    return BGNBD(**params, unit_days=unit_days, fit=report(NAMES, best, triples, seen + found))

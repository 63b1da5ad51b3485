"""BG/BB: customers who, opportunity after opportunity, buy with a probability of their own until they leave for good.

Fader, Hardie & Shang (2010), Customer-Base Analysis in a Discrete-Time Noncontractual Setting, Marketing Science
29 (6), 1086-1108. Purchase probabilities over customers: beta (alpha, beta); drop-out probabilities at each
opportunity: beta (gamma, delta). Where drop-out is not identified, the beta-binomial without it stands in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from customer_insight.lifetime.beta_terms import log_beta_terms
from customer_insight.lifetime.bgbb_likelihood import (
    beta_binomial_likelihood,
    bgbb_likelihood,
    log_probabilities,
)
from customer_insight.lifetime.diagnosis import FEW_REPEAT_BUYERS, diagnose_drop_out
from customer_insight.lifetime.engine import Vector
from customer_insight.lifetime.fit import Finding, Fit
from customer_insight.lifetime.fitting import Start, by_name, warm
from customer_insight.lifetime.maximise import Optimum, maximise
from customer_insight.lifetime.opportunities import Opportunities, read_opportunities
from customer_insight.lifetime.special import betaln, gammaln
from customer_insight.tables import Table

NAMES = ("alpha", "beta", "gamma", "delta")


@dataclass(frozen=True, slots=True)
class BGBB:
    """A fitted (or given) BG/BB. Times are counts of opportunities.

    The paper's donations, customer with 4 repeats of 6, the last at the fifth (BTYD walkthrough: 3.627858):

    >>> model = BGBB(alpha=1.2035, beta=0.7497, gamma=0.6567, delta=2.7834)
    >>> round(float(model.expected_purchases(10, x=4, t_x=5, n=6)), 2)
    3.63
    """

    name: ClassVar[str] = "BG/BB"

    alpha: float
    beta: float
    gamma: float
    delta: float
    fit: Fit | None = None

    @property
    def params(self) -> Mapping[str, float]:
        return {name: getattr(self, name) for name in NAMES}

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, n: ArrayLike) -> Vector:
        """Probability of being there at opportunity n + 1, equation 11 of the paper."""
        return self.p_alive_ahead(1, x, t_x, n)

    def p_alive_ahead(self, m: ArrayLike, x: ArrayLike, t_x: ArrayLike, n: ArrayLike) -> Vector:
        """Probability of being there at opportunity n + m given the history."""
        m, x, t_x, n = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in (m, x, t_x, n)))
        params = np.array(list(self.params.values()))
        seen = log_probabilities(params, x.ravel(), t_x.ravel(), n.ravel()).reshape(x.shape)
        there = log_beta_terms(self.alpha, self.beta, x, n - x)
        return np.exp(there + log_beta_terms(self.gamma, self.delta, np.zeros_like(n), n + m) - seen)

    def expected_purchases(self, m: int, x: ArrayLike, t_x: ArrayLike, n: ArrayLike) -> Vector:
        """E[purchases at opportunities n+1 .. n+m | x, t_x, n]: equation 13, summed opportunity by opportunity,

        sum over k of P(alive at n+k) (alpha+x) / (alpha+beta+n), which has no hole at gamma = 1.
        """
        x, t_x, n = (np.asarray(each, np.float64) for each in (x, t_x, n))
        ahead = np.arange(1, m + 1)
        there = self.p_alive_ahead(ahead, x[..., np.newaxis], t_x[..., np.newaxis], n[..., np.newaxis])
        return np.asarray(there.sum(axis=-1) * (self.alpha + x) / (self.alpha + self.beta + n))

    def expected_purchases_new(self, n: int) -> Vector:
        """E[X(n)], equation 9: expected repeat purchases at the first n opportunities of a customer just acquired."""
        return self.expected_purchases(n, 0.0, 0.0, 0.0)

    def probability_new(self, x: ArrayLike, n: int) -> Vector:
        """P(X(n) = x), equation 8: the chance of x repeat purchases at the first n opportunities."""
        x = np.asarray(x, np.float64)[..., np.newaxis]
        i = np.arange(n + 1, dtype=np.float64)
        stayed = np.where(i < n, 1.0, 0.0)
        missed = np.maximum(i - x, 0.0)
        ways = gammaln(i + 1.0) - gammaln(x + 1.0) - gammaln(missed + 1.0)
        logs = ways + log_beta_terms(self.alpha, self.beta, x, missed)
        logs = logs + betaln(self.gamma + stayed, self.delta + i) - betaln(self.gamma, self.delta)
        return np.asarray(np.where(i >= x, np.exp(logs), 0.0).sum(axis=-1))


@dataclass(frozen=True, slots=True)
class BetaBinomial:
    """The fallback: everybody stays, and buys with a probability of their own, beta (alpha, beta) over customers."""

    name: ClassVar[str] = "beta-binomial"

    alpha: float
    beta: float
    fit: Fit | None = None

    @property
    def params(self) -> Mapping[str, float]:
        return {"alpha": self.alpha, "beta": self.beta}

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, n: ArrayLike) -> Vector:
        """1 for everybody: nobody leaves."""
        return np.ones(np.broadcast(x, t_x, n).shape)

    def p_alive_ahead(self, m: ArrayLike, x: ArrayLike, t_x: ArrayLike, n: ArrayLike) -> Vector:
        """1 for everybody: nobody leaves."""
        return np.ones(np.broadcast(m, x, t_x, n).shape)

    def expected_purchases(self, m: int, x: ArrayLike, t_x: ArrayLike, n: ArrayLike) -> Vector:
        """m (alpha+x) / (alpha+beta+n)."""
        x, n = np.asarray(x, np.float64), np.asarray(n, np.float64)
        return np.asarray(m * (self.alpha + x) / (self.alpha + self.beta + n))

    def expected_purchases_new(self, n: int) -> Vector:
        """n alpha / (alpha+beta)."""
        return self.expected_purchases(n, 0.0, 0.0, 0.0)


def fit_bgbb(histories: Table, *, start: Start = None) -> BGBB:
    """Fit alpha, beta, gamma and delta by maximum likelihood on the distinct rows of `histories`.

    Columns x, t_x, n as in OPPORTUNITIES and, if already grouped, count. `fit.diagnosis` names few repeat buyers,
    too few opportunities and drop-out that is not seen or not identified; fit_opportunities acts on it. Raises
    TableError for an empty or impossible table, ValueError for a start without positive parameters.

    >>> import polars as pl
    >>> some = pl.DataFrame({"x": [0, 1, 2], "t_x": [0, 1, 2], "n": [2, 2, 2], "count": [60, 30, 10]})
    >>> fit_bgbb(some).fit.codes()[:2]
    ('few_repeat_buyers', 'few_opportunities')
    """
    seen = read_opportunities(histories)
    staying = _maximise_staying(seen)
    usual = np.array([*staying.params, 0.5, 2.5])
    begin = warm(NAMES, start)
    best = maximise(
        lambda params: bgbb_likelihood(params, seen),
        usual if begin is None else begin,
        weight=float(seen.weight.sum()),
    )
    params, errors = by_name(NAMES, best.params), by_name(NAMES, best.standard_errors)
    found = _diagnose(seen) + diagnose_drop_out(
        params, errors, gain=best.value - staying.value, converged=best.converged, shapes=("gamma", "delta")
    )
    return BGBB(**params, fit=_report(NAMES, best, seen, found))


def fit_opportunities(histories: Table, *, start: Start = None) -> BGBB | BetaBinomial:
    """Fit BG/BB; where its drop-out cannot be used, fall back to the beta-binomial without it, and say so.

    Arguments and errors as in fit_bgbb. On a fallback `fit.diagnosis` ends with 'fallback_beta_binomial'.
    """
    model = fit_bgbb(histories, start=start)
    reasons = (
        [finding.code.replace("_", " ") for finding in model.fit.diagnosis if finding.decisive]
        if model.fit
        else []
    )
    if not reasons or not model.fit:
        return model
    seen = read_opportunities(histories)
    best = _maximise_staying(seen)
    last = Finding(
        "fallback_beta_binomial",
        f"The beta-binomial without drop-out is used in place of BG/BB ({', '.join(reasons)}): nobody "
        "counts as lost.",
    )
    names = ("alpha", "beta")
    fit = _report(names, best, seen, (*model.fit.diagnosis, last))
    return BetaBinomial(**by_name(names, best.params), fit=fit)


def _maximise_staying(seen: Opportunities) -> Optimum:
    return maximise(
        lambda params: beta_binomial_likelihood(params, seen),
        np.array([1.0, 1.0]),
        weight=float(seen.weight.sum()),
    )


def _diagnose(seen: Opportunities) -> tuple[Finding, ...]:
    repeat_buyers = float(seen.weight[seen.x > 0].sum())
    found = []
    if repeat_buyers < FEW_REPEAT_BUYERS:
        sentence = (
            f"Only {repeat_buyers:.0f} of {seen.weight.sum():.0f} customers used an opportunity to buy again."
        )
        found.append(Finding("few_repeat_buyers", sentence, decisive=True))
    if len(seen.n) - len(np.unique(seen.n)) < len(NAMES):
        sentence = f"At most {seen.n.max():.0f} opportunities were seen: too few different histories for four numbers."
        found.append(Finding("few_opportunities", sentence, decisive=True))
    return tuple(found)


def _report(names: tuple[str, ...], best: Optimum, seen: Opportunities, found: tuple[Finding, ...]) -> Fit:
    fit = Fit(
        standard_errors=by_name(names, best.standard_errors),
        log_likelihood=float(best.value),
        customers=round(float(seen.weight.sum())),
        repeat_buyers=round(float(seen.weight[seen.x > 0].sum())),
        distinct=len(seen.x),
        iterations=best.iterations,
        converged=best.converged,
    )
    return replace(fit, diagnosis=found)

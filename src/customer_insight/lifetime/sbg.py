"""Shifted beta-geometric: contracts whose customers each leave with a probability of their own at every renewal.

Fader & Hardie (2007), How to Project Customer Retention, Journal of Interactive Marketing 21 (1), 76-90. Churn
probabilities over customers: beta (alpha, beta). Retention rises with age because those who leave easily are gone,
not because anybody changes. Where that cannot be seen, one constant churn rate stands in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Final, Protocol

import numpy as np
from numpy.typing import ArrayLike

from customer_insight.lifetime.beta_terms import beta_terms
from customer_insight.lifetime.diagnosis import LOOSE, RUNAWAY, not_converged
from customer_insight.lifetime.engine import Vector, sums
from customer_insight.lifetime.fit import Finding, Fit
from customer_insight.lifetime.fitting import Start, by_name, warm
from customer_insight.lifetime.maximise import Derivatives, in_logs, maximise
from customer_insight.lifetime.retention import Renewals, read_renewals
from customer_insight.lifetime.special import betaln, xlogy
from customer_insight.tables import Table

NAMES = ("alpha", "beta")

FEW_LOSSES: Final = 30
"""Below this the two parameters rest on too few customers who left."""

NEGLIGIBLE_GAIN: Final = 1.92
"""Half the 95 % point of chi-square with the one degree of freedom that differing customers add (3.84 / 2)."""


class RetentionModel(Protocol):
    """What scoring asks of a retention model; times are counts of renewals."""

    @property
    def name(self) -> str: ...

    @property
    def params(self) -> Mapping[str, float]: ...

    @property
    def fit(self) -> Fit | None: ...

    def survival_ahead(self, k: ArrayLike, renewals: ArrayLike) -> Vector:
        """Probability that a customer with `renewals` renewals goes through k more."""
        ...


@dataclass(frozen=True, slots=True)
class ShiftedBetaGeometric:
    """A fitted (or given) sBG.

    The paper's high-end segment, of whom 86.9, 74.3 and 65.3 % were there after one, two and three years:

    >>> model = ShiftedBetaGeometric(alpha=0.668, beta=3.806)
    >>> [round(float(each), 3) for each in model.survival([1, 2, 3])]
    [0.851, 0.747, 0.67]
    """

    name: ClassVar[str] = "sBG"

    alpha: float
    beta: float
    fit: Fit | None = None

    @property
    def params(self) -> Mapping[str, float]:
        return {"alpha": self.alpha, "beta": self.beta}

    def survival(self, t: ArrayLike) -> Vector:
        """S(t) = B(alpha, beta+t) / B(alpha, beta), equation 6: the share still there after t renewals."""
        return self.survival_ahead(t, 0.0)

    def retention(self, t: ArrayLike) -> Vector:
        """r(t) = (beta+t-1) / (alpha+beta+t-1), equation 8: who renews at renewal t of those asked."""
        t = np.asarray(t, np.float64)
        return np.asarray((self.beta + t - 1.0) / (self.alpha + self.beta + t - 1.0))

    def survival_ahead(self, k: ArrayLike, renewals: ArrayLike) -> Vector:
        """S(renewals + k) / S(renewals)."""
        done = self.beta + np.asarray(renewals, np.float64)
        return np.asarray(
            np.exp(betaln(self.alpha, done + np.asarray(k, np.float64)) - betaln(self.alpha, done))
        )


@dataclass(frozen=True, slots=True)
class ConstantChurn:
    """The fallback: everybody leaves with the same probability `churn` at every renewal (a geometric)."""

    name: ClassVar[str] = "constant churn"

    churn: float
    fit: Fit | None = None

    @property
    def params(self) -> Mapping[str, float]:
        return {"churn": self.churn}

    def survival_ahead(self, k: ArrayLike, renewals: ArrayLike) -> Vector:
        """(1 - churn)^k, whatever the age."""
        k = np.broadcast_arrays(np.asarray(k, np.float64), renewals)[0]
        return np.asarray((1.0 - self.churn) ** k)


def fit_sbg(table: Table, *, start: Start = None) -> ShiftedBetaGeometric:
    """Fit alpha and beta by maximum likelihood on a table of survivors (SURVIVORS) or of contracts (CONTRACTS).

    Cohorts of different length add up; who has not left yet counts as survived so far. `fit.diagnosis` names too
    few losses, a single renewal, customers that leave alike, and parameters that ran away; fit_retention acts on
    it. Raises TableError as read_renewals, ValueError for a start without positive parameters.

    >>> import polars as pl
    >>> high_end = pl.DataFrame({"period": [0, 1, 2, 3, 4], "survivors": [1000, 869, 743, 653, 593]})
    >>> [round(value, 2) for value in fit_sbg(high_end).params.values()]
    [1.28, 7.79]
    """
    return _fitted(read_renewals(table), start)


def fit_retention(table: Table, *, start: Start = None) -> ShiftedBetaGeometric | ConstantChurn:
    """Fit sBG; where it cannot be used, fall back to one churn rate, losses / renewals asked for, and say so.

    Arguments and errors as in fit_sbg. On a fallback `fit.diagnosis` ends with 'fallback_constant_churn'.

    >>> import polars as pl
    >>> few = pl.DataFrame({"renewals": [0, 1, 2], "left": [True, True, False], "count": [5, 4, 31]})
    >>> model = fit_retention(few)
    >>> model.name, model.churn, model.fit.codes()[-1]
    ('constant churn', 0.12, 'fallback_constant_churn')
    """
    seen = read_renewals(table)
    model = _fitted(seen, start)
    reasons = (
        [finding.code.replace("_", " ") for finding in model.fit.diagnosis if finding.decisive]
        if model.fit
        else []
    )
    if not reasons or not model.fit:
        return model
    churn = seen.losses / seen.asked if seen.asked else 0.0
    last = Finding(
        "fallback_constant_churn",
        f"One churn rate for everybody is used in place of sBG ({', '.join(reasons)}): retention does not "
        "rise with age.",
    )
    error = float(np.sqrt(churn * (1.0 - churn) / seen.asked)) if seen.asked else np.nan
    fit = replace(
        model.fit,
        standard_errors={"churn": error},
        log_likelihood=_constant_likelihood(seen),
        diagnosis=(*model.fit.diagnosis, last),
        converged=True,
    )
    return ConstantChurn(churn, fit)


def sbg_likelihood(params: Vector, seen: Renewals) -> Derivatives:
    """sum of w [ln B(alpha+left, beta+renewals) - ln B(alpha, beta)], equations 5 and 6; derivatives by logs."""
    value, gradient, hessian = beta_terms(params[0], params[1], seen.left, seen.renewals)
    weight = seen.weight
    return in_logs(params, float(sums(value, weight)), sums(gradient, weight), sums(hessian, weight))


def _fitted(seen: Renewals, start: Start) -> ShiftedBetaGeometric:
    begin = warm(NAMES, start)
    churn = min(max(seen.losses / max(seen.asked, 1.0), 0.01), 0.99)
    best = maximise(
        lambda params: sbg_likelihood(params, seen),
        np.array([2.0 * churn, 2.0 * (1.0 - churn)]) if begin is None else begin,
        weight=seen.customers,
    )
    params, errors = by_name(NAMES, best.params), by_name(NAMES, best.standard_errors)
    gain = float(best.value) - _constant_likelihood(seen)
    fit = Fit(
        standard_errors=errors,
        log_likelihood=float(best.value),
        customers=round(seen.customers),
        repeat_buyers=round(float(seen.weight[seen.renewals > 0].sum())),
        distinct=len(seen.weight),
        iterations=best.iterations,
        converged=best.converged,
        diagnosis=_diagnose(seen, params, errors, gain=gain, converged=best.converged),
    )
    return ShiftedBetaGeometric(**params, fit=fit)


def _constant_likelihood(seen: Renewals) -> float:
    """The log-likelihood of one churn rate for everybody at its maximum."""
    kept = seen.asked - seen.losses
    total = seen.asked or 1.0
    return float(xlogy(seen.losses, seen.losses / total) + xlogy(kept, kept / total))


def _diagnose(
    seen: Renewals, params: Mapping[str, float], errors: Mapping[str, float], *, gain: float, converged: bool
) -> tuple[Finding, ...]:
    if seen.losses < FEW_LOSSES:
        return (
            Finding(
                "few_losses",
                f"Only {seen.losses:.0f} of {seen.customers:.0f} customers have left; telling how customers "
                f"differ in leaving takes at least {FEW_LOSSES}.",
                decisive=True,
            ),
        )
    if seen.longest < 2:
        sentence = "One renewal was seen only: whether retention rises with age cannot be told."
        return (Finding("one_renewal", sentence, decisive=True),)
    if gain < NEGLIGIBLE_GAIN:
        sentence = (
            "Customers leave alike: letting them differ raises the log-likelihood by "
            f"{gain:.2f} only (below {NEGLIGIBLE_GAIN:g})."
        )
        return (Finding("churn_alike", sentence, decisive=True),)
    if max(params.values()) > RUNAWAY or not all(errors[name] <= LOOSE * params[name] for name in NAMES):
        shown = ", ".join(f"{name} = {params[name]:.4g} (s.e. {errors[name]:.2g})" for name in NAMES)
        sentence = f"How customers differ in leaving is not identified: {shown}."
        return (Finding("churn_not_identified", sentence, decisive=True),)
    return () if converged else (not_converged(params),)

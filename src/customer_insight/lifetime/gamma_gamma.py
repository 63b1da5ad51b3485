"""Gamma-Gamma: what a customer spends per purchase, shrunk towards everybody's by how little is known.

Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value, brucehardie.com/notes/025. Spend per
purchase: gamma with shape p and a scale of the customer's own; the inverse scales over customers: gamma
with shape q and rate gamma.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import narwhals as nw
import numpy as np
from numpy.typing import ArrayLike

from customer_insight.lifetime.diagnosis import diagnose_spend
from customer_insight.lifetime.engine import Vector, sums
from customer_insight.lifetime.fit import Fit
from customer_insight.lifetime.fitting import Start, by_name, climb, warm
from customer_insight.lifetime.gamma_gamma_likelihood import Spend, prepared_gamma_gamma, read_spend
from customer_insight.tables import Table, TableError

NAMES = ("p", "q", "gamma")


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """A fitted (or given) Gamma-Gamma; `gamma` and all spend in units of `unit_minor` minor units.

    The published CDNOW fit (dollars), for a customer with two repeat purchases of 22.345 on average (24.65 in
    the note, from parameters with more digits):

    >>> round(float(GammaGamma(p=6.25, q=3.74, gamma=15.44).expected_spend(2, 22.345)), 2)
    24.66
    """

    name: ClassVar[str] = "Gamma-Gamma"

    p: float
    q: float
    gamma: float
    unit_minor: float = 100.0
    fit: Fit | None = None

    @property
    def params(self) -> Mapping[str, float]:
        return {"p": self.p, "q": self.q, "gamma": self.gamma}

    def expected_spend(self, x: ArrayLike, mean_spend: ArrayLike) -> Vector:
        """E[M | x, m_x] = p (gamma + x m_x) / (p x + q - 1), equation 5 of the note; m_x is unused where x
        = 0.

        Raises ValueError where q <= 1: the mean over customers is infinite.
        """
        self._need_mean()
        x, mean_spend = np.asarray(x, np.float64), np.asarray(mean_spend, np.float64)
        return np.asarray(self.p * (self.gamma + x * mean_spend) / (self.p * x + self.q - 1.0))

    def expression(self, x: nw.Expr, repeat_spend: nw.Expr) -> nw.Expr:
        """expected_spend as a column expression over x and repeat_spend, in minor units."""
        self._need_mean()
        return self.p * (self.gamma * self.unit_minor + repeat_spend) / (self.p * x + (self.q - 1.0))

    def _need_mean(self) -> None:
        if self.q <= 1.0:
            raise ValueError(f"q = {self.q:.3g} is not above 1: expected spend is infinite; use fit_spend")


def fit_gamma_gamma(histories: Table, *, unit_minor: float = 100.0, start: Start = None) -> GammaGamma:
    """Fit p, q and gamma by maximum likelihood on the repeat buyers of `histories`.

    Columns x, repeat_spend (minor units) and optionally count. Spend is measured in units of `unit_minor`
    minor units: 100 gives the dollars of the literature. Memory: three numbers per distinct (x,
    repeat_spend), plus one block. `fit.diagnosis` names q <= 1, runaway parameters, too few repeat buyers
    and spend that depends on frequency. `start`, such as the `params` of the last fit, saves most of the climb.

    Raises TableError for missing columns, no repeat buyer, or repeat spend that is not positive.
    """
    spend = read_spend(histories, unit_minor=unit_minor)
    if not len(spend.x):
        raise TableError("table 'histories' has no repeat buyer: spend per purchase cannot be fitted")
    weight = spend.customers
    mean = float(sums(spend.total / spend.x, spend.weight)) / weight
    best = climb(prepared_gamma_gamma, spend, np.array([4.0, 4.0, mean]), start=warm(NAMES, start))
    params = by_name(NAMES, best.params)
    diagnosis = diagnose_spend(
        params, converged=best.converged, repeat_buyers=weight, correlation=_correlation(spend)
    )
    fit = Fit(
        standard_errors=by_name(NAMES, best.standard_errors),
        log_likelihood=float(best.value),
        customers=round(weight),
        repeat_buyers=round(weight),
        distinct=len(spend.x),
        iterations=best.iterations,
        converged=best.converged,
        diagnosis=diagnosis,
    )
    return GammaGamma(**params, unit_minor=unit_minor, fit=fit)


def _correlation(spend: Spend) -> float:
    """Of the number of repeat purchases with their mean spend over repeat buyers; 0 where either does not
    vary.
    """
    weight = spend.weight / spend.weight.sum()
    x, mean = spend.x, spend.total / spend.x
    x, mean = x - sums(x, weight), mean - sums(mean, weight)
    scale = float(np.sqrt(sums(x**2, weight) * sums(mean**2, weight)))
    return float(sums(x * mean, weight)) / scale if scale > 0 else 0.0

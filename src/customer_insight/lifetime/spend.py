"""The door to spend: Gamma-Gamma where it can be used, everybody's mean where not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

import narwhals as nw
import numpy as np
from numpy.typing import ArrayLike

from customer_insight.lifetime.engine import Vector
from customer_insight.lifetime.fit import Finding, Fit
from customer_insight.lifetime.gamma_gamma import GammaGamma, fit_gamma_gamma
from customer_insight.lifetime.gamma_gamma_likelihood import read_spend
from customer_insight.tables import Table


class SpendModel(Protocol):
    """Expected spend per purchase from the number and the sum of the repeat purchases, in minor units."""

    @property
    def name(self) -> str: ...

    @property
    def unit_minor(self) -> float: ...

    @property
    def params(self) -> Mapping[str, float]: ...

    @property
    def fit(self) -> Fit | None: ...

    def expected_spend(self, x: ArrayLike, mean_spend: ArrayLike) -> Vector:
        """The expected spend from x repeat purchases of so much on average, both in units of unit_minor."""
        ...

    def expression(self, x: nw.Expr, repeat_spend: nw.Expr) -> nw.Expr:
        """The expected spend as a column expression, minor units."""
        ...


@dataclass(frozen=True, slots=True)
class PooledSpend:
    """The fallback: everybody's mean spend per repeat purchase, `mean` in units of `unit_minor` minor
    units.
    """

    name: ClassVar[str] = "pooled mean spend"

    mean: float
    unit_minor: float = 100.0
    fit: Fit | None = None

    @property
    def params(self) -> Mapping[str, float]:
        return {"mean": self.mean}

    def expected_spend(self, x: ArrayLike, mean_spend: ArrayLike) -> Vector:
        """The same mean for everybody."""
        return np.full(np.broadcast(x, mean_spend).shape, self.mean)

    def expression(self, x: nw.Expr, repeat_spend: nw.Expr) -> nw.Expr:
        """The mean as a column expression, in minor units."""
        return x * 0.0 + self.mean * self.unit_minor


def fit_spend(histories: Table, *, unit_minor: float = 100.0) -> GammaGamma | PooledSpend:
    """Fit Gamma-Gamma; where it is not usable (q <= 1, runaway, too few repeat buyers), fall back to the
    pooled mean.

    Arguments and errors as in fit_gamma_gamma. On a fallback `fit.diagnosis` holds the reasons and ends
    with 'fallback_pooled_spend'.

    >>> import polars as pl
    >>> some = pl.DataFrame({"x": [1, 3], "repeat_spend": [1000, 9000], "count": [40, 20]})
    >>> model = fit_spend(some)
    >>> model.name, model.mean, model.fit.codes()[-1]
    ('pooled mean spend', 22.0, 'fallback_pooled_spend')
    """
    model = fit_gamma_gamma(histories, unit_minor=unit_minor)
    reasons = (
        [finding.code.replace("_", " ") for finding in model.fit.diagnosis if finding.decisive]
        if model.fit
        else []
    )
    if not reasons or not model.fit:
        return model
    spend = read_spend(histories, unit_minor=unit_minor)
    mean = float(spend.weight @ spend.total) / float(spend.weight @ spend.x)
    last = Finding(
        "fallback_pooled_spend",
        "Every customer is given the mean spend of all repeat purchases in place of Gamma-Gamma "
        f"({', '.join(reasons)}).",
    )
    return PooledSpend(mean, unit_minor, replace(model.fit, diagnosis=(*model.fit.diagnosis, last)))

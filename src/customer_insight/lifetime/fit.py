"""What a fit leaves behind besides its parameters, and what every purchase model can answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from numpy.typing import ArrayLike

from customer_insight.lifetime.engine import Vector


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a reader of the figures must know: a stable code and an English sentence.

    `decisive` findings make the model they speak of unfit for use.
    """

    code: str
    sentence: str
    decisive: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {"code": self.code, "sentence": self.sentence, "decisive": self.decisive}


@dataclass(frozen=True, slots=True)
class Fit:
    """How a model was fitted.

    `standard_errors` by parameter (NaN where the data do not bound it); `log_likelihood` in the model's own
    time or money unit; `customers` and `repeat_buyers` are counts, `distinct` the rows the likelihood ran
    over.
    """

    standard_errors: Mapping[str, float]
    log_likelihood: float
    customers: int
    repeat_buyers: int
    distinct: int
    iterations: int
    converged: bool
    diagnosis: tuple[Finding, ...] = field(default=())

    def codes(self) -> tuple[str, ...]:
        return tuple(finding.code for finding in self.diagnosis)


class PurchaseModel(Protocol):
    """BG/NBD or NBD: what scoring, backtest and model card ask. Times are in units of `unit_days` days.

    All arguments broadcast as Numpy arrays. Given that a customer is alive at T, the future depends on x
    and T only; `p_alive` is the one part that needs t_x.
    """

    @property
    def name(self) -> str: ...

    @property
    def unit_days(self) -> float: ...

    @property
    def params(self) -> Mapping[str, float]: ...

    @property
    def fit(self) -> Fit | None: ...

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Vector:
        """Probability that the customer has not dropped out by T."""
        ...

    def purchases_if_alive(self, t: ArrayLike, x: ArrayLike, T: ArrayLike) -> Vector:
        """Expected purchases in (T, T + t] of a customer alive at T."""
        ...

    def survival_if_alive(self, t: ArrayLike, x: ArrayLike, T: ArrayLike) -> Vector:
        """Probability of being alive at T + t of a customer alive at T."""
        ...

    def expected_purchases(self, t: ArrayLike, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Vector:
        """Expected purchases in (T, T + t] given the history."""
        ...

    def expected_purchases_new(self, t: ArrayLike) -> Vector:
        """Expected repeat purchases in (0, t] of a customer just acquired."""
        ...

"""The model card: what was fitted on which data, how sure, how good, and what to beware of (ANA-28)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customer_insight.lifetime.backtest import Backtest
from customer_insight.lifetime.candidates import Choice
from customer_insight.lifetime.fit import Finding, PurchaseModel
from customer_insight.lifetime.spend import SpendModel


@dataclass(frozen=True, slots=True)
class Estimate:
    """A parameter and its standard error; None where the data do not bound it."""

    value: float
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One fitted purchase model with its spend model, ready to store and to show.

    `window_start` is None where nobody said since when the source covers purchases. `units` names the time
    and money unit the parameters are in.
    """

    name: str
    version: str
    window_start: int | None
    as_of: int
    units: Mapping[str, float]
    customers: int
    repeat_buyers: int
    parameters: Mapping[str, Estimate]
    log_likelihood: float
    converged: bool
    spend_name: str | None
    spend_parameters: Mapping[str, Estimate]
    spend_log_likelihood: float | None
    diagnosis: tuple[Finding, ...]
    backtest: Backtest | None
    choice: Choice | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types; parameters as {name: {value, standard_error}}."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return plain | {
            "units": dict(self.units),
            "parameters": _plain(self.parameters),
            "spend_parameters": _plain(self.spend_parameters),
            "diagnosis": [finding.as_dict() for finding in self.diagnosis],
            "backtest": self.backtest.as_dict() if self.backtest else None,
            "choice": self.choice.as_dict() if self.choice else None,
        }


def model_card(
    model: PurchaseModel,
    spend_model: SpendModel | None = None,
    *,
    version: str,
    as_of: int,
    window_start: int | None = None,
    backtest: Backtest | None = None,
    choice: Choice | None = None,
) -> ModelCard:
    """Collect a card from a fitted model; its diagnosis holds the purchase model's findings, then the spend
    model's. `choice` shows the models that were compared and by how much the chosen one leads.

    Raises ValueError for a model with given, not fitted, parameters: there is nothing to vouch for.
    """
    if model.fit is None:
        raise ValueError(f"{model.name} was given its parameters; a card needs a fit")
    spend_fit = spend_model.fit if spend_model else None
    return ModelCard(
        name=model.name,
        version=version,
        window_start=window_start,
        as_of=as_of,
        units={"days": model.unit_days} | ({"minor": spend_model.unit_minor} if spend_model else {}),
        customers=model.fit.customers,
        repeat_buyers=model.fit.repeat_buyers,
        parameters=_estimates(model.params, model.fit.standard_errors),
        log_likelihood=model.fit.log_likelihood,
        converged=model.fit.converged,
        spend_name=spend_model.name if spend_model else None,
        spend_parameters=_estimates(spend_model.params, spend_fit.standard_errors if spend_fit else {})
        if spend_model
        else {},
        spend_log_likelihood=spend_fit.log_likelihood if spend_fit else None,
        diagnosis=model.fit.diagnosis + (spend_fit.diagnosis if spend_fit else ()),
        backtest=backtest,
        choice=choice,
    )


def _estimates(params: Mapping[str, float], errors: Mapping[str, float]) -> dict[str, Estimate]:
    def error(name: str) -> float | None:
        value = errors.get(name, math.nan)
        return value if math.isfinite(value) else None

    return {name: Estimate(value, error(name)) for name, value in params.items()}


def _plain(estimates: Mapping[str, Estimate]) -> dict[str, Any]:
    return {
        name: {"value": each.value, "standard_error": each.standard_error} for name, each in estimates.items()
    }

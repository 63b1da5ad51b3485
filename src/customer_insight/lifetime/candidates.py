"""Which purchase model does best on this firm's own customers: each fitted on the past, judged on what came after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from customer_insight.lifetime.accuracy import Accuracy, accuracy, mean_difference
from customer_insight.lifetime.choice import MODELS, Lifetime, fit_lifetime_triples
from customer_insight.lifetime.engine import Vector
from customer_insight.lifetime.fit import Finding
from customer_insight.lifetime.histories import purchase_histories
from customer_insight.lifetime.holdout import Holdout, read_holdout
from customer_insight.lifetime.triples import read_triples
from customer_insight.tables import Table

CLEARLY: Final = 2.0
"""Standard errors by which another model must be better before the preferred one is given up."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One model in the comparison; `usable` is False where its own diagnosis ruled it out, and then `holdout` is None.

    `squared_error_gain` is the mean squared error of the chosen model less this one's, per customer, with the
    paired standard error `gain_error`: below zero, the chosen one is better.
    """

    name: str
    usable: bool
    log_likelihood: float | None
    holdout: Accuracy | None
    squared_error_gain: float | None
    gain_error: float | None
    diagnosis: tuple[Finding, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        found = [finding.as_dict() for finding in self.diagnosis]
        return {**asdict(self), "diagnosis": found}


@dataclass(frozen=True, slots=True)
class Choice:
    """The model chosen, why, and the figures of all; `sentence` says which and by how much."""

    model: str
    preferred: str
    calibration_end: int
    holdout_end: int
    customers: int
    actual_total: int
    sentence: str
    candidates: tuple[Candidate, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {**asdict(self), "candidates": [candidate.as_dict() for candidate in self.candidates]}


def choose_lifetime(
    order_lines: Table,
    *,
    calibration_end: int,
    holdout_end: int,
    unit_days: float = 7.0,
    window_start: int | None = None,
    preferred: str = MODELS[0],
    models: tuple[str, ...] = MODELS,
) -> Choice:
    """Fit each of `models` on purchases until `calibration_end`, judge it on (calibration_end, holdout_end].

    Models whose diagnosis is decisive are out. Of the others the one with the least mean squared error per
    customer leads: squared error is what an expectation minimises (absolute error favours too low a forecast where
    most customers buy nothing). `preferred` stays chosen unless the leader's squared error is lower by more than two
    standard errors of the paired difference, so that the choice does not change with chance. Customers are
    grouped by (x, first_day, last_day, purchases in the holdout) in the engine.

    Raises ValueError for an empty holdout, unknown models or a `preferred` that is not among them, TableError as
    fit_lifetime. Fit the chosen one on everything by fit_lifetime(..., model=choice.model).
    """
    if holdout_end <= calibration_end:
        raise ValueError(f"holdout_end {holdout_end} must lie after calibration_end {calibration_end}")
    if unknown := [name for name in models if name not in MODELS]:
        raise ValueError(f"models {', '.join(unknown)} are not among {', '.join(MODELS)}")
    if preferred not in models:
        raise ValueError(f"preferred {preferred!r} is not among {', '.join(models)}")
    histories = purchase_histories(order_lines, as_of=calibration_end)
    how: dict[str, Any] = {"as_of": calibration_end, "unit_days": unit_days, "window_start": window_start}
    triples = read_triples(histories, as_of=calibration_end, unit_days=unit_days)
    fits = {name: fit_lifetime_triples(triples, model=name, **how) for name in models}
    window = {"calibration_end": calibration_end, "holdout_end": holdout_end}
    seen = read_holdout(order_lines, histories, **window)
    span = float(holdout_end - calibration_end)
    return _judged(fits, seen, span, preferred, **window)


def _judged(
    fits: Mapping[str, Lifetime], seen: Holdout, span: float, preferred: str, **window: int
) -> Choice:
    usable = {name: model for name, model in fits.items() if model.name == name}
    predicted = {name: _predicted(model, seen, span) for name, model in usable.items()}
    errors = {name: (each - seen.actual) ** 2 for name, each in predicted.items()}
    chosen, sentence = _chosen(errors, seen.weight, preferred)
    return Choice(
        model=chosen,
        preferred=preferred,
        customers=round(float(seen.weight.sum())),
        actual_total=round(float(seen.actual @ seen.weight)),
        sentence=sentence,
        candidates=tuple(
            _candidate(name, model, predicted.get(name), errors, chosen, seen) for name, model in fits.items()
        ),
        **window,
    )


def _predicted(model: Lifetime, seen: Holdout, span: float) -> Vector:
    unit = model.unit_days
    return model.expected_purchases(span / unit, seen.x, seen.t_x / unit, seen.age / unit)


def _chosen(errors: Mapping[str, Vector], weight: Vector, preferred: str) -> tuple[str, str]:
    """The name, and which and by how much in a sentence. Ties go to the first in the order of the models."""
    if not errors:
        return "NBD", "No model can be used as it is; the NBD stands in."
    customers = float(weight.sum())
    means = {name: float(each @ weight) / customers for name, each in errors.items()}
    ranked = sorted(means, key=lambda name: means[name])
    best = ranked[0]
    if preferred not in errors or best == preferred:
        if len(ranked) == 1:
            return best, f"{best} is the only model that can be used."
        gain, error = mean_difference(errors[ranked[1]], errors[best], weight)
        why = f"{best} has the least squared error, {gain:.4g} (s.e. {error:.2g}) below {ranked[1]}."
        return best, why
    gain, error = mean_difference(errors[preferred], errors[best], weight)
    told = f"squared error is {gain:.4g} (s.e. {error:.2g})"
    if gain > CLEARLY * error:
        return best, f"{best} is chosen: its {told} below that of {preferred}."
    return preferred, f"{preferred} is kept: the {told} above that of {best}, which may be chance."


def _candidate(
    name: str,
    model: Lifetime,
    predicted: Vector | None,
    errors: Mapping[str, Vector],
    chosen: str,
    seen: Holdout,
) -> Candidate:
    compared = predicted is not None and chosen in errors
    gain, error = mean_difference(errors[chosen], errors[name], seen.weight) if compared else (None, None)
    return Candidate(
        name=name,
        usable=predicted is not None,
        log_likelihood=model.fit.log_likelihood if model.fit and predicted is not None else None,
        holdout=None if predicted is None else accuracy(predicted, seen.actual, seen.weight),
        squared_error_gain=gain,
        gain_error=error,
        diagnosis=model.fit.diagnosis if model.fit else (),
    )

"""The card of a learned model: what it was fitted on, with what, how good it was, and what customers looked like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from customer_insight.drift.baseline import Baseline
from customer_insight.uplift import UpliftCheck, UpliftModel


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedCard:
    """One fitted model, ready to store and to show, as `lifetime.ModelCard` is for purchase models (ANA-64).

    ``window_start`` and ``window_end`` are the first and last day number of the data, both included. ``settings``
    are what was chosen, ``parameters`` what was estimated (empty where a model has none to read), ``backtest`` the
    figures on customers it had not seen, None where there was no test. ``baseline`` is what `drift` compares with.
    Raises ValueError for a window that ends before it starts.
    """

    name: str
    version: str
    window_start: int
    window_end: int
    customers: int
    features: tuple[str, ...]
    settings: Mapping[str, Any]
    parameters: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    backtest: Mapping[str, Any] | None = None
    baseline: Baseline

    def __post_init__(self) -> None:
        if self.window_end < self.window_start:
            raise ValueError(
                f"the window ends on day {self.window_end}, before its start {self.window_start}"
            )

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return plain | {
            "features": list(self.features),
            "settings": dict(self.settings),
            "parameters": {name: dict(values) for name, values in self.parameters.items()},
            "backtest": dict(self.backtest) if self.backtest is not None else None,
            "baseline": self.baseline.as_dict(),
        }


def uplift_card(
    model: UpliftModel,
    check: UpliftCheck,
    *,
    baseline: Baseline,
    version: str,
    window_start: int,
    window_end: int,
) -> LearnedCard:
    """The card of an uplift model; its back-test is the check by repeated splits.

    Raises ValueError for a check of another learner or base, or a baseline that lacks a feature: they would vouch for
    something else.
    """
    if (check.learner, check.base) != (model.learner, model.base):
        raise ValueError(
            f"the check is of {check.learner} on {check.base}, not of {model.learner} on {model.base}"
        )
    lacking = set(model.features) - {each.column for each in baseline.columns}
    if lacking:
        raise ValueError(f"the baseline lacks the feature(s) {', '.join(sorted(lacking))}")
    return LearnedCard(
        name=f"uplift, {model.learner}, {model.base}",
        version=version,
        window_start=window_start,
        window_end=window_end,
        customers=model.customers,
        features=model.features,
        settings={"seed": model.seed, "treated_share": model.treated_share, "splits": check.splits},
        parameters=model.parameters(),
        backtest=check.as_dict(),
        baseline=baseline,
    )

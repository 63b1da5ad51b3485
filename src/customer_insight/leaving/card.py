"""The card of a churn model."""

from __future__ import annotations

from customer_insight.drift import Baseline, LearnedCard
from customer_insight.leaving.check import ChurnCheck
from customer_insight.leaving.model import ChurnModel


def churn_card(
    model: ChurnModel, check: ChurnCheck | None, *, baseline: Baseline, version: str, window_start: int
) -> LearnedCard:
    """The card of a churn model (ANA-59, ANA-64), so that `drift` and the pages treat it as every learned model.

    ``window_start`` is the first day of the data behind the features; the window ends with the horizon. ``baseline``
    holds the features, and the scores if wished. Raises ValueError for a baseline that lacks a feature, or a check
    of another horizon or of a time before the model.
    """
    lacking = set(model.features) - {each.column for each in baseline.columns}
    if lacking:
        raise ValueError(f"the baseline lacks the feature(s) {', '.join(sorted(lacking))}")
    if check is not None and (check.horizon_days != model.horizon_days or check.as_of < model.last_day):
        raise ValueError("the check is not of this model: another horizon, or a cut-off before its outcomes")
    settings = {
        "as_of": model.as_of,
        "horizon_days": model.horizon_days,
        "calibration": model.way,
        "folds": model.folds,
        "seed": model.seed,
        "base_rate": model.base_rate,
        "drawn_from": model.drawn_from,
    }
    return LearnedCard(
        name=f"churn, {model.base}",
        version=version,
        window_start=window_start,
        window_end=model.last_day,
        customers=model.customers,
        features=model.features,
        settings=settings,
        parameters=model.parameters(),
        backtest=check.as_dict() if check is not None else None,
        baseline=baseline,
    )

"""A calibrated churn model: who will leave within the horizon, learned from a cut-off in the past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from customer_insight.leaving.calibration import FURTHEST, Calibration, Way, fit_calibration
from customer_insight.leaving.sample import ChurnSample
from customer_insight.uplift.learners import Base, fit_base
from customer_insight.uplift.logistic import Logistic, Vector
from customer_insight.uplift.sample import Integers

FEWEST: Final = 50
"""Leavers, and stayers, that a model needs to learn from; far more are needed to be good."""


@dataclass(frozen=True, slots=True)
class ChurnModel:
    """A fitted model. ``typical`` is what each feature is compared with in reasons: the mean of the customers learned
    from for "logistic", their median for "boosted". ``last_day`` is the last day of the data.
    """

    base: Base
    features: tuple[str, ...]
    as_of: int
    horizon_days: int
    customers: int
    drawn_from: int
    base_rate: float
    typical: Vector
    learner: Any
    calibration: Calibration
    way: Way
    folds: int
    seed: int

    @property
    def last_day(self) -> int:
        return self.as_of + self.horizon_days

    def log_odds(self, matrix: Vector) -> Vector:
        """Of the learner, before calibration."""
        return _log_odds(self.learner, matrix)

    def chance(self, matrix: Vector) -> Vector:
        """The calibrated chance to leave within the horizon, of every row of features."""
        return self.calibration.chance(self.log_odds(matrix))

    def parameters(self) -> dict[str, dict[str, float]]:
        """The calibration, and of a logistic model the change of log odds per unit of each feature."""
        told = {"calibration": self.calibration.parameters()}
        if not isinstance(self.learner, Logistic):
            return told
        slopes = dict(zip(self.features, self.learner.raw_slopes.tolist(), strict=True))
        return {"log odds": {"intercept": self.learner.raw_intercept, **slopes}, **told}


def fit_churn(
    sample: ChurnSample,
    *,
    base: Base = "logistic",
    calibration: Way = "sigmoid",
    folds: int = 3,
    seed: int = 1,
) -> ChurnModel:
    """Learn who leaves (issue 4 section 2.6, ANA-59), with chances calibrated on customers not learned from.

    ``base`` "logistic" is `fit_logistic` with its ridge of 1, an unknown value counting as the mean; "boosted" is
    scikit-learn's HistGradientBoostingClassifier (extra ``learning``) with 100 trees of 15 leaves, rate 0.05, an
    unknown value being a value of its own. Customers are dealt into ``folds``; each fold is scored by a model of the
    others, the calibration is fitted to those scores, and the model itself to everybody. The same sample and seed
    give the same model.

    Raises ValueError for fewer than 50 leavers or stayers or fewer than 2 folds; ImportError naming the extra where
    scikit-learn is missing.

    >>> from customer_insight.leaving import churn_frame, churn_sample, contracts_ended
    >>> from customer_insight.simulation import simulate_churn
    >>> world = simulate_churn(3000, seed=1, start_day=0, days=360)
    >>> frame = churn_frame(world.customers, contracts_ended(world.contracts, as_of=200, horizon_days=60))
    >>> model = fit_churn(churn_sample(frame, features=world.features, as_of=200, horizon_days=60))
    >>> sorted(model.parameters()), bool(model.parameters()["log odds"]["price"] > 0)
    (['calibration', 'log odds'], True)
    """
    leavers = int(sample.left.sum())
    if min(leavers, len(sample) - leavers) < FEWEST:
        raise ValueError(
            f"{leavers} customers left and {len(sample) - leavers} stayed; a model needs {FEWEST} of each at least. "
            "Take a longer horizon or another cut-off"
        )
    if folds < 2:
        raise ValueError(f"folds is at least 2, not {folds}")
    outcome = sample.left.astype(np.float64)
    unseen = _unseen_odds(base, sample.matrix, outcome, _dealt(outcome, folds, seed), seed)
    learner = fit_base(base, sample.matrix, outcome, None, seed)
    return ChurnModel(
        base=base,
        features=sample.features,
        as_of=sample.as_of,
        horizon_days=sample.horizon_days,
        customers=len(sample),
        drawn_from=sample.drawn_from,
        base_rate=float(outcome.mean()),
        typical=learner.mean if isinstance(learner, Logistic) else _medians(sample.matrix),
        learner=learner,
        calibration=fit_calibration(calibration, unseen, outcome),
        way=calibration,
        folds=folds,
        seed=seed,
    )


def _dealt(outcome: Vector, folds: int, seed: int) -> Integers:
    """The fold of every customer; leavers and stayers are dealt apart, so that every fold has its share."""
    fold = np.empty(len(outcome), np.int64)
    random = np.random.default_rng([seed, folds])
    for kind in (0.0, 1.0):
        places = random.permutation(np.flatnonzero(outcome == kind))
        fold[places] = np.arange(len(places)) % folds
    return fold


def _unseen_odds(base: Base, matrix: Vector, outcome: Vector, fold: Integers, seed: int) -> Vector:
    """The log odds of every customer by a model that has not seen that customer."""
    odds = np.empty(len(outcome))
    for number in range(int(fold.max()) + 1):
        inside = fold == number
        learner = fit_base(base, matrix[~inside], outcome[~inside], None, seed)
        odds[inside] = _log_odds(learner, matrix[inside])
    return odds


def _log_odds(learner: Any, matrix: Vector) -> Vector:
    if isinstance(learner, Logistic):
        return learner.log_odds(matrix)
    chance = np.clip(learner.probability(matrix), np.exp(-FURTHEST), 1.0 - 1e-15)
    return np.asarray(np.log(chance) - np.log1p(-chance))


def _medians(matrix: Vector) -> Vector:
    """Of the known values of every feature, NaN where none is."""
    known = ~np.isnan(matrix)
    return np.array([np.median(column[is_known]) if is_known.any() else np.nan
                     for column, is_known in zip(matrix.T, known.T, strict=True)])  # fmt: skip

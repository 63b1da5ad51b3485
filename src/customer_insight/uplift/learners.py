"""How much more likely a customer is to respond because of the treatment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from customer_insight.uplift.logistic import Logistic, Vector, fit_logistic
from customer_insight.uplift.sample import Sample

Learner: TypeAlias = Literal["two models", "class transformation"]
Base: TypeAlias = Literal["logistic", "boosted"]
Probability: TypeAlias = Callable[[Vector], Vector]

FEWEST = 50
"""Customers each arm must have; far more are needed to find anything."""


@dataclass(frozen=True, slots=True)
class UpliftModel:
    """A fitted learner. ``parts`` are the base models: of the treated and the held-out, or the one of the transformed
    class. ``treated_share`` is that of the sample.
    """

    learner: Learner
    base: Base
    features: tuple[str, ...]
    customers: int
    treated_share: float
    seed: int
    parts: tuple[Any, ...]

    def uplift(self, matrix: Vector) -> Vector:
        """Response probability if treated less that if not, of every row of features; between -1 and 1."""
        if self.learner == "two models":
            treated, control = self.parts
            return np.asarray(treated.probability(matrix) - control.probability(matrix))
        return np.asarray(2.0 * self.parts[0].probability(matrix) - 1.0)

    def parameters(self) -> dict[str, dict[str, float]]:
        """Log-odds coefficients of logistic base models per unit of each feature; empty for boosted ones."""
        names = ("treated", "control") if len(self.parts) == 2 else ("transformed",)
        return {
            name: {
                "intercept": part.raw_intercept,
                **dict(zip(self.features, part.raw_slopes.tolist(), strict=True)),
            }
            for name, part in zip(names, self.parts, strict=True)
            if isinstance(part, Logistic)
        }


def fit_uplift(
    sample: Sample, *, learner: Learner = "two models", base: Base = "logistic", seed: int = 1
) -> UpliftModel:
    """Learn from a randomised campaign who responds because of it (issue 4 section 2.9, ANA-69).

    "two models": P(responded | x) among the treated less that among the held-out, each by its own model (Hansotia and
    Rukstales 2002). "class transformation": one model of Z = responded if treated, not responded if held out;
    uplift = 2 P(Z = 1 | x) - 1 (Jaskowski and Jaroszewicz 2012), each arm weighted by the inverse of its share, so
    the shares need not be equal. ``base`` "logistic" is `fit_logistic` with its ridge of 1; "boosted" is scikit-
    learn's HistGradientBoostingClassifier (extra ``learning``) with 100 trees of 15 leaves, rate 0.05.

    The draw must be random: with chosen customers the difference is who they were. Raises ValueError where an arm has
    fewer than 50 customers, ImportError naming the extra where scikit-learn is missing.

    >>> from customer_insight.simulation.uplift import simulate_uplift
    >>> from customer_insight.uplift.sample import training_sample
    >>> world = simulate_uplift(2000, seed=1, effect=0.1)
    >>> model = fit_uplift(training_sample(world.units, features=world.features))
    >>> model.uplift(np.zeros((1, 4))).shape, sorted(model.parameters())
    ((1,), ['control', 'treated'])
    """
    treated = sample.treated == 1
    if min(treated.sum(), (~treated).sum()) < FEWEST:
        raise ValueError(
            f"{treated.sum()} treated and {(~treated).sum()} held-out customers; each arm needs {FEWEST} at least"
        )
    share, outcome = float(treated.mean()), sample.responded.astype(np.float64)
    if learner == "two models":
        parts = tuple(
            fit_base(base, sample.matrix[arm], outcome[arm], None, seed) for arm in (treated, ~treated)
        )
    else:
        transformed = np.where(treated, outcome, 1.0 - outcome)
        weight = np.where(treated, 0.5 / share, 0.5 / (1.0 - share))
        parts = (fit_base(base, sample.matrix, transformed, weight, seed),)
    return UpliftModel(learner, base, sample.features, len(sample), share, seed, parts)


@dataclass(frozen=True, slots=True)
class _Constant:
    """Where everybody answered alike there is nothing to learn."""

    chance: float

    def probability(self, matrix: Vector) -> Vector:
        return np.full(len(matrix), self.chance)


@dataclass(frozen=True, slots=True)
class _Boosted:
    """``empty`` are the features without a known value at the fit; scikit-learn cannot cut them, so they are 0."""

    model: Any
    empty: NDArray[np.bool_]

    def probability(self, matrix: Vector) -> Vector:
        with _one_thread():
            return np.asarray(self.model.predict_proba(_without(self.empty, matrix))[:, 1])


def fit_base(base: Base, matrix: Vector, outcome: Vector, weight: Vector | None, seed: int) -> Any:
    """A fitted model with ``probability(matrix)``: `fit_logistic`, boosted trees, or the one chance of everybody.

    Raises ImportError naming the extra where scikit-learn is missing.
    """
    if outcome.min() == outcome.max() or not matrix.shape[1]:
        return _Constant(float(np.average(outcome, weights=weight)))
    if base == "logistic":
        return fit_logistic(matrix, outcome, weight=weight)
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
    except ImportError as error:
        raise ImportError("boosted models need scikit-learn; install the extra 'learning'") from error
    model = HistGradientBoostingClassifier(
        max_iter=100, learning_rate=0.05, max_leaf_nodes=15, early_stopping=False, random_state=seed
    )
    empty = np.asarray(np.isnan(matrix).all(axis=0))
    with _one_thread():
        return _Boosted(model.fit(_without(empty, matrix), outcome, sample_weight=weight), empty)


def _without(empty: NDArray[np.bool_], matrix: Vector) -> Vector:
    return np.where(empty, 0.0, matrix) if empty.any() else matrix


def _one_thread() -> Any:
    """scikit-learn's threads spin while they wait for each other: on a busy machine two take five times the processor
    time of one (measured), and a fit goes on beside other work.
    """
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1)

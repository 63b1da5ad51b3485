"""What a churn model is worth on a later period than the one it learned from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from customer_insight.leaving.model import ChurnModel
from customer_insight.leaving.ranking import ChurnDecile, auc, brier, churn_deciles
from customer_insight.leaving.sample import ChurnSample
from customer_insight.measurement import Estimate


@dataclass(frozen=True, slots=True)
class ChurnCheck:
    """The figures of a model on customers of a later cut-off.

    ``predicted_rate`` against ``base_rate`` says whether chances are too high or too low as a whole, ``deciles``
    whether they are for some. ``brier`` is to be compared with ``brier_of_base_rate``, that of telling everybody the
    share that left; ``skill`` = 1 - brier / it, None where nobody or everybody left.
    """

    as_of: int
    horizon_days: int
    customers: int
    drawn_from: int
    leavers: int
    base_rate: float
    predicted_rate: float
    auc: Estimate
    brier: float
    brier_of_base_rate: float
    skill: float | None
    deciles: tuple[ChurnDecile, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {**asdict(self), "deciles": [asdict(each) for each in self.deciles]}


def check_churn(model: ChurnModel, later: ChurnSample, *, level: float = 0.95) -> ChurnCheck:
    """Score the customers of a later cut-off and compare with who left (ANA-59).

    ``later`` begins on or after the day on which the outcomes learned from were known: so the model is tested as it
    would have been used, and on another season. Raises ValueError for an earlier cut-off, another horizon or other
    features.

    >>> from customer_insight.leaving import churn_frame, churn_sample, contracts_ended, fit_churn
    >>> from customer_insight.simulation import simulate_churn
    >>> world = simulate_churn(3000, seed=1, start_day=0, days=360)
    >>> def known(as_of):
    ...     frame = churn_frame(world.customers, contracts_ended(world.contracts, as_of=as_of, horizon_days=60))
    ...     return churn_sample(frame, features=world.features, as_of=as_of, horizon_days=60)
    >>> check = check_churn(fit_churn(known(200)), known(260))
    >>> check.customers, check.leavers, round(check.auc.value, 2)
    (1699, 146, 0.76)
    """
    if later.as_of < model.last_day:
        raise ValueError(
            f"the test begins on day {later.as_of}, but outcomes learned from reach to day {model.last_day}; "
            "test on a cut-off from then on"
        )
    if (later.features, later.horizon_days) != (model.features, model.horizon_days):
        raise ValueError("the test sample has other features or another horizon than the model")
    chance = model.chance(later.matrix)
    rate = float(later.left.mean())
    error, plain = brier(chance, later.left), rate * (1 - rate)
    return ChurnCheck(
        as_of=later.as_of,
        horizon_days=later.horizon_days,
        customers=len(later),
        drawn_from=later.drawn_from,
        leavers=int(later.left.sum()),
        base_rate=rate,
        predicted_rate=float(chance.mean()),
        auc=auc(chance, later.left, level=level),
        brier=error,
        brier_of_base_rate=plain,
        skill=1 - error / plain if plain else None,
        deciles=churn_deciles(chance, later.left, later.customer_id),
    )

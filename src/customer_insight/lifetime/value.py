"""What a customer is worth: expected purchases over a horizon, times spend, times margin, discounted
(ANA-28).

Everything that does not need a customer's own spend is a function of the history, so it is computed once
per distinct history and joined back by the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from customer_insight.lifetime.engine import Vector, as_given, columns_of, table_like
from customer_insight.lifetime.fit import PurchaseModel
from customer_insight.lifetime.histories import TRIPLE, counted
from customer_insight.lifetime.spend import SpendModel
from customer_insight.tables import Table, TableError, require_columns

SCORES: Final[Mapping[str, str]] = {
    "customer_id": "integer: the resolved customer",
    "p_alive": "number 0..1: probability that the customer still buys at as_of",
    "expected_purchases": "number: expected purchase days in the horizon, not discounted",
    "expected_spend": "number: expected net sales per purchase day, minor units",
    "lifetime_value": "number: expected discounted margin less cost to serve over the horizon, minor units",
}

YEAR: Final = 365.0
CHUNK = 4_096


@dataclass(frozen=True, slots=True)
class Horizon:
    """The periods ahead, in days: their ends and what money at their ends is worth today.

    >>> Horizon(days=21, period_days=14, discount_rate_year=0.0).ends()
    array([14., 21.])
    """

    days: float
    period_days: float = 7.0
    discount_rate_year: float = 0.1

    def __post_init__(self) -> None:
        if not (self.days > 0 and self.period_days > 0):
            raise ValueError(f"horizon of {self.days} days in periods of {self.period_days} days is empty")
        if self.discount_rate_year <= -1:
            raise ValueError(f"discount_rate_year {self.discount_rate_year} must be above -1")

    def ends(self) -> Vector:
        """Ends of the periods in days from as_of; the last may be shorter."""
        periods = np.arange(1, int(np.ceil(self.days / self.period_days)) + 1)
        return np.asarray(np.minimum(periods * self.period_days, self.days), np.float64)

    def factors(self) -> Vector:
        """(1 + d)^(-end in years): money of a period counts at its end."""
        return np.asarray((1.0 + self.discount_rate_year) ** (-self.ends() / YEAR))


def discounted_value(
    histories: Table,
    model: PurchaseModel,
    *,
    as_of: int,
    horizon: Horizon,
) -> nw.LazyFrame[Any]:
    """The part of the value that is a function of the history: a lazy frame, one row per distinct history.

    Columns x, first_day, last_day; p_alive; expected_purchases over the horizon; discounted_purchases, the
    sum over periods k of (E[Y(t_k)] - E[Y(t_k-1)]) (1+d)^(-t_k); discounted_periods, the sum of P(alive at
    t_k-1) (1+d)^(-t_k), the periods in which the customer is there to be served.
    """
    frame = counted(histories)
    columns = columns_of(frame, TRIPLE)
    if (late := int(np.count_nonzero(columns["last_day"] > as_of))) > 0:
        raise TableError(f"table 'histories': last_day lies after as_of = {as_of} in {late} distinct row(s)")
    return table_like({**columns, **value_by_history(columns, model, as_of, horizon)}, frame)


def value_by_history(
    columns: Mapping[str, NDArray[Any]], model: PurchaseModel, as_of: int, horizon: Horizon
) -> dict[str, Vector]:
    """The columns of `discounted_value` but the history, for columns x, first_day and last_day."""
    x, age = columns["x"], as_of - columns["first_day"]
    # Given that a customer is alive, t_x does not matter: far fewer (x, T) pairs than histories.
    pairs, place = _distinct_pairs(x, age)
    if_alive = _ahead(pairs[0] * 1.0, pairs[1] / model.unit_days, model, horizon)
    t_x = (columns["last_day"] - columns["first_day"]) / model.unit_days
    alive = model.p_alive(x, t_x, age / model.unit_days)
    names = ("expected_purchases", "discounted_purchases", "discounted_periods")
    return {"p_alive": alive} | {
        name: alive * values[place] for name, values in zip(names, if_alive, strict=True)
    }


def _distinct_pairs(x: NDArray[Any], age: NDArray[Any]) -> tuple[tuple[Vector, Vector], NDArray[np.intp]]:
    """Distinct (x, age), and for every row the place of its pair."""
    span = int(age.max(initial=0)) + 1
    codes, place = np.unique(x.astype(np.int64) * span + age, return_inverse=True)
    return (codes // span, codes % span), place


def _ahead(x: Vector, T: Vector, model: PurchaseModel, horizon: Horizon) -> tuple[Vector, Vector, Vector]:
    """Per (x, T), given alive: purchases in the horizon, the same discounted, and discounted periods
    alive.
    """
    ends = horizon.ends() / model.unit_days
    starts, factors = np.concatenate([[0.0], ends[:-1]]), horizon.factors()
    bought, discounted, served = np.empty(len(x)), np.empty(len(x)), np.empty(len(x))
    for start in range(0, len(x), CHUNK):
        rows = slice(start, start + CHUNK)
        some_x, some_T = x[rows, np.newaxis], T[rows, np.newaxis]
        purchases = model.purchases_if_alive(ends, some_x, some_T)
        bought[rows] = purchases[:, -1]
        discounted[rows] = np.diff(purchases, axis=1, prepend=0.0) @ factors
        served[rows] = model.survival_if_alive(starts, some_x, some_T) @ factors
    return bought, discounted, served


def score_lifetime(
    histories: Table,
    model: PurchaseModel,
    spend_model: SpendModel,
    *,
    as_of: int,
    horizon_days: float,
    discount_rate_year: float,
    margin_rate: float,
    cost_to_serve_per_period: float = 0.0,
    cost_to_serve: str | None = None,
    period_days: float = 7.0,
) -> Any:
    """One row per customer with the columns of SCORES, same kind of table; row order is open (ANA-28).

    `histories` as from purchase_histories (customer_id, x, first_day, last_day, repeat_spend), observed
    until `as_of`.

        lifetime_value = margin_rate * expected_spend * sum_k (E[Y(t_k)] - E[Y(t_k-1)]) / (1+d)^t_k
                         - cost_to_serve_per_period * sum_k P(alive at t_k-1) / (1+d)^t_k

    over periods of `period_days` up to `horizon_days`, t_k in years of 365 days (Fader, Hardie & Lee 2005,
    RFM and CLV, Journal of Marketing Research 42 (4), with a horizon). `margin_rate` is margin / net sales;
    `cost_to_serve_per_period` is in minor units and ends when the customer leaves; `cost_to_serve` names a
    column of `histories` with each customer's own, where null takes that of all. The history table is grouped
    at the call; the join back runs in the engine, on a lazy engine when the result is used.

    Raises TableError for missing columns or purchases after as_of, ValueError for an empty horizon.

    >>> import polars as pl
    >>> from customer_insight.lifetime import NBD, PooledSpend
    >>> one = pl.DataFrame(
    ...     {"customer_id": [7], "x": [3], "first_day": [0], "last_day": [150], "repeat_spend": [6000]}
    ... )
    >>> score_lifetime(
    ...     one, NBD(r=1.0, alpha=10.0), PooledSpend(mean=20.0),
    ...     as_of=210, horizon_days=70, discount_rate_year=0.0, margin_rate=0.25,
    ... ).row(0)
    (7, 1.0, 1.0, 2000.0, 500.0)
    """
    wanted = ("customer_id", *TRIPLE, "repeat_spend", *((cost_to_serve,) if cost_to_serve else ()))
    customers = require_columns(histories, wanted, name="histories").select(*wanted)
    horizon = Horizon(horizon_days, period_days, discount_rate_year)
    ahead = discounted_value(customers.to_native(), model, as_of=as_of, horizon=horizon)
    spend = spend_model.expression(nw.col("x"), nw.col("repeat_spend"))
    margin = margin_rate * nw.col("expected_spend") * nw.col("discounted_purchases")
    usual = nw.lit(float(cost_to_serve_per_period))
    cost = nw.coalesce(nw.col(cost_to_serve).cast(nw.Float64), usual) if cost_to_serve else usual
    scored = (
        customers.with_columns(nw.col(*TRIPLE).cast(nw.Int64))
        .join(ahead, on=list(TRIPLE), how="inner")
        .with_columns(spend.alias("expected_spend"))
        .with_columns((margin - cost * nw.col("discounted_periods")).alias("lifetime_value"))
    )
    return as_given(scored.select(*SCORES), histories)

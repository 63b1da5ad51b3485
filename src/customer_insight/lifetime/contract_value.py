"""What customers under contract are worth: margins of the renewals to come, as likely as they are (ANA-28)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import narwhals as nw
import numpy as np

from customer_insight.lifetime.engine import as_given, columns_of, table_like
from customer_insight.lifetime.sbg import RetentionModel
from customer_insight.tables import Table, TableError, require_columns

CONTRACT_SCORES: Final[Mapping[str, str]] = {
    "customer_id": "integer: the customer",
    "p_renew": "number 0..1: probability of the next renewal; 0 for who has left",
    "expected_renewals": "number: renewals expected in the horizon, not discounted; 0 for who has left",
    "lifetime_value": "number: expected discounted margin less cost to serve, minor units; null without a margin",
}


def score_contracts(
    contracts: Table,
    model: RetentionModel,
    *,
    periods: int,
    discount_rate_period: float,
    cost_to_serve_per_period: float = 0.0,
    cost_to_serve: str | None = None,
) -> Any:
    """One row per customer with the columns of CONTRACT_SCORES, same kind of table; row order is open.

    `contracts` has customer_id, renewals, left (boolean) and margin_per_period (minor units).

        lifetime_value = (margin_per_period - cost) sum_k S(renewals+k) / S(renewals) / (1+d)^k,  k = 1 .. periods

    (Fader & Hardie 2010, Customer-Base Valuation in a Contractual Setting, Marketing Science 29 (1), with a
    horizon): money of a period is counted at the renewal that begins it, the present period not at all.
    `cost_to_serve` names a column with each customer's own cost per period, where null takes that of all. The
    chances are computed once per distinct number of renewals and joined back.

    Raises TableError for a missing column or negative renewals, ValueError for an empty horizon.

    >>> import polars as pl
    >>> from customer_insight.lifetime import ConstantChurn
    >>> some = pl.DataFrame({"customer_id": [1, 2], "renewals": [0, 3], "left": [False, True],
    ...                      "margin_per_period": [1000, 1000]})
    >>> score_contracts(some, ConstantChurn(0.5), periods=2, discount_rate_period=0.0).sort("customer_id").rows()
    [(1, 0.5, 0.75, 750.0), (2, 0.0, 0.0, 0.0)]
    """
    if periods < 1 or discount_rate_period <= -1:
        raise ValueError(f"periods {periods} must be at least 1 and discount_rate_period above -1")
    wanted = ("customer_id", "renewals", "left", "margin_per_period")
    names = (*wanted, cost_to_serve) if cost_to_serve else wanted
    customers = require_columns(contracts, names, name="contracts").select(*names)
    customers = customers.with_columns(nw.col("renewals").cast(nw.Int64))
    joined = customers.join(_chances(customers, model, periods, discount_rate_period), on="renewals")
    usual = nw.lit(float(cost_to_serve_per_period))
    cost = nw.coalesce(nw.col(cost_to_serve).cast(nw.Float64), usual) if cost_to_serve else usual
    value = (nw.col("margin_per_period") - cost) * nw.col("lifetime_value")
    scored = joined.with_columns(value.alias("lifetime_value"))
    figures = ("p_renew", "expected_renewals", "lifetime_value")
    ended = [
        nw.when(nw.col("left")).then(nw.lit(0.0)).otherwise(nw.col(name)).alias(name) for name in figures
    ]
    return as_given(scored.with_columns(*ended).select(*CONTRACT_SCORES), contracts)


def _chances(
    customers: nw.LazyFrame[Any], model: RetentionModel, periods: int, discount: float
) -> nw.LazyFrame[Any]:
    """Per distinct number of renewals: chance of the next, sum of chances, and discounted sum of chances."""
    renewals = np.sort(columns_of(customers.select("renewals").unique("renewals"), ("renewals",))["renewals"])
    if below := int(np.count_nonzero(renewals < 0)):
        raise TableError(f"column 'renewals' of 'contracts' is negative in {below} distinct value(s)")
    ahead = np.arange(1, periods + 1)
    there = model.survival_ahead(ahead, renewals[:, np.newaxis])
    columns = {
        "renewals": renewals,
        "p_renew": there[:, 0],
        "expected_renewals": there.sum(axis=1),
        "lifetime_value": there @ (1.0 + discount) ** -ahead.astype(np.float64),
    }
    return table_like(columns, customers)

"""Customers scored in opportunities: who is still there, how often they will buy, what it is worth (ANA-28)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import narwhals as nw
import numpy as np

from customer_insight.lifetime.bgbb import BGBB, BetaBinomial
from customer_insight.lifetime.engine import as_given, columns_of, table_like
from customer_insight.lifetime.opportunities import TRIPLE, counted_opportunities
from customer_insight.tables import Table, require_columns

OPPORTUNITY_SCORES: Final[Mapping[str, str]] = {
    "customer_id": "integer: the customer",
    "p_alive": "number 0..1: probability of being there at the next opportunity",
    "expected_purchases": "number: opportunities used of those ahead, not discounted",
    "lifetime_value": "number: expected discounted margin less cost to serve, minor units; null without a margin",
}


def score_opportunities(
    histories: Table,
    model: BGBB | BetaBinomial,
    *,
    opportunities: int,
    discount_rate_period: float,
    cost_to_serve_per_period: float = 0.0,
) -> Any:
    """One row per customer with the columns of OPPORTUNITY_SCORES, same kind of table; row order is open.

    `histories` has customer_id, x, t_x, n and margin_per_purchase (minor units).

        lifetime_value = sum_k (margin_per_purchase (alpha+x)/(alpha+beta+n) - cost) P(alive at n+k) / (1+d)^k

    over k = 1 .. `opportunities` (Fader, Hardie & Shang 2010, section 4, with a horizon). The chances are computed
    once per distinct (x, t_x, n) and joined back. Raises TableError for a missing column, ValueError for an
    empty horizon.

    >>> import polars as pl
    >>> from customer_insight.lifetime import BetaBinomial
    >>> one = pl.DataFrame({"customer_id": [1], "x": [2], "t_x": [3], "n": [4], "margin_per_purchase": [1000]})
    >>> score_opportunities(one, BetaBinomial(1.0, 1.0), opportunities=4, discount_rate_period=0.0).rows()
    [(1, 1.0, 2.0, 2000.0)]
    """
    if opportunities < 1 or discount_rate_period <= -1:
        raise ValueError(
            f"opportunities {opportunities} must be at least 1 and discount_rate_period above -1"
        )
    wanted = ("customer_id", *TRIPLE, "margin_per_purchase")
    customers = require_columns(histories, wanted, name="histories").select(*wanted)
    customers = customers.with_columns(nw.col(*TRIPLE).cast(nw.Int64))
    ahead = _ahead(customers, model, opportunities, discount_rate_period)
    margin = nw.col("margin_per_purchase") * nw.col("discounted_purchases")
    value = margin - float(cost_to_serve_per_period) * nw.col("discounted_periods")
    scored = customers.join(ahead, on=list(TRIPLE), how="inner").with_columns(value.alias("lifetime_value"))
    return as_given(scored.select(*OPPORTUNITY_SCORES), histories)


def _ahead(
    customers: nw.LazyFrame[Any], model: BGBB | BetaBinomial, opportunities: int, discount: float
) -> nw.LazyFrame[Any]:
    """Per distinct history: chance of being there next, expected purchases, and both discounted."""
    columns = columns_of(counted_opportunities(customers.to_native()), TRIPLE)
    x, t_x, n = (columns[name][:, np.newaxis] for name in TRIPLE)
    k = np.arange(1, opportunities + 1)
    there = model.p_alive_ahead(k, x, t_x, n)
    rate = (model.alpha + x[:, 0]) / (model.alpha + model.beta + n[:, 0])
    discounted = there @ (1.0 + discount) ** -k.astype(np.float64)
    figures = {
        "p_alive": there[:, 0],
        "expected_purchases": there.sum(axis=1) * rate,
        "discounted_purchases": discounted * rate,
        "discounted_periods": discounted,
    }
    return table_like({**columns, **figures}, customers)

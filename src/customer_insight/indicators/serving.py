"""Cost to serve from what was booked: service, contact, delivery, discount, other (ANA-32)."""

from __future__ import annotations

from typing import Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.indicators.worth_entries import COST
from customer_insight.inputs import COSTS, in_window, of_customers, typed
from customer_insight.tables import same_kind

COST_KINDS: Final = ("service", "contact", "delivery", "discount")


def itemised_cost_to_serve(costs: IntoFrameT, *, as_of: int, since: int | None = None) -> IntoFrameT:
    """One row per customer with a cost in the window, by kind and in total: `COST` explains the columns (ANA-32).

    ``costs`` is the table COSTS. Any kind but the four of the requirement counts as other, so the parts add up
    to ``cost_to_serve``. Where costs are not booked by customer, `customer_insight.service.cost_to_serve` puts
    a rate on every order instead. Raises TableError for a missing or mistyped column, ValueError when ``since``
    lies after ``as_of``.

    >>> import polars as pl
    >>> costs = pl.DataFrame({"customer_id": [1, 1, 1, 2, 2], "day": [1, 2, 3, 4, 99],
    ...     "kind": ["service", "delivery", "gift", "contact", "service"], "amount": [50, 20, 5, 7, 1]})
    >>> rows = itemised_cost_to_serve(costs, as_of=10).sort("customer_id")
    >>> rows.select("service_cost", "delivery_cost", "other_cost", "cost_to_serve").rows()
    [(50, 20, 5, 75), (0, 0, 0, 7)]
    """
    rows = in_window(of_customers(typed(costs, COSTS)), since=since, as_of=as_of)
    kind, amount = nw.col("kind"), nw.col("amount")
    columns = {f"{name}_cost": _where(kind == name, amount) for name in COST_KINDS}
    columns["other_cost"] = nw.when(kind.is_in(list(COST_KINDS))).then(nw.lit(0)).otherwise(amount)
    split = rows.select("customer_id", **columns, cost_to_serve=amount)
    sums = split.group_by("customer_id").agg(nw.col(*COST).sum())
    return same_kind(sums.with_columns(nw.col(*COST).cast(nw.Int64)).select("customer_id", *COST), costs)


def _where(flag: nw.Expr, amount: nw.Expr) -> nw.Expr:
    return nw.when(flag).then(amount).otherwise(nw.lit(0))

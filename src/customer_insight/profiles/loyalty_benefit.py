"""What keeping customers brings and costs: profitability, cost of retaining, cost of losing (ANA-74)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs import Column, TableDefinition, typed
from customer_insight.tables import require_columns, same_kind

CUSTOMER_PERIODS: Final = TableDefinition(
    name="customer_periods",
    columns={
        "customer_id": Column(kind="key", meaning="the customer, once in a period"),
        "period": Column(kind="whole number", meaning="the period, 2026 or 202603"),
        "profit": Column(kind="money", meaning="earned from the customer in the period", nullable=True),
        "retention_cost": Column(kind="money", meaning="spent on keeping the customer", nullable=True),
        "is_lost": Column(kind="boolean", meaning="was a customer when the period began, is none at its end"),
        "lost_value": Column(
            kind="money", meaning="value the lost customer would still have had", nullable=True
        ),
        "is_new": Column(kind="boolean", meaning="was won in the period"),
        "acquisition_cost": Column(kind="money", meaning="spent on winning the customer", nullable=True),
    },
)

_SUMS: Final = ("profit", "retention_cost", "lost_value", "lost", "acquired", "acquisition_cost")


def loyalty_benefit(customer_periods: IntoFrameT, *, by: Sequence[str] = ()) -> IntoFrameT:
    """The three indicators of relationship marketing per period and segment (ANA-74).

    ``customer_periods`` is the table CUSTOMER_PERIODS and has the columns ``by`` (a segment; its null is one too).
    Money in minor units; null money counts as nothing. One row per ``period`` and segment:

    - ``customers``, ``profit``, ``profit_per_customer``
    - ``retained`` (neither new nor lost), ``retention_cost`` (spent on all), ``retention_cost_per_retained``
    - ``lost``, ``lost_value``, ``replacement_cost`` = lost x what a new customer cost in the period, over all segments;
      ``loss_cost`` = lost_value + replacement_cost, and ``loss_cost_per_lost``

    A cost per head is null without a head, a replacement cost null where somebody was lost and nobody won in the
    period. The source names the three and gives no formula; these are ours. Row order is open. Raises TableError for
    a missing or mistyped column.

    >>> import polars as pl
    >>> rows = pl.DataFrame({"customer_id": [1, 2, 3, 4], "period": [2026] * 4, "profit": [900, 300, 100, 50],
    ...     "retention_cost": [40, 20, 30, 0], "is_lost": [False, False, True, False], "is_new": [False] * 3 + [True],
    ...     "lost_value": [None, None, 700, None], "acquisition_cost": [0, 0, 0, 250]})
    >>> found = loyalty_benefit(rows).row(0, named=True)
    >>> found["profit_per_customer"], found["retention_cost_per_retained"], found["loss_cost"]
    (337.5, 45.0, 950.0)
    """
    require_columns(customer_periods, tuple(by), name=CUSTOMER_PERIODS.name)
    frame = typed(customer_periods, CUSTOMER_PERIODS)
    keys = ("period", *by)
    sums = _summed(_marked(frame, keys), keys)
    won = _summed(_marked(frame, ("period",)), ("period",))
    price = won.select("period", price=_per("acquisition_cost", "acquired"))
    rows = sums.join(price, on="period")
    replaced = nw.when(nw.col("lost") == 0).then(nw.lit(0.0)).otherwise(nw.col("lost") * nw.col("price"))
    rows = rows.with_columns(replacement_cost=replaced)
    rows = rows.with_columns(loss_cost=nw.col("lost_value") + nw.col("replacement_cost"))
    told = rows.with_columns(
        profit_per_customer=_per("profit", "customers"),
        retention_cost_per_retained=_per("retention_cost", "retained"),
        loss_cost_per_lost=_per("loss_cost", "lost"),
    )
    return same_kind(
        told.select(
            *keys, "customers", "profit", "profit_per_customer", "retained", "retention_cost",
            "retention_cost_per_retained", "lost", "lost_value", "replacement_cost", "loss_cost",
            "loss_cost_per_lost",
        ),
        customer_periods,
    )  # fmt: skip


def _marked(frame: nw.LazyFrame[Any], keys: tuple[str, ...]) -> nw.LazyFrame[Any]:
    lost, new = nw.col("is_lost"), nw.col("is_new")
    return frame.select(
        *keys,
        nw.col("profit", "retention_cost").fill_null(0),
        lost=nw.when(lost).then(nw.lit(1)).otherwise(nw.lit(0)),
        acquired=nw.when(new).then(nw.lit(1)).otherwise(nw.lit(0)),
        retained=nw.when(lost | new).then(nw.lit(0)).otherwise(nw.lit(1)),
        lost_value=nw.when(lost).then(nw.col("lost_value").fill_null(0)).otherwise(nw.lit(0)),
        acquisition_cost=nw.when(new).then(nw.col("acquisition_cost").fill_null(0)).otherwise(nw.lit(0)),
    )


def _summed(rows: nw.LazyFrame[Any], keys: tuple[str, ...]) -> nw.LazyFrame[Any]:
    sums = rows.group_by(*keys).agg(nw.len().alias("customers"), nw.col(*_SUMS, "retained").sum())
    return sums.with_columns(nw.col("customers", "retained", *_SUMS).cast(nw.Int64))


def _per(what: str, heads: str) -> nw.Expr:
    """what / heads, null without a head."""
    return nw.col(what) / nw.when(nw.col(heads) > 0).then(nw.col(heads))

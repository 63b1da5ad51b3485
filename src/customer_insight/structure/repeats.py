"""First, second and further purchases: how many get there, and how long it takes (CAMP-21)."""

from __future__ import annotations

from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs import Column, TableDefinition, of_customers, typed
from customer_insight.margin import share_of
from customer_insight.structure.purchases import purchases
from customer_insight.tables import same_kind, whole_numbers

MEMBERS = TableDefinition(
    name="members",
    columns={
        "customer_id": Column(kind="key", meaning="the resolved customer"),
        "cohort": Column(kind="text", meaning="campaign, cell or month they belong to"),
        "start_day": Column(kind="day", meaning="purchases count from this day on"),
    },
)


def purchase_rates(members: IntoFrameT, order_lines: IntoFrameT, *, as_of: int, up_to: int = 5) -> IntoFrameT:
    """How many of each cohort made a first, second … n-th purchase since they joined, and how soon (CAMP-21).

    ``members`` is the table MEMBERS (whom a campaign contacted, when; a customer may be in several cohorts),
    ``order_lines`` the table ORDER_LINES; a purchase is a valid transaction from ``start_day`` to ``as_of``.
    One row per cohort and n from 1 to ``up_to``: ``cohort``, ``purchase`` (n), ``members``, ``customers`` (who
    made an n-th purchase), ``of_cohort`` = customers / members, ``of_previous`` = customers / those with n - 1
    (null where nobody got there), ``mean_days`` from the purchase before (for the first: from ``start_day``)
    among those who made it. Members who joined late have had less time: compare cohorts of one age, or read
    `time_to_second`. Row order is open. Raises TableError for a missing or mistyped column.

    >>> import polars as pl
    >>> members = pl.DataFrame({"customer_id": [1, 2, 3, 4], "cohort": ["May"] * 4, "start_day": [10] * 4})
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 2, 3], "order_id": [1, 2, 3, 4], "day": [12, 20, 16, 9],
    ...                       "is_return": [False] * 4})
    >>> purchase_rates(members, lines, as_of=50, up_to=2).sort("purchase").rows()
    [('May', 1, 4, 2, 0.5, 0.5, 4.0), ('May', 2, 4, 1, 0.25, 0.5, 8.0)]
    """
    joined = of_customers(typed(members, MEMBERS)).select(*MEMBERS.columns)
    since = joined.join(purchases(order_lines, as_of=as_of), on="customer_id").filter(
        nw.col("day") >= nw.col("start_day")
    )
    reached = _numbered(since, ("cohort", "customer_id")).filter(nw.col("purchase") <= up_to)
    sums = reached.group_by("cohort", "purchase").agg(nw.len().alias("customers"), nw.col("wait").mean())
    sizes = joined.group_by("cohort").agg(nw.len().alias("members"))
    numbers = whole_numbers(joined.to_native(), count=up_to).select(purchase=nw.col("number").cast(nw.Int64))
    grid = sizes.join(numbers, how="cross").join(sums, on=["cohort", "purchase"], how="left")
    return same_kind(_rates(grid), members)


def _numbered(bought: nw.LazyFrame[Any], key: tuple[str, ...]) -> nw.LazyFrame[Any]:
    """Each purchase with its number and the days since the one before, or since ``start_day``."""
    order = {"order_by": ["day", "order_id"]}
    number = nw.col("start_day").cum_count().over(*key, **order)
    before = nw.col("day").shift(1).over(*key, **order)
    placed = bought.with_columns(purchase=number.cast(nw.Int64), before=before)
    last = nw.when(nw.col("purchase") == 1).then("start_day").otherwise("before")
    return placed.with_columns(wait=nw.col("day") - last)


def _rates(grid: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    counts = nw.col("customers").fill_null(0).cast(nw.Int64), nw.col("members").cast(nw.Int64)
    grid = grid.with_columns(*counts)
    earlier = nw.col("customers").shift(1).over("cohort", order_by="purchase")
    grid = grid.with_columns(earlier=earlier)
    base = nw.when(nw.col("purchase") == 1).then("members").otherwise("earlier")
    rates = grid.with_columns(base=base.cast(nw.Int64)).with_columns(
        of_cohort=share_of("customers", "members"), of_previous=share_of("customers", "base")
    )
    names = ("cohort", "purchase", "members", "customers", "of_cohort", "of_previous")
    return rates.select(*names, mean_days="wait")


def time_to_second(
    order_lines: IntoFrameT, *, as_of: int, within: tuple[int, ...] = (30, 60, 90, 180, 365)
) -> IntoFrameT:
    """The repeat curve: share of new customers who bought again within so many days (CAMP-21, ANA-70).

    ``order_lines`` is the table ORDER_LINES. One row per number of days in ``within``: ``within_days``,
    ``customers`` (whose first valid transaction lies at least so many days before ``as_of``, so that all of
    them have had the time), ``again``, ``share`` (null where nobody has). Row order is open. Raises TableError
    for a missing or mistyped column, ValueError without a number of days.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 2, 3, 3], "order_id": [1, 2, 3, 4, 5],
    ...                       "day": [0, 20, 0, 80, 85], "is_return": [False] * 5})
    >>> time_to_second(lines, as_of=100, within=(10, 30)).sort("within_days").rows()
    [(10, 3, 1, 0.3333333333333333), (30, 2, 1, 0.5)]
    """
    if not within:
        raise ValueError("give at least one number of days")
    bought = purchases(order_lines, as_of=as_of).with_columns(start_day=nw.col("day"))
    numbered = _numbered(bought, ("customer_id",))
    first = numbered.filter(nw.col("purchase") == 1).select("customer_id", first_day="day")
    second = numbered.filter(nw.col("purchase") == 2).select("customer_id", "wait")
    both = first.join(second, on="customer_id", how="left")
    rows = nw.concat([_within(both, days, as_of) for days in within], how="vertical")
    return same_kind(rows.with_columns(share=share_of("again", "customers")), order_lines)


def _within(both: nw.LazyFrame[Any], days: int, as_of: int) -> nw.LazyFrame[Any]:
    seen = both.filter(nw.col("first_day") <= as_of - days)
    again = nw.when(nw.col("wait") <= days).then(nw.lit(1)).otherwise(nw.lit(0))
    sums = seen.select(again=again).select(nw.len().alias("customers"), nw.col("again").sum())
    counts = nw.col("customers", "again").fill_null(0).cast(nw.Int64)
    return sums.with_columns(counts, within_days=nw.lit(days).cast(nw.Int64)).select(
        "within_days", "customers", "again"
    )

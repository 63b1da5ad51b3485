"""Who is overdue against the own cycle: days since the last purchase beside the customer's own intervals."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs.check import windowed
from customer_insight.lifetime.histories import purchase_days
from customer_insight.tables import require_columns, same_kind

Ranking: TypeAlias = Literal["overdue_ratio", "gap_chance", "p_alive"]

FEWEST_PURCHASES: Final = 3
"""Purchase days that make a cycle: two intervals. One interval says nothing of how they vary."""


def overdue(order_lines: IntoFrameT, *, as_of: int, least_purchases: int = FEWEST_PURCHASES) -> IntoFrameT:
    """One row per customer with a purchase day up to ``as_of``: how long the silence is for this customer (ANA-59).

    A purchase day is a day with positive net sales, as in `purchase_histories`; an interval lies between two
    successive ones, n intervals in all, which sum up to S days. Columns: ``customer_id``, ``purchases`` (days),
    ``last_day``, ``days_since``, and, null with fewer than ``least_purchases``:

    - ``mean_gap_days`` = S / n, ``longest_gap_days``
    - ``overdue_ratio`` = days_since / mean_gap_days: 1 when the usual interval is over
    - ``gap_chance`` = (S / (S + days_since))^n: the probability of an interval at least that long for a customer
      who buys at random at a steady rate of which only these intervals are known (the predictive distribution of
      the exponential under the prior 1 / rate: Geisser 1993, Predictive Inference, chapter 2). Who buys
      regularly is gone sooner than it says
    - ``gaps_as_long``: how many of the own intervals were at least that long

    ``order_lines`` has customer_id, day and amount. Row order is open. Raises TableError for a missing column,
    ValueError for least_purchases < 2.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 1, 2], "day": [0, 10, 30, 25], "amount": [500] * 4})
    >>> rows = overdue(lines, as_of=60).sort("customer_id")
    >>> rows.drop("customer_id", "last_day", "gap_chance").rows()
    [(3, 30, 15.0, 20, 2.0, 0), (1, 35, None, None, None, None)]
    >>> rows["gap_chance"][0]  # (30 / 60)^2
    0.25
    """
    if least_purchases < 2:
        raise ValueError(f"least_purchases is at least 2, not {least_purchases}: an interval needs two days")
    days = windowed(purchase_days(order_lines, until=as_of)).select("customer_id", "day")
    gaps = days.with_columns(
        gap=nw.col("day") - nw.col("day").shift(1).over("customer_id", order_by="day")
    ).select("customer_id", "day", "gap")
    last = days.group_by("customer_id").agg(
        nw.len().alias("purchases"),
        nw.col("day").min().alias("first_day"),
        nw.col("day").max().alias("last_day"),
    )
    since = last.with_columns(
        nw.col("purchases", "last_day").cast(nw.Int64), days_since=as_of - nw.col("last_day").cast(nw.Int64)
    )
    long = gaps.filter(~nw.col("gap").is_null()).join(
        since.select("customer_id", "days_since"), on="customer_id", how="inner"
    )
    as_long = nw.when(nw.col("gap") >= nw.col("days_since")).then(nw.lit(1)).otherwise(nw.lit(0))
    own = (
        long.with_columns(as_long=as_long)
        .group_by("customer_id")
        .agg(nw.col("gap").max().alias("longest"), nw.col("as_long").sum())
    )
    told = _cycle(since.join(own, on="customer_id", how="left"), least_purchases)
    return same_kind(told, order_lines)


def _cycle(wide: nw.LazyFrame[Any], least: int) -> nw.LazyFrame[Any]:
    """The measures of those with enough purchases, null for the others."""
    enough = nw.col("purchases") >= least
    span = (nw.col("last_day") - nw.col("first_day")).cast(nw.Float64)
    many, silent = (nw.col("purchases") - 1).cast(nw.Float64), nw.col("days_since")
    known = wide.with_columns(span=nw.when(enough).then(span), many=nw.when(enough).then(many))
    span, many = nw.col("span"), nw.col("many")
    chance = (span / (span + silent)) ** many
    return known.select(
        "customer_id", "purchases", "last_day", "days_since",
        mean_gap_days=span / many,
        longest_gap_days=nw.when(enough).then(nw.col("longest")),
        overdue_ratio=silent * many / span,
        gap_chance=chance,
        gaps_as_long=nw.when(enough).then(nw.col("as_long")),
    )  # fmt: skip


def leaving_list(
    silent: IntoFrameT, scores: IntoFrameT, *, by: Ranking = "p_alive", most: int = 1000
) -> IntoFrameT:
    """The ``most`` customers nearest to leaving, first first: the columns of `overdue`, and ``p_alive`` (ANA-59).

    ``silent`` is `overdue`, ``scores`` has customer_id and p_alive, as from `score_lifetime`. Lowest p_alive or
    gap_chance, or highest overdue_ratio, comes first, of equals the lower customer_id; who has no such figure is not
    in the list. Whoever has long been gone leads such a list: filter ``silent`` by what can still be done. Raises
    TableError for a missing column, ValueError for most < 1.

    >>> import polars as pl
    >>> silent = pl.DataFrame({"customer_id": [1, 2, 3], "purchases": [3, 4, 1], "last_day": [0, 0, 0],
    ...     "days_since": [9, 9, 9], "mean_gap_days": [3.0, 9.0, None], "longest_gap_days": [3, 9, None],
    ...     "overdue_ratio": [3.0, 1.0, None], "gap_chance": [0.2, 0.4, None], "gaps_as_long": [0, 1, None]})
    >>> alive = pl.DataFrame({"customer_id": [1, 2, 3], "p_alive": [0.5, 0.3, 0.9]})
    >>> leaving_list(silent, alive, by="overdue_ratio").select("customer_id", "overdue_ratio", "p_alive").rows()
    [(1, 3.0, 0.5), (2, 1.0, 0.3)]
    """
    if most < 1:
        raise ValueError(f"most is at least 1, not {most}")
    names = ("customer_id", "purchases", "last_day", "days_since", "mean_gap_days", "longest_gap_days",
             "overdue_ratio", "gap_chance", "gaps_as_long")  # fmt: skip
    frame = require_columns(silent, names, name="silent").select(*names)
    alive = require_columns(scores, ("customer_id", "p_alive"), name="scores").select(
        "customer_id", "p_alive"
    )
    joined = frame.join(alive, on="customer_id", how="left").filter(~nw.col(by).is_null())
    first = joined.sort(by, "customer_id", descending=[by == "overdue_ratio", False]).head(most)
    return same_kind(first, silent)

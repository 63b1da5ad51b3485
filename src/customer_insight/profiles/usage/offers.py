"""What customers of one usage pattern buy and some of them do not yet: candidates for a shared offer (ANA-71)."""

from __future__ import annotations

from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs import of_customers
from customer_insight.inputs.check import windowed
from customer_insight.profiles.usage.patterns import patterns
from customer_insight.profiles.usage.preferences import slots
from customer_insight.tables import Table, require_columns, same_kind


def pattern_offers(
    usage: IntoFrameT,
    purchases: Table,
    *,
    as_of: int,
    since: int | None = None,
    at_least: int = 5,
    smallest: int = 10,
    share: float = 0.2,
    top: int = 3,
) -> IntoFrameT:
    """What others of the same pattern buy and the customer does not yet: candidates for a shared offer (ANA-71).

    ``purchases`` has ``customer_id`` and ``item`` (a product, a category), on the same engine; which ones count is the
    caller's choice. An item is a candidate of a pattern of at least ``smallest`` customers where at least ``share`` of
    them bought it and more than of all customers with a pattern. Columns ``customer_id``, ``pattern``, ``place``,
    ``item``, ``buyers`` of ``members`` of the pattern, ``pattern_share``, ``base_share`` of all customers with a
    pattern, ``lift`` = pattern_share / base_share; ``place`` 1 to ``top`` by lift, then pattern_share, then item. Row
    order is open. Raises as `usage_preferences`, ValueError for a share outside ]0, 1].
    """
    if not 0 < share <= 1 or top < 1 or smallest < 1:
        raise ValueError(f"share lies in ]0, 1], top and smallest are at least 1: {share}, {top}, {smallest}")
    members = patterns(slots(usage, as_of=as_of, since=since), at_least).select("customer_id", "pattern")
    bought = _bought(purchases).join(members, on="customer_id")
    items = _candidates(members, bought, smallest, share)
    offered = members.join(items, on="pattern")
    has = bought.select("customer_id", "item", has=nw.lit(1))
    rest = offered.join(has, on=["customer_id", "item"], how="left").filter(nw.col("has").is_null())
    keyed = rest.with_columns(by_lift=-nw.col("lift"), by_share=-nw.col("pattern_share"))
    at = nw.col("buyers").cum_count().over("customer_id", order_by=["by_lift", "by_share", "item"])
    first = keyed.with_columns(place=at.cast(nw.Int64)).filter(nw.col("place") <= top)
    told = (
        "customer_id",
        "pattern",
        "place",
        "item",
        "buyers",
        "members",
        "pattern_share",
        "base_share",
        "lift",
    )
    return same_kind(first.select(*told), usage)


def _bought(purchases: Table) -> nw.LazyFrame[Any]:
    frame = windowed(require_columns(purchases, ("customer_id", "item"), name="purchases"))
    return of_customers(frame).filter(~nw.col("item").is_null()).select("customer_id", "item").unique()


def _candidates(
    members: nw.LazyFrame[Any], bought: nw.LazyFrame[Any], smallest: int, share: float
) -> nw.LazyFrame[Any]:
    """The items that a pattern buys more than all do."""
    sizes = members.group_by("pattern").agg(nw.len().cast(nw.Int64).alias("members"))
    everybody = members.select(everybody=nw.len().cast(nw.Int64))
    overall = bought.group_by("item").agg(nw.len().cast(nw.Int64).alias("all_buyers"))
    rows = bought.group_by("pattern", "item").agg(nw.len().cast(nw.Int64).alias("buyers"))
    rows = rows.join(sizes.filter(nw.col("members") >= smallest), on="pattern")
    rows = rows.join(overall, on="item").join(everybody, how="cross")
    rows = rows.with_columns(
        pattern_share=nw.col("buyers") / nw.col("members"),
        base_share=nw.col("all_buyers") / nw.col("everybody"),
    )
    rows = rows.with_columns(lift=nw.col("pattern_share") / nw.col("base_share"))
    return rows.filter((nw.col("pattern_share") >= share) & (nw.col("lift") > 1))

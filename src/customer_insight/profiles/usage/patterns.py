"""Customers who use alike: the pattern of each, and the nearest others within it (ANA-71)."""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.profiles.usage.preferences import slots
from customer_insight.tables import same_kind

PATTERN: Final = ("first_category", "second_category", "day_kind", "hour_band")
"""What makes a pattern; customers with the same four are of one pattern."""


def usage_patterns(
    usage: IntoFrameT, *, as_of: int, since: int | None = None, at_least: int = 5
) -> IntoFrameT:
    """Each customer's usage pattern: ``customer_id``, the four of PATTERN, ``pattern``, ``events``, ``strength``.

    ANA-71. The two categories most used (of equals the first by name; the second "-" where there is but one), the kind
    of day and the band of hours of most events; ``pattern`` is the four in one text. ``strength`` is the share of
    events in the two categories. Customers with fewer than ``at_least`` events have no pattern and no row. ``usage``
    as for `usage_preferences`. Row order is open.
    """
    return same_kind(patterns(slots(usage, as_of=as_of, since=since), at_least), usage)


def patterns(rows: nw.LazyFrame[Any], at_least: int) -> nw.LazyFrame[Any]:
    """`usage_patterns` of slots."""
    if at_least < 1:
        raise ValueError(f"at_least is at least 1, not {at_least}")
    first, second = (_most(rows, "category", place) for place in (1, 2))
    events = rows.group_by("customer_id").agg(nw.col("events").sum().cast(nw.Int64))
    wide = events.filter(nw.col("events") >= at_least)
    wide = wide.join(first.select("customer_id", first_category="what", first="times"), on="customer_id")
    wide = wide.join(
        second.select("customer_id", second_category="what", second="times"), on="customer_id", how="left"
    )
    for name in ("day_kind", "hour_band"):
        wide = wide.join(
            _most(rows, name, 1).select("customer_id", **{name: nw.col("what")}), on="customer_id"
        )
    wide = wide.with_columns(
        nw.col("second_category").fill_null("-"),
        strength=(nw.col("first") + nw.col("second").fill_null(0)) / nw.col("events").cast(nw.Float64),
    )
    wide = wide.with_columns(pattern=nw.concat_str(*PATTERN, separator=" / "))
    return wide.select("customer_id", *PATTERN, "pattern", "events", "strength")


def _most(rows: nw.LazyFrame[Any], what: str, place: int) -> nw.LazyFrame[Any]:
    """The value of ``what`` at a place by events, equal ones by name."""
    counts = rows.group_by("customer_id", what).agg(nw.col("events").sum().alias("times"))
    keyed = counts.select(
        "customer_id", "times", what=nw.col(what), order_key=-nw.col("times").cast(nw.Int64)
    )
    at = nw.col("times").cum_count().over("customer_id", order_by=["order_key", "what"])
    return keyed.with_columns(at=at).filter(nw.col("at") == place).select("customer_id", "what", "times")


def similar_customers(
    usage: IntoFrameT,
    *,
    as_of: int,
    since: int | None = None,
    at_least: int = 5,
    top: int = 5,
    cap: int = 100,
) -> IntoFrameT:
    """The customers most like each customer, among those of the same pattern (ANA-71).

    Columns ``customer_id``, ``place`` (1: the nearest), ``other_id``, ``similarity``: the cosine of the two customers'
    shares over category x kind of day x band of hours, 0 to 1; equal ones by ``other_id``. A pattern with more than
    ``cap`` customers is cut, in order of strength and then customer_id, into groups of ``cap`` that are compared
    each on its own, so the work grows with the customers and not with their square. At most ``top`` rows a customer;
    none for who is alone. Row order is open. Raises as `usage_preferences`, ValueError for numbers below 1.
    """
    if top < 1 or cap < 2:
        raise ValueError(f"top is at least 1 and cap at least 2: {top}, {cap}")
    rows = slots(usage, as_of=as_of, since=since)
    members = grouped(patterns(rows, at_least), cap)
    norms = rows.with_columns(square=nw.col("share") * nw.col("share"))
    norms = norms.group_by("customer_id").agg(nw.col("square").sum().sqrt().alias("norm"))
    placed = rows.join(members, on="customer_id").join(norms, on="customer_id")
    keys = ["pattern", "group", "category", "day_kind", "hour_band"]
    unit = placed.select("customer_id", *keys, unit=nw.col("share") / nw.col("norm"))
    other = unit.rename({"customer_id": "other_id", "unit": "other_unit"})
    pairs = unit.join(other, on=keys).filter(nw.col("customer_id") != nw.col("other_id"))
    terms = pairs.select("customer_id", "other_id", term=nw.col("unit") * nw.col("other_unit"))
    cosine = terms.group_by("customer_id", "other_id").agg(nw.col("term").sum())
    # To the ninth digit: the order in which terms were added must not decide between equal ones.
    rounded = (nw.col("term") * 1e9 + 0.5).floor() / 1e9
    close = cosine.select("customer_id", "other_id", similarity=rounded, order_key=-rounded)
    at = nw.col("similarity").cum_count().over("customer_id", order_by=["order_key", "other_id"])
    nearest = close.with_columns(place=at.cast(nw.Int64)).filter(nw.col("place") <= top)
    return same_kind(nearest.select("customer_id", "place", "other_id", "similarity"), usage)


def grouped(frame: nw.LazyFrame[Any], cap: int) -> nw.LazyFrame[Any]:
    """customer_id, pattern and the number of the group of at most ``cap`` customers within it."""
    keyed = frame.select("customer_id", "pattern", order_key=-nw.col("strength"), row=nw.lit(1))
    place = nw.col("row").cum_count().over("pattern", order_by=["order_key", "customer_id"]).cast(nw.Int64)
    return keyed.with_columns(group=(place - 1) // cap).select("customer_id", "pattern", "group")

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
    ranked = rows.with_columns(
        **{f"by_{name}": _rank_key(name) for name in ("category", "day_kind", "hour_band")}
    )
    best = ranked.with_columns(first_key=nw.col("by_category").min().over("customer_id"))
    other = nw.when(nw.col("by_category") != nw.col("first_key")).then("by_category")
    keys = best.with_columns(other_key=other).group_by("customer_id").agg(
        nw.col("first_key", "other_key", "by_day_kind", "by_hour_band").min(), nw.col("events").sum()
    )  # fmt: skip
    none = nw.col("other_key").fill_null(f"{2 * _CEILING}-")
    wide = keys.with_columns(nw.col("events").cast(nw.Int64), none).filter(nw.col("events") >= at_least)
    wide = wide.with_columns(
        first_category=_name("first_key"),
        second_category=_name("other_key"),
        day_kind=_name("by_day_kind"),
        hour_band=_name("by_hour_band"),
        used=_times("first_key") + _times("other_key"),
    )
    wide = wide.with_columns(
        strength=nw.col("used") / nw.col("events").cast(nw.Float64),
        pattern=nw.concat_str(*PATTERN, separator=" / "),
    )
    return wide.select("customer_id", *PATTERN, "pattern", "events", "strength")


_CEILING: Final = 10**15
"""More than any customer's events; counted down from, so that keys of equal width sort by events downwards."""


def _rank_key(name: str) -> nw.Expr:
    """A text whose least is the value of most events, of equals the first by name: all from one scan."""
    total = nw.col("events").sum().over("customer_id", name).cast(nw.Int64)
    return nw.concat_str((2 * _CEILING - total).cast(nw.String), name)


def _name(key: str) -> nw.Expr:
    return nw.col(key).str.slice(len(str(_CEILING)))


def _times(key: str) -> nw.Expr:
    return 2 * _CEILING - nw.col(key).str.slice(0, len(str(_CEILING))).cast(nw.Int64)


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
    squares = rows.with_columns(square=nw.col("share") * nw.col("share"))
    squares = squares.with_columns(norm=nw.col("square").sum().over("customer_id").sqrt())
    keys = ["pattern", "group", "category", "day_kind", "hour_band"]
    unit = squares.join(members, on="customer_id").select(
        "customer_id", *keys, unit=nw.col("share") / nw.col("norm")
    )
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

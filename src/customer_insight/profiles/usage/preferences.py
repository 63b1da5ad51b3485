"""What, on which days and when each customer uses: shares of usage events (ANA-71)."""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.day_calendar import weekday_of
from customer_insight.inputs import Column, TableDefinition, in_window, of_customers, typed
from customer_insight.tables import Table, same_kind

USAGE: Final = TableDefinition(
    name="usage",
    columns={
        "customer_id": Column(
            kind="key", meaning="the customer; rows without one are left out", nullable=True
        ),
        "day": Column(kind="day", meaning="business date"),
        "category": Column(
            kind="text", meaning="what was used: a category, a route, a service", nullable=True
        ),
        "hour": Column(kind="whole number", meaning="hour of the day, 0 to 23", nullable=True, optional=True),
    },
)

HOUR_BANDS: Final = (6, 11, 14, 18, 22)
"""The hours at which a band begins: night to 5, morning, noon, afternoon, evening, night from 22."""

_NAMES: Final = ("night", "morning", "noon", "afternoon", "evening", "night")
_SLOT: Final = ("category", "day_kind", "hour_band")


def usage_preferences(usage: IntoFrameT, *, as_of: int, since: int | None = None) -> IntoFrameT:
    """How each customer's usage is spread over category x kind of day x band of hours (ANA-71).

    ``usage`` has the columns of USAGE, one row per event (a trip, a call, an order line). Columns ``customer_id``,
    ``category``, ``day_kind`` (workday: Monday to Friday; weekend), ``hour_band`` (night, morning from 6, noon from
    11, afternoon from 14, evening from 18, night from 22; "any" where the hour is unknown), ``events``, ``share`` of
    the customer's events. Events without a category are left out. Shares of a customer add up to 1. Row order is
    open. Raises TableError for a missing or mistyped column, ValueError when ``since`` lies after ``as_of``.

    >>> import polars as pl
    >>> trips = pl.DataFrame({"customer_id": [1, 1, 1, 1], "day": [4, 5, 6, 9], "category": ["airport"] * 3 + ["mall"],
    ...                       "hour": [7, 8, 7, 15]})
    >>> usage_preferences(trips, as_of=30).sort("events").rows()  # day 4 was a Monday, day 9 a Saturday
    [(1, 'mall', 'weekend', 'afternoon', 1, 0.25), (1, 'airport', 'workday', 'morning', 3, 0.75)]
    """
    return same_kind(slots(usage, as_of=as_of, since=since), usage)


def slots(usage: Table, *, as_of: int, since: int | None) -> nw.LazyFrame[Any]:
    """`usage_preferences` as a lazy frame."""
    frame = typed(usage, USAGE)
    names = frame.collect_schema().names()
    reads = [*USAGE.required, *(["hour"] if "hour" in names else [])]
    rows = in_window(of_customers(frame.select(*reads)), since=since, as_of=as_of)
    rows = rows.filter(~nw.col("category").is_null())
    weekend = weekday_of(nw.col("day")) >= 6
    placed = rows.select(
        "customer_id",
        "category",
        day_kind=nw.when(weekend).then(nw.lit("weekend")).otherwise(nw.lit("workday")),
        hour_band=_band() if "hour" in names else nw.lit("any"),
    )
    counts = placed.group_by("customer_id", *_SLOT).agg(nw.len().alias("events"))
    counts = counts.with_columns(nw.col("events").cast(nw.Int64))
    rows = counts.with_columns(all_events=nw.col("events").sum().over("customer_id").cast(nw.Float64))
    share = nw.col("events") / nw.col("all_events")
    return rows.with_columns(share=share).select("customer_id", *_SLOT, "events", "share")


def _band() -> nw.Expr:
    band: nw.Expr = nw.lit(_NAMES[-1])
    for begins, name in reversed(list(zip(HOUR_BANDS, _NAMES, strict=False))):
        band = nw.when(nw.col("hour") < begins).then(nw.lit(name)).otherwise(band)
    return nw.when(nw.col("hour").is_null()).then(nw.lit("any")).otherwise(band)

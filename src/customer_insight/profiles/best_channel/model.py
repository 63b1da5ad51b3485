"""Response rates by channel, segment and customer: each is drawn towards the level above as far as the counts say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import narwhals as nw
import numpy as np

from customer_insight.inputs import Column, TableDefinition, check_table, in_window, of_customers, typed
from customer_insight.inputs.check import windowed
from customer_insight.profiles.best_channel.shrinkage import concentration
from customer_insight.tables import Table, TableError, require_columns

CONTACTS: Final = TableDefinition(
    name="contacts",
    columns={
        "customer_id": Column(kind="key", meaning="who was contacted"),
        "channel": Column(kind="text", meaning="through which channel"),
        "day": Column(kind="day", meaning="day of the contact"),
        "responded": Column(kind="boolean", meaning="the customer responded to this contact"),
        "value": Column(
            kind="money", meaning="margin the response brought, null where unknown", nullable=True
        ),
    },
)


@dataclass(frozen=True, slots=True)
class SegmentRate:
    """A segment in one channel: its ``rate`` drawn towards the channel's, and the mean ``value`` of a response."""

    segment: str
    contacts: int
    responses: int
    rate: float
    value: float | None


@dataclass(frozen=True, slots=True)
class ChannelRate:
    """One channel. The channel's rate counts as ``segment_weight`` contacts of a segment, a segment's rate as
    ``customer_weight`` contacts of a customer: the larger, the more alike they are.
    """

    channel: str
    contacts: int
    responses: int
    rate: float
    value: float | None
    segment_weight: float
    customer_weight: float
    segments: tuple[SegmentRate, ...]


@dataclass(frozen=True, slots=True)
class ChannelModel:
    """All channels of which there are contacts, by name."""

    channels: tuple[ChannelRate, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)


def fit_channels(
    contacts: Table, customers: Table, *, as_of: int, since: int | None = None, enough: int = 30
) -> ChannelModel:
    """Learn response rates from past contacts (ANA-73).

    ``contacts`` is the table CONTACTS; ``customers`` has ``customer_id`` and ``segment`` (a text, null where
    unknown), one row each, on the same engine. For n contacts and k responses in the window,

        channel:   m = (k + 1/2) / (n + 1)
        segment:   m_s = (k_s + V m) / (n_s + V)
        customer:  p = (k_c + W m_s) / (n_c + W),     p ~ Beta(W m_s, W (1 - m_s))

    the beta-binomial model (Fleiss, Levin and Paik 2003, section 15.4; empirical Bayes after Robbins 1956). V and W
    maximise the likelihood of the counts of segments and of customers, which are grouped by (segment, n, k) first.
    A response is worth the mean known value in the segment and channel from ``enough`` of them on, else in the
    channel, else over all. Customers who are not in ``customers`` or of unknown segment count for the channel only.

    It tells how those responded who were contacted so, and not what another channel would have moved: contact some
    by chance to learn that. Raises TableError for a missing or mistyped column, a null one, and no contact at all.
    """
    check_table(contacts, CONTACTS)
    rows = _counted(contacts, customers, as_of=as_of, since=since)
    if not rows:
        raise TableError("table 'contacts' has no contact in the window; there is nothing to learn from")
    overall = _value(rows, enough=1)
    names = sorted({row["channel"] for row in rows})
    return ChannelModel(
        tuple(_channel([r for r in rows if r["channel"] == name], overall, enough) for name in names)
    )


def own_counts(contacts: Table, *, as_of: int, since: int | None) -> nw.LazyFrame[Any]:
    """One row per customer and channel: contacts, responses, and of those with a known value how many and how much."""
    frame = of_customers(in_window(typed(contacts, CONTACTS), since=since, as_of=as_of))
    responded, value = nw.col("responded"), nw.col("value").cast(nw.Float64)
    known = responded & ~nw.col("value").is_null()
    marked = frame.select(
        "customer_id",
        "channel",
        responses=nw.when(responded).then(nw.lit(1)).otherwise(nw.lit(0)),
        valued=nw.when(known).then(nw.lit(1)).otherwise(nw.lit(0)),
        value=nw.when(known).then(value).otherwise(nw.lit(0.0)),
    )
    sums = [nw.col(name).sum() for name in ("responses", "valued", "value")]
    rows = marked.group_by("customer_id", "channel").agg(nw.len().alias("contacts"), *sums)
    return rows.with_columns(nw.col("contacts", "responses", "valued").cast(nw.Int64))


def segments_of(customers: Table) -> nw.LazyFrame[Any]:
    """customer_id and segment."""
    frame = windowed(require_columns(customers, ("customer_id", "segment"), name="customers"))
    return of_customers(frame).select("customer_id", nw.col("segment").cast(nw.String))


def _counted(contacts: Table, customers: Table, *, as_of: int, since: int | None) -> list[Mapping[str, Any]]:
    """How many customers of each channel, segment, contacts and responses."""
    own = own_counts(contacts, as_of=as_of, since=since)
    joined = own.join(segments_of(customers), on="customer_id", how="left")
    keys = ("channel", "segment", "contacts", "responses")
    joined = joined.with_columns(
        known=nw.when(nw.col("segment").is_null()).then(nw.lit(0)).otherwise(nw.lit(1)),
        segment=nw.col("segment").fill_null(""),
    )
    grouped = joined.group_by(*keys, "known").agg(
        nw.len().alias("customers"), nw.col("valued", "value").sum()
    )
    return sorted(grouped.collect().rows(named=True), key=lambda row: tuple(str(row[key]) for key in keys))


def _channel(rows: list[Mapping[str, Any]], overall: float | None, enough: int) -> ChannelRate:
    n, k = _sum(rows, "contacts"), _sum(rows, "responses")
    rate = (k + 0.5) / (n + 1)
    value = _value(rows, enough=enough)
    value = overall if value is None else value
    names = sorted({row["segment"] for row in rows if row["known"]})
    parts = {name: [row for row in rows if row["known"] and row["segment"] == name] for name in names}
    counts = np.array([(_sum(part, "contacts"), _sum(part, "responses")) for part in parts.values()], float)
    counts = counts.reshape(-1, 2)
    weight = concentration(counts[:, 0], counts[:, 1], np.full(len(counts), rate))
    segments = tuple(_segment(name, part, rate, weight, value, enough) for name, part in parts.items())
    means = {each.segment: each.rate for each in segments}
    own = np.array(
        [
            (
                row["contacts"],
                row["responses"],
                row["customers"],
                means[row["segment"]] if row["known"] else rate,
            )
            for row in rows
        ],
        float,
    )
    return ChannelRate(
        channel=rows[0]["channel"],
        contacts=n,
        responses=k,
        rate=rate,
        value=value,
        segment_weight=weight,
        customer_weight=concentration(own[:, 0], own[:, 1], own[:, 3], own[:, 2]),
        segments=segments,
    )


def _segment(
    name: str, rows: list[Mapping[str, Any]], rate: float, weight: float, value: float | None, enough: int
) -> SegmentRate:
    n, k = _sum(rows, "contacts"), _sum(rows, "responses")
    own = _value(rows, enough=enough)
    return SegmentRate(name, n, k, (k + weight * rate) / (n + weight), value if own is None else own)


def _sum(rows: list[Mapping[str, Any]], name: str) -> int:
    return int(sum(row[name] * row["customers"] for row in rows))


def _value(rows: list[Mapping[str, Any]], *, enough: int) -> float | None:
    """Mean value of a response, from so many with a known value on."""
    valued = int(sum(row["valued"] for row in rows))
    return float(sum(row["value"] for row in rows) / valued) if valued >= enough else None

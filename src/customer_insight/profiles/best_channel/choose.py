"""The channel that is expected to earn most, per customer and per segment (ANA-73)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import pyarrow as pa
from narwhals.typing import IntoFrameT

from customer_insight.inputs import Column, TableDefinition, nothing, of_customers, typed
from customer_insight.measurement.response import wilson
from customer_insight.profiles.best_channel.model import (
    ChannelModel,
    ChannelRate,
    SegmentRate,
    own_counts,
    segments_of,
)
from customer_insight.profiles.rows import rows_beside
from customer_insight.tables import Table, same_kind

REACHABLE = TableDefinition(
    name="reachable",
    columns={
        "customer_id": Column(kind="key", meaning="the customer"),
        "channel": Column(kind="text", meaning="a channel through which the customer may be contacted"),
    },
)

_COLUMNS = (
    "customer_id", "channel", "basis", "contacts", "responses", "rate", "value", "cost", "expected_net",
)  # fmt: skip


def channel_scores(
    customers: IntoFrameT,
    contacts: Table,
    model: ChannelModel,
    *,
    costs: Mapping[str, int],
    as_of: int,
    since: int | None = None,
    reachable: Table | None = None,
) -> IntoFrameT:
    """What one contact is expected to earn through each channel: one row per customer and channel (ANA-73).

    ``customers`` and ``contacts`` as for `fit_channels`; ``costs`` in minor units per contact, of every channel of
    the model that may be used. ``reachable`` has ``customer_id`` and ``channel``: only these pairs are scored;
    without it all. Columns ``customer_id``, ``channel``, ``basis`` ("own": the customer was contacted so before;
    "segment"; "base" where the segment is unknown or has no contacts), ``contacts`` and ``responses`` of the
    customer, ``rate`` drawn towards the segment's, ``value`` of a response, ``cost``, and

        expected_net = rate x value - cost,

    minor units, null where no response has a known value. Row order is open. Raises TableError for a missing or
    mistyped column, ValueError where a cost is negative or belongs to no channel of the model.
    """
    own = own_counts(contacts, as_of=as_of, since=since)
    return same_kind(_scored(_pairs(customers, model, costs, reachable), own), customers)


def best_channels(
    customers: IntoFrameT,
    contacts: Table,
    model: ChannelModel,
    *,
    costs: Mapping[str, int],
    as_of: int,
    since: int | None = None,
    reachable: Table | None = None,
) -> IntoFrameT:
    """The channel to use for each customer: one row per customer (ANA-73).

    Arguments as for `channel_scores`. The channel of highest expected_net above 0; of equal ones the first by name.
    Columns as there, and ``verdict``:

    - "use": this channel
    - "none pays": no channel is expected to earn its cost; ``channel`` is null, the figures are of the best one
    - "unknown": no channel can be scored; all is null
    - "not reachable": no channel is left for the customer; all is null

    A customer never contacted gets the best channel of the segment, and ``basis`` says so. Row order is open.
    """
    own = own_counts(contacts, as_of=as_of, since=since)
    frame = _scored(_pairs(customers, model, costs, reachable), own)
    offered = frame.group_by("customer_id").agg(nw.len().alias("offered"))
    scored = frame.filter(~nw.col("expected_net").is_null()).with_columns(order_key=-nw.col("expected_net"))
    place = nw.col("cost").cum_count().over("customer_id", order_by=["order_key", "channel"])
    first = scored.with_columns(place=place).filter(nw.col("place") == 1).select(*_COLUMNS)
    everybody = segments_of(customers).select("customer_id")
    rows = everybody.join(offered, on="customer_id", how="left").join(first, on="customer_id", how="left")
    pays, net = nw.col("expected_net") > 0, nw.col("expected_net")
    verdict = (
        nw.when(nw.col("offered").is_null()).then(nw.lit("not reachable"))
        .when(net.is_null()).then(nw.lit("unknown"))
        .when(pays).then(nw.lit("use"))
        .otherwise(nw.lit("none pays"))
    )  # fmt: skip
    rows = rows.with_columns(verdict=verdict)
    chosen = nw.when(nw.col("verdict") == "use").then("channel").otherwise(nothing(rows, nw.String))
    return same_kind(rows.with_columns(channel=chosen).select(*_COLUMNS, "verdict"), customers)


@dataclass(frozen=True, slots=True)
class SegmentChannel:
    """One segment in one channel (``segment`` None: everybody); ``rate`` is drawn towards the channel's, ``low`` and
    ``high`` are Wilson's limits of responses / contacts; ``is_best`` marks the channel of highest ``expected_net``
    above 0.
    """

    segment: str | None
    channel: str
    contacts: int
    responses: int
    rate: float
    low: float
    high: float
    expected_net: float | None
    is_best: bool


def best_channels_of_segments(
    model: ChannelModel, *, costs: Mapping[str, int], level: float = 0.95
) -> tuple[SegmentChannel, ...]:
    """The pattern of channels of every segment, everybody first, each by falling expected_net and name (ANA-73).

    Segments that a channel has not contacted have no row in it. Raises ValueError as `channel_scores`.
    """
    check_costs(model, costs)
    cells: list[tuple[str | None, ChannelRate, ChannelRate | SegmentRate]]
    cells = [(None, each, each) for each in model.channels if each.channel in costs]
    cells += [(s.segment, each, s) for each in model.channels if each.channel in costs for s in each.segments]
    found: list[SegmentChannel] = []
    names = sorted({part.segment for each in model.channels for part in each.segments})
    for name in (None, *names):
        rows = [_cell(name, each, part, costs, level) for segment, each, part in cells if segment == name]
        rows.sort(key=lambda row: (-(row.expected_net or 0.0), row.channel))
        found += [_marked(row, rows[0]) for row in rows]
    return tuple(found)


def check_costs(model: ChannelModel, costs: Mapping[str, int]) -> None:
    """Raise ValueError unless costs are of channels of the model and none is below 0."""
    strange = sorted(set(costs) - {each.channel for each in model.channels})
    if not costs or strange or min(costs.values()) < 0:
        raise ValueError(
            f"costs are at least 0 and of channels with contacts: {dict(costs)}, no contacts: {strange}"
        )


def _cell(
    segment: str | None,
    each: ChannelRate,
    part: ChannelRate | SegmentRate,
    costs: Mapping[str, int],
    level: float,
) -> SegmentChannel:
    low, high = wilson(part.responses, part.contacts, level=level)
    net = None if part.value is None else part.rate * part.value - costs[each.channel]
    return SegmentChannel(
        segment, each.channel, part.contacts, part.responses, part.rate, low, high, net, is_best=False
    )


def _marked(row: SegmentChannel, first: SegmentChannel) -> SegmentChannel:
    return replace(row, is_best=row is first and (row.expected_net or 0.0) > 0)


def _scored(rows: nw.LazyFrame[Any], own: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Pairs of customer and channel with the customer's own counts and what follows from them."""
    pair = ["customer_id", "channel"]
    rows = rows.join(own.select(*pair, "contacts", "responses"), on=pair, how="left")
    told = nw.when(nw.col("contacts").is_null()).then(nw.col("level")).otherwise(nw.lit("own"))
    rows = rows.with_columns(basis=told)
    rows = rows.with_columns(nw.col("contacts", "responses").fill_null(0).cast(nw.Int64))
    weight = nw.col("customer_weight")
    rate = (nw.col("responses") + weight * nw.col("above")) / (nw.col("contacts") + weight)
    rows = rows.with_columns(rate=rate)
    net = nw.col("rate") * nw.col("value") - nw.col("cost")
    return rows.with_columns(expected_net=net).select(*_COLUMNS)


def _pairs(
    customers: Table, model: ChannelModel, costs: Mapping[str, int], reachable: Table | None
) -> nw.LazyFrame[Any]:
    """Every customer with every channel to be scored and what is known above: rate, value, which level."""
    check_costs(model, costs)
    people = segments_of(customers)
    rates = [each for each in model.channels if each.channel in costs]
    base = rows_beside(people, [_base(each, costs) for each in rates], _BASE)
    parts = [_part(each, part) for each in rates for part in each.segments]
    rows = people.join(base, how="cross")
    if reachable is not None:
        allowed = of_customers(typed(reachable, REACHABLE)).select("customer_id", "channel").unique()
        rows = rows.join(allowed, on=["customer_id", "channel"])
    rows = rows.join(rows_beside(people, parts, _PART), on=["segment", "channel"], how="left")
    known = ~nw.col("segment_rate").is_null()
    return rows.with_columns(
        above=nw.when(known).then("segment_rate").otherwise(nw.col("base_rate")),
        value=nw.when(known).then("segment_value").otherwise(nw.col("base_value")),
        level=nw.when(known).then(nw.lit("segment")).otherwise(nw.lit("base")),
    )


_BASE = {
    "channel": pa.string(), "base_rate": pa.float64(), "base_value": pa.float64(),
    "customer_weight": pa.float64(), "cost": pa.int64(),
}  # fmt: skip
_PART = {
    "segment": pa.string(), "channel": pa.string(), "segment_rate": pa.float64(), "segment_value": pa.float64(),
}  # fmt: skip


def _base(each: ChannelRate, costs: Mapping[str, int]) -> dict[str, Any]:
    return {
        "channel": each.channel, "base_rate": each.rate, "base_value": each.value,
        "customer_weight": each.customer_weight, "cost": costs[each.channel],
    }  # fmt: skip


def _part(each: ChannelRate, part: SegmentRate) -> dict[str, Any]:
    return {
        "segment": part.segment, "channel": each.channel, "segment_rate": part.rate, "segment_value": part.value,
    }  # fmt: skip

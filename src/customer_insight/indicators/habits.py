"""Buying habits: when, where, what and how regularly a customer buys (DATA-22)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.day_calendar import weekday_of
from customer_insight.indicators.habit_entries import HABITS
from customer_insight.inputs import ORDER_LINES, beside, everybody, in_window, nothing, of_customers, typed
from customer_insight.margin import share_of
from customer_insight.tables import same_kind

_READS: Final = (
    "customer_id", "order_id", "day", "product_id", "quantity", "amount", "discount", "is_return",
)  # fmt: skip
_OPTIONAL: Final[Mapping[str, Any]] = {"channel": nw.String, "hour": nw.Int64}


def buying_habits(order_lines: IntoFrameT, *, as_of: int, since: int | None = None) -> IntoFrameT:
    """One row per customer with a line in the window: `HABITS` explains the columns (DATA-22).

    ``order_lines`` is the table ORDER_LINES; its optional columns ``channel`` and ``hour`` are used where they
    are there, else what rests on them is null (``channel_count``: 0). A transaction has the day, the hour and
    the channel that are least among its lines not returned. The evidence stands beside each habit: a share, or
    the number of intervals. Raises TableError for a missing or mistyped column, ValueError when ``since`` lies
    after ``as_of``.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 1, 1, 2], "order_id": [1, 2, 3, 4, 5],
    ...     "day": [4, 11, 19, 20, 6], "product_id": [7, 7, 8, 7, 9], "quantity": [1, 1, 1, -1, 1],
    ...     "amount": [100, 90, 50, -100, 10], "discount": [0, 10, 0, 0, 0],
    ...     "is_return": [False, False, False, True, False], "channel": ["web", "web", "shop", "web", None]})
    >>> rows = buying_habits(lines, as_of=30).sort("customer_id")
    >>> rows.select("products_held", "usual_weekday", "usual_channel", "next_expected_day").rows()
    [(2, 1, 'web', 26.5), (1, 3, None, None)]
    """
    frame = typed(order_lines, ORDER_LINES, columns=_READS)
    present = frame.collect_schema().names()
    absent = [nothing(frame, kind).alias(name) for name, kind in _OPTIONAL.items() if name not in present]
    frame = frame.with_columns(*absent) if absent else frame
    lines = in_window(of_customers(frame), since=since, as_of=as_of)
    bought = lines.filter(~nw.col("is_return"))
    orders = bought.group_by("customer_id", "order_id").agg(nw.col("day", "channel", "hour").min())
    orders = orders.with_columns(weekday=weekday_of(nw.col("day")))
    parts = (_held(lines), _rates(lines), *_usuals(orders, bought), _cycle(orders))
    wide = beside(everybody(lines), *parts)
    counts = nw.col("products_held", "channel_count", "cycle_evidence").fill_null(0).cast(nw.Int64)
    return same_kind(wide.with_columns(counts).select("customer_id", *HABITS), order_lines)


def most_frequent(events: nw.LazyFrame[Any], *, what: str) -> nw.LazyFrame[Any]:
    """Each customer's most frequent known ``what``: the value as ``what``, its ``share`` of the events, and how
    many ``different`` values there are. Of equally frequent values the least wins.
    """
    known = events.filter(~nw.col(what).is_null())
    counts = known.group_by("customer_id", what).agg(nw.len().alias("times"))
    counts = counts.with_columns(order_key=-nw.col("times").cast(nw.Int64))
    # Counted is a column that does not order: pandas would sort by what it counts.
    place = nw.col("times").cum_count().over("customer_id", order_by=["order_key", what])
    first = counts.with_columns(place=place).filter(nw.col("place") == 1)
    totals = counts.group_by("customer_id").agg(
        nw.len().alias("different"), nw.col("times").sum().alias("all")
    )
    return first.join(totals, on="customer_id").select(
        "customer_id", what, "different", share=nw.col("times") / nw.col("all").cast(nw.Float64)
    )


def _usuals(orders: nw.LazyFrame[Any], bought: nw.LazyFrame[Any]) -> tuple[nw.LazyFrame[Any], ...]:
    """Weekday, hour, channel and product of most transactions."""
    weekday, hour = most_frequent(orders, what="weekday"), most_frequent(orders, what="hour")
    channel = most_frequent(orders, what="channel")
    pairs = bought.select("customer_id", "order_id", "product_id").unique()
    product = most_frequent(pairs, what="product_id")
    return (
        weekday.select("customer_id", usual_weekday="weekday", usual_weekday_share="share"),
        hour.select("customer_id", usual_hour="hour"),
        channel.select(
            "customer_id", usual_channel="channel", usual_channel_share="share", channel_count="different"
        ),
        product.select("customer_id", favourite_product_id="product_id"),
    )


def _held(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Known products of which more was bought than came back; a line without a quantity is one piece."""
    pieces = nw.col("quantity").fill_null(1).abs()
    signed = nw.when(nw.col("is_return")).then(-pieces).otherwise(pieces)
    known = lines.filter(~nw.col("product_id").is_null()).select("customer_id", "product_id", pieces=signed)
    net = known.group_by("customer_id", "product_id").agg(nw.col("pieces").sum())
    return net.filter(nw.col("pieces") > 0).group_by("customer_id").agg(nw.len().alias("products_held"))


def _rates(lines: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    returned, amount = nw.col("is_return"), nw.col("amount")
    parts = lines.select(
        "customer_id",
        back=nw.when(returned).then(-amount).otherwise(nw.lit(0)),
        sold=nw.when(returned).then(nw.lit(0)).otherwise(amount),
        off=nw.when(returned).then(nw.lit(0)).otherwise(nw.col("discount").fill_null(0)),
    )
    sums = parts.group_by("customer_id").agg(nw.col("back", "sold", "off").sum())
    whole = sums.with_columns(nw.col("back", "sold", "off").cast(nw.Int64))
    whole = whole.with_columns(list_price=nw.col("sold") + nw.col("off"))
    return whole.select(
        "customer_id", return_rate=share_of("back", "sold"), discount_share=share_of("off", "list_price")
    )


def _cycle(orders: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Intervals between successive transactions: how many, their spread, and when the next one is due."""
    before = nw.col("day").shift(1).over("customer_id", order_by=["day", "order_id"])
    gaps = orders.with_columns(gap=nw.col("day") - before)
    sums = gaps.group_by("customer_id").agg(
        nw.len().alias("orders"),
        nw.col("gap").std().alias("cycle_spread_days"),
        nw.col("gap").mean().alias("mean_gap"),
        nw.col("day").max().alias("last_day"),
    )
    return sums.select(
        "customer_id", "cycle_spread_days",
        cycle_evidence=nw.col("orders").cast(nw.Int64) - 1,
        next_expected_day=nw.col("last_day") + nw.col("mean_gap"),
    )  # fmt: skip

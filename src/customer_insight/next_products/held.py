"""Who bought what, how often and how lately; and what was bought later."""

from __future__ import annotations

import itertools
import math
from typing import Any, Final

import narwhals as nw

from customer_insight.inputs import ORDER_LINES, of_customers, typed

ONE: Final = 2**20
"""A purchase today, in the whole numbers that strengths are summed in: sums of them know no order of rows."""


_NUMBERS: Final = itertools.count(1)


def bought_lines(order_lines: Any) -> nw.LazyFrame[Any]:
    """customer_id, product_id, day and amount of lines that are not returns and know customer and product."""
    reads = ("customer_id", "product_id", "day", "amount", "is_return")
    lines = of_customers(typed(order_lines, ORDER_LINES, columns=reads))
    known = lines.filter(~nw.col("is_return"), ~nw.col("product_id").is_null())
    # pandas held the numbers as floats while some were missing.
    return known.select("customer_id", nw.col("product_id").cast(nw.Int64), "day", "amount")


def held_products(lines: nw.LazyFrame[Any], *, as_of: int, half_life_days: float) -> nw.LazyFrame[Any]:
    """One row per customer and product bought until ``as_of``: ``weight``, ``times``, ``first_day``, ``last_day``.

        weight = sum over days on which it was bought of floor(2^20 x 0.5 ^ ((as_of - day) / half_life_days))

    at least 1. ``times`` counts days: two lines of one day are one purchase.
    """
    days = lines.filter(nw.col("day") <= as_of).select("customer_id", "product_id", "day").unique()
    fade = ((nw.col("day") - as_of) * (math.log(2.0) / half_life_days)).exp()
    weighed = days.with_columns(weight=(fade * ONE).floor().cast(nw.Int64))
    held = weighed.group_by("customer_id", "product_id").agg(
        nw.col("weight").sum(),
        nw.len().alias("times"),
        nw.col("day").min().alias("first_day"),
        nw.col("day").max().alias("last_day"),
    )
    least = nw.when(nw.col("weight") > 0).then(nw.col("weight")).otherwise(nw.lit(1))
    return held.with_columns(weight=least.cast(nw.Int64), times=nw.col("times").cast(nw.Int64))


def bought_between(lines: nw.LazyFrame[Any], *, after: int, until: int) -> nw.LazyFrame[Any]:
    """customer_id and product_id of what was bought in (after, until], once each."""
    window = lines.filter(nw.col("day") > after, nw.col("day") <= until)
    return window.select("customer_id", "product_id").unique()


def first_places(
    frame: nw.LazyFrame[Any], *, within: str, best: str, tie: str, count: int
) -> nw.LazyFrame[Any]:
    """The ``count`` rows with the highest ``best`` of every ``within``, by ``place``; equal ones by ``tie``."""
    keyed = frame.with_columns(order_key=-nw.col(best), counted=nw.col(best))
    # Counted is a column that does not order: pandas would sort by what it counts.
    place = nw.col("counted").cum_count().over(within, order_by=["order_key", tie]).cast(nw.Int64)
    return keyed.with_columns(place=place).filter(nw.col("place") <= count).drop("order_key", "counted")


def kept(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The frame, computed once, still in its engine, for what is read several times.

    On DuckDB it becomes a temporary table, which spills to disk where the connection may; it goes with the
    connection.
    """
    engine = frame.implementation
    native: Any = frame.to_native()
    if engine.is_duckdb():
        name = f"next_products_kept_{next(_NUMBERS)}"
        native.query("source_rows", f"CREATE TEMP TABLE {name} AS SELECT * FROM source_rows")
        native = native.query("source_rows", f"FROM {name}")
    elif engine.is_pyspark():
        native = native.persist()
    else:
        return frame.collect().lazy()
    computed: nw.LazyFrame[Any] = nw.from_native(native).lazy()
    return computed

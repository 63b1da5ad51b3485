"""Rows of known customers, and one row of each."""

from __future__ import annotations

from functools import reduce
from typing import Any

import narwhals as nw


def of_customers(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Rows that have a customer; pandas held the numbers as floats while some had none."""
    return frame.filter(~nw.col("customer_id").is_null()).with_columns(nw.col("customer_id").cast(nw.Int64))


def everybody(*frames: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Every customer of any of the frames, once."""
    numbers = [frame.select("customer_id") for frame in frames]
    return (numbers[0] if len(numbers) == 1 else nw.concat(numbers, how="vertical")).unique()


def beside(base: nw.LazyFrame[Any], *parts: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The rows of ``base`` with the columns of every part; null where a part has no row of the customer."""

    def join(left: nw.LazyFrame[Any], right: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        return left.join(right, on="customer_id", how="left")

    return reduce(join, parts, base)


def together(*parts: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Every customer of any part with the columns of all: full joins, so that no part is computed twice."""

    def join(left: nw.LazyFrame[Any], right: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        other = right.rename({"customer_id": "other_id"})
        both = left.join(other, left_on="customer_id", right_on="other_id", how="full")
        known = nw.coalesce("customer_id", "other_id").cast(nw.Int64)
        return both.with_columns(customer_id=known).drop("other_id")

    return reduce(join, parts)


def nothing(frame: nw.LazyFrame[Any], kind: Any = nw.Int64) -> nw.Expr:
    """A null for a column of ``kind``; pandas knows no null among integers and holds them as floats."""
    gap = nw.Float64 if frame.implementation.is_pandas_like() and kind == nw.Int64 else kind
    return nw.lit(None).cast(gap)

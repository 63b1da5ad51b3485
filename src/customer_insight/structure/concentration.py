"""Concentration: how much of the whole the biggest bring, large orders, and coverage of a target list (KEY-02)."""

from __future__ import annotations

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs import ORDER_LINES, in_window, of_customers, typed
from customer_insight.inputs.check import windowed
from customer_insight.margin import share_of
from customer_insight.running import in_order
from customer_insight.tables import numbers, require_columns, same_kind


def concentration(
    values: IntoFrameT, *, by: str, key: str = "customer_id", tops: tuple[int, ...] = (1, 3, 5, 10, 20)
) -> IntoFrameT:
    """What the first 1, 3, 5, 10 … of all customers (or channels) bring together (KEY-02).

    ``values`` holds one row per ``key`` with the number ``by``; unknown numbers are left out. Ranked by value
    descending, equal values by key ascending. One row per number in ``tops``: ``top``, ``members`` (fewer where
    there are not so many), ``amount``, ``share`` of the sum over all (null where that is not positive). Row
    order is open. Raises TableError for a missing column, ValueError unless tops are at least 1.

    >>> import polars as pl
    >>> values = pl.DataFrame({"channel": ["a", "b", "c", "d"], "orders": [50, 30, 15, 5]})
    >>> concentration(values, by="orders", key="channel", tops=(1, 2, 9)).sort("top").rows()
    [(1, 1, 50, 0.5), (2, 2, 80, 0.8), (9, 4, 100, 1.0)]
    """
    if not tops or min(tops) < 1:
        raise ValueError(f"tops are numbers from 1 on, at least one: {tops}")
    frame = require_columns(values, (key, by), name="values")
    kind = nw.Int64 if frame.collect_schema()[by].is_integer() else nw.Float64
    frame = frame.select(key, amount=numbers(frame, (by,), name="values")[by])
    frame = frame.filter(~nw.col("amount").is_null()).with_columns(order_key=-nw.col("amount"))
    placed = in_order(frame, order_by=("order_key", key), running={"place": None})
    total = placed.select(total=nw.col("amount").sum().cast(kind))
    one_each = [
        placed.filter(nw.col("place") <= top)
        .select(members=nw.len().cast(nw.Int64), amount=nw.col("amount").sum().cast(kind))
        .with_columns(top=nw.lit(top).cast(nw.Int64))
        for top in tops
    ]
    rows = nw.concat(one_each, how="vertical").join(total, how="cross")
    rows = rows.with_columns(share=share_of("amount", "total"))
    return same_kind(rows.select("top", "members", "amount", "share"), values)


def flag_large_orders(
    order_lines: IntoFrameT, *, at_least: int, as_of: int, since: int | None = None
) -> IntoFrameT:
    """Every order of the window with its amount and whether it is a large one (KEY-02).

    ``order_lines`` is the table ORDER_LINES. Columns ``customer_id``, ``order_id``, ``day`` (of its first
    line), ``amount`` (net of returned lines), ``is_large`` (amount >= ``at_least``, minor units). Row order is
    open. Raises TableError for a missing or mistyped column, ValueError when ``since`` lies after ``as_of``.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 2], "order_id": [1, 1, 2], "day": [3, 3, 4],
    ...                       "amount": [600, 400, 999]})
    >>> flag_large_orders(lines, at_least=1000, as_of=9).sort("order_id").rows()
    [(1, 1, 3, 1000, True), (2, 2, 4, 999, False)]
    """
    reads = ("customer_id", "order_id", "day", "amount")
    lines = in_window(of_customers(typed(order_lines, ORDER_LINES, columns=reads)), since=since, as_of=as_of)
    orders = lines.group_by("customer_id", "order_id").agg(nw.col("day").min(), nw.col("amount").sum())
    orders = orders.with_columns(nw.col("amount").cast(nw.Int64))
    flagged = orders.with_columns(is_large=nw.col("amount") >= at_least)
    return same_kind(flagged.select(*reads, "is_large"), order_lines)


def target_coverage(targets: IntoFrameT, values: IntoFrameT, *, by: str) -> IntoFrameT:
    """How many of a target list we sell to, and how much: one row (KEY-02, the list of top channels).

    ``targets`` has ``customer_id``, each target once; ``values`` one row per customer with the number ``by``. A
    target counts as covered when its number is above 0. Columns ``targets``, ``covered``, ``coverage`` (null
    without a target), ``amount`` (of the covered), ``amount_share`` of the sum over all of ``values``. Raises
    TableError for a missing column.

    >>> import polars as pl
    >>> targets = pl.DataFrame({"customer_id": [1, 2, 3, 4]})
    >>> values = pl.DataFrame({"customer_id": [1, 2, 9], "sales_amount": [600, 0, 400]})
    >>> target_coverage(targets, values, by="sales_amount").rows()
    [(4, 1, 0.25, 600, 0.6)]
    """
    listed = windowed(require_columns(targets, ("customer_id",), name="targets")).select("customer_id")
    frame = windowed(require_columns(values, ("customer_id", by), name="values"))
    kind = nw.Int64 if frame.collect_schema()[by].is_integer() else nw.Float64
    frame = frame.select("customer_id", worth=nw.col(by).cast(kind))
    all_of_it = frame.select(whole=nw.col("worth").sum().cast(kind))
    buys = nw.col("worth") > 0
    marked = listed.join(frame, on="customer_id", how="left").select(
        covered=nw.when(buys).then(nw.lit(1)).otherwise(nw.lit(0)),
        amount=nw.when(buys).then("worth").otherwise(nw.lit(0)),
    )
    sums = marked.select(nw.len().alias("targets"), nw.col("covered", "amount").sum())
    counts = (
        nw.col("targets", "covered").fill_null(0).cast(nw.Int64),
        nw.col("amount").fill_null(0).cast(kind),
    )
    one = sums.with_columns(*counts).join(all_of_it, how="cross")
    one = one.with_columns(coverage=share_of("covered", "targets"), amount_share=share_of("amount", "whole"))
    return same_kind(one.select("targets", "covered", "coverage", "amount", "amount_share"), targets)

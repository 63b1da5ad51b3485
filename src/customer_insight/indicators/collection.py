"""How long money took from invoice to receipt, every unit of it counted once (ANA-14)."""

from __future__ import annotations

from typing import Any

import narwhals as nw


def allocated_days(
    receipts: nw.LazyFrame[Any],
    invoices: nw.LazyFrame[Any],
    allocations: nw.LazyFrame[Any],
    *,
    since: int | None,
) -> nw.LazyFrame[Any]:
    """Mean days per unit of money as allocated: sum of part x (receipt day - owed_from) / sum of parts."""
    came = receipts if since is None else receipts.filter(nw.col("day") >= since)
    parts = allocations.filter(nw.col("amount") > 0).select("receipt_id", "invoice_id", part="amount")
    parts = parts.join(came.select("receipt_id", "day"), on="receipt_id")
    parts = parts.join(invoices.select("customer_id", "invoice_id", "owed_from"), on="invoice_id")
    part = nw.col("part").cast(nw.Float64)
    weighted = parts.select("customer_id", part=part, part_days=part * (nw.col("day") - nw.col("owed_from")))
    sums = weighted.group_by("customer_id").agg(nw.col("part", "part_days").sum())
    return sums.select("customer_id", average_collection_days=nw.col("part_days") / nw.col("part"))


def oldest_first_days(
    receipts: nw.LazyFrame[Any], invoices: nw.LazyFrame[Any], *, since: int | None
) -> nw.LazyFrame[Any]:
    """The same where money pays the oldest invoice first.

    Line up a customer's invoices and receipts by day, each as a stretch of money. Both cover the stretch from
    what came before ``since`` to the smaller of the two totals; its mean day among the receipts less its mean
    day among the invoices is the mean time the money took.
    """
    bills = _stretches(invoices.with_columns(day="owed_from"), by="invoice_id")
    money = _stretches(receipts, by="receipt_id")
    before = (
        nw.lit(0) if since is None else nw.when(nw.col("day") < since).then("amount").otherwise(nw.lit(0))
    )
    got = money.with_columns(before=before).group_by("customer_id")
    bounds = got.agg(nw.col("amount").sum().alias("received"), nw.col("before").sum())
    totals = bills.group_by("customer_id").agg(nw.col("amount").sum().alias("billed"))
    bounds = bounds.join(totals, on="customer_id").select(
        "customer_id", start=nw.col("before").cast(nw.Int64), end=_smaller("received", "billed")
    )
    bounds = bounds.filter(nw.col("end") > nw.col("start"))
    paid, owed = _day_sum(money, bounds, "received_days"), _day_sum(bills, bounds, "billed_days")
    both = bounds.join(paid, on="customer_id").join(owed, on="customer_id")
    took = (nw.col("received_days") - nw.col("billed_days")) / (nw.col("end") - nw.col("start"))
    return both.select("customer_id", average_collection_days=took)


def _stretches(rows: nw.LazyFrame[Any], *, by: str) -> nw.LazyFrame[Any]:
    """Rows with ``upto``: the customer's money up to and including this row, oldest first."""
    running = nw.col("amount").cum_sum().over("customer_id", order_by=["day", by])
    return rows.with_columns(upto=running.cast(nw.Int64))


def _smaller(first: str, second: str) -> nw.Expr:
    return nw.when(nw.col(first) < nw.col(second)).then(first).otherwise(second).cast(nw.Int64)


def _day_sum(rows: nw.LazyFrame[Any], bounds: nw.LazyFrame[Any], name: str) -> nw.LazyFrame[Any]:
    """Per customer, the sum of day x money over the part of every stretch between the bounds."""
    joined = rows.join(bounds, on="customer_id").with_columns(from_=nw.col("upto") - nw.col("amount"))
    inside = nw.min_horizontal("upto", "end") - nw.max_horizontal("from_", "start")
    days = nw.when(inside > 0).then(inside * nw.col("day")).otherwise(nw.lit(0)).cast(nw.Float64)
    return joined.select("customer_id", days.alias(name)).group_by("customer_id").agg(nw.col(name).sum())

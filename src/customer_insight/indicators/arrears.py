"""What a customer owed, day by day: the mean balance and its mean share of what was billed (ANA-15, ANA-16)."""

from __future__ import annotations

from typing import Any

import narwhals as nw


def arrears(
    receipts: nw.LazyFrame[Any], invoices: nw.LazyFrame[Any], *, since: int | None, as_of: int
) -> nw.LazyFrame[Any]:
    """Balance and share at the end of every day from ``since`` (or the first invoice) to ``as_of``, averaged.

    A day's balance is what was billed less what was received up to it, and not below zero. Days before the
    first invoice have a balance of zero and no share.
    """
    lasting = _lasting(_by_day(receipts, invoices, since=since), as_of=as_of)
    ever = nw.col("billed_so_far") > 0
    balance = nw.when(nw.col("owed_so_far") > 0).then("owed_so_far").otherwise(nw.lit(0)).cast(nw.Float64)
    share = balance / nw.when(ever).then("billed_so_far")
    days = lasting.select(
        "customer_id", "billed", "change",
        balance_days=balance * nw.col("lasts"),
        share_days=share * nw.col("lasts"),
        billed_days=nw.when(ever).then("lasts").otherwise(nw.lit(0)),
    )  # fmt: skip
    summed = ("billed", "change", "balance_days", "share_days", "billed_days")
    sums = days.group_by("customer_id").agg(nw.col(*summed).sum()).filter(nw.col("billed") > 0)
    length = nw.col("billed_days") if since is None else nw.lit(as_of - since + 1)
    over = nw.col("billed_days")
    return sums.select(
        "customer_id",
        average_arrears_amount=nw.col("balance_days") / nw.when(length > 0).then(length),
        average_arrears_rate=nw.col("share_days") / nw.when(over > 0).then(over),
        outstanding_amount=nw.col("change").cast(nw.Int64),
    )


def _by_day(
    receipts: nw.LazyFrame[Any], invoices: nw.LazyFrame[Any], *, since: int | None
) -> nw.LazyFrame[Any]:
    """Per customer and day: ``billed`` and ``change`` of the balance; what lies before ``since`` stands on it."""
    bills = invoices.select("customer_id", "amount", day="owed_from", billed="amount", change="amount")
    money = receipts.select("customer_id", "amount", "day", billed=nw.lit(0), change=-nw.col("amount"))
    columns = ("customer_id", "day", "billed", "change")
    both = nw.concat(
        [bills.select(columns), money.with_columns(nw.col("billed").cast(nw.Int64)).select(columns)],
        how="vertical",
    )
    if since is not None:
        both = both.with_columns(day=nw.when(nw.col("day") < since).then(nw.lit(since)).otherwise("day"))
    return both.group_by("customer_id", "day").agg(nw.col("billed", "change").sum())


def _lasting(days: nw.LazyFrame[Any], *, as_of: int) -> nw.LazyFrame[Any]:
    """Every day's running sums, and for how many days up to ``as_of`` they last."""

    def over(expression: nw.Expr) -> nw.Expr:
        return expression.over("customer_id", order_by="day")

    upcoming = over(nw.col("day").shift(-1)).fill_null(as_of + 1)
    end = nw.when(upcoming > as_of).then(nw.lit(as_of + 1)).otherwise(upcoming)
    lasts = end - nw.col("day")
    return days.with_columns(
        owed_so_far=over(nw.col("change").cum_sum()).cast(nw.Int64),
        billed_so_far=over(nw.col("billed").cum_sum()).cast(nw.Int64),
        lasts=nw.when(lasts > 0).then(lasts).otherwise(nw.lit(0)).cast(nw.Int64),
    )

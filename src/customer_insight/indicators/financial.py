"""Financial indicators: what each customer paid, how long it took, and what was owed meanwhile (ANA-12 to ANA-16)."""

from __future__ import annotations

from typing import Any, Final, Literal

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.indicators.arrears import arrears
from customer_insight.indicators.collection import allocated_days, oldest_first_days
from customer_insight.indicators.financial_entries import FINANCIAL
from customer_insight.inputs import (
    ALLOCATIONS,
    INVOICES,
    RECEIPTS,
    beside,
    check_window,
    everybody,
    in_window,
    of_customers,
    typed,
)
from customer_insight.tables import same_kind

CountedFrom = Literal["invoice", "due"]

_ARREARS: Final = ("average_arrears_amount", "average_arrears_rate", "outstanding_amount")


def financial_indicators(
    receipts: IntoFrameT,
    *,
    as_of: int,
    since: int | None = None,
    invoices: IntoFrameT | None = None,
    allocations: IntoFrameT | None = None,
    counted_from: CountedFrom = "invoice",
) -> IntoFrameT:
    """One row per customer with a receipt in the window or an invoice up to ``as_of``: `FINANCIAL` explains
    the columns (ANA-12 to ANA-16).

    ``receipts``, ``invoices`` and ``allocations`` are the tables RECEIPTS, INVOICES and ALLOCATIONS; rows
    after ``as_of``, and amounts not above zero, are left aside. ``counted_from`` says whether money is owed
    from the invoice date or from the due day (the invoice date where there is none).

    Part payments (ANA-14): with ``allocations`` every part counts by its amount, and money not allocated not
    at all. Without, money pays the oldest invoice first: as a mean per unit of money it equals (mean day of
    the money received - mean day of the invoices it paid), whichever receipt paid which of them. Money paid
    before its invoice counts as negative days. Without ``invoices`` ANA-14 to ANA-16 are null.

    Raises TableError for a missing or mistyped column, ValueError when ``since`` lies after ``as_of`` or
    allocations come without invoices.

    >>> import polars as pl
    >>> invoices = pl.DataFrame({"customer_id": [1, 1, 2], "invoice_id": [1, 2, 3], "day": [0, 10, 5],
    ...                          "amount": [100, 100, 50]})
    >>> receipts = pl.DataFrame({"customer_id": [1, 1], "receipt_id": [1, 2], "day": [10, 20],
    ...                          "amount": [50, 100]})
    >>> rows = financial_indicators(receipts, invoices=invoices, as_of=19).sort("customer_id")
    >>> rows.select("received_amount", "average_collection_days", "average_arrears_amount").rows()
    [(50, 10.0, 125.0), (0, None, 50.0)]
    """
    check_window(since=since, as_of=as_of)
    paid = _money(typed(receipts, RECEIPTS), as_of=as_of)
    sums = _receipt_sums(in_window(paid, since=since, as_of=as_of))
    if invoices is None:
        if allocations is not None:
            raise ValueError("allocations say which invoice was paid; pass the invoices too")
        return same_kind(_shown(sums, matched=False), receipts)
    billed = _billed(typed(invoices, INVOICES), as_of=as_of, counted_from=counted_from)
    if allocations is not None:
        days = allocated_days(paid, billed, typed(allocations, ALLOCATIONS), since=since)
    else:
        days = oldest_first_days(paid, billed, since=since)
    owed = arrears(paid, billed, since=since, as_of=as_of)
    wide = beside(everybody(sums, owed), sums, days, owed)
    return same_kind(_shown(wide, matched=True), receipts)


def _money(frame: nw.LazyFrame[Any], *, as_of: int) -> nw.LazyFrame[Any]:
    return of_customers(frame).filter(nw.col("amount") > 0, nw.col("day") <= as_of)


def _billed(frame: nw.LazyFrame[Any], *, as_of: int, counted_from: CountedFrom) -> nw.LazyFrame[Any]:
    """Invoices with ``owed_from``, the day their money is counted from."""
    invoices, day = _money(frame, as_of=as_of), nw.col("day")
    if counted_from == "due" and "due_day" in frame.collect_schema():
        day = nw.coalesce("due_day", "day").cast(nw.Int64)
    return invoices.select("customer_id", "invoice_id", "amount", owed_from=day)


def _receipt_sums(receipts: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    amount = nw.col("amount")
    return receipts.group_by("customer_id").agg(
        nw.len().alias("receipt_count"),
        amount.sum().alias("received_amount"),
        amount.max().alias("largest_receipt_amount"),
    )


def _shown(wide: nw.LazyFrame[Any], *, matched: bool) -> nw.LazyFrame[Any]:
    counts = nw.col("receipt_count", "received_amount").fill_null(0).cast(nw.Int64)
    count = nw.col("receipt_count")
    wide = wide.with_columns(counts).with_columns(
        average_receipt_amount=nw.col("received_amount") / nw.when(count > 0).then(count)
    )
    if not matched:
        nothing = nw.lit(None).cast(nw.Float64)
        wide = wide.with_columns(*[nothing.alias(name) for name in ("average_collection_days", *_ARREARS)])
    return wide.select("customer_id", *FINANCIAL)

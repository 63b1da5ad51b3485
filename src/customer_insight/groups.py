"""Totals of groups of customers: what a tier, a channel or any other class is worth together."""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.margin import share_of
from customer_insight.tables import require_columns, same_kind

_COUNTS: Final = ("customers", "customer_share")


def group_totals(values: IntoFrameT, *, by: str, amounts: tuple[str, ...]) -> IntoFrameT:
    """Size and sums of every group: ``by``, ``customers``, ``customer_share`` and each of ``amounts`` (DATA-17,
    ANA-33).

    ``values`` holds one row per customer: the class ``by`` (its null is a group too) and numbers, of which a null
    counts as nothing. Row order is open. Raises TableError for a missing column.

    >>> import polars as pl
    >>> values = pl.DataFrame({"channel": ["mall", "mall", "web", None, "web"],
    ...                        "sales_amount": [500, None, 200, 100, 300]})
    >>> group_totals(values, by="channel", amounts=("sales_amount",)).sort("channel").rows()
    [(None, 1, 0.2, 100), ('mall', 2, 0.4, 500), ('web', 2, 0.4, 500)]
    """
    frame = require_columns(values, (by, *amounts), name="values").select(by, *amounts)
    numbers = _kinds(frame, amounts)
    known = frame.select(by, *[nw.col(name).cast(kind).fill_null(0) for name, kind in numbers.items()])
    sums = known.group_by(by).agg(nw.len().alias("customers"), *[nw.col(name).sum() for name in amounts])
    back = [nw.col(name).cast(kind) for name, kind in numbers.items()]  # some engines widen a sum
    total = known.select(total_customers=nw.len())
    counted = sums.with_columns(nw.col("customers").cast(nw.Int64), *back).join(total, how="cross")
    shared = counted.with_columns(customer_share=share_of("customers", "total_customers"))
    return same_kind(shared.select(by, *_COUNTS, *amounts), values)


def whole_totals(values: IntoFrameT, *, amounts: tuple[str, ...]) -> IntoFrameT:
    """The same over everybody, one row: ``customers`` and the sum of each of ``amounts``, 0 without a customer.

    >>> import polars as pl
    >>> whole_totals(pl.DataFrame({"sales_amount": [500, None, 200]}), amounts=("sales_amount",)).rows()
    [(3, 700)]
    """
    frame = require_columns(values, amounts, name="values").select(*amounts)
    numbers = _kinds(frame, amounts)
    sums = [nw.col(name).cast(kind).sum() for name, kind in numbers.items()]
    row = frame.select(nw.len().alias("customers"), *sums)
    back = [
        nw.col(name).fill_null(0).cast(kind) for name, kind in numbers.items()
    ]  # some engines widen a sum
    return same_kind(row.with_columns(nw.col("customers").cast(nw.Int64), *back), values)


def _kinds(frame: nw.LazyFrame[Any], amounts: tuple[str, ...]) -> dict[str, Any]:
    """Amount to the kind that its sum has: whole numbers stay whole."""
    schema = frame.collect_schema()
    return {name: nw.Int64 if schema[name].is_integer() else nw.Float64 for name in amounts}

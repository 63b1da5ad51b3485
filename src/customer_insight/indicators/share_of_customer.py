"""Share of customer: how much of what a customer spends on such goods is spent with us (ANA-31)."""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs import Column, TableDefinition, typed
from customer_insight.margin import share_of
from customer_insight.tables import same_kind

SPENDING: Final = TableDefinition(
    name="spending",
    columns={
        "customer_id": Column(kind="key", meaning="the resolved customer"),
        "sales_amount": Column(kind="money", meaning="our sales to the customer in the period", nullable=True),
        "category_spend": Column(kind="money", meaning="all the customer spends on such goods in the period",
                                 nullable=True),
        "source": Column(kind="text", meaning="declared, estimated, …", nullable=True),
    },
)  # fmt: skip


def share_of_customer(spending: IntoFrameT) -> IntoFrameT:
    """Each customer's share and what is spent elsewhere (ANA-31; the latter feeds ANA-30).

    ``spending`` is the table SPENDING, one row per customer and one period. Columns ``customer_id``,
    ``share_of_customer`` = sales_amount / category_spend, ``untapped_amount`` = category_spend - sales_amount,
    ``source``, ``conflict`` (true where the spend is below our own sales, so that one of them is wrong). Share
    and untapped amount are null where the spend is unknown, not above 0, or in conflict. Raises TableError for
    a missing or mistyped column.

    >>> import polars as pl
    >>> spending = pl.DataFrame({"customer_id": [1, 2, 3, 4, 5], "sales_amount": [300, 500, 200, 0, 100],
    ...     "category_spend": [1200, 500, 150, 0, None], "source": ["declared"] * 4 + [None]})
    >>> rows = share_of_customer(spending)
    >>> rows.select("share_of_customer", "untapped_amount", "conflict").rows()
    [(0.25, 900, False), (1.0, 0, False), (None, None, True), (None, None, False), (None, None, False)]
    """
    frame = _with_usable(typed(spending, SPENDING))
    sales, spend = nw.col("sales_amount"), nw.col("usable_spend")
    shares = frame.with_columns(share_of_customer=sales / spend, untapped_amount=spend - sales)
    names = ("customer_id", "share_of_customer", "untapped_amount", "source", "conflict")
    return same_kind(shares.select(names), spending)


def share_of_group(spending: IntoFrameT, *, by: str) -> IntoFrameT:
    """Share of customer of every group, such as a tier, a period or a source (ANA-31).

    ``spending`` with one more column ``by``. The share is sum of sales / sum of spend over the customers whose
    spend can be used, so big customers weigh more; ``known_customers`` of ``customers`` are those. Null where
    there are none. Row order is open.

    >>> import polars as pl
    >>> spending = pl.DataFrame({"customer_id": [1, 2, 3], "sales_amount": [300, 500, 200],
    ...     "category_spend": [1200, 800, None], "source": ["declared"] * 3, "tier": ["MVC", "MVC", "BZ"]})
    >>> share_of_group(spending, by="tier").sort("tier").rows()
    [('BZ', 1, 0, None), ('MVC', 2, 2, 0.4)]
    """
    frame = _with_usable(typed(spending, SPENDING, columns=(*SPENDING.required, by)))
    usable = ~nw.col("usable_spend").is_null() & ~nw.col("sales_amount").is_null()
    counted = frame.select(
        by,
        known_customers=nw.when(usable).then(nw.lit(1)).otherwise(nw.lit(0)),
        sold=nw.when(usable).then("sales_amount").otherwise(nw.lit(0)),
        spend=nw.when(usable).then("usable_spend").otherwise(nw.lit(0)),
    )
    names = ("known_customers", "sold", "spend")
    sums = counted.group_by(by).agg(nw.len().alias("customers"), nw.col(*names).sum())
    whole = sums.with_columns(nw.col("customers", *names).cast(nw.Int64))
    shares = whole.with_columns(share_of_customer=share_of("sold", "spend"))
    return same_kind(shares.select(by, "customers", "known_customers", "share_of_customer"), spending)


def _with_usable(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Add ``conflict`` and ``usable_spend``, null where it is unknown, not above 0 or in conflict."""
    sales, spend = nw.col("sales_amount"), nw.col("category_spend")
    conflict = nw.when(spend < sales).then(nw.lit(True)).otherwise(nw.lit(False))
    marked = frame.with_columns(conflict=conflict)
    return marked.with_columns(usable_spend=nw.when((spend > 0) & ~nw.col("conflict")).then(spend))

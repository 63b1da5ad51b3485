"""RFM: recency, frequency and monetary value in classes (Hughes, Strategic Database Marketing, 1994)."""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.running import in_order
from customer_insight.tables import numbers, require_columns, same_kind

_MEASURES: Final = {"recency": False, "frequency": True, "monetary": True}
"""Whether more is better; recency is days since the last purchase."""


def rfm_classes(
    values: IntoFrameT,
    *,
    recency: str = "recency_days",
    frequency: str = "transaction_count",
    monetary: str = "sales_amount",
    groups: int = 5,
) -> IntoFrameT:
    """Each customer's three scores and their cell: ``customer_id``, ``recency_score``, ``frequency_score``,
    ``monetary_score`` (1 to ``groups``, highest best), ``rfm_cell`` (5, 4, 3 as "543").

    ``values`` holds one row per customer; one with an unknown measure is left out. Each measure is cut by
    itself over all customers: score = groups - floor(groups x share of customers who are strictly better). So
    equal values always share a score, the best that any of them could have, whatever the order of the rows;
    where many are equal a score may be empty and groups are not of one size. With ``groups`` above 9 the
    cell's figures are separated by dashes. Raises TableError for a missing column, ValueError for groups < 1.

    >>> import polars as pl
    >>> values = pl.DataFrame({"customer_id": [1, 2, 3, 4, 5], "recency_days": [1, 10, 10, 90, None],
    ...     "transaction_count": [9, 1, 1, 1, 0], "sales_amount": [500, 40, 80, 80, 0]})
    >>> rfm_classes(values, groups=2).select("customer_id", "rfm_cell").sort("customer_id").rows()
    [(1, '222'), (2, '221'), (3, '222'), (4, '122')]
    """
    if groups < 1:
        raise ValueError(f"groups is at least 1, not {groups}")
    columns = dict(zip(_MEASURES, (recency, frequency, monetary), strict=True))
    frame = require_columns(values, ("customer_id", *columns.values()), name="values")
    figures = numbers(frame, tuple(columns.values()), name="values")
    frame = frame.select("customer_id", **{name: figures[column] for name, column in columns.items()})
    known = frame.filter(*[~nw.col(name).is_null() for name in columns])
    total = known.select(total=nw.len().cast(nw.Int64))
    rows = known
    for name, more_is_better in _MEASURES.items():
        scores = _scores(known, total, name, more_is_better=more_is_better, groups=groups)
        rows = rows.join(scores, on=name)
    scored = [f"{name}_score" for name in _MEASURES]
    texts = [nw.col(name).cast(nw.String) for name in scored]
    cell = nw.concat_str(texts, separator="" if groups < 10 else "-").alias("rfm_cell")
    return same_kind(rows.select("customer_id", *scored, cell), values)


def _scores(
    known: nw.LazyFrame[Any], total: nw.LazyFrame[Any], name: str, *, more_is_better: bool, groups: int
) -> nw.LazyFrame[Any]:
    """Each distinct value's score: the running count over distinct values, not over customers."""
    counts = known.group_by(name).agg(nw.len().alias("size"))
    key = -nw.col(name) if more_is_better else nw.col(name)
    counts = counts.with_columns(nw.col("size").cast(nw.Int64), order_key=key)
    counts = in_order(counts, order_by=("order_key",), running={"upto": "size"})
    placed = counts.with_columns(better=nw.col("upto") - nw.col("size")).join(total, how="cross")
    score = groups - nw.col("better") * groups // nw.col("total")
    return placed.select(name, score.cast(nw.Int64).alias(f"{name}_score"))

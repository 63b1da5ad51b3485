"""The scoring table: candidates in columns, criteria in rows, totals compared with their mean (ANA-22, ANA-23)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs import Column, TableDefinition, of_customers, typed
from customer_insight.running import in_order
from customer_insight.tables import TableError, same_kind

SCORES: Final = TableDefinition(
    name="scores",
    columns={
        "customer_id": Column(kind="key", meaning="the candidate"),
        "criterion": Column(kind="text", meaning="what is judged, such as relation or policy"),
        "score": Column(kind="whole number", meaning="1, 3, 5, 7 or 9"),
    },
)
STEPS: Final = (1, 3, 5, 7, 9)
"""The only values of the source's table."""


def score_candidates(scores: IntoFrameT, *, weights: Mapping[str, float] | None = None) -> IntoFrameT:
    """Each candidate's total, rank and star (ANA-22, ANA-23).

    ``scores`` is the table SCORES: one row per candidate and criterion, on 1, 3, 5, 7, 9. ``weights`` gives
    criteria a factor (1 where not named). Columns:

    - ``customer_id``, ``criteria`` (how many were scored)
    - ``total``: sum of weight x score; null for a candidate who lacks a criterion that another has, for a sum
      over fewer criteria compares with none
    - ``mean_total``: mean of all totals, not rounded, the same in every row; null where nobody has one
    - ``starred``: total >= mean_total (inclusive); null without a total
    - ``rank``: 1 + number of candidates with a higher total, so equals share one; null without a total

    Row order is open. Raises TableError naming how many scores are empty, off the steps, or given twice, or
    for a missing or mistyped column; ValueError for a weight below 0, or of a criterion that nobody is scored
    on.

    >>> import polars as pl
    >>> scores = pl.DataFrame({"customer_id": [1, 1, 2, 2, 3], "criterion": ["relation", "policy"] * 2 + ["policy"],
    ...                        "score": [7, 9, 5, 5, 9]})
    >>> score_candidates(scores).sort("customer_id").rows()
    [(1, 2, 16.0, 13.0, True, 1), (2, 2, 10.0, 13.0, False, 2), (3, 1, None, 13.0, None, None)]
    """
    frame = of_customers(typed(scores, SCORES)).select(*SCORES.columns)
    _check_steps(typed(scores, SCORES), frame)
    weighted = frame.with_columns(points=nw.col("score") * _weight(frame, weights or {}))
    sums = weighted.group_by("customer_id").agg(nw.len().alias("criteria"), nw.col("points").sum())
    sums = sums.with_columns(nw.col("criteria").cast(nw.Int64))
    asked = frame.select("criterion").unique().select(asked=nw.len().cast(nw.Int64))
    sums = sums.join(asked, how="cross")
    complete = nw.col("criteria") == nw.col("asked")
    totals = sums.with_columns(total=nw.when(complete).then("points").cast(nw.Float64))
    return same_kind(_compared(totals), scores)


def _compared(totals: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Totals beside their mean and the number of those above."""
    known = totals.filter(~nw.col("total").is_null())
    mean = known.select(mean_total=nw.col("total").mean())
    sizes = known.group_by("total").agg(nw.len().alias("size")).with_columns(order_key=-nw.col("total"))
    sizes = in_order(sizes, order_by=("order_key",), running={"upto": "size"})
    ranks = sizes.select("total", rank=(nw.col("upto") - nw.col("size") + 1).cast(nw.Int64))
    rows = totals.join(mean, how="cross").join(ranks, on="total", how="left")
    starred = nw.when(~nw.col("total").is_null()).then(nw.col("total") >= nw.col("mean_total"))
    rows = rows.with_columns(starred=starred)
    return rows.select("customer_id", "criteria", "total", "mean_total", "starred", "rank")


def _weight(frame: nw.LazyFrame[Any], weights: Mapping[str, float]) -> nw.Expr:
    """The factor of each row's criterion."""
    criteria = _column(frame.select("criterion").unique(), "criterion")
    unknown = sorted(set(weights) - set(criteria))
    negative = sorted(name for name, weight in weights.items() if weight < 0)
    if unknown or negative:
        raise ValueError(
            f"weights are 0 or more and of scored criteria; unknown {unknown}, below 0 {negative}"
        )
    factor: nw.Expr = nw.lit(1.0)
    for name, weight in weights.items():
        factor = nw.when(nw.col("criterion") == name).then(nw.lit(float(weight))).otherwise(factor)
    return factor


def _check_steps(given: nw.LazyFrame[Any], frame: nw.LazyFrame[Any]) -> None:
    """Candidates are few: the whole table is looked through before anything is computed."""
    empty = given.filter(
        nw.col("customer_id").is_null() | nw.col("criterion").is_null() | nw.col("score").is_null()
    )
    off = frame.filter(
        ~nw.col("score").is_null(), ~nw.col("score").cast(nw.Float64).is_in([float(step) for step in STEPS])
    )
    twice = frame.group_by("customer_id", "criterion").agg(nw.len().alias("rows")).filter(nw.col("rows") > 1)
    faults = {
        "{} row(s) of 'scores' lack customer_id, criterion or score; complete or remove them": empty,
        "column 'score' of 'scores' is none of 1, 3, 5, 7, 9 in {} row(s); correct them": off,
        "{} pair(s) of customer_id and criterion of 'scores' are scored twice; keep one": twice,
    }
    for text, wrong in faults.items():
        [count] = _column(wrong.select(count=nw.len()), "count")
        if count:
            raise TableError(text.format(count))


def _column(frame: nw.LazyFrame[Any], name: str) -> list[Any]:
    return frame.collect(backend="pyarrow")[name].to_list()

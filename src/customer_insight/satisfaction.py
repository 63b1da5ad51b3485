"""Satisfaction from surveys: the index from 1 to 100, and what was perceived against what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs import Column, TableDefinition, of_customers, typed
from customer_insight.tables import same_kind

ANSWERS: Final = TableDefinition(
    name="answers",
    columns={
        "customer_id": Column(kind="key", meaning="the resolved customer"),
        "question": Column(kind="text", meaning="what was asked"),
        "score": Column(kind="number", meaning="answer on the survey's scale, null where not answered",
                        nullable=True),
        "weight": Column(kind="number", meaning="weight of the question; 1 where there is no such column",
                         optional=True),
        "expected": Column(kind="number", meaning="what the customer expected, on the same scale",
                           nullable=True, optional=True),
    },
)  # fmt: skip


def satisfaction_index(
    answers: IntoFrameT, *, by: Sequence[str] = ("customer_id",), lowest: float = 1, highest: float = 10
) -> IntoFrameT:
    """The satisfaction index, 1 to 100, of every customer, segment or period (SVC-13).

    ``answers`` is the table ANSWERS, on a scale from ``lowest`` to ``highest``; ``by`` names the columns of a
    group: ``customer_id``, or a segment, a period, or both for a trend. First each customer's weighted mean
    answer m in the group, then the mean over its customers of

        index = 1 + 99 x (m - lowest) / (highest - lowest)

    the weighted, rescaled mean of the American index (Fornell and others 1996, Journal of Marketing 60(4),
    equation 1, there from 0 to 100; the requirement says 1 to 100). A customer counts once, however much was
    answered. Columns: ``by``, ``customers``, ``satisfaction_index``. Answers that are null, off the scale, or
    of a weight not above 0 are left out. Row order is open. Raises TableError for a missing or mistyped
    column, ValueError unless lowest < highest.

    >>> import polars as pl
    >>> answers = pl.DataFrame({"customer_id": [1, 1, 2, 2, 3], "question": ["data", "help"] * 2 + ["data"],
    ...                         "score": [10, 10, 1, 10, None]})
    >>> satisfaction_index(answers).sort("customer_id").rows()
    [(1, 1, 100.0), (2, 1, 50.5)]
    """
    if not lowest < highest:
        raise ValueError(f"lowest ({lowest}) must lie below highest ({highest})")
    needed = tuple(dict.fromkeys((*ANSWERS.required, *by)))
    frame = of_customers(typed(answers, ANSWERS, columns=needed))
    weighted = "weight" in frame.collect_schema()
    frame = frame.with_columns(weight=nw.col("weight").cast(nw.Float64) if weighted else nw.lit(1.0))
    kept = frame.filter(nw.col("score") >= lowest, nw.col("score") <= highest, nw.col("weight") > 0)
    means = _weighted_means(kept, tuple(dict.fromkeys((*by, "customer_id"))))
    index = 1 + 99 * (nw.col("mean") - lowest) / (highest - lowest)
    groups = (
        means.with_columns(index=index)
        .group_by(*by)
        .agg(nw.len().alias("customers"), nw.col("index").mean().alias("satisfaction_index"))
    )
    groups = groups.with_columns(nw.col("customers").cast(nw.Int64))
    return same_kind(groups.select(*by, "customers", "satisfaction_index"), answers)


def _weighted_means(kept: nw.LazyFrame[Any], key: tuple[str, ...]) -> nw.LazyFrame[Any]:
    points = kept.with_columns(points=nw.col("score") * nw.col("weight"))
    sums = points.group_by(*key).agg(nw.col("points", "weight").sum())
    return sums.select(*key, mean=nw.col("points") / nw.col("weight"))


def perceived_and_expected(answers: IntoFrameT) -> IntoFrameT:
    """What each customer perceived against what was expected (SVC-14): ``customer_id``, ``answers``,
    ``perceived``, ``expected`` (means over questions with both), ``satisfaction_ratio`` = perceived / expected,
    ``satisfaction_gap`` = perceived - expected.

    ``answers`` is the table ANSWERS with ``expected``. The source words it twice, as a ratio and as a function
    of the difference, so both are given. Customers without a question that has both have no row; the ratio is
    null where the expectation is not above 0. Raises TableError for a missing or mistyped column.

    >>> import polars as pl
    >>> answers = pl.DataFrame({"customer_id": [1, 1, 2], "question": ["data", "help", "data"],
    ...                         "score": [8, 6, 9], "expected": [10, 10, None]})
    >>> perceived_and_expected(answers).rows()
    [(1, 2, 7.0, 10.0, 0.7, -3.0)]
    """
    frame = of_customers(typed(answers, ANSWERS, columns=(*ANSWERS.required, "expected")))
    both = frame.filter(~nw.col("score").is_null(), ~nw.col("expected").is_null())
    means = both.group_by("customer_id").agg(
        nw.len().alias("answers"), nw.col("score").mean().alias("perceived"), nw.col("expected").mean()
    )
    expected = nw.col("expected")
    compared = means.with_columns(
        nw.col("answers").cast(nw.Int64),
        satisfaction_ratio=nw.col("perceived") / nw.when(expected > 0).then(expected),
        satisfaction_gap=nw.col("perceived") - expected,
    )
    names = ("customer_id", "answers", "perceived", "expected", "satisfaction_ratio", "satisfaction_gap")
    return same_kind(compared.select(*names), answers)

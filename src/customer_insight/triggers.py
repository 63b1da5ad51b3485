"""Contacts that a score sets off, and how long customers waited for them (CAMP-33)."""

from __future__ import annotations

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.margin import share_of
from customer_insight.tables import require_columns, same_kind


def newly_reached(scores: IntoFrameT, previous: IntoFrameT, *, by: str, threshold: float) -> IntoFrameT:
    """Customers whose score reached ``threshold`` since the last run: ``customer_id``, ``score``, ``score_before``.

    ``scores`` and ``previous`` have ``customer_id`` and ``by``, one row per customer, of this run and the one before.
    A customer is told once, when the score comes to stand at or above the threshold; who stood there before is not told
    again. Whose score was unknown or who was not there before counts as below (``score_before`` null); whose score is
    unknown now is not told. Ordered by customer_id. Raises TableError for a missing column.

    >>> import polars as pl
    >>> now = pl.DataFrame({"customer_id": [1, 2, 3, 4, 5], "risk": [0.8, 0.9, 0.7, 0.2, 0.9]})
    >>> before = pl.DataFrame({"customer_id": [1, 2, 3, 4], "risk": [0.5, 0.7, None, 0.9]})
    >>> newly_reached(now, before, by="risk", threshold=0.7).rows()
    [(1, 0.8, 0.5), (3, 0.7, None), (5, 0.9, None)]
    """
    now = require_columns(scores, ("customer_id", by), name="scores")
    then = require_columns(previous, ("customer_id", by), name="previous")
    now = now.select("customer_id", score=nw.col(by).cast(nw.Float64))
    then = then.select("customer_id", score_before=nw.col(by).cast(nw.Float64))
    below = nw.col("score_before").is_null() | (nw.col("score_before") < threshold)
    joined = now.filter(nw.col("score") >= threshold).join(then, on="customer_id", how="left")
    reached = joined.filter(below).select("customer_id", "score", "score_before")
    return same_kind(reached.sort("customer_id"), scores)


def trigger_latency(triggers: IntoFrameT, *, within: float) -> IntoFrameT:
    """How long it took from what happened to the contact: one row.

    ``triggers`` has one row per event with ``happened_at`` and ``contacted_at`` in seconds since one moment, null
    where nobody was contacted. Columns: ``triggers``, ``contacted``, ``in_time`` (contacted no more than ``within``
    seconds after), ``in_time_share`` (of all triggers, null without any), and of those contacted ``median_wait`` and
    ``longest_wait`` in seconds, null where nobody was. Raises TableError for a missing column.

    >>> import polars as pl
    >>> waits = pl.DataFrame({"happened_at": [0, 0, 10, 20, 30], "contacted_at": [5, 60, 20, None, 130]})
    >>> trigger_latency(waits, within=60).rows()
    [(5, 4, 3, 0.6, 35.0, 100.0)]
    """
    frame = require_columns(triggers, ("happened_at", "contacted_at"), name="triggers")
    wait = nw.col("contacted_at").cast(nw.Float64) - nw.col("happened_at").cast(nw.Float64)
    waits = frame.select(wait=wait).with_columns(
        known=nw.when(nw.col("wait").is_null()).then(nw.lit(0)).otherwise(nw.lit(1)),
        early=nw.when(nw.col("wait") <= within).then(nw.lit(1)).otherwise(nw.lit(0)),
    )
    sums = waits.select(
        triggers=nw.len(),
        contacted=nw.col("known").sum(),
        in_time=nw.col("early").sum(),
        median_wait=nw.col("wait").quantile(0.5, "linear"),
        longest_wait=nw.col("wait").max(),
    )
    counts = [nw.col(name).cast(nw.Int64).fill_null(0) for name in ("triggers", "contacted", "in_time")]
    shared = sums.with_columns(*counts).with_columns(in_time_share=share_of("in_time", "triggers"))
    columns = ("triggers", "contacted", "in_time", "in_time_share", "median_wait", "longest_wait")
    return same_kind(shared.select(*columns), triggers)

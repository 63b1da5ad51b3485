"""Contact indicators: tasks, processes and what customers told us (ANA-17 to ANA-21)."""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.indicators.contact_entries import CONTACT
from customer_insight.inputs import (
    FEEDBACK_KINDS,
    INTERACTIONS,
    PROCESSES,
    TASKS,
    TableDefinition,
    beside,
    check_window,
    everybody,
    in_window,
    nothing,
    of_customers,
    typed,
)
from customer_insight.margin import share_of
from customer_insight.tables import same_kind

_COUNTS: Final = ("contact_count", "inbound_count", "feedback_count", *(f"{k}_count" for k in FEEDBACK_KINDS))


def contact_indicators(
    *,
    as_of: int,
    since: int | None = None,
    interactions: IntoFrameT | None = None,
    tasks: IntoFrameT | None = None,
    processes: IntoFrameT | None = None,
) -> IntoFrameT:
    """One row per customer in any of the tables within the window: `CONTACT` explains the columns.

    ``interactions``, ``tasks`` and ``processes`` are the tables INTERACTIONS, TASKS and PROCESSES; days after
    ``as_of`` or before ``since`` are left aside. A count is 0 for a customer without a row in its table and
    null where the table was not given. The ratios of praise, complaints and suggestions divide by all three
    together (ANA-19 to ANA-21), and are null without feedback. Raises TableError for a missing or mistyped
    column, ValueError without any table or when ``since`` lies after ``as_of``.

    >>> import polars as pl
    >>> touches = pl.DataFrame({"customer_id": [1, 1, 1, 2, 2], "interaction_id": [1, 2, 3, 4, 5],
    ...     "day": [1, 2, 3, 4, 9], "channel": ["shop"] * 5, "direction": ["in", "in", "out", "out", "in"],
    ...     "feedback_kind": ["praise", "complaint", None, None, "praise"]})
    >>> rows = contact_indicators(interactions=touches, as_of=5).sort("customer_id")
    >>> rows.select("contact_count", "feedback_count", "praise_ratio", "task_count").rows()
    [(3, 2, 0.5, None), (1, 0, None, None)]
    """
    check_window(since=since, as_of=as_of)
    like = next((table for table in (interactions, tasks, processes) if table is not None), None)
    if like is None:
        raise ValueError("give at least one of interactions, tasks and processes")
    parts: dict[str, nw.LazyFrame[Any]] = {}
    if interactions is not None:
        touched = in_window(of_customers(typed(interactions, INTERACTIONS)), since=since, as_of=as_of)
        parts["contact_count"] = _touch_counts(touched)
    for name, table, definition in (("task_count", tasks, TASKS), ("process_count", processes, PROCESSES)):
        if table is not None:
            parts[name] = _row_count(table, definition, name=name, since=since, as_of=as_of)
    wide = beside(everybody(*parts.values()), *parts.values())
    return same_kind(_shown(wide), like)


def _touch_counts(touched: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    kind = nw.col("feedback_kind")
    flags = {f"{name}_count": kind == name for name in FEEDBACK_KINDS}
    flags |= {
        "feedback_count": kind.is_in(list(FEEDBACK_KINDS)),
        "inbound_count": nw.col("direction") == "in",
    }
    ones = [_one_where(flag).alias(name) for name, flag in flags.items()]
    marked = touched.select("customer_id", "day", *ones)
    return marked.group_by("customer_id").agg(
        nw.len().alias("contact_count"),
        *[nw.col(name).sum() for name in flags],
        nw.col("day").max().alias("last_contact_day"),
    )


def _one_where(flag: nw.Expr) -> nw.Expr:
    """1 where true; 0 where false or unknown."""
    return nw.when(flag).then(nw.lit(1)).otherwise(nw.lit(0))


def _row_count(
    table: Any, definition: TableDefinition, *, name: str, since: int | None, as_of: int
) -> nw.LazyFrame[Any]:
    rows = in_window(of_customers(typed(table, definition)), since=since, as_of=as_of)
    return rows.group_by("customer_id").agg(nw.len().alias(name))


def _shown(wide: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Counts of given tables filled with 0, what was not given null, and the ratios."""
    present = wide.collect_schema().names()
    counts = [name for name in (*_COUNTS, "task_count", "process_count") if name in present]
    wide = wide.with_columns(nw.col(*counts).fill_null(0).cast(nw.Int64))
    absent = [
        name for name in (*_COUNTS, "task_count", "process_count", "last_contact_day") if name not in present
    ]
    if absent:
        wide = wide.with_columns(*[nothing(wide).alias(name) for name in absent])
    ratios = [share_of(f"{kind}_count", "feedback_count").alias(f"{kind}_ratio") for kind in FEEDBACK_KINDS]
    return wide.with_columns(*ratios).select("customer_id", *CONTACT)

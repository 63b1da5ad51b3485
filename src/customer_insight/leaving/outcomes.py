"""Who left after a day: the label that a churn model learns."""

from __future__ import annotations

from typing import Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs import ORDER_LINES, Column, TableDefinition, of_customers, typed
from customer_insight.tables import same_kind

CONTRACT_TERMS: Final = TableDefinition(
    name="contract_terms",
    columns={
        "customer_id": Column(kind="key", meaning="the resolved customer; several contracts are several rows"),
        "start_day": Column(kind="day", meaning="first day it runs"),
        "end_day": Column(kind="day", meaning="first day it no longer runs; null while no end is known",
                          nullable=True),
    },
)  # fmt: skip


def contracts_ended(contracts: IntoFrameT, *, as_of: int, horizon_days: int) -> IntoFrameT:
    """Customers with a contract on day ``as_of``: customer_id and ``left``, 1 where none runs ``horizon_days`` later.

    ``contracts`` is the table CONTRACT_TERMS. Who left and came back within the horizon has not left. A contract
    that is to end later but whose end is already agreed on counts when it ends. Row order is open. Raises TableError
    for a missing or mistyped column, ValueError for a horizon of no day.

    >>> import polars as pl
    >>> terms = pl.DataFrame({"customer_id": [1, 2, 2, 3, 4], "start_day": [0, 0, 25, 0, 15],
    ...                       "end_day": [20, 20, None, 10, None]})
    >>> contracts_ended(terms, as_of=12, horizon_days=15).sort("customer_id").rows()
    [(1, 1), (2, 0)]
    """
    check_horizon(horizon_days)
    frame = of_customers(typed(contracts, CONTRACT_TERMS))
    runs = frame.select("customer_id", now=_runs_on(as_of), later=_runs_on(as_of + horizon_days))
    each = runs.group_by("customer_id").agg(nw.col("now", "later").max())
    return same_kind(
        each.filter(nw.col("now") == 1).select("customer_id", left=(1 - nw.col("later")).cast(nw.Int64)),
        contracts,
    )


def buying_stopped(
    order_lines: IntoFrameT, *, as_of: int, horizon_days: int, active_days: int = 182
) -> IntoFrameT:
    """Customers who bought in the ``active_days`` up to ``as_of``: customer_id and ``left``, 1 where nothing was bought
    in the ``horizon_days`` after it.

    The label where no contract says who left. ``order_lines`` has customer_id, day and is_return; a return is no
    purchase. A horizon shorter than a usual interval calls customers gone who are not. Row order is open. Raises
    TableError for a missing or mistyped column, ValueError for a window of no day.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 2, 3], "day": [95, 105, 99, 20], "is_return": [False] * 4})
    >>> buying_stopped(lines, as_of=100, horizon_days=30, active_days=50).sort("customer_id").rows()
    [(1, 0), (2, 1)]
    """
    check_horizon(horizon_days)
    check_horizon(active_days)
    frame = of_customers(typed(order_lines, ORDER_LINES, columns=("customer_id", "day", "is_return")))
    day = nw.col("day")
    bought = frame.filter(~nw.col("is_return"), day > as_of - active_days, day <= as_of + horizon_days)
    sides = bought.select("customer_id", before=_flag(day <= as_of), after=_flag(day > as_of))
    each = sides.group_by("customer_id").agg(nw.col("before", "after").max())
    return same_kind(
        each.filter(nw.col("before") == 1).select("customer_id", left=(1 - nw.col("after")).cast(nw.Int64)),
        order_lines,
    )


def check_horizon(days: int) -> None:
    """Raise ValueError where a window would hold no day."""
    if days < 1:
        raise ValueError(f"a window of {days} days holds no day; give at least 1")


def _runs_on(day: int) -> nw.Expr:
    return _flag((nw.col("start_day") <= day) & (nw.col("end_day").is_null() | (nw.col("end_day") > day)))


def _flag(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))

"""Profit of an order line: known where the cost is known, assumed (and said so) where it is not."""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.tables import require_columns, same_kind


@dataclass(frozen=True, kw_only=True)
class Margin:
    """What a line with unknown cost is assumed to earn: a share of its amount, 0.25 for a quarter.

    Raises ValueError outside [-1, 1].
    """

    assumed_rate: float

    def __post_init__(self) -> None:
        if not -1 <= self.assumed_rate <= 1:
            raise ValueError(f"assumed_rate is a share between -1 and 1, not {self.assumed_rate!r}")


def add_profit(order_lines: IntoFrameT, *, margin: Margin) -> IntoFrameT:
    """The order lines with one more column, ``profit``: integer minor units (ANA-03).

    profit = amount - cost where the cost is known, else amount x assumed_rate rounded to a whole minor unit,
    half away from zero. Rounding each line keeps every total equal to the sum of its parts, and a return
    undoes exactly the profit its sale was credited with. Needs ``amount`` and ``cost``; raises TableError
    naming what is missing.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"amount": [1000, 999, -999, 450, 0], "cost": [700, None, None, 500, None]})
    >>> add_profit(lines, margin=Margin(assumed_rate=0.25))["profit"].to_list()
    [300, 250, -250, -50, 0]
    """
    frame = require_columns(order_lines, ("amount", "cost"), name="order_lines")
    return same_kind(frame.with_columns(line_profit(margin)), order_lines)


def line_profit(margin: Margin) -> nw.Expr:
    """The expression behind ``profit`` over the columns ``amount`` and ``cost``."""
    amount, cost = nw.col("amount"), nw.col("cost")
    known = amount - cost.cast(nw.Float64).fill_null(0.0)
    assumed = amount * margin.assumed_rate
    # Written out rather than round(): the engines disagree on which way a half goes.
    half_away = nw.when(assumed >= 0).then((assumed + 0.5).floor()).otherwise(-(-assumed + 0.5).floor())
    return nw.when(cost.is_null()).then(half_away).otherwise(known).cast(nw.Int64).alias("profit")


def unknown_cost_share(order_lines: IntoFrameT) -> IntoFrameT:
    """How far profit rests on the assumption. One row: ``sales_amount``, ``unknown_cost_amount``,
    ``unknown_cost_share``.

    Amounts are minor units of goods sold; returned lines are left aside, so the share lies in [0, 1]. 0 says
    that no figure used the assumed rate; null says that nothing was sold. Needs ``amount``, ``cost``,
    ``is_return``.

    >>> import polars as pl
    >>> lines = pl.DataFrame({"amount": [1000, 500, 500, -500, 0], "cost": [700, None, 300, None, 0],
    ...                       "is_return": [False, False, False, True, False]})
    >>> unknown_cost_share(lines).to_dicts()
    [{'sales_amount': 2000, 'unknown_cost_amount': 500, 'unknown_cost_share': 0.25}]
    """
    frame = require_columns(order_lines, ("amount", "cost", "is_return"), name="order_lines")
    sums = frame.select(sold_amount(), unknown_cost_amount()).select(nw.all().sum().cast(nw.Int64))
    sums = sums.with_columns(nw.all().fill_null(0))  # SQL sums no rows to null
    shared = sums.with_columns(unknown_cost_share=share_of("unknown_cost_amount", "sales_amount"))
    return same_kind(shared, order_lines)


def sold_amount() -> nw.Expr:
    """``sales_amount`` of a line before returns: its amount, 0 for a returned line."""
    return nw.when(nw.col("is_return")).then(nw.lit(0)).otherwise(nw.col("amount")).alias("sales_amount")


def unknown_cost_amount() -> nw.Expr:
    """``unknown_cost_amount`` of a line: its amount if it was sold at an unknown cost, else 0."""
    aside = nw.col("is_return") | ~nw.col("cost").is_null()
    return nw.when(aside).then(nw.lit(0)).otherwise(nw.col("amount")).alias("unknown_cost_amount")


def share_of(part: str, whole: str) -> nw.Expr:
    """part / whole, null where the whole is not positive: a share of nothing, or of a loss, means nothing."""
    return nw.col(part) / nw.when(nw.col(whole) > 0).then(nw.col(whole))

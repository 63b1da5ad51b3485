"""Commission against profit: does what is paid to sellers come back?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.margin import share_of
from customer_insight.tables import TableError, require_columns, same_kind

COMMISSIONS: Final[Mapping[str, str]] = {
    "period": "integer that rises by 1 from one period to the next, such as year x 12 + month",
    "commission": "minor units paid, null is 0",
    "profit": "minor units earned on what was sold for it, before commission; null is 0",
}


def commission_trend(ledger: IntoFrameT, *, by: tuple[str, ...] = ()) -> IntoFrameT:
    """Commission and profit period by period, and where commission grew and profit did not (CAMP-16).

    ``ledger`` has the columns of COMMISSIONS and those of ``by`` (campaign, channel, agent), any number of rows per
    period. One row per ``by`` and period that has rows, in order: the sums ``commission`` and ``profit``,
    ``commission_share`` = commission / profit (null where profit is not positive), ``commission_change`` and
    ``profit_change`` against the period before, and ``alert``: commission rose and profit did not. Without rows in
    the period before, all three are null; a period without rows is not a period of zero. Changes of a whole add up
    to the changes of its parts wherever all parts have both periods.

    Raises TableError for a missing column and for rows whose period is null.

    >>> import polars as pl
    >>> ledger = pl.DataFrame({"period": [1, 1, 2, 2, 3], "commission": [50, 50, 80, 70, 160],
    ...                        "profit": [500, 400, 500, 400, 1200]})
    >>> for row in commission_trend(ledger).rows(): print(row)
    (1, 100, 900, 0.1111111111111111, None, None, None)
    (2, 150, 900, 0.16666666666666666, 50, 0, True)
    (3, 160, 1200, 0.13333333333333333, 10, 300, False)
    """
    frame = require_columns(ledger, (*COMMISSIONS, *by), name="ledger")
    _check_periods(frame)
    money = [nw.col(name).fill_null(0).cast(nw.Int64) for name in ("commission", "profit")]
    sums = frame.select(*by, nw.col("period").cast(nw.Int64), *money)
    sums = sums.group_by([*by, "period"]).agg(nw.col("commission", "profit").sum())
    sums = sums.with_columns(nw.col("commission", "profit").cast(nw.Int64))
    before = sums.select(
        *by, period=nw.col("period") + 1, old_commission=nw.col("commission"), old_profit=nw.col("profit")
    )
    joined = sums.join(before, on=[*by, "period"], how="left")
    rows = joined.with_columns(
        commission_share=share_of("commission", "profit"),
        commission_change=nw.col("commission") - nw.col("old_commission"),
        profit_change=nw.col("profit") - nw.col("old_profit"),
    )
    alert = (nw.col("commission_change") > 0) & (nw.col("profit_change") <= 0)
    known = nw.when(~nw.col("commission_change").is_null()).then(alert)
    return same_kind(rows.with_columns(alert=known).select(*_columns(by)).sort(*by, "period"), ledger)


def _columns(by: tuple[str, ...]) -> tuple[str, ...]:
    figures = ("commission", "profit", "commission_share", "commission_change", "profit_change", "alert")
    return (*by, "period", *figures)


def _check_periods(frame: nw.LazyFrame[Any]) -> None:
    unknown = frame.filter(nw.col("period").is_null()).select(nw.len()).collect().item()
    if unknown:
        raise TableError(
            f"table 'ledger': column 'period' is null in {unknown} rows; give them a period or leave them out"
        )

"""Commission against profit: does what is paid to sellers come back?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.day_calendar import month_of
from customer_insight.inputs import ORDER_LINES, Column, TableDefinition, typed
from customer_insight.margin import Margin, line_profit, share_of
from customer_insight.tables import TableError, require_columns, same_kind

COMMISSIONS: Final[Mapping[str, str]] = {
    "period": "integer that rises by 1 from one period to the next, such as year x 12 + month",
    "commission": "minor units paid, null is 0",
    "profit": "minor units earned on what was sold for it, before commission; null is 0",
}

SOLD_TO = TableDefinition(
    name="members",
    columns={
        "customer_id": Column(kind="key", meaning="the resolved customer, once per cohort"),
        "cohort": Column(kind="text", meaning="the campaign, or whoever is paid for what is sold"),
        "start_day": Column(kind="day", meaning="first day of which sales count"),
        "end_day": Column(kind="day", meaning="last day of which sales count"),
    },
)

_SUMMED: Final = ("period", "sales", "profit", "begins")


def commission_ledger(
    members: IntoFrameT, order_lines: IntoFrameT, *, rate: float, fixed: int = 0, margin: Margin
) -> IntoFrameT:
    """What an agreed commission comes to month by month, and what was earned on those sales (CAMP-16).

    ``members`` is the table SOLD_TO, ``order_lines`` the table ORDER_LINES. One row per ``cohort`` and ``period``
    (months since January 1970 = 0) in which it starts or something was sold: ``sales`` and ``profit`` of what its
    members bought within their days, net of returns, and

        commission = rate x sales, half a unit away from zero, + fixed in the month of the earliest start_day

    all whole minor units; goods that come back take commission back. A customer of several cohorts counts in each,
    as each is paid. The rows are what `commission_trend` reads. Row order is open. Raises TableError for a missing
    or mistyped column, ValueError for a rate outside [0, 1] and a fixed amount below 0.

    >>> import polars as pl
    >>> members = pl.DataFrame({"customer_id": [1, 2], "cohort": ["May"] * 2, "start_day": [120] * 2,
    ...                         "end_day": [160] * 2})
    >>> lines = pl.DataFrame({"customer_id": [1, 1, 2], "day": [130, 155, 170], "amount": [1000, 505, 900],
    ...                       "cost": [600, 300, None]})
    >>> rows = commission_ledger(members, lines, rate=0.1, fixed=50, margin=Margin(assumed_rate=0.25))
    >>> rows.sort("period").rows()
    [('May', 4, 1000, 400, 150), ('May', 5, 505, 205, 51)]
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"rate is a share between 0 and 1, not {rate!r}")
    if fixed < 0:
        raise ValueError(f"fixed must not be negative, as {fixed} is")
    joined = typed(members, SOLD_TO).select(*SOLD_TO.columns)
    lines = typed(order_lines, ORDER_LINES, columns=("customer_id", "day", "amount", "cost"))
    bought = joined.join(lines.filter(~nw.col("customer_id").is_null()), on="customer_id").filter(
        nw.col("day") >= nw.col("start_day"), nw.col("day") <= nw.col("end_day")
    )
    sold = bought.select(
        "cohort",
        line_profit(margin),
        period=month_of(nw.col("day")),
        sales=nw.col("amount"),
        begins=nw.lit(0),
    )
    began = joined.group_by("cohort").agg(nw.col("start_day").min())
    first = began.select(
        "cohort", period=month_of(nw.col("start_day")), sales=nw.lit(0), profit=nw.lit(0), begins=nw.lit(1)
    )
    whole = [
        each.select("cohort", *(nw.col(name).cast(nw.Int64) for name in _SUMMED)) for each in (sold, first)
    ]
    rows = nw.concat(whole, how="vertical").group_by("cohort", "period")
    summed = rows.agg(nw.col("sales", "profit", "begins").sum())
    due = nw.col("sales") * rate
    half_away = nw.when(due >= 0).then((due + 0.5).floor()).otherwise(-(-due + 0.5).floor())
    commission = (half_away + nw.col("begins") * fixed).cast(nw.Int64)
    figures = [nw.col(name).cast(nw.Int64) for name in ("period", "sales", "profit")]
    return same_kind(summed.select("cohort", *figures, commission=commission), members)


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

"""What each indicator of buying habits and of this year against the last means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from customer_insight.indicators.entry import Direction, Indicator, Unit, named

_NO_PURCHASE: Final = "null without a valid transaction"
_NO_CHANNEL: Final = "null where no channel is known"
_THIS: Final = "from since to as_of"
_LAST: Final = "the same dates a year before"


def _habit(name: str, unit: Unit, formula: str, undefined: str, en: str, zh: str) -> Indicator:
    return Indicator(
        name=name, requirement="DATA-22", unit=unit, direction="neither", formula=formula,
        undefined=undefined, label_en=en, label_zh=zh,
    )  # fmt: skip


HABITS: Final[Mapping[str, Indicator]] = named(
    Indicator(
        name="products_held", requirement=None, unit="count", direction="higher is better",
        formula="number of known products with more pieces bought than returned", undefined="never null",
        label_en="Products held", label_zh="持有商品种数",
    ),
    Indicator(
        name="return_rate", requirement=None, unit="share", direction="lower is better",
        formula="amount of returned lines / amount of lines not returned", undefined="null where nothing was sold",
        label_en="Return rate", label_zh="退货率",
    ),
    Indicator(
        name="discount_share", requirement=None, unit="share", direction="neither",
        formula="discount / (amount + discount) over lines not returned", undefined="null where nothing was sold",
        label_en="Discount share", label_zh="折扣占比",
    ),
    _habit("usual_weekday", "weekday", "weekday (1 Monday to 7 Sunday) of most transactions, the earlier of equals",
           _NO_PURCHASE, "Usual weekday", "常购星期"),
    _habit("usual_weekday_share", "share", "share of transactions on usual_weekday", _NO_PURCHASE,
           "Share of the usual weekday", "常购星期占比"),
    _habit("usual_hour", "hour", "hour of most transactions with a known hour, the earlier of equals",
           "null where no hour is known", "Usual hour", "常购时段"),
    _habit("usual_channel", "name", "channel of most transactions, the first by name of equals", _NO_CHANNEL,
           "Usual channel", "常用渠道"),
    _habit("usual_channel_share", "share", "share of transactions with a known channel in usual_channel", _NO_CHANNEL,
           "Share of the usual channel", "常用渠道占比"),
    _habit("channel_count", "count", "number of different known channels", "never null", "Channels used",
           "使用渠道数"),
    _habit("favourite_product_id", "key", "product in most transactions, the lowest number of equals",
           "null where no product is known", "Favourite product", "偏好商品"),
    _habit("cycle_evidence", "count", "number of intervals between successive transactions", "never null",
           "Intervals observed", "周期样本数"),
    _habit("cycle_spread_days", "days", "standard deviation of those intervals (n - 1)",
           "null with fewer than 3 valid transactions", "Spread of the cycle", "交易周期离散度"),
    _habit("next_expected_day", "day number", "last transaction + mean interval", "null with fewer than 2 valid "
           "transactions", "Next expected purchase", "预计下次购买日"),
)  # fmt: skip
"""Every column of `buying_habits` but ``customer_id``, in the order of the table."""


def _year(
    name: str, unit: Unit, formula: str, en: str, zh: str, window: str, direction: Direction
) -> Indicator:
    none = "null where nothing was sold last year" if unit == "share" else "never null"
    return Indicator(
        name=name, requirement="ANA-60", unit=unit, direction=direction, formula=formula, undefined=none,
        label_en=en, label_zh=zh, window=window,
    )  # fmt: skip


YEARLY: Final[Mapping[str, Indicator]] = named(
    _year("this_year_sales", "minor units", "sum of amount, returns netted", "Sales this year", "今年销售额",
          _THIS, "higher is better"),
    _year("last_year_sales", "minor units", "sum of amount, returns netted", "Sales last year", "去年同期销售额",
          _LAST, "neither"),
    _year("this_year_count", "count", "number of valid transactions", "Transactions this year", "今年交易次数",
          _THIS, "higher is better"),
    _year("last_year_count", "count", "number of valid transactions", "Transactions last year", "去年同期交易次数",
          _LAST, "neither"),
    _year("yearly_sales_difference", "minor units", "this_year_sales - last_year_sales",
          "Sales against last year", "同比增减额", f"{_THIS}, and {_LAST}", "higher is better"),
    _year("yearly_sales_change", "share", "this_year_sales / last_year_sales - 1", "Sales change on last year",
          "销售同比变化率", f"{_THIS}, and {_LAST}", "higher is better"),
    _year("yearly_count_change", "share", "this_year_count / last_year_count - 1",
          "Transaction change on last year", "交易次数同比变化率", f"{_THIS}, and {_LAST}", "higher is better"),
)  # fmt: skip
"""Every column of `same_period_last_year` but ``customer_id``, in the order of the table."""

"""What each transaction indicator means: the catalogue of `transaction_indicators`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from customer_insight.indicators.entry import WINDOW, Indicator, named

_NO_TRANSACTION: Final = "null without a valid transaction"

INDICATORS: Final[Mapping[str, Indicator]] = named(
    Indicator(
        name="transaction_count", requirement="ANA-02", unit="count", direction="higher is better",
        formula="number of orders with at least one line that is not a return", undefined="never null",
        label_en="Number of transactions", label_zh="交易次数",
    ),
    Indicator(
        name="sales_amount", requirement="ANA-03", unit="minor units", direction="higher is better",
        formula="sum of amount, returns netted", undefined="never null",
        label_en="Transaction amount", label_zh="交易额",
    ),
    Indicator(
        name="profit_amount", requirement="ANA-03", unit="minor units", direction="higher is better",
        formula="sum of (amount - cost), returns netted; amount x the assumed rate where the cost is unknown",
        undefined="never null", label_en="Profit", label_zh="利润",
    ),
    Indicator(
        name="gross_margin_rate", requirement="ANA-04", unit="share", direction="higher is better",
        formula="profit_amount / sales_amount", undefined="null when sales_amount is 0",
        label_en="Gross margin rate", label_zh="毛利率",
    ),
    Indicator(
        name="average_transaction_amount", requirement="ANA-05", unit="minor units",
        direction="higher is better",
        formula="sales_amount / transaction_count (sales net of returns)", undefined=_NO_TRANSACTION,
        label_en="Average transaction amount", label_zh="平均单笔交易额",
    ),
    Indicator(
        name="largest_transaction_amount", requirement="ANA-06", unit="minor units",
        direction="higher is better",
        formula="largest sum of the lines not returned over one order", undefined=_NO_TRANSACTION,
        label_en="Largest single transaction", label_zh="最大单笔交易额",
    ),
    Indicator(
        name="return_amount", requirement="ANA-07", unit="minor units", direction="lower is better",
        formula="minus the sum of amount over returned lines", undefined="never null",
        label_en="Returned-goods amount", label_zh="退货金额",
    ),
    Indicator(
        name="return_count", requirement="ANA-08", unit="count", direction="lower is better",
        formula="number of orders with at least one returned line", undefined="never null",
        label_en="Number of returns", label_zh="退货次数",
    ),
    Indicator(
        name="tenure_days", requirement="ANA-09", unit="days", direction="higher is better",
        formula="as_of - first_day", undefined=_NO_TRANSACTION,
        label_en="Elapsed trading time", label_zh="已交易时间",
        window=WINDOW + "; leave since out, or the first day is only the first in the window",
    ),
    Indicator(
        name="average_cycle_days", requirement="ANA-10", unit="days", direction="lower is better",
        formula="(last_day - first_day) / (transaction_count - 1), the mean interval of successive ones",
        undefined="null with fewer than 2 valid transactions",
        label_en="Average transaction cycle", label_zh="平均交易周期",
    ),
    Indicator(
        name="recency_days", requirement=None, unit="days", direction="lower is better",
        formula="as_of - last_day", undefined=_NO_TRANSACTION,
        label_en="Days since last transaction", label_zh="距最近一次交易天数",
    ),
    Indicator(
        name="first_day", requirement=None, unit="day number", direction="neither",
        formula="earliest day of a line not returned", undefined=_NO_TRANSACTION,
        label_en="First transaction", label_zh="首次交易日",
    ),
    Indicator(
        name="last_day", requirement=None, unit="day number", direction="neither",
        formula="day of the latest order", undefined=_NO_TRANSACTION,
        label_en="Last transaction", label_zh="最近交易日",
    ),
    Indicator(
        name="product_count", requirement=None, unit="count", direction="higher is better",
        formula="number of different known products among lines not returned", undefined="never null",
        label_en="Different products", label_zh="购买商品种数",
    ),
    Indicator(
        name="discount_amount", requirement=None, unit="minor units", direction="neither",
        formula="sum of discount over lines not returned", undefined="never null",
        label_en="Discount taken", label_zh="折扣金额",
    ),
    Indicator(
        name="unknown_cost_share", requirement="ANA-03", unit="share", direction="neither",
        formula="amount of lines not returned with unknown cost / amount of lines not returned",
        undefined="null where nothing was sold",
        label_en="Share of sales with assumed margin", label_zh="按假定毛利计的销售占比",
    ),
)  # fmt: skip
"""Every column of `transaction_indicators` but ``customer_id``, in the order of the table."""

"""What each financial indicator means: the catalogue of `financial_indicators`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from customer_insight.indicators.entry import AS_OF, Indicator, named

_NO_RECEIPT: Final = "null without a receipt"
_NO_INVOICE: Final = "null without an invoice up to as_of, or without a table of invoices"

FINANCIAL: Final[Mapping[str, Indicator]] = named(
    Indicator(
        name="receipt_count", requirement="ANA-13", unit="count", direction="higher is better",
        formula="number of receipts", undefined="never null",
        label_en="Number of receipts", label_zh="收款次数",
    ),
    Indicator(
        name="received_amount", requirement="ANA-13", unit="minor units", direction="higher is better",
        formula="sum of receipts", undefined="never null", label_en="Amount received", label_zh="收款额",
    ),
    Indicator(
        name="largest_receipt_amount", requirement="ANA-12", unit="minor units", direction="higher is better",
        formula="largest receipt", undefined=_NO_RECEIPT,
        label_en="Largest single receipt", label_zh="最大单笔收款额",
    ),
    Indicator(
        name="average_receipt_amount", requirement="ANA-13", unit="minor units", direction="higher is better",
        formula="received_amount / receipt_count", undefined=_NO_RECEIPT,
        label_en="Average receipt", label_zh="平均收款额",
    ),
    Indicator(
        name="average_collection_days", requirement="ANA-14", unit="days", direction="lower is better",
        formula="mean days from invoice (or due) day to receipt, each unit of money once; part payments count "
        "by their amounts, as allocated or else the oldest invoice first",
        undefined="null where no money of the window paid an invoice",
        label_en="Average collection cycle", label_zh="平均收款周期",
        window="money received from since to as_of",
    ),
    Indicator(
        name="average_arrears_amount", requirement="ANA-15", unit="minor units", direction="lower is better",
        formula="mean over the days of max(billed so far - received so far, 0) at the end of the day",
        undefined=_NO_INVOICE, label_en="Average arrears", label_zh="平均欠款额",
        window="every day from since (or the first invoice) to as_of",
    ),
    Indicator(
        name="average_arrears_rate", requirement="ANA-16", unit="share", direction="lower is better",
        formula="mean over the same days of the balance of ANA-15 / billed so far, where something was billed",
        undefined=_NO_INVOICE, label_en="Average arrears rate", label_zh="平均欠款率",
        window="every day from since to as_of on which something had been billed",
    ),
    Indicator(
        name="outstanding_amount", requirement="ANA-15", unit="minor units", direction="lower is better",
        formula="all billed - all received; below 0 where paid ahead", undefined=_NO_INVOICE,
        label_en="Outstanding balance", label_zh="未收余额", window=AS_OF,
    ),
)  # fmt: skip
"""Every column of `financial_indicators` but ``customer_id``, in the order of the table."""

"""Classes by trade: its stage (ANA-53), its age (ANA-54), its volume (ANA-55)."""

from __future__ import annotations

from typing import Final

from customer_insight.classifications.offered import Shipped, Treatment, named_class
from customer_insight.conditions import All, Any, Compare, Field
from customer_insight.schemes.scheme import Rule, Scheme

RECENCY: Final = "indicator.recency_days"
TENURE: Final = "indicator.tenure_days"
COUNT: Final = "indicator.transaction_count"
SALES: Final = "indicator.sales_amount"
OPEN: Final = "indicator.open_opportunity_count"
FIELDS: Final = {
    RECENCY: Field("number", "Days since last transaction", "距最近一次交易天数"),
    TENURE: Field("number", "Elapsed trading time in days", "已交易天数"),
    COUNT: Field("number", "Number of transactions", "交易次数"),
    SALES: Field("number", "Transaction amount", "交易额"),
    OPEN: Field("number", "Open opportunities", "进行中商机数"),
}


def trade_stage(*, active_days: int = 90) -> Scheme:
    """Trading now, about to trade, has traded, not yet, in this order of precedence (ANA-53).

    Trading: the last transaction at most ``active_days`` ago. About to trade: an open opportunity. Has traded:
    any transaction before. The source names the first three; who has neither trade nor opportunity is in none.
    """
    now = named_class("TRADING", "Trading", "正在交易客户", "last transaction is recent", "近期有交易")
    about = named_class(
        "ABOUT_TO_TRADE", "About to trade", "即将交易客户", "an opportunity is open", "有进行中商机"
    )
    has = named_class(
        "HAS_TRADED", "Has traded", "曾经交易客户", "traded, but not recently", "曾有交易，近期没有"
    )
    none = named_class(
        "NO_TRADE", "No trade in sight", "尚无交易客户", "neither trade nor opportunity", "无交易亦无商机"
    )
    rules = (
        Rule(assigned=now, condition=Compare(RECENCY, "<=", active_days)),
        Rule(assigned=about, condition=Compare(OPEN, ">=", 1)),
        Rule(assigned=has, condition=Compare(COUNT, ">=", 1)),
    )
    return Scheme(name="trade stage", rules=rules, default=none)


def trade_time(*, new_days: int = 365) -> Scheme:
    """Old, new and future customers: new up to ``new_days`` after the first transaction (ANA-54)."""
    new = named_class("NEW", "New customers", "新客户", "first transaction is recent", "首次交易不久")
    old = named_class("OLD", "Old customers", "老客户", "first transaction long ago", "首次交易已久")
    future = named_class("FUTURE", "Future customers", "未来客户", "no transaction yet", "尚无交易")
    rules = (
        Rule(assigned=new, condition=Compare(TENURE, "<=", new_days)),
        Rule(assigned=old, condition=Compare(TENURE, ">", new_days)),
    )
    return Scheme(name="trade time", rules=rules, default=future)


def trade_volume(
    *, long_days: int = 730, large_amount: int = 1_000_000, small_amount: int = 100_000, few: int = 2
) -> Scheme:
    """Major, ordinary and scattered customers (ANA-55).

    Major: trading at least ``long_days`` and for at least ``large_amount`` minor units. Scattered: at most
    ``few`` transactions, or less than ``small_amount``. Ordinary: all others, unknown ones too.
    """
    major = named_class(
        "MAJOR", "Major customers", "主要客户", "long trading time and large volume", "交易时间长、交易量大"
    )
    scattered = named_class("SCATTERED", "Scattered customers", "零散客户", "few transactions or small volume",
                            "交易次数少或交易量小")  # fmt: skip
    ordinary = named_class(
        "ORDINARY", "Ordinary customers", "一般客户", "neither major nor scattered", "非主要亦非零散"
    )
    rules = (
        Rule(
            assigned=major,
            condition=All((Compare(TENURE, ">=", long_days), Compare(SALES, ">=", large_amount))),
        ),
        Rule(
            assigned=scattered, condition=Any((Compare(COUNT, "<=", few), Compare(SALES, "<", small_amount)))
        ),
    )
    return Scheme(name="trade volume", rules=rules, default=ordinary)


TRADE_STAGE: Final = Shipped(
    code="trade_stage", requirement="ANA-53", label_en="Stage of trade", label_zh="交易过程分类",
    scheme=trade_stage(), fields=FIELDS,
)  # fmt: skip
TRADE_TIME: Final = Shipped(
    code="trade_time", requirement="ANA-54", label_en="Old, new, future", label_zh="时间序列分类",
    scheme=trade_time(), fields=FIELDS,
)  # fmt: skip
TRADE_VOLUME: Final = Shipped(
    code="trade_volume", requirement="ANA-55", label_en="Major, ordinary, scattered", label_zh="交易数量分类",
    scheme=trade_volume(), fields=FIELDS,
    treatments={
        "MAJOR": Treatment(text_en="An account manager and a plan of their own", text_zh="专人负责，单独制定方案"),
        "ORDINARY": Treatment(text_en="Regular contact by the sales team", text_zh="销售团队定期联系"),
        "SCATTERED": Treatment(text_en="Self-service channels", text_zh="自助渠道服务"),
    },
)  # fmt: skip

"""The customer development process: seven stages and two exits (LIFE-01).

The labels are run together in the source; the split into seven stages and two exits is a reading.
"""

from __future__ import annotations

from typing import Final

from customer_insight.classifications.offered import Shipped, named_class
from customer_insight.classifications.trade import COUNT, OPEN, RECENCY
from customer_insight.conditions import Any, Compare, Field
from customer_insight.schemes.scheme import Rule, Scheme

QUALIFIED: Final = "fact.qualified"
JOINT_WORK: Final = "fact.joint_work"
REFERRALS: Final = "indicator.referral_count"
INBOUND: Final = "indicator.inbound_count"
FIELDS: Final = {
    QUALIFIED: Field("boolean", "Qualified as a customer", "符合客户条件"),
    JOINT_WORK: Field("boolean", "Works with us jointly", "与我方合作"),
    REFERRALS: Field("number", "Customers referred", "推荐客户数"),
    INBOUND: Field("number", "Inbound contacts", "来访次数"),
    COUNT: Field("number", "Number of transactions", "交易次数"),
    RECENCY: Field("number", "Days since last transaction", "距最近一次交易天数"),
    OPEN: Field("number", "Open opportunities", "进行中商机数"),
}
STAGES: Final = ("SUSPECT", "PROSPECT", "FIRST", "REPEAT", "CLIENT", "ADVOCATE", "PARTNER")
EXITS: Final = ("UNQUALIFIED", "STOPPED")


def development(*, stopped_days: int = 365, client_count: int = 5) -> Scheme:
    """In order of precedence: unqualified, stopped, partner, advocate, client, repeat, first purchase, prospect,
    suspect (LIFE-01).

    Unqualified: known not to qualify. Stopped: last transaction more than ``stopped_days`` ago. Partner: joint
    work. Advocate: bought and referred somebody. Client: at least ``client_count`` transactions; repeat two or
    more; first one. Prospect: an open opportunity or a contact the customer began. Suspect: all others.
    """
    bought = Compare(COUNT, ">=", 1)
    stages = (
        (named_class("UNQUALIFIED", "Unqualified", "不合格者", "does not qualify", "不符合条件"),
         Compare(QUALIFIED, "=", False)),
        (named_class("STOPPED", "Stopped or former", "停止购买或过去的顾客", "no transaction for long", "长期无交易"),
         Compare(RECENCY, ">", stopped_days)),
        (named_class("PARTNER", "Partner", "合伙人", "works with us jointly", "与我方合作"),
         Compare(JOINT_WORK, "=", True)),
        (named_class("ADVOCATE", "Advocate", "主动性客户", "refers others", "推荐他人"), Compare(REFERRALS, ">=", 1)),
        (named_class("CLIENT", "Client", "客户", "buys regularly", "经常购买"), Compare(COUNT, ">=", client_count)),
        (named_class("REPEAT", "Repeat purchase", "重复购买", "bought more than once", "购买多次"),
         Compare(COUNT, ">=", 2)),
        (named_class("FIRST", "First purchase", "首次购买", "bought once", "购买一次"), bought),
        (named_class("PROSPECT", "Prospect", "预期顾客", "showed interest", "表示兴趣"),
         Any((Compare(OPEN, ">=", 1), Compare(INBOUND, ">=", 1)))),
    )  # fmt: skip
    rules = tuple(Rule(assigned=assigned, condition=condition) for assigned, condition in stages)
    suspect = named_class("SUSPECT", "Suspect", "潜在顾客", "nothing known yet", "尚无了解")
    return Scheme(name="development stage", rules=rules, default=suspect)


DEVELOPMENT: Final = Shipped(
    code="development", requirement="LIFE-01", label_en="Customer development", label_zh="顾客发展过程",
    scheme=development(), fields=FIELDS,
)  # fmt: skip

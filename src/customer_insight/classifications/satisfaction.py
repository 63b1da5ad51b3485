"""Levels of satisfaction and what each cares about (SVC-11)."""

from __future__ import annotations

from typing import Final

from customer_insight.classifications.offered import Shipped, Treatment, named_class
from customer_insight.conditions import Compare, Field
from customer_insight.schemes.scheme import Rule, Scheme

INDEX: Final = "indicator.satisfaction_index"
FIELDS: Final = {INDEX: Field("number", "Satisfaction index (1 to 100)", "满意度指数（1至100）")}


def satisfaction_level(*, satisfied: float = 75, neutral: float = 50) -> Scheme:
    """Satisfied from one index on, neutral from another, dissatisfied below; not asked is a class of its own."""
    good = named_class("SATISFIED", "Satisfied", "满意", "index is high", "指数高")
    middle = named_class("NEUTRAL", "Neutral", "一般", "index is in the middle", "指数居中")
    bad = named_class("DISSATISFIED", "Dissatisfied", "不满意", "index is low", "指数低")
    unknown = named_class("NOT_ASKED", "Not asked", "未调查", "no survey answered", "未回答调查")
    rules = (
        Rule(assigned=good, condition=Compare(INDEX, ">=", satisfied)),
        Rule(assigned=middle, condition=Compare(INDEX, ">=", neutral)),
        Rule(assigned=bad, condition=Compare(INDEX, "<", neutral)),
    )
    return Scheme(name="satisfaction level", rules=rules, default=unknown)


SATISFACTION_LEVEL: Final = Shipped(
    code="satisfaction_level", requirement="SVC-11", label_en="Satisfaction level", label_zh="满意度水平",
    scheme=satisfaction_level(), fields=FIELDS,
    treatments={
        "DISSATISFIED": Treatment(
            text_en="Basic product features first, such as whether data are accurate: ask what failed and mend it",
            text_zh="先看产品基本特性，如数据是否准确：询问问题并改正",
        ),
        "NEUTRAL": Treatment(
            text_en="Customer management: the account manager tells service staff the customer's status at once",
            text_zh="客户管理：客户经理将客户状态及时准确传达给服务人员",
        ),
        "SATISFIED": Treatment(
            text_en="Help with the customer's strategic goals: ask for them and propose a contribution",
            text_zh="协助实现客户战略目标：了解目标并提出方案",
        ),
    },
)  # fmt: skip

"""Business customers: the loyalty ladder (B2B-03) and the classes by ladder and cost to serve (B2B-04).

The ladder's direction is inferred from the printed order, the placing of the four classes from their names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from customer_insight.classifications.offered import Shipped, named_class
from customer_insight.conditions import All, Compare, Field
from customer_insight.schemes.scheme import Rule, Scheme

RUNGS: Final[Mapping[str, tuple[int, str, str]]] = {
    "INVEST": (6, "May invest in us", "可能向我方投资"),
    "COOPERATE": (5, "Seeks cooperation in new products", "寻求合作开发新产品"),
    "PREMIUM": (4, "Pays a premium", "愿意支付溢价"),
    "RESIST": (3, "Resists competitors' inducement", "抵制竞争对手的诱导"),
    "RECOMMEND": (2, "Recommends us to others", "向他人推荐产品"),
    "EXTEND": (1, "Wishes to extend the relation", "希望增进关系"),
}
"""Code -> position (1 lowest) and labels, from the highest."""

POSITION: Final = "indicator.ladder_position"
COST: Final = "indicator.cost_to_serve"
LADDER_FIELDS: Final = {
    f"fact.{code.lower()}_evidence": Field("boolean", f"Evidence: {en}", f"证据：{zh}")
    for code, (_, en, zh) in RUNGS.items()
}
CLASS_FIELDS: Final = {
    POSITION: Field("number", "Rung of the loyalty ladder (6 is highest)", "忠诚度阶梯位置（6为最高）"),
    COST: Field("number", "Cost to serve", "客户服务成本"),
}


def loyalty_ladder() -> Scheme:
    """The highest rung with evidence, whatever is known of those below; none: not on the ladder (B2B-03)."""
    rules = tuple(
        Rule(
            assigned=named_class(code, en, zh, "highest rung with evidence", "有证据的最高一级"),
            condition=Compare(f"fact.{code.lower()}_evidence", "=", True),
        )
        for code, (_, en, zh) in RUNGS.items()
    )
    none = named_class("NONE", "Not on the ladder", "未上阶梯", "no evidence for any rung", "各级均无证据")
    return Scheme(name="loyalty ladder", rules=rules, default=none)


def ladder_position(code: str) -> int:
    """The position of a class of `loyalty_ladder`: 6 the highest rung, 0 for none.

    >>> ladder_position("PREMIUM"), ladder_position("NONE")
    (4, 0)
    """
    return RUNGS[code][0] if code in RUNGS else 0


def b2b_classes(*, high_position: int = 4, high_cost: int = 100_000) -> Scheme:
    """Ladder position x cost to serve (B2B-04): loyal and cheap are most valuable, loyal and dear partners,
    neither loyal nor dear commodity buyers, dear without loyalty under-performers.

    Loyal: position >= ``high_position``; dear: cost >= ``high_cost`` minor units. Where either is unknown the
    customer is not placed.
    """
    loyal, low = Compare(POSITION, ">=", high_position), Compare(POSITION, "<", high_position)
    dear, cheap = Compare(COST, ">=", high_cost), Compare(COST, "<", high_cost)
    cells = (
        (named_class("MOST_VALUABLE", "Most valuable", "最有价值的客户", "high on the ladder, low cost",
                     "阶梯高、成本低"), loyal, cheap),
        (named_class("PARTNER", "Partner", "合伙人", "high on the ladder, high cost", "阶梯高、成本高"), loyal, dear),
        (named_class("COMMODITY", "Commodity buyer", "大众化商品购买者", "low on the ladder, low cost",
                     "阶梯低、成本低"), low, cheap),
        (named_class("UNDER_PERFORMER", "Under-performer", "表现欠佳者", "low on the ladder, high cost",
                     "阶梯低、成本高"), low, dear),
    )  # fmt: skip
    rules = tuple(Rule(assigned=cell, condition=All((one, other))) for cell, one, other in cells)
    unknown = named_class(
        "UNKNOWN", "Not placed", "未分类", "position or cost is unknown", "阶梯位置或成本未知"
    )
    return Scheme(name="business customers", rules=rules, default=unknown)


LADDER: Final = Shipped(
    code="loyalty_ladder", requirement="B2B-03", label_en="Loyalty ladder", label_zh="忠诚度阶梯",
    scheme=loyalty_ladder(), fields=LADDER_FIELDS,
)  # fmt: skip
B2B_CLASSES: Final = Shipped(
    code="b2b_classes", requirement="B2B-04", label_en="Business customers", label_zh="B2B客户分类",
    scheme=b2b_classes(), fields=CLASS_FIELDS,
)  # fmt: skip

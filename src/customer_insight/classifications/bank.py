"""The bank's variant of the tiers: value differentiated, response differentiated (ANA-38)."""

from __future__ import annotations

from typing import Final

from customer_insight.classifications.offered import Shipped, Treatment, named_class
from customer_insight.conditions import All, Compare
from customer_insight.schemes.scheme import Rule, Scheme
from customer_insight.tiers import ACTUAL, CONTRIBUTION, MGC, MVC, POTENTIAL, TIER_FIELDS


def bank_variant(*, top_layer: int = 1, growth_layer: int = 2, high_potential_layer: int = 2) -> Scheme:
    """Below marginal cost, MVC, MGC, potential, general, in this order of precedence (ANA-38).

    MVC and MGC as in the value tiers; potential: strategic value high without the actual value of an MGC.
    """
    below = named_class(
        "BELOW_COST", "Below marginal cost", "低于边际成本客户", "contribution below zero", "贡献低于零"
    )
    potential = named_class(
        "POTENTIAL", "Potential customers", "潜在客户", "high strategic value", "战略价值高"
    )
    general = named_class(
        "GENERAL", "General customers", "一般客户", "none of the other classes", "不属于其他类别"
    )
    promising = Compare(POTENTIAL, "<=", high_potential_layer)
    rules = (
        Rule(assigned=below, condition=Compare(CONTRIBUTION, "<", 0)),
        Rule(assigned=MVC, condition=Compare(ACTUAL, "<=", top_layer)),
        Rule(assigned=MGC, condition=All((Compare(ACTUAL, "<=", growth_layer), promising))),
        Rule(assigned=potential, condition=promising),
    )
    return Scheme(name="bank variant", rules=rules, default=general)


_CONTINUE: Final = Treatment(text_en="Continue creating revenue with them", text_zh="继续创造收益")
_DEVELOP: Final = Treatment(text_en="Develop them", text_zh="加以发展")

BANK_VARIANT: Final = Shipped(
    code="bank_variant", requirement="ANA-38", label_en="Bank variant", label_zh="银行分类",
    scheme=bank_variant(), fields=TIER_FIELDS,
    treatments={
        "MVC": _CONTINUE, "MGC": _CONTINUE, "GENERAL": _DEVELOP, "POTENTIAL": _DEVELOP,
        "BELOW_COST": Treatment(text_en="Find the problem and its cause", text_zh="找到问题所在和原因",
                                cause_needed=True),
    },
)  # fmt: skip

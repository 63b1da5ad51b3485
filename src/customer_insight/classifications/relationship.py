"""The relationship space: four types of relation over discovery and dialogue (INT-41, INT-42).

Which quadrant is which is not printed. Read by depth: price needs neither measure, product dialogue, need
discovery, value both; a scheme of one's own may place them otherwise.
"""

from __future__ import annotations

from typing import Final

from customer_insight.classifications.offered import Shipped, named_class
from customer_insight.conditions import All, Compare, Field
from customer_insight.schemes.scheme import Rule, Scheme

DISCOVERY: Final = "indicator.discovery_score"
DIALOGUE: Final = "indicator.dialogue_score"
FIELDS: Final = {
    DISCOVERY: Field("number", "Discovery (share of the profile known)", "发现（客户知识了解程度）"),
    DIALOGUE: Field("number", "Dialogue (richness and timeliness, 0 to 1)", "对话（丰富程度与时效性）"),
}


def relationship_space(*, deep: float = 0.5, rich: float = 0.5) -> Scheme:
    """Partner, client, product customer, price customer (INT-41); an unknown measure is low."""
    knows, talks = Compare(DISCOVERY, ">=", deep), Compare(DIALOGUE, ">=", rich)
    partner = named_class("VALUE", "Partner (value-centred)", "以价值为中心的合作伙伴", "known well, rich dialogue",
                          "了解深、对话丰富")  # fmt: skip
    client = named_class("NEED", "Client (need-centred)", "以需求为中心的客户", "known well, little dialogue",
                         "了解深、对话少")  # fmt: skip
    product = named_class("PRODUCT", "Customer (product-centred)", "以产品为中心的顾客", "little known, rich dialogue",
                          "了解浅、对话丰富")  # fmt: skip
    price = named_class("PRICE", "Ordinary customer (price-centred)", "以价格为中心的一般顾客",
                        "little known, little dialogue", "了解浅、对话少")  # fmt: skip
    rules = (
        Rule(assigned=partner, condition=All((knows, talks))),
        Rule(assigned=client, condition=knows),
        Rule(assigned=product, condition=talks),
    )
    return Scheme(name="relationship space", rules=rules, default=price)


RELATIONSHIP_SPACE: Final = Shipped(
    code="relationship_space", requirement="INT-41", label_en="Relationship space", label_zh="关系空间",
    scheme=relationship_space(), fields=FIELDS,
)  # fmt: skip

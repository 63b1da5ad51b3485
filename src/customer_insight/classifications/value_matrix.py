"""Core customers by current and potential value (ANA-42).

The source names one cell: current high, potential low is the maintenance-type core customer. The other names say
only where the cell lies.
"""

from __future__ import annotations

from typing import Final

from customer_insight.classifications.offered import Shipped, named_class
from customer_insight.conditions import All, Compare, Field
from customer_insight.schemes.scheme import Rule, Scheme

CURRENT: Final = "indicator.value_layer"
POTENTIAL: Final = "indicator.potential_layer"
FIELDS: Final = {
    CURRENT: Field("number", "Actual value layer (1 is highest)", "实际价值层（1为最高）"),
    POTENTIAL: Field("number", "Strategic value layer (1 is highest)", "战略价值层（1为最高）"),
}


def core_matrix(*, high_current: int = 2, high_potential: int = 2) -> Scheme:
    """The 2 x 2 over layers: high up to the layer given; an unknown layer is not high (ANA-42)."""
    valuable, promising = Compare(CURRENT, "<=", high_current), Compare(POTENTIAL, "<=", high_potential)
    both = named_class("HIGH_HIGH", "Core, growing", "发展型核心客户", "current and potential value high",
                       "当前价值高、潜在价值高")  # fmt: skip
    maintain = named_class("MAINTENANCE", "Core, maintenance type", "维持型核心客户",
                           "current value high, potential value low or unknown",
                           "当前价值高、潜在价值较低或未知")  # fmt: skip
    grow = named_class("LOW_HIGH", "Potential", "潜力客户", "current value low, potential value high",
                       "当前价值低、潜在价值高")  # fmt: skip
    rest = named_class("LOW_LOW", "Neither", "非核心客户", "neither value is high", "两项价值均不高")
    rules = (
        Rule(assigned=both, condition=All((valuable, promising))),
        Rule(assigned=maintain, condition=valuable),
        Rule(assigned=grow, condition=promising),
    )
    return Scheme(name="core customers", rules=rules, default=rest)


CORE_MATRIX: Final = Shipped(
    code="core_matrix", requirement="ANA-42", label_en="Core customers", label_zh="核心客户矩阵",
    scheme=core_matrix(), fields=FIELDS,
)  # fmt: skip

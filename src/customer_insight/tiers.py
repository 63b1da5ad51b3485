"""The default value tiers as data: MVC, MGC, migrators and below zero (ANA-33 to ANA-37).

The source names four tiers over three dimensions (actual value, strategic value, cost to serve) and prints no
threshold; the numbers here are defaults to be edited. The result is an ordinary `Scheme`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.conditions import All, Compare, Field
from customer_insight.schemes import Rule, Scheme, SchemeClass
from customer_insight.tables import require_columns, same_kind

Goal = Literal["keep", "grow", "decide", "choose an option"]

ACTUAL: Final = "indicator.value_layer"
POTENTIAL: Final = "indicator.potential_layer"
CONTRIBUTION: Final = "indicator.contribution"

TIER_FIELDS: Final[Mapping[str, Field]] = {
    ACTUAL: Field("number", "Actual value layer (1 is highest)", "实际价值层（1为最高）"),
    POTENTIAL: Field("number", "Strategic value layer (1 is highest)", "战略价值层（1为最高）"),
    CONTRIBUTION: Field("number", "Contribution after cost to serve", "扣除服务成本后的贡献"),
}
"""What the scheme reads. Strategic value belongs to dialogue answers (ANA-30); until there are any, a layer
of growth potential stands in, and it may be null."""


@dataclass(frozen=True, kw_only=True)
class TierGoal:
    """What to do about a tier by default; ``options`` are for people to choose from."""

    goal: Goal
    text_en: str
    text_zh: str
    options: tuple[str, ...] = ()


MVC: Final = SchemeClass(
    code="MVC", label_en="Most valuable customers", label_zh="最有价值客户",
    reason_en="highest layer of actual value", reason_zh="实际价值处于最高层",
)  # fmt: skip
MGC: Final = SchemeClass(
    code="MGC", label_en="Most growable customers", label_zh="最具增长潜力客户",
    reason_en="second in actual value with high strategic value", reason_zh="实际价值居次且战略价值高",
)  # fmt: skip
MIGRATOR: Final = SchemeClass(
    code="MIGRATOR", label_en="Migrators", label_zh="游离客户",
    reason_en="neither most valuable, most growable nor below zero",
    reason_zh="既非最有价值、最具增长潜力，亦非低于零点",
)  # fmt: skip
BELOW_ZERO: Final = SchemeClass(
    code="BZ", label_en="Below-zero customers", label_zh="低于零点客户",
    reason_en="cost to serve exceeds marginal revenue", reason_zh="服务成本超过边际收益",
)  # fmt: skip

TIER_GOALS: Final[Mapping[str, TierGoal]] = {
    "MVC": TierGoal(goal="keep", text_en="Keep these customers", text_zh="保住这些客户"),
    "MGC": TierGoal(goal="grow", text_en="Develop these customers", text_zh="发展这些客户"),
    "MIGRATOR": TierGoal(
        goal="decide", text_en="Decide whether to grow them or to cut cost", text_zh="决定发展还是降低成本"
    ),
    "BZ": TierGoal(
        goal="choose an option",
        text_en="Find out why and choose; giving a customer up is a person's decision",
        text_zh="查明原因并选择对策；是否放弃由人决定",
        options=("diagnose", "cut cost", "reprice"),
    ),
}
"""Class code -> default goal (ANA-34 to ANA-37)."""


def default_tier_scheme(
    *, top_layer: int = 1, growth_layer: int = 2, high_potential_layer: int = 2
) -> Scheme:
    """MVC, MGC, migrators and BZ over `TIER_FIELDS`, in this order of precedence:

    1. BZ iff contribution < 0, whatever the value (ANA-36); exactly 0 is not below zero, unknown is not
    either 2. MVC iff actual value layer <= ``top_layer`` (ANA-34)
    3. MGC iff actual value layer <= ``growth_layer`` and strategic value layer <= ``high_potential_layer``
    (ANA-35); an unknown strategic value is not high
    4. migrators: all others (ANA-37)

    Layers count from 1, the highest. The source gives no thresholds: the defaults take the first layer of
    five as most valuable, the second as second in value, and the two highest strategic layers as high. Raises
    ValueError unless 1 <= top_layer < growth_layer and high_potential_layer >= 1.

    >>> from customer_insight.schemes import classify_one
    >>> row = {"indicator.value_layer": 2, "indicator.potential_layer": 1, "indicator.contribution": 0}
    >>> classify_one(row, default_tier_scheme()).assigned.code
    'MGC'
    """
    if not 1 <= top_layer < growth_layer or high_potential_layer < 1:
        raise ValueError(
            "layers count from 1 and the growth layer lies below the top one: "
            f"top_layer={top_layer}, growth_layer={growth_layer}, high_potential_layer={high_potential_layer}"
        )
    growable = All(
        (Compare(ACTUAL, "<=", growth_layer), Compare(POTENTIAL, "<=", high_potential_layer)),
    )
    rules = (
        Rule(assigned=BELOW_ZERO, condition=Compare(CONTRIBUTION, "<", 0)),
        Rule(assigned=MVC, condition=Compare(ACTUAL, "<=", top_layer)),
        Rule(assigned=MGC, condition=growable),
    )
    return Scheme(name="value tiers", rules=rules, default=MIGRATOR)


def contribution(values: IntoFrameT) -> IntoFrameT:
    """What a customer leaves after being served: ``customer_id``, ``contribution`` (minor units) (ANA-32,
    ANA-36).

    contribution = profit_amount - cost_to_serve; null where either is unknown, for an unknown cost is not
    zero. Needs ``customer_id``, ``profit_amount``, ``cost_to_serve``; raises TableError naming what is
    missing.

    >>> import polars as pl
    >>> values = pl.DataFrame({"customer_id": [1, 2, 3, 4, 5], "profit_amount": [500, 200, 200, None, 0],
    ...                        "cost_to_serve": [100, 200, 201, 5, None]})
    >>> contribution(values).rows()
    [(1, 400), (2, 0), (3, -1), (4, None), (5, None)]
    """
    frame = require_columns(values, ("customer_id", "profit_amount", "cost_to_serve"), name="values")
    left = nw.col("profit_amount") - nw.col("cost_to_serve")
    return same_kind(frame.select("customer_id", contribution=left), values)

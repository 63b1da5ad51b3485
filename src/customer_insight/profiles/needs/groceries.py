"""Needs of a grocer's customers: rules to begin with, in the category names of the public Complete Journey data.

Copy them with `need_rules_as_list`, put your own categories and numbers in, and read them with `parse_need_rules`. The
numbers are where to begin, not findings; `check_needs` measures them on your own orders.
"""

from __future__ import annotations

from typing import Final

from customer_insight.conditions import All, Compare, Condition
from customer_insight.profiles.needs.rules import NeedRule


def _at_least(field: str, value: float) -> Condition:
    return Compare(f"bought.{field}", ">=", value)


def _lately(days: int) -> Condition:
    return Compare("bought.days_since_last", "<=", days)


_BABY: Final = ("BABY FOODS", "DIAPERS & DISPOSABLES", "INFANT CARE PRODUCTS", "INFANT FORMULA")

GROCERY_NEEDS: Final = (
    NeedRule(
        code="baby", label_en="Caring for a baby", label_zh="照顾婴儿", categories=_BABY,
        condition=All((_at_least("orders", 2), _lately(90))), firm_from=5,
    ),
    NeedRule(
        code="new_baby", label_en="A baby has come lately", label_zh="家中新添婴儿", categories=_BABY,
        condition=All((_at_least("orders", 2), Compare("bought.days_since_first", "<=", 90))),
    ),
    NeedRule(
        code="dog", label_en="Keeping a dog", label_zh="养狗", categories=("DOG FOODS",),
        condition=All((_at_least("orders", 2), _lately(180))), firm_from=5,
    ),
    NeedRule(
        code="cat", label_en="Keeping a cat", label_zh="养猫", categories=("CAT FOOD", "CAT LITTER"),
        condition=All((_at_least("orders", 2), _lately(180))), firm_from=5,
    ),
    NeedRule(
        code="home_baking", label_en="Baking at home", label_zh="家庭烘焙",
        categories=("BAKING MIXES", "BAKING NEEDS", "FLOUR & MEALS"),
        condition=All((_at_least("categories", 2), _at_least("orders", 4))), firm_from=8,
    ),
    NeedRule(
        code="organic", label_en="Organic food", label_zh="有机食品", categories=("ORGANICS FRUIT & VEGETABLES",),
        condition=All((_at_least("orders", 3), _at_least("order_share", 0.1))), firm_from=6,
    ),
    NeedRule(
        code="quick_meals", label_en="Meals ready quickly", label_zh="快捷餐食",
        categories=("FROZEN PIZZA", "FRZN BREAKFAST FOODS", "FRZN MEAT/MEAT DINNERS"),
        condition=All((_at_least("orders", 3), _at_least("share", 0.1))), firm_from=6,
    ),
    NeedRule(
        code="diet", label_en="Watching the weight", label_zh="控制体重",
        categories=("DIETARY AID PRODUCTS", "FITNESS&DIET"), condition=_at_least("orders", 2), firm_from=4,
    ),
)  # fmt: skip
"""Eight rules (ANA-46)."""

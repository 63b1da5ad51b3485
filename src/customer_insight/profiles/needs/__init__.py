"""Needs inferred from orders by rules that are data, kept apart from needs that customers stated (ANA-46)."""

from customer_insight.profiles.needs.check import NEED_CHECK, check_needs
from customer_insight.profiles.needs.groceries import GROCERY_NEEDS
from customer_insight.profiles.needs.infer import STATED_NEEDS, infer_needs, merge_needs, need_evidence
from customer_insight.profiles.needs.purchases import PRODUCT_CATEGORIES
from customer_insight.profiles.needs.rules import (
    BOUGHT,
    NeedRule,
    NeedRuleError,
    need_rules_as_list,
    parse_need_rules,
)

__all__ = [
    "BOUGHT",
    "GROCERY_NEEDS",
    "NEED_CHECK",
    "PRODUCT_CATEGORIES",
    "STATED_NEEDS",
    "NeedRule",
    "NeedRuleError",
    "check_needs",
    "infer_needs",
    "merge_needs",
    "need_evidence",
    "need_rules_as_list",
    "parse_need_rules",
]

"""Conditions: one typed tree over a customer's fields, for audiences, schemes, triggers and rules alike.

Fields are namespaced names such as ``indicator.sales_amount``, ``fact.income``, ``class.tier``,
``consent.email``. `to_expression` asks many customers at once, `matches` asks one; they agree on every tree
and row.
"""

from customer_insight.conditions.document import MAX_DEPTH, MAX_NODES, MAX_VALUES, as_dict, parse
from customer_insight.conditions.evaluate import matches, to_expression
from customer_insight.conditions.tree import (
    OPERATORS,
    All,
    Any,
    Between,
    Compare,
    Condition,
    ConditionError,
    Field,
    In,
    IsKnown,
    IsUnknown,
    Kind,
    Leaf,
    Not,
    Value,
    fields_of,
    rebuilt,
)
from customer_insight.conditions.wording import Language, describe

__all__ = [
    "MAX_DEPTH",
    "MAX_NODES",
    "MAX_VALUES",
    "OPERATORS",
    "All",
    "Any",
    "Between",
    "Compare",
    "Condition",
    "ConditionError",
    "Field",
    "In",
    "IsKnown",
    "IsUnknown",
    "Kind",
    "Language",
    "Leaf",
    "Not",
    "Value",
    "as_dict",
    "describe",
    "fields_of",
    "matches",
    "parse",
    "rebuilt",
    "to_expression",
]

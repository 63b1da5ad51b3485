"""Rules that infer needs from what customers buy: data to be edited (ANA-46)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from customer_insight.conditions import Condition, ConditionError, Field, as_dict, fields_of, parse

BOUGHT: Final[Mapping[str, Field]] = {
    "bought.orders": Field("number", "Orders with these categories", "含这些品类的订单数"),
    "bought.categories": Field("number", "Different ones of these categories bought", "购买过的品类数"),
    "bought.amount": Field("number", "Spent on these categories", "这些品类的消费额"),
    "bought.share": Field("number", "Share of the customer's spend", "占客户消费额的比例"),
    "bought.order_share": Field("number", "Share of the customer's orders", "占客户订单数的比例"),
    "bought.days_since_first": Field("number", "Days since the first such order", "距首次购买的天数"),
    "bought.days_since_last": Field("number", "Days since the last such order", "距最近购买的天数"),
}
"""What a rule may ask of a customer's purchases in the rule's categories, within the window.

Orders, categories, amount and shares are 0 for a customer who bought none of them; the days are unknown. Returned lines
do not count.
"""


class NeedRuleError(ValueError):
    """A rule that cannot be read; the message says where."""


@dataclass(frozen=True, kw_only=True)
class NeedRule:
    """Who matches ``condition`` seems to have the need ``code``; ``categories`` are what it is inferred from.

    The condition may ask for the fields of BOUGHT and for any other of the customer (``indicator.…``, ``fact.…``).
    The need is firm from ``firm_from`` orders on, weak below. Raises NeedRuleError without code or categories.
    """

    code: str
    label_en: str
    label_zh: str
    categories: tuple[str, ...]
    condition: Condition
    firm_from: int = 3

    def __post_init__(self) -> None:
        if not self.code or not self.categories or self.firm_from < 1:
            raise NeedRuleError(f"rule {self.code!r}: give a code, categories, and firm_from of at least 1")
        if strange := [name for name in self.asked if name.startswith("bought.") and name not in BOUGHT]:
            raise NeedRuleError(
                f"rule {self.code!r}: no field {', '.join(strange)}; there are {', '.join(BOUGHT)}"
            )

    @property
    def asked(self) -> tuple[str, ...]:
        """The fields of the condition."""
        return fields_of(self.condition)


def check_rules(rules: tuple[NeedRule, ...]) -> None:
    """Raise NeedRuleError unless there are rules and no two share a code."""
    codes = [rule.code for rule in rules]
    doubled = sorted({code for code in codes if codes.count(code) > 1})
    if not rules or doubled:
        raise NeedRuleError(f"rules are at least one, each with a code of its own: {doubled or 'none given'}")


def need_rules_as_list(rules: tuple[NeedRule, ...]) -> list[dict[str, Any]]:
    """The JSON document of the rules; ``parse_need_rules(need_rules_as_list(rules)) == rules``."""
    return [
        {
            "code": rule.code,
            "label_en": rule.label_en,
            "label_zh": rule.label_zh,
            "categories": list(rule.categories),
            "condition": as_dict(rule.condition),
            "firm_from": rule.firm_from,
        }
        for rule in rules
    ]


def parse_need_rules(document: object, fields: Mapping[str, Field] | None = None) -> tuple[NeedRule, ...]:
    """Read a JSON document: a list of objects with the keys of `NeedRule`.

    ``fields`` are those of customers beside BOUGHT; with them every condition is checked. Raises NeedRuleError
    naming the place.

    >>> parse_need_rules([{"code": "dog"}])
    Traceback (most recent call last):
        ...
    customer_insight.profiles.needs.rules.NeedRuleError: $[0]: not an object of code, label_en, label_zh, ...
    """
    if not isinstance(document, list):
        raise NeedRuleError("$: not a list of rules")
    known = None if fields is None else {**BOUGHT, **fields}
    rules = tuple(_rule(part, known, f"$[{number}]") for number, part in enumerate(document))
    check_rules(rules)
    return rules


_KEYS: Final = ("code", "label_en", "label_zh", "categories", "condition", "firm_from")


def _rule(document: object, fields: Mapping[str, Field] | None, path: str) -> NeedRule:
    if not isinstance(document, Mapping) or set(document) != set(_KEYS):
        raise NeedRuleError(f"{path}: not an object of {', '.join(_KEYS)}")
    for key in ("code", "label_en", "label_zh"):
        if not isinstance(document[key], str):
            raise NeedRuleError(f"{path}.{key}: {document[key]!r} is not text")
    categories, firm_from = document["categories"], document["firm_from"]
    if not isinstance(categories, list) or not all(isinstance(each, str) for each in categories):
        raise NeedRuleError(f"{path}.categories: not a list of texts")
    if not isinstance(firm_from, int) or isinstance(firm_from, bool):
        raise NeedRuleError(f"{path}.firm_from: {firm_from!r} is not a whole number")
    try:
        condition = parse(document["condition"], fields)
        return NeedRule(
            code=document["code"],
            label_en=document["label_en"],
            label_zh=document["label_zh"],
            categories=tuple(categories),
            condition=condition,
            firm_from=firm_from,
        )
    except (ConditionError, NeedRuleError) as error:
        raise NeedRuleError(f"{path}: {error}") from None

"""Trees in plain words, for people who did not write them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal

from customer_insight.conditions.tree import (
    All,
    Any,
    Between,
    Compare,
    Condition,
    Field,
    In,
    IsKnown,
    Leaf,
    Not,
    Value,
)
from customer_insight.tables import EPOCH

Language = Literal["en", "zh"]

_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "=": "{0} is {1}", "!=": "{0} is not {1}", "<": "{0} is below {1}", "<=": "{0} is at most {1}",
        ">": "{0} is above {1}", ">=": "{0} is at least {1}", "in": "{0} is one of {1}",
        "between": "{0} is between {1} and {2}", "known": "{0} is known", "unknown": "{0} is not known",
        "all": " and ", "any": " or ", "not": "not ({0})", "list": ", ", "group": "({0})",
        "true": "yes", "false": "no", "text": "“{0}”",
    },
    "zh": {
        "=": "{0}等于{1}", "!=": "{0}不等于{1}", "<": "{0}低于{1}", "<=": "{0}不超过{1}",
        ">": "{0}高于{1}", ">=": "{0}不低于{1}", "in": "{0}为{1}之一",
        "between": "{0}在{1}至{2}之间", "known": "{0}已知", "unknown": "{0}未知",
        "all": "且", "any": "或", "not": "并非（{0}）", "list": "、", "group": "（{0}）",
        "true": "是", "false": "否", "text": "“{0}”",
    },
}  # fmt: skip


def describe(
    condition: Condition, *, language: Language = "en", fields: Mapping[str, Field] | None = None
) -> str:
    """The condition as one phrase in English or Chinese.

    ``fields`` gives labels (the field's own name stands in for a missing one) and shows days as dates.

    >>> tree = All((Compare("indicator.sales_amount", ">=", 50000), Not(In("class.tier", ("MVC", "MGC")))))
    >>> describe(tree)
    'indicator.sales_amount is at least 50000 and not (class.tier is one of “MVC”, “MGC”)'
    >>> describe(tree, language="zh", fields={"class.tier": Field("text", "Tier", "价值层级")})
    'indicator.sales_amount不低于50000且并非（价值层级为“MVC”、“MGC”之一）'
    """
    words = _WORDS[language]
    if isinstance(condition, Not):
        return words["not"].format(describe(condition.part, language=language, fields=fields))
    if isinstance(condition, All | Any):
        parts = [_part(part, language, fields) for part in condition.parts]
        return words["all" if isinstance(condition, All) else "any"].join(parts)
    return _leaf_words(condition, language, (fields or {}).get(condition.field))


def _part(part: Condition, language: Language, fields: Mapping[str, Field] | None) -> str:
    """A part of a group; a group inside a group stands in brackets."""
    text = describe(part, language=language, fields=fields)
    bracketed = isinstance(part, All | Any) and len(part.parts) > 1
    return _WORDS[language]["group"].format(text) if bracketed else text


def _leaf_words(leaf: Leaf, language: Language, field: Field | None) -> str:
    words = _WORDS[language]
    label = (field.label_en if language == "en" else field.label_zh) if field else ""
    name = label or leaf.field

    def shown(value: Value) -> str:
        return _value_words(value, words, is_day=field is not None and field.kind == "day")

    if isinstance(leaf, Compare):
        return words[leaf.op].format(name, shown(leaf.value))
    if isinstance(leaf, In):
        return words["in"].format(name, words["list"].join(map(shown, leaf.values)))
    if isinstance(leaf, Between):
        return words["between"].format(name, shown(leaf.low), shown(leaf.high))
    return words["known" if isinstance(leaf, IsKnown) else "unknown"].format(name)


def _value_words(value: Value, words: Mapping[str, str], *, is_day: bool) -> str:
    if isinstance(value, bool):
        return words["true" if value else "false"]
    if isinstance(value, str):
        return words["text"].format(value)
    return (EPOCH + timedelta(days=value)).isoformat() if is_day else str(value)

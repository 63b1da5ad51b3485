"""Which needs are inferred from what customers buy, as the business sets it: a settings row of rules (ANA-46)."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from customer_insight.conditions import describe
from customer_insight.profiles.needs import (
    BOUGHT,
    GROCERY_NEEDS,
    NeedRule,
    NeedRuleError,
    need_rules_as_list,
    parse_need_rules,
)
from guanxi.foundation import configuration
from guanxi.foundation.configuration import with_defaults
from guanxi.foundation.errors import DomainError
from guanxi.foundation.language import is_chinese
from guanxi.insight.audience import audience_fields

SETTING: Final = "need_rules"
DEFAULT: Final[dict[str, Any]] = {"rules": need_rules_as_list(GROCERY_NEEDS)}
"""A grocer's, in the category names of public data: where to begin."""


def read_need_rules() -> tuple[NeedRule, ...]:
    """The rules that count now."""
    return parse_need_rules(configuration.read(SETTING)["rules"])


def check_need_rules(given: Any) -> None:
    """Raise DomainError, naming the place, for rules that cannot be read or ask for a field that nobody has."""
    rules = with_defaults(SETTING, given, DEFAULT)["rules"]
    try:
        parse_need_rules(rules, audience_fields())
    except NeedRuleError as error:
        raise DomainError(
            _("The rules of needs cannot be read: %(why)s")
            % {"why": str(error).partition("; known fields")[0]}
        ) from None


def need_label(code: str) -> str:
    """What a need is called; its code where no rule has it any more."""
    for rule in read_need_rules():
        if rule.code == code:
            return rule.label_zh if is_chinese() else rule.label_en
    return code


def rule_text(rule: NeedRule) -> str:
    """The condition of a rule in words."""
    fields = {**BOUGHT, **audience_fields()}
    return describe(rule.condition, language="zh" if is_chinese() else "en", fields=fields)

"""What a list of customers is asked: conditions from its address or its form, and their sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from customer_insight import conditions
from customer_insight.conditions import (
    All,
    Between,
    Compare,
    Condition,
    Field,
    In,
    IsKnown,
    IsUnknown,
    Leaf,
    Value,
    rebuilt,
)
from guanxi.customers.models import Attribute
from guanxi.customers.owners import owner_label, require_owner
from guanxi.foundation.errors import DomainError
from guanxi.foundation.language import is_chinese
from guanxi.foundation.money import base_currency, minor_units, to_minor
from guanxi.insight.audience import audience_fields
from guanxi.insight.catalogue import MEASURES
from guanxi.insight.owners import OWNER
from guanxi.shell.typed import decimal_number, without_percent
from guanxi.wording.words import label, phrase

EVERYBODY: Final = conditions.Any((IsKnown("class.tier"), IsUnknown("class.tier")))
"""Holds for every customer, analysed or not."""
TRUE: Final = frozenset({"yes", "true", "1", "是"})
FALSE: Final = frozenset({"no", "false", "0", "否"})
Fields = Mapping[str, Field]


def reader_fields() -> dict[str, Field]:
    """Every field of a condition with its labels; amounts say their currency."""
    return {name: _labelled(name, field) for name, field in audience_fields().items()}


def _labelled(name: str, field: Field) -> Field:
    group, _dot, code = name.partition(".")
    chinese = field.label_zh or (label(code) if group == "indicator" else phrase(field.label_en))
    unit = f" ({base_currency()})" if _is_money(name) else ""
    return replace(field, label_en=field.label_en + unit, label_zh=chinese + unit)


def field_label(field: Field) -> str:
    """A field's name in the reader's language."""
    return field.label_zh if is_chinese() else field.label_en


def operators() -> list[tuple[str, str]]:
    """The comparisons of the form, in words."""
    return [
        ("=", _("is")), ("!=", _("is not")), (">=", _("is at least")), ("<=", _("is at most")),
        (">", _("is above")), ("<", _("is below")), ("in", _("is one of (comma between)")),
        ("known", _("is known")), ("unknown", _("is not known")),
    ]  # fmt: skip


def kind_of_input(name: str, field: Field) -> str:
    """How values of a field are typed: money, share, number, date, flag, owner or text."""
    if name == OWNER:
        return "owner"
    if field.kind in {"number", "boolean"}:
        unit = "money" if _is_money(name) else "share" if _is_share(name) else "number"
        return unit if field.kind == "number" else "flag"
    return "date" if _is_date(name) else "text"


def read_where(text: str, fields: Fields) -> list[Condition]:
    """The conditions of an address, all of which are to hold. Raises DomainError."""
    if not text:
        return []
    try:
        condition = conditions.parse(json.loads(text), fields)
    except (ValueError, RecursionError) as error:
        why = str(error).partition("; known fields")[0]
        raise DomainError(_("The filter in the address cannot be read: %(why)s") % {"why": why}) from None
    return list(condition.parts) if isinstance(condition, All) else [condition]


def where_of(parts: Sequence[Condition]) -> str:
    """The conditions as they stand in an address; empty for none."""
    return json.dumps(conditions.as_dict(together(parts)), ensure_ascii=False) if parts else ""


def together(parts: Sequence[Condition]) -> Condition:
    """One condition: all parts hold; everybody where there is none."""
    if not parts:
        return EVERYBODY
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def sentence(condition: Condition, fields: Fields) -> str:
    """A condition in words, amounts in whole money and owners by name."""
    if isinstance(condition, Compare) and condition.field == OWNER:
        said = _("Looked after by %(who)s") if condition.op == "=" else _("Not looked after by %(who)s")
        return said % {"who": owner_label(str(condition.value))}
    language: conditions.Language = "zh" if is_chinese() else "en"
    return conditions.describe(rebuilt(condition, _for_people), language=language, fields=fields)


def typed_condition(name: str, op: str, typed: str, fields: Fields, until: str = "") -> Condition:
    """What somebody put together in the form. Raises DomainError, naming what does not fit."""
    if name not in fields:
        raise DomainError(_("Choose what to filter by."))
    document: dict[str, Any] = {"op": op, "field": name}
    if op == "in":
        parts = [part.strip() for part in re.split(r"[,，、]", typed)]
        document["values"] = [_value(name, fields[name], part) for part in parts if part]
    elif op == "between":
        ends = sorted((_value(name, fields[name], end) for end in (typed.strip(), until.strip())), key=_order)
        document["low"], document["high"] = ends
    elif op not in {"known", "unknown"}:
        document["value"] = _value(name, fields[name], typed.strip())
    try:
        return conditions.parse(document, fields)
    except conditions.ConditionError as error:
        raise DomainError(_("This condition makes no sense: %(why)s") % {"why": error}) from None


def _order(value: Value) -> tuple[bool, Value]:
    return isinstance(value, str), value


def typed_of(condition: Condition, fields: Fields) -> dict[str, str] | None:
    """What would have to be typed for a condition; None for one that the form cannot make."""
    match condition:
        case Compare(name, op, value):
            typed = {"op": op, "value": _as_typed(name, value)}
        case In(name, values):
            typed = {"op": "in", "value": ", ".join(_as_typed(name, value) for value in values)}
        case Between(name, low, high) if name != OWNER:
            typed = {"op": "between", "value": _as_typed(name, low), "until": _as_typed(name, high)}
        case IsKnown(name) | IsUnknown(name):
            typed = {"op": "known" if isinstance(condition, IsKnown) else "unknown"}
        case _:
            return None
    return {"field": name, **typed} if name in fields else None


def _as_typed(name: str, value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if _is_share(name):
        return f"{Decimal(str(value)) * 100:f} %"
    return f"{_whole_money(value) if _is_money(name) else value}"


def _value(name: str, field: Field, typed: str) -> Value:
    if not typed:
        raise DomainError(_("Say which value to compare with."))
    if name == OWNER:
        require_owner(typed)
        return typed
    if field.kind == "text":
        return _day(typed) if _is_date(name) else typed
    if field.kind == "boolean":
        typed = typed.strip()
        if typed.lower() not in TRUE | FALSE:
            raise DomainError(_("%(value)s is neither yes nor no.") % {"value": typed})
        return typed.lower() in TRUE
    number = _number(typed)
    if _is_money(name):
        return to_minor(number)
    return int(number) if number == number.to_integral_value() else float(number)


def _day(typed: str) -> str:
    """A date as facts keep it. They are compared as text: written so, the earlier one is the smaller."""
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise DomainError(_("%(value)s is not a date such as 2026-11-21.") % {"value": typed}) from None


def _number(typed: str) -> Decimal:
    """1,234.5 or 25 %."""
    plain = without_percent(typed)
    number = decimal_number(plain)
    if number is None:
        raise DomainError(_("%(value)s is not a number.") % {"value": typed})
    return number if plain == typed.strip() else number / 100


def _is_money(name: str) -> bool:
    group, _dot, code = name.partition(".")
    return group == "indicator" and code in MEASURES and MEASURES[code].unit == "minor units"


def _is_share(name: str) -> bool:
    group, _dot, code = name.partition(".")
    return group == "indicator" and code in MEASURES and MEASURES[code].unit == "share"


def _is_date(name: str) -> bool:
    group, _dot, code = name.partition(".")
    dates = Attribute.objects.filter(datatype=Attribute.DataType.DATE)
    return group == "fact" and dates.filter(code=code).exists()


def _for_people(leaf: Leaf) -> Leaf:
    """The same comparison with amounts in whole money and owners by name, to be read only."""
    if not (_is_money(leaf.field) or leaf.field == OWNER):
        return leaf

    def shown(value: Value) -> Value:
        return owner_label(str(value)) if leaf.field == OWNER else _whole_money(value)

    match leaf:
        case Compare(_, _, value):
            return replace(leaf, value=shown(value))
        case Between(name, low, high):
            return Between(name, shown(low), shown(high))
        case In(name, values):
            return In(name, tuple(map(shown, values)))
    return leaf


def _whole_money(minor: Value) -> Value:
    amount = Decimal(str(minor)) / minor_units(base_currency())
    return int(amount) if amount == amount.to_integral_value() else float(amount)

"""The schemes of classes: the library's, with whatever the business has edited in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from customer_insight.classifications import SHIPPED
from customer_insight.classifications.offered import Shipped
from customer_insight.conditions import Between, Compare, Condition, Field, In, Leaf, describe, rebuilt
from customer_insight.schemes import Scheme, SchemeError, parse_scheme, scheme_as_dict
from guanxi.foundation import audit, clock
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.language import is_chinese
from guanxi.foundation.money import base_currency, whole_money
from guanxi.foundation.versions import require_unchanged
from guanxi.insight.audience import audience_fields
from guanxi.insight.catalogue import MEASURES
from guanxi.insight.models import EditedScheme

KIND = "class scheme"


def shipped_of(code: str) -> Shipped:
    """The library's scheme of a code. Raises NotFound."""
    found = SHIPPED.get(code)
    if found is None:
        raise NotFound(_("There is no scheme %(code)s.") % {"code": code})
    return found


def scheme_label(code: str) -> str:
    """What a scheme is called."""
    shipped = shipped_of(code)
    return shipped.label_zh if is_chinese() else shipped.label_en


def scheme_document(code: str) -> dict[str, Any]:
    """The scheme that counts, as JSON: edited, or as the library has it."""
    edited = EditedScheme.objects.filter(code=code).first()
    return dict(edited.document) if edited else scheme_as_dict(shipped_of(code).scheme)


def scheme_fields(code: str) -> Mapping[str, Field]:
    """What the conditions of a scheme may speak of: its own fields, and those of audiences."""
    return {**audience_fields(), **shipped_of(code).fields}


def read_scheme(code: str) -> Scheme:
    """The scheme that counts."""
    return parse_scheme(scheme_document(code))


def save_scheme(code: str, document: Any, *, actor: Actor, seen: str | None = None) -> None:
    """Set a scheme; what it was stays in the audit.

    `seen` is the version of the document that whoever sets it saw. Raises DomainError for one that makes no sense,
    ChangedMeanwhile where it is another by now.
    """
    try:
        scheme = parse_scheme(document, scheme_fields(code))
    except SchemeError as error:
        raise DomainError(_("This scheme makes no sense: %(why)s") % {"why": error}) from None
    for each in scheme.classes:
        if not each.label_en.strip() or not each.label_zh.strip():
            raise DomainError(_("The class %(code)s needs a name in both languages.") % {"code": each.code})
    with transaction.atomic():
        now = scheme_document(code)
        if seen is not None:
            require_unchanged(KIND, code, seen=seen, now=now)
        EditedScheme.objects.update_or_create(
            code=code, defaults={"document": document, "changed_at": clock.now()}
        )
        audit.record(actor, "set", KIND, code, old=now, new=document)


def rule_words(condition: Condition, fields: Mapping[str, Field]) -> str:
    """A rule in the reader's language, amounts in whole money."""
    told = {name: _in_money(name, field) for name, field in fields.items()}
    return describe(rebuilt(condition, _whole), language="zh" if is_chinese() else "en", fields=told)


def is_money(field: str) -> bool:
    """Whether a field of a scheme holds minor units."""
    measure = MEASURES.get(field.partition(".")[2])
    return field.startswith("indicator.") and measure is not None and measure.unit == "minor units"


def _in_money(name: str, field: Field) -> Field:
    if not is_money(name):
        return field
    currency = base_currency()
    zh = f"{field.label_zh}（{currency}）" if field.label_zh else ""
    return Field(field.kind, f"{field.label_en} ({currency})", zh)


def _whole(leaf: Leaf) -> Leaf:
    """The same comparison with amounts in whole money, to be read only."""
    if not is_money(leaf.field):
        return leaf
    match leaf:
        case Compare(_field, _op, value):
            return replace(leaf, value=_amount(value))
        case Between(name, low, high):
            return Between(name, _amount(low), _amount(high))
        case In(name, values):
            return In(name, tuple(_amount(value) for value in values))
    return leaf


def _amount(value: Any) -> Any:
    amount = whole_money(value)
    return int(amount) if amount == amount.to_integral_value() else float(amount)

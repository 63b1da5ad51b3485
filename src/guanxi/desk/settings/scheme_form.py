"""A scheme as a form: names, reasons and the values that its rules compare with; typed texts as a document again."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from customer_insight.conditions import Field, parse
from guanxi.desk.settings.fields import read_typed, shown_text
from guanxi.foundation.errors import DomainError
from guanxi.foundation.language import is_chinese
from guanxi.insight.class_schemes import is_money, rule_words, scheme_document, scheme_fields

TEXTS: Final = ("label_en", "label_zh", "reason_en", "reason_zh")
Document = dict[str, Any]


@dataclass(frozen=True)
class Threshold:
    """One value that a rule compares with: its input, and the comparison in words."""

    name: str
    said: str
    value: str
    kind: str


@dataclass(frozen=True)
class Class:
    """One class of a scheme as the form shows it."""

    number: int
    code: str
    rule: str
    texts: Mapping[str, str]
    thresholds: list[Threshold]

    @property
    def label(self) -> str:
        """Its name in the reader's language."""
        return self.texts["label_zh" if is_chinese() else "label_en"]


def classes(code: str, document: Document, typed: Mapping[str, str]) -> list[Class]:
    """The classes of a scheme with what was typed in place of what counts."""
    fields = scheme_fields(code)
    return [
        Class(
            number,
            part["code"],
            rule_words(parse(part["condition"]), fields) if "condition" in part else _("everybody else"),
            {key: typed.get(f"{key}-{number}", part[key]) for key in TEXTS},
            [
                _threshold(f"value-{number}-{place}", leaf, fields, typed)
                for place, leaf in enumerate(_compared(part))
            ],
        )
        for number, part in enumerate(_parts(document), start=1)
    ]


def document_of(code: str, typed: Mapping[str, str]) -> Document:
    """The scheme that counts with what was typed. Raises DomainError for a value that is none of its kind."""
    document: Document = copy.deepcopy(scheme_document(code))
    fields = scheme_fields(code)
    for number, part in enumerate(_parts(document), start=1):
        for key in TEXTS:
            part[key] = typed.get(f"{key}-{number}", part[key]).strip()
        for place, leaf in enumerate(_compared(part)):
            name = f"value-{number}-{place}"
            if name in typed:
                leaf["value"] = _read(leaf["field"], fields[leaf["field"]], typed[name].strip())
    return document


def _parts(document: Document) -> list[Document]:
    return [*document["rules"], document["default"]]


def _compared(part: Document) -> Iterator[Document]:
    """The comparisons of a rule with one value, in their order."""
    yield from _leaves(part["condition"]) if "condition" in part else ()


def _leaves(node: Document) -> Iterator[Document]:
    if "of" in node:
        for below in node["of"] if isinstance(node["of"], list) else [node["of"]]:
            yield from _leaves(below)
    elif "value" in node:
        yield node


def _threshold(name: str, leaf: Document, fields: Mapping[str, Field], typed: Mapping[str, str]) -> Threshold:
    field = fields[leaf["field"]]
    kind = "money" if is_money(leaf["field"]) else field.kind
    value = leaf["value"]
    now = (
        str(value).lower()
        if isinstance(value, bool)
        else shown_text("money" if kind == "money" else "number", value)
    )
    said = rule_words(parse({**leaf}), fields)
    return Threshold(name, said, typed.get(name, str(value) if isinstance(value, str) else now), kind)


def _read(name: str, field: Field, text: str) -> Any:
    """What a typed text compares with. Raises DomainError for what is no number where one is needed."""
    if field.kind == "boolean":
        return text == "true"
    if field.kind == "text":
        return text
    value = read_typed("money" if is_money(name) else "number", text)
    if not isinstance(value, int | float):
        raise DomainError(_("%(value)s is not a number.") % {"value": text or "–"})
    return value

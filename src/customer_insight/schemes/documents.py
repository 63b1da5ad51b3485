"""Schemes as JSON documents: what is stored, edited and sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from customer_insight.conditions import Field, as_dict, parse
from customer_insight.schemes.scheme import Rule, Scheme, SchemeClass, SchemeError


def scheme_as_dict(scheme: Scheme) -> dict[str, Any]:
    """The JSON document of a scheme; ``parse_scheme(scheme_as_dict(s)) == s``."""
    rules = [{**_class_dict(rule.assigned), "condition": as_dict(rule.condition)} for rule in scheme.rules]
    return {"name": scheme.name, "rules": rules, "default": _class_dict(scheme.default)}


def _class_dict(assigned: SchemeClass) -> dict[str, str]:
    return {
        "code": assigned.code,
        "label_en": assigned.label_en,
        "label_zh": assigned.label_zh,
        "reason_en": assigned.reason_en,
        "reason_zh": assigned.reason_zh,
    }


def parse_scheme(document: object, fields: Mapping[str, Field] | None = None) -> Scheme:
    """Read a JSON document: name; rules, a list of classes each with its condition; default, a class.

    A class is code, label_en, label_zh, reason_en, reason_zh. ``fields`` is the catalogue the conditions are
    checked against. Raises SchemeError naming the place; a fault inside a condition keeps its own path.
    """
    whole = _object(document, ("name", "rules", "default"), "$")
    if not isinstance(whole["name"], str) or not isinstance(whole["rules"], list):
        raise SchemeError("$: name is text and rules is a list")
    rules = [_rule(part, fields, f"$.rules[{number}]") for number, part in enumerate(whole["rules"])]
    return Scheme(name=whole["name"], rules=tuple(rules), default=_class(whole["default"], "$.default"))


_CLASS_KEYS: Final = ("code", "label_en", "label_zh", "reason_en", "reason_zh")


def _rule(document: object, fields: Mapping[str, Field] | None, path: str) -> Rule:
    part = _object(document, (*_CLASS_KEYS, "condition"), path)
    assigned = _class({key: part[key] for key in _CLASS_KEYS}, path)
    try:
        return Rule(assigned=assigned, condition=parse(part["condition"], fields))
    except ValueError as error:
        raise SchemeError(f"{path}.condition: {error}") from error


def _class(document: object, path: str) -> SchemeClass:
    part = _object(document, _CLASS_KEYS, path)
    for key in _CLASS_KEYS:
        if not isinstance(part[key], str):
            raise SchemeError(f"{path}.{key}: {part[key]!r} is not text")
    return SchemeClass(**part)


def _object(document: object, keys: tuple[str, ...], path: str) -> dict[str, Any]:
    """The document, if it is an object with exactly these keys."""
    if not isinstance(document, Mapping) or set(document) != set(keys):
        raise SchemeError(f"{path}: not an object of {', '.join(keys)}")
    return dict(document)

"""The parameters of analyses: what may be chosen, and what was typed as checked values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.foundation.errors import DomainError
from guanxi.foundation.language import is_chinese
from guanxi.insight.analyses.definition import Analysis, Parameter
from guanxi.insight.audience import audience_fields
from guanxi.insight.catalogue import MEASURES, PUBLISHED, is_offered, measure_label

AMONG: Final = "among"
"""The parameter that every analysis has: a condition, as JSON, that chooses customers."""
MOST: Final = 400
"""Letters that a typed text may have."""


def checked(analysis: Analysis, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of all parameters, in their kinds, defaults where nothing was given.

    Raises DomainError naming the parameter and what it takes.
    """
    known = {parameter.name for parameter in analysis.parameters} | {AMONG}
    for name in given:
        if name not in known:
            raise DomainError(
                _("%(code)s takes no %(name)s; it takes %(known)s.")
                % {"code": analysis.code, "name": name, "known": ", ".join(sorted(known))}
            )
    values = {
        parameter.name: _value(parameter, given.get(parameter.name)) for parameter in analysis.parameters
    }
    return values | {AMONG: str(given.get(AMONG) or "")}


def default_of(parameter: Parameter) -> Any:
    """What a parameter is where nothing is given."""
    return parameter.default() if callable(parameter.default) else parameter.default


def _value(parameter: Parameter, typed: Any) -> Any:
    if typed is None or typed == "" or typed == []:
        default = default_of(parameter)
        if parameter.optional or default not in (None, "", []):
            return default
        raise DomainError(_("Say %(name)s.") % {"name": parameter.label})
    if parameter.kind in {"choice", "several"}:
        return _chosen(parameter, typed)
    if parameter.kind == "text":
        return str(typed)[:MOST]
    return _number(parameter, typed)


def _chosen(parameter: Parameter, typed: Any) -> Any:
    choices = parameter.choices() if parameter.choices else {}
    wanted = (
        typed
        if isinstance(typed, list)
        else str(typed).split(",")
        if parameter.kind == "several"
        else [typed]
    )
    for each in wanted:
        if each not in choices:
            raise DomainError(
                _("%(name)s takes %(choices)s, not %(value)s.")
                % {"name": parameter.label, "choices": ", ".join(choices) or "–", "value": each}
            )
    return list(dict.fromkeys(wanted)) if parameter.kind == "several" else wanted[0]


def _number(parameter: Parameter, typed: Any) -> int | float:
    try:
        number = int(str(typed)) if parameter.kind == "whole" else float(str(typed))
    except ValueError:
        number = None
    if number is None or not parameter.low <= number <= parameter.high:
        raise DomainError(
            _("%(name)s is a number from %(low)s to %(high)s, not %(value)s.")
            % {
                "name": parameter.label,
                "low": f"{parameter.low:g}",
                "high": f"{parameter.high:g}",
                "value": typed,
            }
        )
    return number


def measures() -> dict[str, str]:
    """Every measure of a customer that is published, by its label."""
    return {name: measure_label(name) for name in MEASURES if name in PUBLISHED and is_offered(name)}


def attributes() -> dict[str, str]:
    """Every field with few values that customers can be grouped by: facts, classes, owners, flags."""
    return {
        name: field.label_zh if is_chinese() and field.label_zh else field.label_en
        for name, field in audience_fields().items()
        if _groups(name)
    }


def _groups(name: str) -> bool:
    group, _dot, code = name.partition(".")
    return group in {"fact", "class", "consent", "has", "first"} or (
        group == "indicator" and code in _CLASSES
    )


_CLASSES: Final = frozenset({"sales_decile", "profit_decile", "bill_band", "value_layer", "potential_layer"})
"""Measures that are classes."""


def summary(analysis: Analysis, arguments: Mapping[str, Any]) -> str:
    """What was asked, in the reader's language: the analysis and the values that differ from the usual."""
    told = [
        f"{parameter.label} {_told(parameter, arguments.get(parameter.name))}"
        for parameter in analysis.parameters
        if arguments.get(parameter.name) not in (None, "", [])
    ]
    if arguments.get(AMONG):
        told.append(_("of chosen customers"))
    return f"{analysis.name} ({', '.join(told)})" if told else str(analysis.name)


def _told(parameter: Parameter, value: Any) -> str:
    if not parameter.choices:
        return str(value)
    choices = parameter.choices()
    return " · ".join(
        choices.get(each, str(each)) for each in (value if isinstance(value, list) else [value])
    )


def measure(default: str = "sales_amount", **more: Any) -> Parameter:
    """The parameter by which measure customers are compared."""
    return Parameter(
        name="by", label=gettext_lazy("By"), kind="choice", default=default, choices=measures, **more
    )

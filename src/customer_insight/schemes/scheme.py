"""What a scheme is: ordered conditions that put every customer in exactly one class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from customer_insight.conditions import Condition, fields_of

DEFAULT_RULE: Final = 0
"""The rule number of a customer for whom no rule fired: the default class."""


class SchemeError(ValueError):
    """A scheme that cannot be read or applied; the message says what is wrong and where."""


@dataclass(frozen=True, kw_only=True)
class SchemeClass:
    """One class: a code for machines, labels for people, and the reason they are told in either language."""

    code: str
    label_en: str
    label_zh: str
    reason_en: str
    reason_zh: str

    def __post_init__(self) -> None:
        if not self.code:
            raise SchemeError("a class needs a code")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Who matches ``condition``, and no earlier rule, is of ``assigned``."""

    assigned: SchemeClass
    condition: Condition


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """Rules in order, the first that matches wins; whoever matches none is of the default class.

    Rules are numbered from 1, the default is 0. Raises SchemeError when two classes share a code.
    """

    name: str
    rules: tuple[Rule, ...]
    default: SchemeClass

    def __post_init__(self) -> None:
        codes = [assigned.code for assigned in self.classes]
        doubled = sorted({code for code in codes if codes.count(code) > 1})
        if doubled:
            raise SchemeError(f"scheme {self.name!r} has more than one class {', '.join(doubled)}")

    @property
    def classes(self) -> tuple[SchemeClass, ...]:
        """All classes in order of their rules, the default last."""
        return (*(rule.assigned for rule in self.rules), self.default)

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field some rule names, each once."""
        return tuple(dict.fromkeys(field for rule in self.rules for field in fields_of(rule.condition)))

"""A scheme that comes with the library: its fields and what is done about each class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from customer_insight.conditions import Field
from customer_insight.schemes.scheme import Scheme, SchemeClass, SchemeError


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """What to do about a class by default; with ``cause_needed`` the cause must be recorded first."""

    text_en: str
    text_zh: str
    cause_needed: bool = False


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """One scheme as data. Raises SchemeError unless its fields are described and treated classes exist."""

    code: str
    requirement: str
    label_en: str
    label_zh: str
    scheme: Scheme
    fields: Mapping[str, Field]
    treatments: Mapping[str, Treatment] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unknown = [name for name in self.scheme.fields if name not in self.fields]
        strange = set(self.treatments) - {one.code for one in self.scheme.classes}
        if unknown or strange:
            raise SchemeError(f"scheme {self.code!r}: no field {unknown}, no class {sorted(strange)}")


def named_class(code: str, en: str, zh: str, reason_en: str, reason_zh: str) -> SchemeClass:
    """A class in one line."""
    return SchemeClass(code=code, label_en=en, label_zh=zh, reason_en=reason_en, reason_zh=reason_zh)

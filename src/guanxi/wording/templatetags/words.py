"""Words, numbers and times in templates. What is not there (templates say "" of it) is a dash, as what is undefined."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django import template

from guanxi.foundation import clock
from guanxi.foundation.money import format_money
from guanxi.wording import words

register = template.Library()
register.filter("label", words.label)
register.filter("word", words.word)
register.filter("phrase", words.phrase)


@register.filter
def named(name: str) -> str:
    """The name of a field as a heading: max_contacts is `Max contacts`."""
    said = words.label(name).replace("_", " ")
    return said[:1].upper() + said[1:]


@register.filter
def money(minor: float | Literal[""] | None) -> str:
    """An amount in minor units: 1,234.50 USD."""
    return format_money(None if minor == "" else minor)


@register.filter
def counted(number: int | Literal[""] | None) -> str:
    """A count with its thousands separated."""
    return "–" if number is None or number == "" else f"{number:,}"


@register.filter
def percent(share: float | Literal[""] | None) -> str:
    """A share as a percentage."""
    return "–" if share is None or share == "" else f"{100 * share:.1f} %"


@register.filter
def instant(at: datetime | Literal[""] | None) -> str:
    """An instant in the business's zone."""
    return "–" if not at else clock.business_minute(at)

"""Words that come from the data as English names, codes and sentences, in the language of the process.

In English each is returned as it came. What has no translation, such as a user's own text, is returned as it came too.
"""

from __future__ import annotations

import re
from functools import cache

from django.utils.translation import gettext as _

from customer_insight.indicators import INDICATORS
from customer_insight.tiers import default_tier_scheme
from guanxi.foundation.language import is_chinese
from guanxi.wording.vocabulary import CODES, NAMES, PHRASES


def label(name: str) -> str:
    """The name of a field or a column, such as rows_read."""
    spaced = name.replace("_", " ")
    if spaced in NAMES and (said := _(spaced)) != spaced:
        return said
    return _indicators().get(name, name) if is_chinese() else name


def word(code: object) -> object:
    """A code such as published, gap or `cannot tell`; anything else as it is."""
    return _(code) if isinstance(code, str) and code in CODES else code


def phrase(text: str) -> str:
    """A sentence that is kept in English, such as a complaint or a finding."""
    if not is_chinese():
        return text
    for template, pattern in _patterns():
        if match := pattern.fullmatch(text):
            return _(template) % {name: _part(name, part) for name, part in match.groupdict().items()}
    return text


def tier_reason(text: str) -> str:
    """Why a customer is in its tier, `tier: reason (inputs)`, with the words that the library has in Chinese."""
    match = re.fullmatch(r"(.+?): (.+) \((.+)\)", text)
    if not is_chinese() or not match:
        return text
    tier, reason, inputs = match.groups()
    words = _tier_words()
    shown = "，".join(phrase(each) for each in inputs.split(", "))
    return f"{words.get(tier, tier)}：{words.get(reason, reason)}（{shown}）"


def _part(name: str, text: str) -> str:
    """What fills a place of a phrase."""
    if name == "what":
        return str(word(label(text)))
    if name == "codes":
        return "、".join(str(word(code)) for code in text.split(", "))
    return phrase(text) if name == "why" else text


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(template, _pattern(template)) for template in PHRASES]


def _pattern(template: str) -> re.Pattern[str]:
    """What a phrase may look like once its places are filled."""
    pieces = re.split(r"%\((\w+)\)s", template)
    return re.compile(
        "".join(
            f"(?P<{piece}>.+?)" if number % 2 else re.escape(piece.replace("%%", "%"))
            for number, piece in enumerate(pieces)
        ),
        re.DOTALL,
    )


@cache
def _indicators() -> dict[str, str]:
    return {name: indicator.label_zh for name, indicator in INDICATORS.items()}


@cache
def _tier_words() -> dict[str, str]:
    classes = default_tier_scheme().classes
    return {c.label_en: c.label_zh for c in classes} | {c.reason_en: c.reason_zh for c in classes}

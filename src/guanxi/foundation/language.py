"""Which languages the product speaks, and which one somebody wishes."""

from __future__ import annotations

from typing import Final

from django.utils import translation

ENGLISH: Final = "en"
CHINESE: Final = "zh-hans"
LANGUAGES: Final = ((ENGLISH, "English"), (CHINESE, "简体中文"))
TERMINAL: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where a terminal says which language its user reads; the first that is set counts, as everywhere."""


def language_of(*wishes: str | None) -> str:
    """The language that the first wish names; English when none is named or the product does not speak it.

    >>> [language_of(wish) for wish in ("zh", "zh-CN", "zh_CN.UTF-8", "zh-Hans", "en_US.UTF-8", "C", "fr_FR")]
    ['zh-hans', 'zh-hans', 'zh-hans', 'zh-hans', 'en', 'en', 'en']
    >>> language_of(None, "", "zh_CN.UTF-8")
    'zh-hans'
    >>> language_of("en", "zh_CN.UTF-8")
    'en'
    """
    wish = next((wish.strip() for wish in wishes if wish and wish.strip()), "")
    spoken = wish.replace("-", "_").partition(".")[0].partition("_")[0].lower()
    return CHINESE if spoken in {"zh", "chinese"} else ENGLISH


def is_chinese() -> bool:
    """Whether whoever is spoken to reads Chinese."""
    return translation.get_language() == CHINESE

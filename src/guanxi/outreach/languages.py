"""In which of the languages written a customer reads a letter: one rule for estimates and for letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

FACT: Final = "language"
"""The fact that says which language a customer reads."""
CALLED: Final = {
    "english": "en", "英语": "en", "英文": "en",
    "chinese": "zh", "中文": "zh", "汉语": "zh", "普通话": "zh", "简体中文": "zh-hans", "简体": "zh-hans",
    "繁體中文": "zh-hant", "繁体中文": "zh-hant", "繁體": "zh-hant",
    "zh-cn": "zh-hans", "zh-sg": "zh-hans", "zh-tw": "zh-hant", "zh-hk": "zh-hant", "zh-mo": "zh-hant",
    "german": "de", "deutsch": "de", "french": "fr", "français": "fr", "spanish": "es", "español": "es",
    "japanese": "ja", "日本語": "ja", "日语": "ja", "korean": "ko", "한국어": "ko", "韩语": "ko",
}  # fmt: skip
"""How files call languages, and the tags that are meant."""
SPOKEN: Final = {"en": "en", "zh": "zh-hans"}
"""First part of a tag → the language of the product in which standard parts of a letter are said."""


def plain_tag(told: str) -> str:
    """A language as files write it, as a tag in small letters.

    >>> [plain_tag(told) for told in ("EN", "zh_CN", "zh-CN.UTF-8", "中文", "de-AT", " ")]
    ['en', 'zh-hans', 'zh-hans', 'zh', 'de-at', '']
    """
    tag = told.strip().lower().replace("_", "-").partition(".")[0]
    return CALLED.get(tag, tag)


def language_for(told: str, written: Sequence[str]) -> str:
    """Of the languages written the one for whom reads `told`; empty where none is.

    The very language first, then a wider one, then another of the same family: who reads zh-Hant is better served by
    zh-Hans than by English.

    >>> [language_for(told, ["en", "zh-Hans"]) for told in ("zh", "zh-TW", "en-GB", "中文", "fr", "")]
    ['zh-Hans', 'zh-Hans', 'en', 'zh-Hans', '', '']
    >>> language_for("zh-TW", ["zh-Hans", "zh-Hant"]), language_for("en-GB", ["en-US", "en"])
    ('zh-Hant', 'en')
    """
    tag = plain_tag(told)
    if not tag:
        return ""
    tags = {plain_tag(each): each for each in reversed(written)}
    parts = tag.split("-")
    for length in range(len(parts), 0, -1):
        if found := tags.get("-".join(parts[:length])):
            return found
    return next((each for each in written if plain_tag(each).partition("-")[0] == parts[0]), "")


def unsubscribe_line(address: str, language: str) -> str:
    """Where to unsubscribe, as a sentence in a letter's language; the address alone in one that is not ours."""
    if not address:
        return ""
    spoken = SPOKEN.get(plain_tag(language or settings.LANGUAGE_CODE).partition("-")[0])
    if spoken is None:
        return address
    with translation.override(spoken):
        return _("No more letters from us: %(address)s") % {"address": address}

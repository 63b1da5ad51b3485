"""Which words of a Chinese page are English: the rule, and the names that may stand there."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

NAMES = {
    "Guanxi", "English", "Ada", "BG", "NBD", "Gamma", "Parquet", "CSV", "TOML", "UTF", "GB", "USD", "UTC", "JSON",
    "ECharts", "PNG", "MVC", "MGC", "BZ", "MIGRATOR", "Fader", "Hardie", "Lee", "NULL", "TOTP", "ID", "npm", "alive",
    "JavaScript", "https", "Ctrl", "Esc", "Enter", "Excel", "API", "OpenAPI", "true", "universal",
    "Email", "Holm", "ISO", "RFM", "alpha", "beta", "gamma",
}  # fmt: skip
"""Latin words that a Chinese page may hold: names of products, models, units and formats, and values of settings."""
AS_TYPED = re.compile(r"(?s)<(script|style|textarea|code|pre|option)\b.*?</\1>")
"""What stands on a page as it is typed or kept: documents, keys and values."""


def english_in(page: str) -> set[str]:
    """The English words that a reader of this page sees or hears."""
    return set(_seen(page)) - NAMES


def _seen(page: str) -> Iterator[str]:
    body = AS_TYPED.sub(" ", page)
    for attribute in re.findall(r'(?:aria-label|placeholder|alt|title)="([^"]*)"', body):
        yield from words(attribute)
    yield from words(re.sub(r"<[^>]*>", " ", body))


def words(text: str) -> list[str]:
    """Words in Latin letters, but for addresses, codes and what holds a digit."""
    plain = re.sub(r"\S+@\S+|`[^`]*`|\S*[_/.:]\S*|\b\w*\d\w*\b", " ", html.unescape(text))
    return re.findall(r"[A-Za-z]{2,}", plain)

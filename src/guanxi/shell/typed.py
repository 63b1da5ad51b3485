"""What addresses and forms bring along as text."""

from __future__ import annotations

import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Final

LARGEST: Final = 10**13
"""As whole money it still fits every column in minor units."""


def whole_number(text: str, digits: int = 18) -> int | None:
    """The number of at most so many ASCII digits that a text is; None for any other text.

    Eighteen digits fit every column of the database.

    >>> whole_number("42"), whole_number("-1"), whole_number("4２"), whole_number("1234", 3)
    (42, None, None, None)
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


def decimal_number(text: str) -> Decimal | None:
    """The number that somebody typed, with commas between its thousands or none; None for any other text.

    >>> decimal_number("1,234.5"), decimal_number("１，２００"), decimal_number("nan"), decimal_number("25 %")
    (Decimal('1234.5'), Decimal('1200'), None, None)
    """
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    if "_" in plain:  # Python would read 1_000 as a thousand
        return None
    return number if number.is_finite() and abs(number) <= LARGEST else None


def without_percent(text: str) -> str:
    """A typed share without its sign.

    >>> without_percent("25 ％"), without_percent("25")
    ('25', '25')
    """
    return text.strip().rstrip("%％").strip()

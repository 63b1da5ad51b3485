"""What addresses and forms bring along as text."""

from __future__ import annotations


def whole_number(text: str, digits: int = 18) -> int | None:
    """The number of at most so many ASCII digits that a text is; None for any other text.

    Eighteen digits fit every column of the database.

    >>> whole_number("42"), whole_number("-1"), whole_number("4２"), whole_number("1234", 3)
    (42, None, None, None)
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None

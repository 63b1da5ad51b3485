"""Tables of pages: columns with labels, cells as text in the reader's language."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from guanxi.foundation import clock
from guanxi.foundation.money import base_currency, format_money, whole_money
from guanxi.wording.words import label, phrase, word

EMPTY: Final = "–"
"""What stands where nothing is known; a file leaves such a cell empty."""
SHARE: Final = "share"
SHORT, LONG = 20, 40
"""Letters, two for a 汉字, up to which a text keeps to one line, and beyond which it gets a broad column."""
FEW_COLUMNS: Final = 4
"""So many fit beside each other on a phone."""
Plain = str | int | float | Decimal | date | datetime | None


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, and where it leads."""

    text: str
    href: str = ""
    is_number: bool = False
    value: Plain = None
    """What a file holds in its place, so that numbers and dates stay what they are; None where the text is all."""
    unit: str = ""
    """`share`, or the currency of `value`."""

    @property
    def plain(self) -> Plain:
        """What a file holds."""
        if self.value is not None:
            return self.value
        return None if self.text == EMPTY else self.text

    @property
    def look(self) -> str:
        """The class of its place: figures align, short words keep to one line, long ones get room to break."""
        if self.is_number:
            kind = "gx-number"
        else:
            breadth = _breadth(self.text)
            kind = "gx-short" if breadth <= SHORT else "gx-long" if breadth > LONG else "gx-text"
        return f"{kind} gx-none" if self.text == EMPTY else kind


def _breadth(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


@dataclass(frozen=True)
class Table:
    """A table as a page shows it."""

    columns: Sequence[str]
    """Names that the vocabulary knows, such as rows_read."""
    rows: Iterable[Sequence[Any]]
    """Values or ready cells."""
    title: str = ""
    note: str = ""
    empty: str = field(default="")
    every: Callable[[], Iterable[Sequence[Any]]] | None = None
    """All rows, for a file, where `rows` are one page of them."""

    def as_context(self) -> dict[str, Any]:
        rows = [[cell_of(value) for value in row] for row in self.rows]
        numeric = [_is_numeric([row[place] for row in rows]) for place in range(len(self.columns))]
        rows = [
            [
                replace(cell, is_number=right) if cell.text == EMPTY else cell
                for cell, right in zip(row, numeric, strict=True)
            ]
            for row in rows
        ]
        columns = [
            {"label": label(name), "is_number": right}
            for name, right in zip(self.columns, numeric, strict=True)
        ]
        return {
            "columns": columns,
            "rows": rows,
            "title": self.title,
            "note": self.note,
            "empty": self.empty or _("Nothing yet."),
            # On a phone such rows are read one by one; figures are compared down their columns.
            "reads_by_row": len(columns) > FEW_COLUMNS and 2 * sum(numeric) <= len(columns),
        }


def _is_numeric(column: Sequence[Cell]) -> bool:
    """Whether a column holds nothing but numbers and empty cells."""
    filled = [cell for cell in column if cell.text != EMPTY]
    return bool(filled) and all(cell.is_number for cell in filled)


def cell_of(value: Any) -> Cell:
    """A value as people read it: thousands separated, times in the business's zone, codes in words.

    >>> cell_of(1234).text, cell_of(1234).plain, cell_of(None).text, cell_of(None).plain
    ('1,234', 1234, '–', None)
    """
    match value:
        case Cell():
            return value
        case None | "":
            return Cell(EMPTY, is_number=True)
        case bool():
            return Cell(_("yes") if value else _("no"))
        case int():
            return Cell(f"{value:,}", is_number=True, value=value)
        case float():
            return Cell(f"{value:,.2f}", is_number=True, value=value)
        case datetime():
            local = value.astimezone(clock.business_zone())
            return Cell(f"{local:%Y-%m-%d %H:%M}", value=local.replace(tzinfo=None))
        case date():
            return Cell(f"{value:%Y-%m-%d}", value=value)
    return Cell(phrase(str(word(value))))


def money_cell(minor: float | None) -> Cell:
    """An amount in the base currency."""
    value = None if minor is None else whole_money(minor)
    return Cell(format_money(minor), is_number=True, value=value, unit=base_currency())


def share_cell(share: float | None) -> Cell:
    """A share as a percentage."""
    return Cell(EMPTY if share is None else f"{100 * share:.1f} %", is_number=True, value=share, unit=SHARE)


def count_cell(count: int, href: str = "") -> Cell:
    """A number that opens what it counts."""
    return Cell(f"{count:,}", href, is_number=True, value=count)

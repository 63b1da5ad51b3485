"""Tables of pages: columns with labels, cells as text in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from guanxi.foundation import clock
from guanxi.wording.words import label, phrase, word


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, and where it leads."""

    text: str
    href: str = ""
    is_number: bool = False


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

    def as_context(self) -> dict[str, Any]:
        rows = [[cell_of(value) for value in row] for row in self.rows]
        numeric = [
            bool(rows) and all(row[place].is_number for row in rows) for place in range(len(self.columns))
        ]
        columns = [
            {"label": label(name), "is_number": right}
            for name, right in zip(self.columns, numeric, strict=True)
        ]
        empty = self.empty or _("Nothing yet.")
        return {"columns": columns, "rows": rows, "title": self.title, "note": self.note, "empty": empty}


def cell_of(value: Any) -> Cell:
    """A value as people read it: thousands separated, times in the business's zone, codes in words.

    >>> cell_of(1234), cell_of(None).text
    (Cell(text='1,234', href='', is_number=True), '–')
    """
    match value:
        case Cell():
            return value
        case None | "":
            return Cell("–", is_number=True)
        case bool():
            return Cell(_("yes") if value else _("no"))
        case int():
            return Cell(f"{value:,}", is_number=True)
        case float():
            return Cell(f"{value:,.2f}", is_number=True)
        case datetime():
            return Cell(f"{value.astimezone(clock.business_zone()):%Y-%m-%d %H:%M}")
        case date():
            return Cell(f"{value:%Y-%m-%d}")
    return Cell(phrase(str(word(value))))

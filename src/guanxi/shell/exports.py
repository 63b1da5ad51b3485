"""Tables as files: Excel workbooks and CSV, in which text is never taken for a formula and numbers stay numbers."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any, Final

from django.http import FileResponse

from guanxi.foundation.engine.duck import scratch
from guanxi.shell.tables import SHARE, Plain

if TYPE_CHECKING:
    from xlsxwriter import Workbook

FORMATS: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
FORMULA_STARTS: Final = tuple("=+-@\t\r\n＝＋－＠")
"""A spreadsheet takes text that begins so for a formula."""
ROWS_PER_SHEET: Final = 1_000_000
"""Excel holds 1,048,576 rows a sheet; what is left goes on in another."""
IN_MEMORY: Final = 4 << 20
TELL_EVERY: Final = 1_000

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Sheet:
    """What a file holds: its name, a heading per column with its unit, and rows, which are read once."""

    name: str
    header: Sequence[str]
    units: Sequence[str]
    """`share`, a currency, or nothing."""
    rows: Iterable[Sequence[Plain]]

    @property
    def headings(self) -> list[str]:
        """The headings; amounts say their currency, because their cells are bare numbers.

        >>> Sheet("", ["sales", "share"], ["USD", "share"], []).headings
        ['sales (USD)', 'share']
        """
        return [
            f"{name} ({unit})" if unit not in {"", SHARE} else name
            for name, unit in zip(self.header, self.units, strict=True)
        ]


def write_sheet(sheet: Sheet, file: IO[bytes], kind: str, tell: Progress = lambda rows: None) -> int:
    """Write a file of a kind in FORMATS and return how many rows it has; `tell` hears how many there are so far."""
    return (_write_xlsx if kind == "xlsx" else _write_csv)(sheet, file, tell)


def as_download(sheet: Sheet, kind: str) -> tuple[FileResponse, int]:
    """A file as an answer, and how many rows it has."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(scratch()))  # noqa: SIM115 - the answer closes it
    rows = write_sheet(sheet, file, kind)
    file.seek(0)
    name = file_name(sheet.name, kind)
    return FileResponse(file, as_attachment=True, filename=name, content_type=FORMATS[kind]), rows


def file_name(title: str, kind: str) -> str:
    """A title as the name of a file on any system.

    >>> file_name('Moves: "up" / down', "csv")
    'Moves- -up- - down.csv'
    """
    return re.sub(r'[\x00-\x1f\\/:*?"<>|]', "-", title)[:100] + f".{kind}"


def _write_csv(sheet: Sheet, file: IO[bytes], tell: Progress) -> int:
    """UTF-8 with a byte order mark, without which Excel misreads Chinese. The comma is Excel's separator in every
    language that the pages speak."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(map(safe_text, sheet.headings))
    count = 0
    for count, row in enumerate(sheet.rows, 1):
        writer.writerow(map(_csv_cell, row))
        if count % TELL_EVERY == 0:
            tell(count)
    text.flush()
    text.detach()
    return count


def safe_text(text: str) -> str:
    """Text that a spreadsheet shows as text.

    >>> safe_text("=1+1"), safe_text("王伟"), safe_text("\\n=1")
    ("'=1+1", '王伟', "'\\n=1")
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _csv_cell(value: Plain) -> object:
    match value:
        case str():
            return safe_text(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
    return value


def _write_xlsx(sheet: Sheet, file: IO[bytes], tell: Progress) -> int:
    """A workbook, row by row: memory does not grow with it."""
    from xlsxwriter import Workbook  # slow to import, and needed for workbooks only

    options = {"constant_memory": True, "tmpdir": str(scratch()), "default_date_format": "yyyy-mm-dd"}
    book = Workbook(file, options)
    page = _Page(book, sheet)
    count = 0
    for count, row in enumerate(sheet.rows, 1):
        if page.row == ROWS_PER_SHEET:
            page = _Page(book, sheet)
        page.add(row)
        if count % TELL_EVERY == 0:
            tell(count)
    book.close()
    return count


class _Page:
    """One sheet of a workbook."""

    def __init__(self, book: Workbook, sheet: Sheet) -> None:
        self.page = book.add_worksheet()
        self.text = book.add_format({"num_format": "@", "quote_prefix": True})
        self.instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self.numbers = [book.add_format({"num_format": _number_format(unit)}) for unit in sheet.units]
        bold = book.add_format({"bold": True})
        self.page.freeze_panes(1, 0)
        for place, name in enumerate(sheet.headings):
            self.page.set_column(place, place, max(12, min(40, len(name) + 2)))
            self.page.write_string(0, place, name, bold)
        self.row = 0

    def add(self, row: Sequence[Plain]) -> None:
        self.row += 1
        for place, value in enumerate(row):
            match value:
                case None:
                    pass
                case str():
                    # Written as text it is no formula; the mark keeps it text when somebody edits the cell.
                    mark = self.text if value.startswith(FORMULA_STARTS) else None
                    self.page.write_string(self.row, place, value[:32_767], mark)
                case datetime():
                    self.page.write_datetime(self.row, place, value, self.instant)
                case date():
                    self.page.write_datetime(self.row, place, value)
                case int() | float() | Decimal():
                    self.page.write_number(self.row, place, value, self._of(place, value))

    def _of(self, place: int, value: int | float | Decimal) -> Any:
        """Whole numbers are shown whole; the others by their column's unit."""
        return None if isinstance(value, int) else self.numbers[place]


def _number_format(unit: str) -> str:
    return "0.0%" if unit == SHARE else "#,##0.00"

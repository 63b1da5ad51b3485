"""Whether every quoted cell of a CSV file is closed where a cell ends; otherwise rows would swallow rows in silence."""

from __future__ import annotations

import mmap
import re
from pathlib import Path

BOM = b"\xef\xbb\xbf"
CELLS_AT_A_TIME = 10_000
"""One match remembers where each of its cells began, so it may not run over the whole file."""
QUOTES_IN_A_CELL = 50_000
"""More is a cell that runs away; remembering each of them would cost gigabytes."""


def misquoted_line(path: Path, delimiter: str) -> int | None:
    """The number of the line in which a quoted cell begins that is never closed, or closed amid its text."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        if text.find(b'"') < 0:
            return None
        after = len(BOM) if text[:3] == BOM else 0
        cells = re.compile(rb"(?:%b%b){1,%d}" % (_cell(delimiter), _ends(delimiter), CELLS_AT_A_TIME))
        while found := cells.match(text, after):
            after = found.end()
        last = re.compile(_cell(delimiter)).match(text, after)
        return None if last and last.end() == len(text) else text[:after].count(b"\n") + 1


def _cell(delimiter: str) -> bytes:
    """A cell, perhaps empty. Not possessive: before 3.11.5 Python matched possessive groups wrongly (gh-101955)."""
    mark = re.escape(delimiter.encode())
    return rb'(?:"[^"]*(?:""[^"]*){0,%d}"|[^"%b\r\n][^%b\r\n]*)?' % (QUOTES_IN_A_CELL, mark, mark)


def _ends(delimiter: str) -> bytes:
    return rb"[%b\r\n]+" % re.escape(delimiter.encode())

"""What reading a file comes to, whatever the file was: text columns with usable names, and row numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from guanxi.customers.imports.kinds import UnreadableFile

BLOCK = 32 << 20
"""Bytes that are held at once; no row may be longer."""
ROW_NUMBER = "_row"


@dataclass(frozen=True)
class MalformedRow:
    """A row that is not even a row: it has too many or too few cells."""

    row: int
    reason: str
    text: str


@dataclass(frozen=True)
class RawFile:
    """What reading found: the columns and how many rows, and the rows that could not be split into cells."""

    columns: tuple[str, ...]
    rows: int
    malformed: tuple[MalformedRow, ...]
    encoding: str
    blank: int = 0
    """Rows without any value, which are passed over."""


def usable_names(path: Path, names: list[str]) -> list[str]:
    """The column names without spaces around them; a column without a name is called by its position."""
    named = [name.strip() or f"column {position}" for position, name in enumerate(names, start=1)]
    if any("\0" in name for name in named):
        raise UnreadableFile(
            _("%(name)s has NUL bytes in its header; if it is UTF-16, say so with --encoding utf-16-le.")
            % {"name": path.name}
        )
    by_lower: dict[str, list[str]] = {}
    for name in [ROW_NUMBER, *named]:
        by_lower.setdefault(name.lower(), []).append(name)
    if doubled := next((same for same in by_lower.values() if len(same) > 1), None):
        raise UnreadableFile(
            _(
                "%(name)s has two columns called %(one)r and %(other)r; rename one (upper and lower case are one)."
            )
            % {"name": path.name, "one": doubled[0], "other": doubled[1]}
            if ROW_NUMBER not in doubled
            else _("%(name)s has a column called %(column)r, a name that is taken; rename it.")
            % {"name": path.name, "column": doubled[1]}
        )
    return named


def no_row(path: Path) -> str:
    return _("%(name)s has a header but no row that can be read.") % {"name": path.name}

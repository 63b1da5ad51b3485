"""How a table is defined: its columns, their kinds and meaning, and what may be missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["key", "day", "whole number", "money", "number", "boolean", "text"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column. A key is a whole number; a day counts from 1970-01-01; money is whole minor units.

    ``nullable``: a row may leave it empty. ``optional``: the table may lack it.
    """

    kind: Kind
    meaning: str
    nullable: bool = False
    optional: bool = False


@dataclass(frozen=True, kw_only=True)
class TableDefinition:
    """A named table. ``unique`` names the key that no two rows share, ``positive`` the amounts above zero."""

    name: str
    columns: Mapping[str, Column]
    unique: str | None = None
    positive: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """The columns a table must have, in order."""
        return tuple(name for name, column in self.columns.items() if not column.optional)

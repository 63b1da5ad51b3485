"""What can be imported: the kinds, their fields, and what a kind must provide."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from django.db.models import Model
from django.utils.translation import gettext as _

from guanxi.customers.models import ImportBatch
from guanxi.foundation.engine.duck import Duck
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.registry import registry


class UnreadableFile(DomainError):
    """The file cannot be read as what it is said to be."""


MAX_CELL = 4000
"""Characters that one cell may hold."""
Words = tuple[tuple[str, tuple[str, ...]], ...]
"""Words as we keep them, each with the other ways to write it, in lower case."""


@dataclass(frozen=True)
class Field:
    """One field of a kind: how it is called in files, what it must look like."""

    name: str
    type: str
    """key, text, long text, word, number, money, date, time, flag, email, mobile or owner."""
    help: str
    required: bool = False
    """Every row must have a value."""
    expected: bool = False
    """The file must have the column; rows may leave it empty."""
    is_past: bool = False
    """A date that may not lie in the future; a time never may: what is imported has happened."""
    synonyms: tuple[str, ...] = ()
    words: Words = ()
    """Of a word: what it may be."""
    no_word: str = ""
    """Of a word: what is said of a cell that is none of them."""


@dataclass(frozen=True)
class Staged:
    """Rows ready to be appended to a table: a Parquet file whose columns are the table's columns."""

    model: type[Model]
    file: str
    rows: int
    id_column: str = "id"
    first_id: int = 0
    last_id: int = -1


@dataclass(frozen=True)
class Superseded:
    """Ids (Parquet file, column id) of the rows that this batch replaces."""

    model: type[Model]
    file: str
    rows: int


@dataclass
class Staging:
    """What a kind works with: the checked rows as DuckDB table `good`, and where to put what it makes."""

    batch: ImportBatch
    duck: Duck
    folder: Path
    supersedes: list[Superseded] = field(default_factory=list)
    staged: list[Staged] = field(default_factory=list)
    datasets: set[str] = field(default_factory=set)
    notes: dict[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class ImportKind:
    """A kind of file. `stage` turns checked rows into rows of tables; `rules` are checks across fields."""

    name: str
    fields: tuple[Field, ...]
    stage: Callable[[Staging], None]
    rules: tuple[Rule, ...] = ()
    unique: tuple[str, ...] = ()
    extras: bool = False
    """Whether columns that are no field of the kind are kept as facts."""
    facts: tuple[str, ...] = ()
    """The fields that are kept as facts too."""

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)

    def brings_money(self, names: Collection[str]) -> bool:
        """Whether a file with these fields holds amounts."""
        return any(
            field.type == "money" or field.name == "unit_price"
            for field in self.fields
            if field.name in names
        )


@dataclass(frozen=True)
class Rule:
    """A check across fields: rows for which `broken` (SQL over the checked fields) holds are bad.

    In both texts {currency} stands for the currency of the amounts, and {zone} for the zone in which days are counted.
    """

    broken: str
    column: str
    reason: str


def register(kind: ImportKind) -> None:
    """Make a kind known; called by the room that owns it when it starts."""
    registry.import_kinds[kind.name] = kind


def kind_named(name: str) -> ImportKind:
    """The kind of that name."""
    if name not in registry.import_kinds:
        raise NotFound(
            _("%(name)r cannot be imported; there are: %(import_kinds)s.")
            % {"name": name, "import_kinds": ", ".join(sorted(registry.import_kinds))}
        )
    found: ImportKind = registry.import_kinds[name]
    return found

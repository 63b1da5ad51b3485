"""Typed lists that rooms fill when the application starts, so that lower rooms can serve upper ones.

A lower room reads a list by its type and never imports the room that filled it. ARCHITECTURE.md lists who fills what.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from guanxi.foundation.page_entries import Action, HomePanel, JobPage, Navigation, Undo

if TYPE_CHECKING:
    from guanxi.foundation.jobs import RunningJob


@dataclass(frozen=True)
class Dataset:
    """A table of the truth database that the replica copies; its columns identify no person directly.

    `rows` is a SELECT of the visible rows, and `changed` a SELECT of the ids of the rows, visible or not, that an
    import wrote or replaced; the replica fills in `{batch}`. A dataset that no import writes has none.
    """

    name: str
    model: type[Model]
    key: str
    """The column by which rows are replaced: the id of `model`."""
    rows: str
    columns: str
    """SELECT list that gives every column the same type, whichever database the rows come from."""
    changed: str = ""

    @property
    def definition(self) -> str:
        """What tells one way to make the columns from another: a copy made in an older way is made anew."""
        text = " ".join(f"{self.key} {self.rows} {self.columns}".split())
        return sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Reference:
    """A column that points at a row another room's import may have brought: such a row outlives its import."""

    target: type[Model]
    model: type[Model]
    column: str
    import_column: str | None = None


@dataclass(frozen=True)
class PersonalData:
    """Where a room keeps what it knows of a person: for the profile and for access requests."""

    name: str
    model: type[Model]
    rows: Callable[[Sequence[int]], list[dict[str, Any]]]
    party_column: str = "party_id"


@dataclass(frozen=True)
class JobKind:
    """What runs a job of a kind. It must be idempotent: a crash makes it run again."""

    name: str
    run: Callable[[RunningJob], dict[str, Any]]


Entry = Dataset | PersonalData | Reference | JobKind | Navigation | Action | HomePanel | Undo | JobPage


@dataclass
class Registry:
    """All the lists, in the order in which the rooms start."""

    datasets: dict[str, Dataset] = field(default_factory=dict)
    personal_data: list[PersonalData] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    job_kinds: dict[str, JobKind] = field(default_factory=dict)
    import_kinds: dict[str, Any] = field(default_factory=dict)
    navigation: list[Navigation] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    home_panels: list[HomePanel] = field(default_factory=list)
    undos: dict[str, Undo] = field(default_factory=dict)
    job_pages: dict[str, JobPage] = field(default_factory=dict)

    def add(self, *entries: Entry) -> None:
        """Add entries; a second entry of a name that must be its own is a programming error."""
        for entry in entries:
            match entry:
                case PersonalData():
                    self.personal_data.append(entry)
                case Reference():
                    self.references.append(entry)
                case Navigation():
                    self.navigation.append(entry)
                case Action():
                    self.actions.append(entry)
                case HomePanel():
                    self.home_panels.append(entry)
                case Undo():
                    _once(self.undos, entry.name, entry)
                case JobPage():
                    _once(self.job_pages, entry.kind, entry)
                case Dataset():
                    _once(self.datasets, entry.name, entry)
                case JobKind():
                    _once(self.job_kinds, entry.name, entry)


def _once(entries: dict[str, Any], name: str, entry: object) -> None:
    if name in entries:
        raise ValueError(f"{name!r} is registered twice")
    entries[name] = entry


registry = Registry()

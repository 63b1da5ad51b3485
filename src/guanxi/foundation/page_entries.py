"""What rooms bring to the frame of the pages: ways in, things to do, parts of start pages, ways back, results of jobs.

Nothing here knows a page: names of addresses and templates are resolved where they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guanxi.foundation.models import Job


@dataclass(frozen=True)
class Navigation:
    """An entry of the sidebar: where it leads and who sees it."""

    order: int
    label: Any
    """Translated when it is shown."""
    url_name: str
    icon: str
    permission: str | None = None
    key: str = ""
    """The letter that leads there after `g`."""


@dataclass(frozen=True)
class Action:
    """Something to do, named in the menu for everything."""

    order: int
    label: Any
    """Translated when it is shown."""
    url_name: str
    icon: str
    permission: str | None = None
    is_post: bool = False
    """Done at once by a POST; the others lead to a page."""
    creates: bool = False
    """Makes something new: it stands in the menu of what can be created, too."""


@dataclass(frozen=True)
class HomePanel:
    """A part of the start page: for which roles, who may see it, and what it shows."""

    order: int
    name: str
    template: str
    read: Callable[[Any], Mapping[str, Any] | None]
    """Takes the person; the context of the template, or None where there is nothing to show."""
    roles: frozenset[str]
    permission: str | None = None


@dataclass(frozen=True)
class Undo:
    """How something that somebody just did is taken back from the message that told of it."""

    name: str
    run: Callable[[Mapping[str, Any], Any], str]
    """Takes the arguments and the person; takes it back and says so. Raises DomainError where that is too late."""
    permission: str | None = None


@dataclass(frozen=True)
class JobPage:
    """Where the result of a job of a kind is seen."""

    kind: str
    address: Callable[[Job], str]

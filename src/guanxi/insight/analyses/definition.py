"""What an analysis is: a question with parameters, computed by `customer_insight`, shown as sheets and drawings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from django.utils.functional import Promise

from guanxi.insight.analyses.data import Data

Text: TypeAlias = str | Promise
Kind = Literal["text", "code", "count", "number", "money", "share", "day", "month", "days", "customer"]
"""How the values of a column are read. A code is a word of the product; a customer is an id that leads to its page.
A month is a number such as 202503, a day an ISO date, money minor units, a share lies between 0 and 1."""
Asked: TypeAlias = Mapping[str, Any]
"""Values by the names of parameters, checked."""
Raw: TypeAlias = dict[str, Any]
"""What was computed, as JSON keeps it: names to lists of rows and plain values."""
Choices: TypeAlias = Callable[[], Mapping[str, str]]
"""Value to label, in the reader's language."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One thing that may be chosen. `several` choices come as a list, in the order given."""

    name: str
    label: Text
    kind: Literal["choice", "several", "whole", "number", "text"]
    default: Any
    choices: Choices | None = None
    low: float = 0
    high: float = 10**12
    help: Text = ""
    optional: bool = False
    """Whether it may be left empty; it is None then, or an empty list."""


@dataclass(frozen=True)
class Column:
    """A column of a sheet: the name that the vocabulary or the catalogue of measures knows, and its kind."""

    name: str
    kind: Kind = "text"
    label: Text = ""
    """What stands above it in place of its name's word."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table of an answer. `opens` says for each row which customers stand behind its counts."""

    key: str
    title: Text
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    opens: Sequence[Mapping[str, Any] | None] = ()
    """A condition over the customers for each row, or None; it is what the columns of the kind count lead to."""
    opens_of: Mapping[str, Sequence[Mapping[str, Any] | None]] = field(default_factory=dict)
    """The same for single columns of the kind count whose customers are others than `opens` says."""
    leads: Mapping[str, Sequence[Mapping[str, Any] | None]] = field(default_factory=dict)
    """Column to, for each row, the values of parameters with which its cell asks the same analysis again, or None."""
    is_drawn_only: bool = False
    """Whether it is there for a drawing, its figures standing in another sheet."""
    note: Text = ""
    empty: Text = ""


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A chart of a sheet: columns of it against each other."""

    sheet: str
    kind: Literal["bars", "lines", "heat", "dots"]
    title: Text
    names: str
    """The column along the axis; of a heat map and of lines `by` has the other one."""
    values: Sequence[str]
    by: str = ""
    """Rows of one value of this column make one line, or one row of a heat map."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An answer for people."""

    lead: Text = ""
    sheets: Sequence[Sheet] = ()
    drawings: Sequence[Drawing] = ()
    notes: Sequence[Text] = field(default=())
    """What it rests on, and what it does not say."""
    reaches: Mapping[str, Any] | None = None
    """A condition of the customers for whom a campaign may be planned from here."""


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """An analysis on offer. `compute` asks the engine; `show` only arranges what it found.

    Where it puts every customer in a class or gives a score, `members` names the view that `compute` leaves in the
    engine with (customer_id, value); its values become a field of audiences, and counts open their customers.
    """

    code: str
    group: str
    name: Text
    question: Text
    compute: Callable[[Data, Asked], Raw]
    show: Callable[[Raw, Asked], Shown]
    parameters: tuple[Parameter, ...] = ()
    requirements: tuple[str, ...] = ()
    members: Literal["", "text", "number"] = ""
    """The kind of what `compute` leaves of each customer in the view `members`; empty for nothing."""
    at_once: int | None = None
    """Up to so many order lines it is computed while somebody waits, beyond by a job; None: as many as is usual."""
    table: Callable[[Data, Asked], Any] | None = None
    """The relation with a row per customer that may be taken along as a file; its columns are measures."""
    rests_on: Callable[[Asked], Any] | None = None
    """What else an answer rests on, as JSON, such as what somebody edited: where it changes, the question is new."""


def month_text(month: int) -> str:
    """A month as people write it.

    >>> month_text(202503)
    '2025-03'
    """
    return f"{month // 100}-{month % 100:02}"

"""What the components of pages take: figures that open what is behind them, lines, steps, what happened when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Stat:
    """One figure with its name; it opens the people or the page behind it."""

    label: str
    text: str
    href: str = ""
    note: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a list: what it is, where it leads, and a word on its state."""

    text: str
    href: str = ""
    note: str = ""
    badge: str = ""
    percent: int | None = None
    """How far it is, from 0 to 100; None where that is not the question."""


@dataclass(frozen=True)
class Step:
    """One step of work that has several; it can be gone to where it has an address."""

    label: str
    state: Literal["done", "here", "wrong", "next"]
    href: str = ""


@dataclass(frozen=True)
class Happening:
    """Something that happened to somebody."""

    when: str
    kind: str
    text: str
    href: str = ""


@dataclass(frozen=True)
class Chip:
    """A filter in words: it is taken away or put on by following it."""

    text: str
    href: str
    is_on: bool = True

"""The cells of a plan: what each says and to which share of those who are not held out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from django.utils.translation import gettext as _

from customer_insight.assignment import CONTROL
from guanxi.campaigns.plan_fields import PlanError, read_code, read_text, read_text_or_none
from guanxi.campaigns.plan_languages import Words, listed_languages
from guanxi.outreach.delivery.placeholders import (
    BODY_PLACEHOLDERS,
    BODY_WORDS,
    LINK,
    PLACEHOLDERS,
    WORDS,
    links_in,
    unknown_placeholders,
)

HOLDOUT = "holdout"
RESERVED = (CONTROL, HOLDOUT)
"""Codes that no cell may have."""
CELL_TEXTS = {"subject": 200, "body": 100_000}
"""What a cell says, and how many characters that may have."""


@dataclass(frozen=True)
class PlannedCell:
    """One variant: its share of those who are not held out, and what it says."""

    code: str
    subject: str
    body: str
    share: float = 1.0
    offer: str = ""
    languages: dict[str, Words] = field(default_factory=dict)
    """Language → what the cell says in it; its own words stand for all others."""

    @property
    def all_words(self) -> list[Words]:
        """What it says, in every language."""
        return [Words(self.subject, self.body), *self.languages.values()]


def read_cells(documents: object) -> tuple[PlannedCell, ...]:
    """The cells in the order written. Raises PlanError naming the first that cannot be."""
    cells = tuple(_cell(number, cell) for number, cell in enumerate(listed_cells(documents), start=1))
    _check_codes([cell.code for cell in cells])
    return cells


def listed_cells(documents: object) -> list[dict[str, Any]]:
    """The cells as they were written; raises PlanError for what is no list of them."""
    if not isinstance(documents, list) or not all(isinstance(cell, dict) for cell in documents):
        raise PlanError(_("cells is a list; write one [[cells]] section per cell."))
    return documents


def cell_complaints(documents: object) -> dict[str, str]:
    """What is wrong in every cell, by place and field such as `cells.0.subject`; `cells` for the list itself."""
    try:
        cells = listed_cells(documents)
    except PlanError as error:
        return {"cells": str(error)}
    found: dict[str, str] = {}
    for place, cell in enumerate(cells):
        for name, read in CELL_READERS.items():
            try:
                read(cell, place + 1)
            except PlanError as error:
                found |= _complaints_of(cell, place, name, str(error))
    try:
        _check_codes([cell.get("code") for cell in cells])
    except PlanError as error:
        found["cells"] = str(error)
    return found


def _complaints_of(cell: dict[str, Any], place: int, name: str, said: str) -> dict[str, str]:
    """A complaint by its place; of words in other languages one each, such as `cells.0.languages.en.body`."""
    found = {}
    if name == "languages":
        try:
            languages = listed_languages(cell, place + 1)
        except PlanError:
            languages = {}
        for tag, words in languages.items():
            for part, read in WORDS_READERS.items():
                try:
                    read(words, place + 1)
                except PlanError as error:
                    found[f"cells.{place}.languages.{tag}.{part}"] = str(error)
    return found or {f"cells.{place}.{name}": said}


def _cell(number: int, cell: dict[str, Any]) -> PlannedCell:
    if unknown := sorted(set(cell) - set(CELL_READERS)):
        raise PlanError(unknown_fields(unknown, CELL_READERS, number))
    return PlannedCell(**{name: read(cell, number) for name, read in CELL_READERS.items()})


def _read_code(cell: dict[str, Any], number: int) -> str:
    return read_code(cell.get("code", ""), _("code of cell %(number)s") % {"number": number})


def _called(cell: dict[str, Any], number: int) -> dict[str, Any]:
    """How a cell is named in a complaint: by its code, or by its number where that is missing."""
    return {"code": cell.get("code") or number}


def _read_subject(cell: dict[str, Any], number: int) -> str:
    subject = _read_words(cell, number, "subject")
    if len(subject.splitlines()) > 1:
        raise PlanError(_("subject of cell %(code)s must be one line.") % _called(cell, number))
    return subject


def _read_body(cell: dict[str, Any], number: int) -> str:
    return _read_words(cell, number, "body")


def _read_words(cell: dict[str, Any], number: int, name: str) -> str:
    where = _(" of cell %(code)s") % _called(cell, number)
    words = read_text(cell, name, CELL_TEXTS[name], where)
    # A misspelt placeholder would be mailed as it stands.
    known = [*BODY_WORDS, *(LINK + link for link in links_in(words))] if name == "body" else WORDS
    if unknown := unknown_placeholders(words, known):
        raise PlanError(
            _(
                "%(name)s of cell %(code)s has placeholders that nothing stands for: %(unknown)s. "
                "There are: %(known)s; write $$ for a dollar sign before a word."
            )
            % {
                "name": name,
                **_called(cell, number),
                "unknown": ", ".join(unknown),
                "known": ", ".join(BODY_PLACEHOLDERS if name == "body" else PLACEHOLDERS),
            }
        )
    return words


def _read_weight(cell: dict[str, Any], number: int) -> float:
    weight = cell.get("share", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < 1e6:
        raise PlanError(
            _("share of cell %(code)s is a number above 0, not %(weight)r.")
            % {**_called(cell, number), "weight": weight}
        )
    return float(weight)


def _read_offer(cell: dict[str, Any], number: int) -> str:
    return read_text_or_none(cell, "offer", 500, _(" of cell %(code)s") % _called(cell, number))


def _read_languages(cell: dict[str, Any], number: int) -> dict[str, Words]:
    listed = listed_languages(cell, number)
    return {
        tag: Words(**{name: read(words, number) for name, read in WORDS_READERS.items()})
        for tag, words in listed.items()
    }


WORDS_READERS: Final[dict[str, Callable[[dict[str, Any], int], str]]] = {
    "subject": _read_subject,
    "body": _read_body,
}
CELL_READERS: Final[dict[str, Callable[[dict[str, Any], int], Any]]] = {
    "code": _read_code,
    **WORDS_READERS,
    "share": _read_weight,
    "offer": _read_offer,
    "languages": _read_languages,
}
"""Field of a cell → what reads it."""


def _check_codes(codes: list[Any]) -> None:
    given = [code for code in codes if isinstance(code, str)]
    if taken := [code for code in given if code.lower() in RESERVED]:
        raise PlanError(
            _("No cell may be called %(taken)r: those who are held out are called so.") % {"taken": taken[0]}
        )
    if len(set(given)) < len(given):
        raise PlanError(_("Every cell needs a code of its own."))


def unknown_fields(names: Iterable[str], known: Collection[str], cell: int = 0) -> str:
    """What is said of fields that do not exist: the nearest that does, or all of them."""
    return " ".join(_unknown_one(name, known, cell) for name in names)


def _unknown_one(name: str, known: Collection[str], cell: int) -> str:
    near = get_close_matches(name.lower(), known, n=1)
    said = {"name": name, "near": near[0] if near else "", "known": ", ".join(known), "cell": cell}
    if cell and near:
        return (
            _("Cell %(cell)s has a field '%(name)s' that it does not know; did you mean '%(near)s'?") % said
        )
    if cell:
        return _("Cell %(cell)s has a field '%(name)s' that it does not know; it may have: %(known)s.") % said
    if near:
        return _("The plan has a field '%(name)s' that it does not know; did you mean '%(near)s'?") % said
    return _("The plan has a field '%(name)s' that it does not know; it may have: %(known)s.") % said

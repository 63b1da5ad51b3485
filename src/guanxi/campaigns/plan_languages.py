"""The words of a plan in several languages: what each cell says in which, and who reads them where none fits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _

from guanxi.campaigns.plan_fields import PlanError

TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
MOST_LANGUAGES: Final = 20


class Words(NamedTuple):
    """What a letter says."""

    subject: str
    body: str


def read_tag(value: object, name: str) -> str:
    """The tag of a language, or nothing where nothing is said."""
    if value == "":
        return ""
    if not isinstance(value, str) or not TAG.fullmatch(value):
        raise PlanError(
            _("%(name)s is the tag of a language such as en or zh-Hans, not %(value)r.")
            % {"name": name, "value": value}
        )
    return value


def listed_languages(cell: Mapping[str, Any], number: int) -> dict[str, dict[str, Any]]:
    """Tag → the words of a cell in that language as they were written, under the name by which complaints call them."""
    given = cell.get("languages") or {}
    code = cell.get("code") or number
    if (
        not isinstance(given, dict)
        or len(given) > MOST_LANGUAGES
        or not all(isinstance(words, dict) for words in given.values())
    ):
        raise PlanError(
            _("languages of cell %(code)s holds a section such as [cells.languages.zh-Hans] per language.")
            % {"code": code}
        )
    for tag, words in given.items():
        read_tag(tag or None, _("the language of cell %(code)s") % {"code": code})
        if unknown := sorted(set(words) - set(Words._fields)):
            raise PlanError(
                _(
                    "[cells.languages.%(tag)s] of cell %(code)s has a field '%(name)s'; it may have: %(known)s."
                )
                % {"tag": tag, "code": code, "name": unknown[0], "known": ", ".join(Words._fields)}
            )
    return {tag: {**words, "code": f"{code} ({tag})"} for tag, words in given.items()}


def language_complaint(language: str, cells: Iterable[tuple[str, Iterable[str]]]) -> str:
    """What is wrong between the language of a plan and those of its cells (code, tags); empty for nothing.

    All cells say their words in the same languages: otherwise their results would compare languages, not words.
    """
    by_cell = {code: list(tags) for code, tags in cells}
    every = list(dict.fromkeys(tag for tags in by_cell.values() for tag in tags))
    if every and not language:
        return _(
            "The plan does not say language: in which language the cells' own words are. Customers whose language is "
            "not known, or in which nothing is written, read these."
        )
    if language in every:
        return _(
            "The cells' own words are in %(tag)s already; [cells.languages.%(tag)s] says them twice."
        ) % {"tag": language}
    lacking = ((code, tag) for code, tags in by_cell.items() for tag in every if tag not in tags)
    for code, tag in lacking:
        return _("Every cell is written in the same languages; cell %(code)s says nothing in %(tag)s.") % {
            "code": code,
            "tag": tag,
        }
    return ""

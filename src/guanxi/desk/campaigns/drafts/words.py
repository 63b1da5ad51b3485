"""What only the step of the words has: links by name, and each cell's words in further languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from guanxi.campaigns.plan_languages import MOST_LANGUAGES, TAG
from guanxi.campaigns.plan_links import MOST_LINKS
from guanxi.desk.campaigns.drafts.fields import CELL_FIELDS, shown_field, value_of
from guanxi.foundation.errors import DomainError
from guanxi.outreach.delivery.placeholders import LINK, PLACEHOLDERS, UNSUBSCRIBE_LINE

WORDS: Final = ("subject", "body")
INSERTABLE: Final = (*PLACEHOLDERS, f"${{{UNSUBSCRIBE_LINE}}}", "${unsubscribe}")
"""What can be put into the words with a click, beside the links."""
CHINESE_SIGN: Final = re.compile(r"[\u3400-\u9fff]")


def links_of(document: Mapping[str, Any]) -> dict[str, str]:
    """The links of a document, as far as it has some."""
    links = document.get("links")
    return links if isinstance(links, dict) else {}


def sent_links(sent: QueryDict, document: Mapping[str, Any]) -> dict[str, Any]:
    """All links of a sent form, wrong ones too; a second one of a name gets a number, so that none is lost."""
    links: dict[str, str] = {}
    for place in range(MOST_LINKS + 1):
        name, address = (sent.get(f"links.{place}.{part}", "").strip() for part in ("name", "address"))
        if name or address:
            links[_unlike(name, links)] = address
    is_sent = "links.0.name" in sent
    return {"links": links} if is_sent and (links or links_of(document)) else {}


def _unlike(name: str, taken: Mapping[str, str]) -> str:
    names = (name if number == 1 else f"{name}-{number}" for number in range(1, MOST_LINKS + 2))
    return next(each for each in names if each not in taken)


def shown_links(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row per link, and one to write another."""
    rows = [*links_of(values).items(), ("", "")][:MOST_LINKS]
    return [
        {
            "place": place,
            "name": name,
            "address": address,
            "placeholder": f"${{{LINK}{name}}}" if name else "",
        }
        for place, (name, address) in enumerate(rows)
    ]


def languages_of(cell: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Language → the words of a cell in it, as far as they are some."""
    languages = cell.get("languages")
    if not isinstance(languages, dict):
        return {}
    return {tag: words for tag, words in languages.items() if isinstance(words, dict)}


def with_sent_languages(cell: dict[str, Any], place: int, sent: QueryDict) -> None:
    """Set what a sent form says in each language of a cell, with those that are added and without the removed one."""
    languages = {tag: dict(words) for tag, words in languages_of(cell).items()}
    for tag, words in languages.items():
        for name in WORDS:
            if (text := sent.get(f"cells.{place}.languages.{tag}.{name}")) is not None:
                words[name] = value_of(CELL_FIELDS[name].kind, str(text))
    if tag := sent.get("new_language", "").strip():
        languages.setdefault(_checked(tag, len(languages)), {"subject": "", "body": ""})
    languages.pop(sent.get("remove_language", ""), None)
    if languages:
        cell["languages"] = languages
    else:
        cell.pop("languages", None)


def _checked(tag: str, there_are: int) -> str:
    if not TAG.fullmatch(tag) or there_are >= MOST_LANGUAGES:
        raise DomainError(
            _(
                "A language is named by its tag such as en or zh-Hans, not %(tag)s; a plan has at most %(most)s."
            )
            % {"tag": tag, "most": MOST_LANGUAGES}
        )
    return tag


def own_language(cells: list[dict[str, Any]], said: object) -> str:
    """What stands for the language of the cells' own words where nobody has said it yet: what they look like."""
    if said:
        return str(said)
    words = "".join(str(cell.get(name, "")) for cell in cells for name in WORDS)
    return "zh-Hans" if CHINESE_SIGN.search(words) else "en"


def shown_languages(cell: Mapping[str, Any], place: int, wrong: Mapping[str, str]) -> list[dict[str, Any]]:
    """The fields of a cell's words in each further language."""
    return [
        {
            "tag": tag,
            "fields": [
                shown_field(
                    CELL_FIELDS[name],
                    words,
                    wrong.get(f"cells.{place}.languages.{tag}.{name}", ""),
                    prefix=f"cells.{place}.languages.{tag}.",
                )
                for name in WORDS
            ],
        }
        for tag, words in languages_of(cell).items()
    ]


def written_words(cell: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """What a cell says: its own words under no tag, then those in each further language."""
    return [("", cell), *languages_of(cell).items()]

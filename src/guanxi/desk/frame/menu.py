"""The one menu (Ctrl K): customers, pages and actions that fit what somebody types, as far as they may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.desk.customers.listing import customers_named, names_of
from guanxi.desk.insight.reports import REPORTS
from guanxi.foundation.language import LANGUAGES, is_chinese
from guanxi.foundation.registry import registry
from guanxi.shell.frame import seen_by
from guanxi.staff.models import User
from guanxi.staff.roles import May
from guanxi.staff.visibility import visible_to

CUSTOMERS: Final = 8
"""How many customers the menu shows; the list shows all."""
LIFETIME: Final = ("lifetime-value", gettext_lazy("Lifetime value"))


@dataclass(frozen=True)
class Entry:
    """One line of the menu: it leads to a page, posts a form, or does something in the browser."""

    label: str
    icon: str
    hint: str = ""
    href: str = ""
    post: str = ""
    value: tuple[str, str] = ("", "")
    """The name and value that are posted."""
    does: str = ""
    """The name of a movement of the frame."""


@dataclass(frozen=True)
class Group:
    """Lines of one kind under a heading."""

    name: str
    entries: list[Entry]


def menu(person: User, wanted: str, *, only_new: bool = False) -> list[Group]:
    """What fits, in groups; with nothing typed, all pages and actions. `only_new` keeps what makes something new."""
    actions = [entry for entry in _actions(person, only_new=only_new) if _fits(entry.label, wanted)]
    groups = [Group(_("Actions"), [entry.shown for entry in actions])]
    if not only_new:
        pages = [entry.shown for entry in _pages(person) if _fits(entry.label, wanted)]
        groups = [Group(_("Customers"), _customers(person, wanted)), Group(_("Pages"), pages), *groups]
    return [group for group in groups if group.entries]


@dataclass(frozen=True)
class _Candidate:
    """A line with its label before it is translated, so that both languages find it."""

    label: Any
    shown: Entry


def _fits(label: Any, wanted: str) -> bool:
    """Whether every word that was typed stands in the label, in either language."""
    said = " ".join(_in_every_language(label)).casefold()
    return all(word in said for word in wanted.casefold().split())


def _in_every_language(label: Any) -> Iterator[str]:
    for code, _name in LANGUAGES:
        with translation.override(code):
            yield str(label)


def _customers(person: User, wanted: str) -> list[Entry]:
    if not wanted or not person.may(May.SEE_CUSTOMERS):
        return []
    sees_addresses = person.may(May.SEE_ADDRESSES)
    found = customers_named(wanted, sees=visible_to(person), sees_addresses=sees_addresses)[:CUSTOMERS]
    names = names_of([party.pk for party in found]) if sees_addresses else {}
    return [
        Entry(
            names.get(party.pk, party.public_id),
            "user",
            hint=f"{party.source}:{party.source_key}",
            href=reverse("customer", args=[party.public_id]),
        )
        for party in found
    ]


def _pages(person: User) -> Iterator[_Candidate]:
    for entry in sorted(seen_by(person, registry.navigation), key=lambda entry: entry.order):
        hint = f"g {entry.key}" if entry.key else ""
        yield _Candidate(
            entry.label, Entry(str(entry.label), entry.icon, hint=hint, href=reverse(entry.url_name))
        )
    if person.may(May.SEE_INSIGHT):
        for key, label in [*((key, name) for key, (name, _read) in REPORTS.items()), LIFETIME]:
            href = reverse("insight_report", args=[key])
            yield _Candidate(label, Entry(str(label), "chart-bar", hint=_("report"), href=href))


def _actions(person: User, *, only_new: bool) -> Iterator[_Candidate]:
    for action in sorted(seen_by(person, registry.actions), key=lambda action: action.order):
        if action.creates or not only_new:
            address = reverse(action.url_name)
            leads, posts = ("", address) if action.is_post else (address, "")
            yield _Candidate(action.label, Entry(str(action.label), action.icon, href=leads, post=posts))
    if not only_new:
        yield from _of_the_frame()


def _of_the_frame() -> Iterator[_Candidate]:
    """What every page can do."""
    code, name = LANGUAGES[0] if is_chinese() else LANGUAGES[1]
    speak = gettext_lazy("Speak English") if is_chinese() else gettext_lazy("Speak Chinese")
    yield _Candidate(speak, Entry(name, "language", post=reverse("language"), value=("language", code)))
    theme, keys = gettext_lazy("Dark or light"), gettext_lazy("All keys")
    yield _Candidate(theme, Entry(str(theme), "moon", does="theme"))
    yield _Candidate(keys, Entry(str(keys), "help-circle", hint="?", does="keys"))

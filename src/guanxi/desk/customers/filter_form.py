"""The form that makes one filter: what can be compared, how, and with which value; typed anew or changed in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from customer_insight.conditions import Condition
from guanxi.customers.owners import ME, POOL, TEAM, owner_label, owners, teams
from guanxi.desk.customers import filters
from guanxi.desk.customers.state import ListState
from guanxi.foundation.engine.duck import identifier, rows
from guanxi.insight.audience import browse_audience
from guanxi.shell.typed import whole_number
from guanxi.staff.visibility import Sees
from guanxi.wording.words import word

NUMBERS: Final = ("=", "!=", ">=", "<=", ">", "<", "between", "in", "known", "unknown")
OPERATORS: Final = {
    "number": NUMBERS,
    "money": NUMBERS,
    "share": NUMBERS,
    "date": ("=", ">=", "<=", "between", "known", "unknown"),
    "flag": ("=", "known", "unknown"),
    "text": ("=", "!=", "in", "known", "unknown"),
    "owner": ("=", "!="),
}
"""Kind of input → the comparisons that make sense."""
WITHOUT_VALUE: Final = frozenset({"known", "unknown"})
MOST_CHOICES: Final = 50
EITHER, CHANGE = "or", "change"


@dataclass(frozen=True)
class Typed:
    """What stands in the form. `at` is the place of the filter that is changed, or that gets another way."""

    field: str = ""
    op: str = "="
    value: str = ""
    until: str = ""
    at: str = ""
    how: str = ""
    complaint: str = ""

    @property
    def place(self) -> int | None:
        return whole_number(self.at, 3)

    def condition(self, fields: filters.Fields) -> Condition:
        """Raises DomainError, naming what does not fit."""
        return filters.typed_condition(self.field, self.op, self.value, fields, self.until)

    def put_into(self, state: ListState, fields: filters.Fields) -> ListState:
        """The list with this filter. Raises DomainError."""
        return state.put(self.condition(fields), place=self.place, how=self.how)


def typed_in(asked: QueryDict, complaint: str = "") -> Typed:
    """What an address says that somebody typed."""
    names = ("field", "value", "until", "at", "how")
    said = {name: asked.get(name, "").replace("\0", "") for name in names}
    return Typed(op=asked.get("op", "="), complaint=complaint, **said)


def opened(asked: QueryDict, state: ListState, fields: filters.Fields) -> Typed:
    """The form as the page shows it: filled with the filter that is to be changed, if the address names one."""
    typed = typed_in(asked)
    place = typed.place
    if typed.field or typed.how != CHANGE or place is None or place >= len(state.parts):
        return typed
    there = filters.typed_of(state.parts[place], fields) or {}
    return Typed(at=typed.at, how=CHANGE, **there)


def form_of(typed: Typed, fields: filters.Fields, sees: Sees) -> dict[str, Any]:
    """What the form's template needs."""
    field = fields.get(typed.field)
    kind = filters.kind_of_input(typed.field, field) if field else ""
    return {
        "typed": typed,
        "groups": _groups(fields),
        "kind": kind,
        "operators": _operators(kind),
        "has_value": typed.op not in WITHOUT_VALUE,
        "choices": _choices(typed.field, sees) if kind == "text" else [],
        "owners": _owners(sees) if kind == "owner" else [],
    }


def _operators(kind: str) -> list[tuple[str, str]]:
    words = dict(filters.operators()) | {"between": _("is between")}
    if kind == "date":
        words |= {">=": _("is on or after"), "<=": _("is on or before")}
    return [(op, words[op]) for op in OPERATORS.get(kind, NUMBERS)]


def _groups(fields: filters.Fields) -> list[tuple[str, list[tuple[str, str]]]]:
    """The fields by what they tell, each group in the order of its labels."""
    titles = {
        "indicator": _("What they are worth"), "class": _("Tiers"), "fact": _("What is known of them"),
        "consent": _("Consent"), "customer": _("Customer"), "tier_on": _("Tiers on earlier dates"),
    }  # fmt: skip
    found: dict[str, list[tuple[str, str]]] = {title: [] for title in (*titles.values(), _("More"))}
    for name, field in fields.items():
        title = titles.get(name.partition(".")[0], _("More"))
        found[title].append((name, filters.field_label(field)))
    return [
        (title, listed if title == titles["tier_on"] else sorted(listed, key=lambda each: each[1]))
        for title, listed in found.items()
        if listed
    ]


def _owners(sees: Sees) -> list[tuple[str, list[tuple[str, str]]]]:
    """Whose customers can be asked for, in groups: oneself and the public pool, people, teams."""
    people = [(person.username, person.actor.name) for person in owners(sees)]
    units = [(f"{TEAM}{unit.pk}", unit.name) for unit in teams(sees)]
    first = [(each, owner_label(each)) for each in (ME, POOL)]
    return [
        ("", first),
        *((title, found) for title, found in ((_("People"), people), (_("Teams"), units)) if found),
    ]


def _choices(name: str, sees: Sees) -> list[tuple[str, str]]:
    """The values that most customers have, each with its word."""
    with browse_audience(filters.EVERYBODY, name, sees=sees) as (duck, found):
        found.create_view("found", replace=True)
        by = identifier(name)
        most = rows(
            duck,
            f"""SELECT {by} FROM found WHERE {by} IS NOT NULL
                GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {MOST_CHOICES}""",
        )
    return [(value, str(word(value))) for (value,) in most]

"""The owner of a customer as a field of conditions and lists: as of this moment, though the copy is older."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from django.utils.translation import gettext as _

from customer_insight.conditions import Compare, Condition, In, IsKnown, IsUnknown, Leaf, Not, rebuilt
from guanxi.customers.models import Assignment
from guanxi.customers.names import sort_key
from guanxi.customers.owners import ME, POOL, people_named
from guanxi.foundation.engine.duck import Duck, identifier
from guanxi.foundation.engine.truth import copy_truth
from guanxi.foundation.errors import DomainError
from guanxi.foundation.models import ChangeRow
from guanxi.staff.models import User
from guanxi.staff.visibility import Sees

OWNER: Final = "customer.owner"
"""Who looks after a customer: a sign-in name, or `nobody`; in conditions also `me` and `team:NUMBER`."""
OWNER_PLACE: Final = "customer.owner_place"
"""Where the owner's name stands among others; unknown for nobody."""
OWNER_FIELDS: Final = frozenset({OWNER, OWNER_PLACE})
NOBODY: Final = -1
"""Stands for the owner of customers whom nobody looks after."""
MANY: Final = 5_000
"""So many changes of hands are read by the engine, not by this process."""


def with_people(condition: Condition, sees: Sees) -> Condition:
    """A condition in which every owner is named by who signs in: `me` is who looks on, a team is its people.

    Raises DomainError for an owner whom there is not, and for a comparison that makes no sense.
    """
    return rebuilt(condition, lambda leaf: _with_people(leaf, sees) if leaf.field == OWNER else leaf)


def without_me(condition: Condition, sees: Sees) -> Condition:
    """A condition that means the same to everybody: in place of `me` it names who looks on."""

    def named(leaf: Leaf) -> Leaf:
        if leaf.field == OWNER and isinstance(leaf, Compare) and leaf.value == ME:
            return replace(leaf, value=people_named(ME, sees)[0])
        if leaf.field == OWNER and isinstance(leaf, In) and ME in leaf.values:
            return _one_of(map(str, leaf.values), sees)
        return leaf

    return rebuilt(condition, named)


def _with_people(leaf: Leaf, sees: Sees) -> Condition:
    match leaf:
        case Compare(_, "=", value):
            return _one_of([str(value)], sees)
        case Compare(_, "!=", value):
            return Not(_one_of([str(value)], sees))
        case In(_, values):
            return _one_of(map(str, values), sees)
        case IsKnown():
            return Not(In(OWNER, (POOL,)))
        case IsUnknown():
            return In(OWNER, (POOL,))
    raise DomainError(_("Owners have no order: compare them by = and !=."))


def _one_of(values: Iterable[str], sees: Sees) -> In:
    named = dict.fromkeys(name for value in values for name in people_named(value, sees))
    return In(OWNER, tuple(named) or ("",))


def owned(duck: Duck, table: str, sees: Sees, *, shown: bool) -> str:
    """A query: the rows of a table of customers whom somebody sees; with the fields of their owners where wanted."""
    owner = f"coalesce(reassigned.owner_id, {table}.owner_id, {NOBODY})"
    columns, join, where = "", "", "TRUE"
    if shown:
        _read_people(duck)
        columns = f""", coalesce(people.who, '{POOL}') AS {identifier(OWNER)},
                        people.place AS {identifier(OWNER_PLACE)}"""
        join = f"LEFT JOIN people ON people.owner_id = {owner}"
    if sees.owners is not None:
        where = f"{owner} IN ({', '.join(map(str, sorted({NOBODY, *sees.owners})))})"
    return f"""SELECT {table}.*{columns} FROM {table}
               LEFT JOIN reassigned ON reassigned.party_id = {table}.customer_id {join} WHERE {where}"""


def read_reassigned(duck: Duck) -> None:
    """Fill `reassigned` with what the copy does not know yet: who changed hands since, and whose they are now."""
    changed = ChangeRow.objects.filter(dataset="assignments")
    if changed.count() > MANY:
        copy_truth(duck, "reassigned", _REASSIGNED)
        return
    found = Assignment.objects.filter(pk__in=changed.values("row_id"))
    owners = dict(found.values_list("party_id", "owner_id"))
    now = [NOBODY if owner is None else owner for owner in owners.values()]
    duck.execute(
        "CREATE OR REPLACE TABLE reassigned AS SELECT unnest(?::BIGINT[]) AS party_id, unnest(?::BIGINT[]) AS owner_id",
        [list(owners), now],
    )


_REASSIGNED = f"""SELECT party_id, coalesce(owner_id, {NOBODY}) AS owner_id FROM customers_assignment
                  WHERE id IN (SELECT row_id FROM foundation_changerow WHERE dataset = 'assignments')"""


def _read_people(duck: Duck) -> None:
    people = list(User.objects.all())
    duck.execute(
        """CREATE OR REPLACE TEMP TABLE people AS
           SELECT unnest(?::BIGINT[]) AS owner_id, unnest(?::VARCHAR[]) AS who, unnest(?::VARCHAR[]) AS place""",
        [
            [person.pk for person in people],
            [person.username for person in people],
            [sort_key(person.actor.name) for person in people],
        ],
    )

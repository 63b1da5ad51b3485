"""Who looks after customers: to whom they may be given, and how an owner is named and told."""

from __future__ import annotations

from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from guanxi.customers.models import Assignment
from guanxi.foundation.errors import DomainError
from guanxi.shell.typed import whole_number
from guanxi.staff.models import Unit, User
from guanxi.staff.roles import Role
from guanxi.staff.units import members_below
from guanxi.staff.visibility import Sees

KEEPERS: Final = (Role.SALESPERSON, Role.SALES_MANAGER, Role.SERVICE_AGENT)
"""The roles that look after customers."""
_KEEPS: Final = Q(is_active=True, role__in=KEEPERS)
ME: Final = "me"
POOL: Final = "nobody"
TEAM: Final = "team:"
"""Before the number of a department or team: its people and those of the units below it."""


def keepers(sees: Sees) -> QuerySet[User]:
    """To whom customers may be given by somebody who sees so much: people who look after customers, by name."""
    return _by_name(User.objects.filter(_KEEPS), sees)


def owners(sees: Sees) -> QuerySet[User]:
    """Whose customers can be asked for: those to whom they may be given, and who has some still."""
    own = Exists(Assignment.objects.filter(owner=OuterRef("pk")))
    return _by_name(User.objects.filter(_KEEPS | own), sees)


def teams(sees: Sees) -> list[Unit]:
    """The departments and teams all of whose customers somebody sees."""
    found = Unit.objects.filter(members__isnull=False) | Unit.objects.filter(children__isnull=False)
    return [
        unit
        for unit in found.distinct().order_by("name", "pk")
        if sees.owners is None or sees.owners.issuperset(members_below(unit.pk))
    ]


def people_named(value: str, sees: Sees) -> list[str]:
    """The sign-in names of those whom an owner in a condition means; POOL for nobody. Raises DomainError."""
    if value == POOL:
        return [POOL]
    if value == ME:
        return [_viewer(sees).username]
    if value.startswith(TEAM):
        return list(
            User.objects.filter(pk__in=members_below(_team(value).pk)).values_list("username", flat=True)
        )
    return [_person(value).username]


def require_owner(value: str) -> None:
    """Raise DomainError unless a condition can name an owner so."""
    if value.startswith(TEAM):
        _team(value)
    elif value not in {ME, POOL}:
        _person(value)


def owner_label(value: str) -> str:
    """An owner in a condition as people read it; one whom there is not, as it stands there."""
    if value in {ME, POOL}:
        return _("me") if value == ME else _("nobody (public pool)")
    try:
        return _team(value).name if value.startswith(TEAM) else _person(value).actor.name
    except DomainError:
        return value


def _by_name(people: QuerySet[User], sees: Sees) -> QuerySet[User]:
    mine = people if sees.owners is None else people.filter(pk__in=sees.owners)
    return mine.select_related("unit").order_by("first_name", "last_name", "email", "pk")


def _viewer(sees: Sees) -> User:
    person = User.objects.filter(pk=sees.person_id or 0).first()
    if person is None:
        raise DomainError(_("“me” is nobody here: name the owner by e-mail address."))
    return person


def _team(value: str) -> Unit:
    unit = Unit.objects.filter(pk=whole_number(value.removeprefix(TEAM)) or 0).first()
    if unit is None:
        raise DomainError(
            _("There is no department or team %(number)s.") % {"number": value.removeprefix(TEAM)}
        )
    return unit


def _person(value: str) -> User:
    person = User.objects.filter(username__iexact=value).first()
    if person is None:
        raise DomainError(
            _("Nobody signs in as %(name)s: name the owner by e-mail address, or say me or nobody.")
            % {"name": value}
        )
    return person

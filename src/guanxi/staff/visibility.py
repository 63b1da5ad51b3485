"""Whose customers somebody sees: one rule for lists, counts, the replica, exports, search and the API (GOV-03)."""

from __future__ import annotations

from dataclasses import dataclass, field

from guanxi.staff.models import User
from guanxi.staff.roles import REACH, Reach, Role
from guanxi.staff.units import members_below


@dataclass(frozen=True)
class Sees:
    """The colleagues whose customers are seen; whom nobody looks after, everybody sees."""

    owners: frozenset[int] | None = None
    """Ids of users; None means that all customers are seen."""
    person_id: int | None = field(default=None, compare=False)
    """Who looks on; None for the system."""

    @property
    def everything(self) -> bool:
        return self.owners is None

    def owner(self, owner_id: int | None) -> bool:
        """Whether customers of this owner are seen."""
        return self.owners is None or owner_id is None or owner_id in self.owners


EVERYTHING = Sees()
"""What the system itself sees: commands, jobs, the worker."""


def visible_to(user: User) -> Sees:
    """Whose customers this person sees, by role and unit. A manager without a unit sees only their own."""
    match REACH[Role(user.role)]:
        case Reach.ALL:
            return Sees(person_id=user.pk)
        case Reach.UNIT if user.unit_id:
            return Sees(frozenset({user.pk, *members_below(user.unit_id)}), user.pk)
    return Sees(frozenset({user.pk}), user.pk)

"""The people of these tests: Wang leads Sales, Li its team North, Zhou and Ann work there; Ben is in the team South."""

from __future__ import annotations

from guanxi.foundation.actor import Actor
from guanxi.staff.models import Unit, User
from guanxi.staff.roles import Role
from guanxi.staff.units import save_unit

MAY = Actor("May")


def unit(name: str, parent: Unit | None = None, kind: str = "team") -> Unit:
    return save_unit(name=name, kind=kind, parent_id=parent.pk if parent else None, actor=MAY)


def person(name: str, role: Role, unit: Unit | None = None) -> User:
    email = f"{name.lower()}@example.com"
    return User.objects.create_user(email, email, role=role, unit=unit, first_name=name)


def sales_department() -> dict[str, User]:
    sales = unit("Sales", kind="department")
    north, south = unit("North", sales), unit("South", sales)
    return {
        "wang": person("Wang", Role.SALES_MANAGER, sales),
        "li": person("Li", Role.SALES_MANAGER, north),
        "zhou": person("Zhou", Role.SALESPERSON, north),
        "ann": person("Ann", Role.SALESPERSON, north),
        "ben": person("Ben", Role.SALESPERSON, south),
        "eve": person("Eve", Role.ANALYST),
    }

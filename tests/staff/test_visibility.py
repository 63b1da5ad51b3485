"""Whose customers people see, by role and unit."""

from __future__ import annotations

import pytest
from staff.cast import MAY, person, sales_department, unit

from guanxi.foundation import audit
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.staff.models import Unit
from guanxi.staff.roles import Role
from guanxi.staff.units import remove_unit, save_unit, units_below
from guanxi.staff.visibility import EVERYTHING, visible_to

pytestmark = pytest.mark.django_db


def test_managers_see_their_units_and_all_below_salespeople_their_own() -> None:
    people = sales_department()

    def seen(name: str) -> set[str] | None:
        owners = visible_to(people[name]).owners
        return None if owners is None else {name for name, user in people.items() if user.pk in owners}

    assert seen("wang") == {"wang", "li", "zhou", "ann", "ben"}
    assert seen("li") == {"li", "zhou", "ann"}
    assert seen("zhou") == {"zhou"}
    assert seen("eve") is None


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in {Role.SALES_MANAGER, Role.SALESPERSON}]
)
def test_who_works_for_all_customers_sees_them_all(role: Role) -> None:
    assert visible_to(person("Kim", role, unit("Branch"))) == EVERYTHING


def test_a_manager_without_a_unit_sees_only_their_own() -> None:
    kim = person("Kim", Role.SALES_MANAGER)

    assert visible_to(kim).owners == {kim.pk}
    assert visible_to(kim).owner(None)
    assert not visible_to(kim).owner(kim.pk + 1)


def test_somebody_who_left_still_counts_as_a_member() -> None:
    people = sales_department()
    people["zhou"].is_active = False
    people["zhou"].save()

    assert people["zhou"].pk in (visible_to(people["li"]).owners or ())


def test_units_are_moved_but_never_below_themselves() -> None:
    sales = unit("Sales", kind="department")
    north = unit("North", sales)
    city = unit("City", north)

    with pytest.raises(DomainError, match="Sales cannot be below itself"):
        save_unit(name="Sales", kind="department", parent_id=city.pk, actor=MAY, unit_id=sales.pk)
    save_unit(name="City", kind="team", parent_id=sales.pk, actor=MAY, unit_id=city.pk)

    assert units_below(north.pk) == {north.pk}
    assert units_below(sales.pk) == {sales.pk, north.pk, city.pk}
    assert list(audit.broken_links()) == []


def test_a_name_is_taken_once_in_a_place() -> None:
    sales = unit("Sales")
    unit("North", sales)
    unit("North", unit("Service"))

    with pytest.raises(DomainError, match="There is a North there already"):
        unit("North", sales)
    with pytest.raises(DomainError, match="There is a Sales there already"):
        unit("Sales")


@pytest.mark.parametrize(
    ("name", "kind", "parent", "error", "said"),
    [
        (" ", "team", None, DomainError, "needs a name"),
        ("North", "tribe", None, DomainError, "neither a department nor a team"),
        ("North", "team", 4711, NotFound, "no department or team 4711"),
    ],
)
def test_a_unit_that_cannot_be_is_refused(
    name: str, kind: str, parent: int | None, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        save_unit(name=name, kind=kind, parent_id=parent, actor=MAY)
    assert not Unit.objects.exists()


def test_only_an_empty_unit_is_closed() -> None:
    sales = unit("Sales")
    north = unit("North", sales)
    zhou = person("Zhou", Role.SALESPERSON, north)

    for full in (sales, north):
        with pytest.raises(DomainError, match="still holds people or teams"):
            remove_unit(unit_id=full.pk, actor=MAY)
    zhou.unit = None
    zhou.save()
    remove_unit(unit_id=north.pk, actor=MAY)
    remove_unit(unit_id=sales.pk, actor=MAY)

    assert not Unit.objects.exists()
    with pytest.raises(NotFound):
        remove_unit(unit_id=sales.pk, actor=MAY)

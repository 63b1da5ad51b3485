"""Creating people who sign in, and changing what they may."""

from __future__ import annotations

import pytest
from staff.cast import MAY, person, unit

from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.models import AuditEntry
from guanxi.staff.models import User
from guanxi.staff.roles import May, Role
from guanxi.staff.services import change_user, create_user, set_password

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough secret"


def test_a_person_is_created_into_a_unit() -> None:
    north = unit("North")
    zhou = create_user(
        email="Zhou@Example.com", password=PASSWORD, role="salesperson", unit_id=north.pk, actor=MAY
    )

    assert (zhou.email, zhou.unit, zhou.check_password(PASSWORD)) == ("zhou@example.com", north, True)


def test_a_change_of_role_and_unit_takes_effect() -> None:
    person("Root", Role.ADMINISTRATOR)
    zhou = person("Zhou", Role.SALESPERSON)
    change_user(
        user_id=zhou.pk, role="analyst", unit_id=unit("Lab").pk, is_active=True, name="Zhou Min", actor=MAY
    )

    zhou = User.objects.get(pk=zhou.pk)
    assert (zhou.role, str(zhou.unit), zhou.get_full_name()) == ("analyst", "Lab", "Zhou Min")
    assert zhou.may(May.SEE_INSIGHT)


@pytest.mark.parametrize(("role", "is_active"), [("analyst", True), ("administrator", False)])
def test_the_last_administrator_stays(role: str, is_active: bool) -> None:
    root = person("Root", Role.ADMINISTRATOR)

    with pytest.raises(DomainError, match="Somebody must remain who is an administrator"):
        change_user(user_id=root.pk, role=role, unit_id=None, is_active=is_active, name="Root", actor=MAY)
    root = User.objects.get(pk=root.pk)
    assert (root.role, root.is_active) == ("administrator", True)


def test_a_new_password_is_checked_and_never_written_into_the_audit() -> None:
    zhou = person("Zhou", Role.SALESPERSON)
    with pytest.raises(DomainError, match="at least 10"):
        set_password(user_id=zhou.pk, password="short", actor=MAY)
    set_password(user_id=zhou.pk, password=PASSWORD, actor=MAY)

    assert User.objects.get(pk=zhou.pk).check_password(PASSWORD)
    entry = AuditEntry.objects.get(verb="set the password of")
    assert PASSWORD not in str(entry.values.body)


def test_nobody_is_changed_who_is_not_there() -> None:
    with pytest.raises(NotFound, match="no person 4711"):
        change_user(user_id=4711, role="analyst", unit_id=None, is_active=True, name="", actor=MAY)
    with pytest.raises(NotFound, match="no person 4711"):
        set_password(user_id=4711, password=PASSWORD, actor=MAY)

"""The first run: the database, and the first administrator."""

from __future__ import annotations

import pytest
from cli.commands import guanxi, told
from staff.cast import person

from guanxi.staff.models import User
from guanxi.staff.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = ("--password", "a long enough secret")


def test_init_creates_the_first_administrator(home: object) -> None:
    assert told("init", "--admin", "root@example.com", *PASSWORD) == {
        "database": "ready",
        "administrator": "root@example.com",
    }
    root = User.objects.get()
    assert (root.role, root.check_password(PASSWORD[1])) == ("administrator", True)


def test_init_again_leaves_the_people_alone(home: object) -> None:
    person("Root", Role.ADMINISTRATOR)

    assert told("init", "--admin", "other@example.com", *PASSWORD) == {"database": "ready"}
    assert User.objects.count() == 1


def test_a_weak_password_makes_nobody(home: object) -> None:
    ended = guanxi("init", "--admin", "root@example.com", "--password", "short")

    assert ended.code == 1
    assert "at least 10" in ended.err
    assert not User.objects.exists()

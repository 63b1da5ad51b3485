"""A beginning that is put back is the one that was built, and what a test does to it stays that test's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import emptied
import pytest
from built_once import built_once
from campaigns import world
from customers.importing import whole_database
from django.contrib.auth.models import Permission

from guanxi.customers.models import Party
from guanxi.insight.models import CustomerInsight
from guanxi.staff.models import User

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def files(home: Path) -> dict[str, bytes]:
    found = (path for path in home.rglob("*") if path.is_file() and "spill" not in path.parts)
    return {str(path.relative_to(home)): path.read_bytes() for path in found}


def begin(built: list[str]) -> Any:
    def build() -> int:
        built.append("again")
        world.customers(["ann", "bob"])
        world.orders([("ann", "2026-01-01", 5.0), ("ann", "2026-02-01", 5.0), ("bob", "2026-01-01", 7.0)])
        world.refresh()
        return Party.objects.count()

    return built_once(("ann and bob", id(built)), build)


def test_the_second_time_rows_and_files_are_put_back(home: Path) -> None:
    built: list[str] = []
    assert begin(built) == 2
    rows, kept = whole_database(), files(home)
    Party.objects.filter(source_key="bob").update(source_key="eve")
    (home / "customers.csv").write_text("spoilt")
    _begin_anew(home)

    assert begin(built) == 2
    assert (whole_database(), files(home), built) == (rows, kept, ["again"])
    _begin_anew(home)
    begin(built)
    assert (whole_database(), built) == (rows, ["again"])


def test_what_was_put_back_can_be_worked_on(home: Path) -> None:
    built: list[str] = []
    begin(built)
    _begin_anew(home)
    begin(built)
    world.customers(["eve"])
    world.orders([("eve", "2026-03-01", 9.0)])
    world.refresh()
    figures = CustomerInsight.objects.order_by("party_id").values_list("party__source_key", "sales_amount")
    assert list(figures) == [("ann", 1000), ("bob", 700), ("eve", 900)]


def test_people_who_were_let_in_before_stay_and_are_not_kept(home: Path) -> None:
    built: list[str] = []
    User.objects.create_user("may", "may@example.com")
    begin(built)
    _begin_anew(home)
    User.objects.create_user("kim", "kim@example.com")
    begin(built)
    assert ([user.username for user in User.objects.all()], built) == (["kim"], ["again"])


def test_beside_anything_else_it_is_built_for_real(home: Path) -> None:
    built: list[str] = []
    begin(built)
    _begin_anew(home)
    world.customers(["eve"])
    begin(built)
    assert (Party.objects.count(), len(built)) == (3, 2)


@pytest.mark.parametrize("many", [1, emptied.MANY + 1])
def test_nothing_is_left_in_the_database(home: Path, many: int) -> None:
    User.objects.bulk_create(User(username=f"u{n}", email=f"u{n}@example.com") for n in range(many))
    world.customers(["ann"])
    permissions = Permission.objects.count()
    emptied.empty()
    assert emptied.filled() == set()
    assert Permission.objects.count() == permissions > 0


def _begin_anew(home: Path) -> None:
    """As the next test does."""
    emptied.empty()
    for path in sorted(home.rglob("*"), reverse=True):
        if "spill" not in path.parts:
            path.rmdir() if path.is_dir() else path.unlink()

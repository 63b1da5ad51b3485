"""People, departments and teams on pages, as an administrator looks after them."""

from __future__ import annotations

import pytest
from django.test import Client
from staff.cast import person

from guanxi.staff.models import Unit, User
from guanxi.staff.roles import Role

pytestmark = pytest.mark.django_db
NEW = {
    "email": "zhou@example.com",
    "name": "Zhou Min",
    "role": "salesperson",
    "password": "a long enough secret",
}


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(person("Root", Role.ADMINISTRATOR))
    return client


def page(client: Client, address: str = "/settings/people/") -> str:
    return client.get(address).content.decode()


def make_unit(client: Client, name: str, parent: str = "", kind: str = "team") -> Unit:
    client.post("/settings/people/units/", {"name": name, "kind": kind, "parent": parent})
    return Unit.objects.get(name=name)


def test_a_person_is_added_into_a_team_and_can_sign_in(root: Client) -> None:
    sales = make_unit(root, "Sales", kind="department")
    north = make_unit(root, "North", str(sales.pk))
    answer = root.post("/settings/people/add/", NEW | {"unit": str(north.pk)}, follow=True)

    assert "zhou@example.com may sign in." in answer.content.decode()
    assert User.objects.get(email="zhou@example.com").unit == north
    browser = Client()
    browser.post("/accounts/login/", {"login": NEW["email"], "password": NEW["password"]})
    assert browser.get("/customers/").status_code == 200


def test_what_was_typed_stays_but_for_the_password(root: Client) -> None:
    answer = root.post("/settings/people/add/", NEW | {"password": "zx9q"})

    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "at least 10" in shown
    assert 'value="zhou@example.com"' in shown
    assert 'value="Zhou Min"' in shown
    assert "zx9q" not in shown


def test_a_person_is_moved_and_barred_at_once(root: Client) -> None:
    zhou = person("Zhou", Role.SALESPERSON)
    browser = Client()
    browser.force_login(zhou)
    assert browser.get("/customers/").status_code == 200
    root.post(f"/settings/people/{zhou.pk}/", {"name": "Zhou", "role": "analyst", "unit": ""})

    zhou = User.objects.get(pk=zhou.pk)
    assert (zhou.role, zhou.is_active) == ("analyst", False)
    assert browser.get("/customers/").status_code == 302


def test_a_new_password_is_set_and_the_rest_left_alone(root: Client) -> None:
    zhou = person("Zhou", Role.SALESPERSON)
    root.post(f"/settings/people/{zhou.pk}/", {"password": "another long secret"})

    zhou = User.objects.get(pk=zhou.pk)
    assert zhou.check_password("another long secret")
    assert (zhou.role, zhou.is_active) == ("salesperson", True)


def test_the_last_administrator_is_told_to_stay(root: Client) -> None:
    me = User.objects.get(role=Role.ADMINISTRATOR)
    answer = root.post(f"/settings/people/{me.pk}/", {"name": "Root", "role": "analyst", "is_active": "yes"})

    assert answer.status_code == 422
    assert "Somebody must remain" in answer.content.decode()


def test_units_are_shown_below_each_other_renamed_and_closed(root: Client) -> None:
    sales = make_unit(root, "Sales", kind="department")
    north = make_unit(root, "North", str(sales.pk))
    assert page(root).index("Sales <") < page(root).index("North <")

    refused = root.post("/settings/people/units/", {"unit_id": str(sales.pk), "do": "remove"})
    assert "still holds people or teams" in refused.content.decode()
    changed = {"unit_id": str(north.pk), "name": "Nord", "kind": "team", "parent": ""}
    root.post("/settings/people/units/", changed)
    root.post("/settings/people/units/", {"unit_id": str(sales.pk), "do": "remove"})

    assert list(Unit.objects.values_list("name", "parent")) == [("Nord", None)]


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "-1", "x"])
def test_a_unit_that_is_not_there_is_refused_in_words(root: Client, number: str) -> None:
    answer = root.post("/settings/people/add/", NEW | {"unit": number})

    assert answer.status_code in {302, 422}
    if answer.status_code == 302:  # no number at all means no unit
        assert User.objects.get(email="zhou@example.com").unit is None

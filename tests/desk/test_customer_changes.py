"""Showing a customer's addresses, and saying who looks after the customer, on the customer's page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of
from django.test import Client
from staff.cast import person, sales_department

from guanxi.customers.models import Assignment, Party
from guanxi.foundation.models import AuditEntry
from guanxi.staff.models import User
from guanxi.staff.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = """customer,name,email,mobile,passport
ann,Ann Lee,ann@example.com,+8613812345678,P-77
bob,Bob,bob@example.com,,
"""


@pytest.fixture
def staff(home: Path) -> dict[str, User]:
    bring("customers", file_of(home, PEOPLE))
    return sales_department()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(key: str = "ann", do: str = "") -> str:
    return f"/customers/{Party.objects.get(source_key=key).public_id}/{do}"


def test_addresses_are_shown_on_demand_and_who_looked_is_audited(staff: dict[str, User]) -> None:
    zhou = browser(staff["zhou"])
    masked = zhou.get(address()).content.decode()
    assert "Ann Lee" in masked
    assert "a••••@example.com" in masked
    assert "ann@example.com" not in masked
    assert "13812345678" not in masked
    assert not AuditEntry.objects.filter(verb="revealed").exists()

    shown = zhou.post(address(do="addresses/")).content.decode()
    assert "ann@example.com" in shown
    assert "+8613812345678" in shown
    assert "Show addresses" not in shown
    entry = AuditEntry.objects.get(verb="revealed")
    assert (entry.actor, entry.object_id) == ("Zhou", Party.objects.get(source_key="ann").public_id)
    assert "ann@example.com" not in zhou.get(address()).content.decode()


def test_in_place_only_the_card_comes_back(staff: dict[str, User]) -> None:
    answer = browser(staff["zhou"]).post(address(do="addresses/"), headers={"hx-request": "true"})

    assert answer.content.decode().startswith('<section class="gx-card" id="who">')
    assert "ann@example.com" in answer.content.decode()


def test_who_does_not_speak_with_customers_gets_no_addresses(staff: dict[str, User]) -> None:
    answer = browser(staff["eve"]).post(address(do="addresses/"))

    assert answer.status_code == 403
    assert not AuditEntry.objects.filter(verb="revealed").exists()


def test_a_manager_gives_a_customer_to_somebody_they_lead(staff: dict[str, User]) -> None:
    li = browser(staff["li"])
    page = li.get(address()).content.decode()
    assert "Nobody: the customer is in the public pool." in page
    offered = {name for name in ("Wang", "Li", "Zhou", "Ann", "Ben") if f">{name} · " in page}
    assert offered == {"Li", "Zhou", "Ann"}

    said = li.post(address(do="owner/"), {"owner": str(staff["zhou"].pk)}, follow=True).content.decode()
    assert "Zhou looks after the customer now." in said
    assert browser(staff["ben"]).get(address()).status_code == 404
    said = li.post(address(do="owner/"), {"owner": ""}, follow=True).content.decode()
    assert "public pool now" in said
    assert browser(staff["ben"]).get(address()).status_code == 200


@pytest.mark.parametrize("owner", ["ben", "0", "99999999999999999999", "²"])
def test_nobody_else_can_be_chosen(staff: dict[str, User], owner: str) -> None:
    chosen = str(staff[owner].pk) if owner in staff else owner
    answer = browser(staff["li"]).post(address(do="owner/"), {"owner": chosen})

    assert answer.status_code in {404, 422}
    assert not Assignment.objects.exists()


def test_hidden_customers_are_neither_revealed_nor_taken(staff: dict[str, User]) -> None:
    wang = browser(staff["wang"])
    wang.post(address(do="owner/"), {"owner": str(staff["ben"].pk)})

    for do, values in (("addresses/", {}), ("owner/", {"owner": str(staff["zhou"].pk)})):
        assert browser(staff["li"]).post(address(do=do), values).status_code == 404
    assert not AuditEntry.objects.filter(verb="revealed").exists()
    assert Assignment.objects.get().owner == staff["ben"]


def test_a_salesperson_has_no_form_to_give_customers_away(staff: dict[str, User]) -> None:
    assert "Give to" not in browser(staff["zhou"]).get(address()).content.decode()
    assert browser(staff["zhou"]).post(address(do="owner/"), {"owner": ""}).status_code == 403


def test_the_steward_may_give_to_anybody(staff: dict[str, User]) -> None:
    steward = browser(person("Kim", Role.DATA_STEWARD))
    steward.post(address(do="owner/"), {"owner": str(staff["ben"].pk)})
    owner: Any = Assignment.objects.get().owner

    assert owner == staff["ben"]

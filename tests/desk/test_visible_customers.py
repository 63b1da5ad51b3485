"""Customers of other people stand on no page, whichever way somebody asks for them."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from campaigns import world
from desk.addresses import addresses
from django.test import Client
from staff.cast import MAY, sales_department

from guanxi.campaigns.people import CONTACTS, LISTS
from guanxi.customers.models import Party
from guanxi.customers.services import assign_customers
from guanxi.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(home: Path, settings: Any) -> dict[str, User]:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    settings.EMAIL_BACKEND = "guanxi.outreach.outbox.OutboxBackend"
    world.shop({"c0": 10.0, "c1": 20.0, "c2": 30.0, "c3": 40.0})
    people = sales_department()
    for key, owner in (("c0", "zhou"), ("c1", "ben")):
        assign_customers(customer_ids=[world.party(key).pk], owner=people[owner], actor=MAY)
    return people


def browser(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def ids_on(client: Client, address: str) -> set[str]:
    """The customers of this world whose public id stands in an answer."""
    answer = client.get(address, follow=True)
    said = _text(b"".join(answer) if answer.streaming else answer.content)
    known = dict(Party.objects.values_list("public_id", "source_key"))
    return {key for public_id, key in known.items() if re.search(rf"\b{public_id}\b", said)}


def _text(answer: bytes) -> str:
    """A page or a file as text; a workbook's sheets, unpacked."""
    if not answer.startswith(b"PK"):
        return answer.decode()
    with zipfile.ZipFile(io.BytesIO(answer)) as workbook:
        return "".join(workbook.read(name).decode() for name in workbook.namelist())


def test_the_list_its_count_and_its_search_show_whom_somebody_sees(people: dict[str, User]) -> None:
    zhou, wang = browser(people["zhou"]), browser(people["wang"])

    assert ids_on(zhou, "/customers/") == {"c0", "c2", "c3"}
    assert ids_on(wang, "/customers/") == {"c0", "c1", "c2", "c3"}
    hidden = world.party("c1")
    for asked in (hidden.public_id, "c1", f"{hidden.source}:c1"):
        assert f"/customers/{hidden.public_id}/" not in zhou.get(f"/customers/?find={asked}").content.decode()


def test_a_hidden_customer_and_one_that_is_not_there_are_told_alike(people: dict[str, User]) -> None:
    zhou = browser(people["zhou"])
    hidden, absent = (zhou.get(f"/customers/{key}/") for key in (world.party("c1").public_id, "nobody"))

    assert hidden.status_code == absent.status_code == 404
    assert "c1" not in hidden.content.decode().split("<main")[1].replace(world.party("c1").public_id, "")
    assert zhou.get(f"/customers/{world.party('c0').public_id}/").status_code == 200


def test_the_people_of_a_campaign_are_those_whom_a_manager_sees(people: dict[str, User]) -> None:
    world.planned(control_share=0.5)
    world.launched()
    world.delivered()
    everybody = set()
    for role in LISTS:
        address = f"/campaigns/named/spring/people/{role}/"
        everybody |= ids_on(browser(people["wang"]), address)
        assert "c1" not in ids_on(browser(people["li"]), address)
    assert everybody == {"c0", "c1", "c2", "c3"}
    assert CONTACTS in LISTS


def test_no_page_that_a_salesperson_or_manager_may_open_names_a_hidden_customer(
    people: dict[str, User],
) -> None:
    world.planned()
    world.launched()
    # The API's reference names a made-up customer; its operations are asked in tests/api.
    asked = [a.path for a in addresses() if a.is_ours and not a.path.startswith("/api/")]
    formats = [f"{path}?format={kind}" for path in asked for kind in ("csv", "xlsx")]
    for name in ("zhou", "li"):
        client = browser(people[name])
        leaks = {path for path in [*asked, *formats] if "c1" in ids_on(client, path)}
        assert leaks == set()

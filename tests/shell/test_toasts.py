"""What a message offers to take back, and to whom."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from campaigns.world import keys, launched, planned, shop
from django.core import signing
from django.test import Client

from guanxi.campaigns.models import Campaign
from guanxi.foundation import configuration
from guanxi.foundation.actor import Actor
from guanxi.foundation.models import AuditEntry
from guanxi.shell import toasts
from guanxi.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)
CHANGE = {"setting": "universal_holdout", "share": "10", "salt": "s2"}
BEFORE = {"share": 0.05, "salt": "universal"}


def person(role: str, name: str = "ada") -> Client:
    client = Client()
    client.force_login(User.objects.create_user(name, f"{name}@example.com", first_name=name, role=role))
    return client


def offered(client: Client) -> str:
    """Change a setting, and read the offer from the message that tells of it."""
    page = client.post("/settings/", CHANGE, follow=True).content.decode()
    found = re.search(r'name="offer" value="([^"]+)"', page)
    assert found
    return found[1]


def test_what_was_changed_is_set_back_from_its_message() -> None:
    client = person("administrator")
    answer = client.post("/undo/", {"offer": offered(client), "next": "/settings/"}, follow=True)

    assert "The setting is what it was before." in answer.content.decode()
    assert answer.redirect_chain == [("/settings/", 302)]
    assert configuration.read("universal_holdout") == BEFORE
    assert list(AuditEntry.objects.values_list("actor", "verb")) == [("ada", "set"), ("ada", "set")]


def test_a_setting_that_somebody_changed_once_more_is_not_set_back() -> None:
    client = person("administrator")
    offer = offered(client)
    configuration.write("universal_holdout", {"share": 0.2}, actor=Actor("Mia"))

    answer = client.post("/undo/", {"offer": offer})
    assert (answer.status_code, "Mia changed this at" in answer.content.decode()) == (422, True)
    assert configuration.read("universal_holdout")["share"] == 0.2


def test_an_offer_serves_only_the_one_to_whom_it_was_made() -> None:
    offer = offered(person("administrator"))
    other = person("administrator", "eve")

    assert other.post("/undo/", {"offer": offer}).status_code == 422
    assert configuration.read("universal_holdout")["share"] == 0.1


def test_an_offer_ends_with_the_permission() -> None:
    client = person("administrator")
    offer = offered(client)
    User.objects.update(role="analyst")

    assert client.post("/undo/", {"offer": offer}).status_code == 403


@pytest.mark.parametrize("change", [lambda offer: offer[:-2] + "xx", lambda offer: "", lambda offer: "a:b:c"])
def test_an_offer_that_was_changed_on_its_way_is_refused(change: Any) -> None:
    client = person("administrator")
    answer = client.post("/undo/", {"offer": change(offered(client))})
    assert (answer.status_code, "no longer be taken back" in answer.content.decode()) == (422, True)


def test_an_offer_grows_old(monkeypatch: pytest.MonkeyPatch) -> None:
    client = person("administrator")
    offer = offered(client)
    monkeypatch.setattr(toasts, "OFFERED_FOR", timedelta(seconds=-1))

    assert client.post("/undo/", {"offer": offer}).status_code == 422


def test_an_offer_is_signed_for_this_use_alone() -> None:
    client = person("administrator")
    forged = signing.dumps({"undo": "setting changed", "arguments": {}, "person": 1}, salt="another use")
    assert client.post("/undo/", {"offer": forged}).status_code == 422


def test_a_pause_is_taken_back_from_its_message(home: Any) -> None:
    shop(dict.fromkeys(keys(4), 100))
    planned()
    launched()
    client = person("marketing_manager")
    page = client.post("/campaigns/named/spring/pause/", follow=True).content.decode()
    offer = re.search(r'name="offer" value="([^"]+)"', page)
    assert offer
    assert Campaign.objects.get().state == "paused"

    answer = client.post("/undo/", {"offer": offer[1], "next": "/campaigns/named/spring/"}, follow=True)
    assert "The campaign goes on." in answer.content.decode()
    assert Campaign.objects.get().state == "running"
    again = client.post("/undo/", {"offer": offer[1]})
    assert (again.status_code, "cannot be" in again.content.decode()) == (422, True)

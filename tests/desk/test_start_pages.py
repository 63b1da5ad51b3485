"""The start page of each role: its first questions, each number leading to what is behind it."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from campaigns.world import delivered, file_of, keys, launched, measured, orders, planned, refresh, shop
from customers.importing import bring
from django.db.models import F
from django.test import Client
from django.urls import reverse
from shell.people import person

from guanxi.customers.models import Party
from guanxi.foundation import jobs
from guanxi.foundation.actor import Actor
from guanxi.foundation.clock import now
from guanxi.foundation.errors import DomainError
from guanxi.foundation.models import Job
from guanxi.foundation.registry import registry
from guanxi.staff.roles import GRANTED, Role
from guanxi.webhooks.models import Endpoint

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_home(home: Any, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    settings.EMAIL_BACKEND = "guanxi.outreach.outbox.OutboxBackend"


def start(client: Client) -> str:
    return client.get("/").content.decode()


def panels(page: str) -> list[str]:
    """The names of the panels, in order."""
    return re.findall(r'data-panel="([^"]+)"', page)


def part(page: str, panel: str) -> str:
    """One panel of a page."""
    return page.partition(f'data-panel="{panel}"')[2].partition("</section>")[0]


def test_every_role_has_panels_and_may_see_them() -> None:
    for role in Role:
        mine = [panel for panel in registry.home_panels if role in panel.roles]
        assert len(mine) >= 1
        assert {panel.permission for panel in mine} <= GRANTED[role]


@pytest.mark.parametrize("role", Role)
def test_before_anything_is_imported_every_role_is_told_how_to_begin(role: Role) -> None:
    page = start(person(role))
    assert "Nothing was imported yet" in page
    assert ("Import a file" in page) == (role in {Role.ADMINISTRATOR, Role.DATA_STEWARD})


@pytest.mark.parametrize("role", Role)
def test_every_number_of_a_start_page_opens_a_page(role: Role) -> None:
    shop(dict.fromkeys(keys(10), 100))
    planned()
    client = person(role)
    main = start(client).partition("<main")[2].partition("</main>")[0]
    leads = set(re.findall(r'<a [^>]*href="(/[^"]*)"', main))

    assert leads
    assert {
        address: status
        for address in leads
        if (status := client.get(address.replace("&amp;", "&")).status_code) != 200
    } == {}


def test_a_marketing_manager_sees_what_runs_and_how_far_it_is() -> None:
    shop(dict.fromkeys(keys(10), 100))
    planned()
    client = person("marketing_manager")
    assert "No campaign is under way." in part(start(client), "running")

    launched()
    running = part(start(client), "running")
    assert 'href="/campaigns/named/spring/"' in running
    assert 'value="0"' in running
    assert re.search(r'<dt>planned</dt><dd><a href="[^"]*state=planned">5</a>', running)

    delivered()
    running = part(start(client), "running")
    assert "delivered" in running
    assert 'value="100"' in running


def test_the_last_results_stand_with_their_interval() -> None:
    shop(dict.fromkeys(keys(10), 100))
    planned(cost_per_contact=1)
    launched()
    delivered()
    orders([(key, "2026-03-20", 90.0 + 7 * place) for place, key in enumerate(keys(10))])
    refresh(None)
    measured()

    said = part(start(person("analyst")), "results")
    assert "return on investment" in said
    assert re.search(r"\[.+ to .+\]", said)


def test_a_salesperson_finds_a_customer_first_and_sees_who_buys_less() -> None:
    spent = {f"c{number:02}": 1000 - number for number in range(1, 11)}
    shop(spent)
    page = start(person("salesperson"))

    assert panels(page)[0] == "find"
    assert 'name="find"' in part(page, "find")
    assert "insight" not in panels(page)


def test_an_administrator_sees_who_has_no_unit_and_what_was_never_set() -> None:
    client = person("administrator")
    said = part(start(client), "installation")
    assert re.search(r"Without a unit</dt><dd><a [^>]*>1</a>", said)
    assert "universal holdout" in said


def test_a_data_steward_sees_what_failed_within_a_week() -> None:
    job = jobs.enqueue("insight refresh", "all", {}, Actor("Mia"))
    client = person("data_steward")
    assert "No job has failed." in part(start(client), "failed")

    Job.objects.filter(pk=job.pk).update(state="failed", error="The disk is full.", finished_at=now())
    assert "The disk is full." in part(start(client), "failed")


def test_a_data_steward_sees_what_is_known_of_the_customers_and_since_when_more() -> None:
    shop(dict.fromkeys(keys(10), 100))
    client = person("data_steward")
    said = part(start(client), "filled")
    assert filled(said) == {
        "Has an e-mail address": "10 of 10", "Has a mobile number": "0 of 10",
        "Consent to email": "10 of 10", "Consent to sms": "0 of 10",
    }  # fmt: skip

    lines = [[key, f"139000000{number:02}", "Bonn"] for number, key in enumerate(keys(12)[8:], start=10)]
    bring("customers", file_of("more.csv", "customer,mobile,city", lines), "shop")
    Party.objects.update(public_id=F("source_key"))
    refresh()
    said = part(start(client), "filled")
    assert filled(said)["Has an e-mail address"] == "10 of 12 · -16.7 points since the figures before"
    assert filled(said)["Has a mobile number"] == "4 of 12 · +33.3 points since the figures before"
    assert filled(said)["city"] == "4 of 12"
    for name, number in (("Has a mobile number", 4), ("city", 4), ("Has an e-mail address", 10)):
        listed = client.get(unescape(re.search(rf'href="([^"]+)"[^>]*>{name}<', said)[1])).content.decode()
        assert [key in listed for key in ("c01", "c09", "c11")] == {
            "Has an e-mail address": [True, True, False]
        }.get(name, [False, True, True]), number


def filled(panel: str) -> dict[str, str]:
    """What is known → of how many, and how that has changed."""
    rows = re.findall(r"<li data-row>(.*?)</li>", panel, re.DOTALL)
    texts = [[part.strip() for part in re.split(r"<[^>]+>", row) if part.strip()] for row in rows]
    return {name: note for name, note, *_rest in texts}


def test_an_administrator_sees_which_systems_do_not_answer_only_while_there_are_some() -> None:
    client = person("administrator")
    assert 'data-panel="webhooks"' not in start(client)
    values = {"created_at": now(), "created_by": "Ada", "secret": "s"}
    good = Endpoint.objects.create(address="https://good.example.com/", **values)
    off = Endpoint.objects.create(
        address="https://off.example.com/hook?key=x", is_active=False, failures=31, **values
    )
    said = part(start(client), "webhooks")
    assert f'href="{reverse("webhook", args=[off.pk])}"' in said
    assert reverse("webhook", args=[good.pk]) not in said
    assert ["31 failures in a row" in said, "switched off" in said, "key=x" in said] == [True, True, False]


def test_a_panel_that_cannot_be_read_says_why_and_leaves_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(person: Any) -> None:
        raise DomainError("The copy is of an earlier version.")

    read = next(panel for panel in registry.home_panels if panel.name == "closed")
    others = [panel for panel in registry.home_panels if panel is not read]
    monkeypatch.setattr(registry, "home_panels", [*others, replace(read, read=refuse)])
    page = start(person("decision_maker"))

    assert "The copy is of an earlier version." in part(page, "closed")
    assert panels(page) == ["closed"]

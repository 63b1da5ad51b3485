"""Customers over the API: the same people, figures and masks as on the pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from api.calling import Program, fault, person, told
from campaigns import world
from customers.importing import bring, file_of

from guanxi.customers.models import Party
from guanxi.customers.services import assign_customers
from guanxi.foundation.actor import Actor
from guanxi.foundation.models import AuditEntry
from guanxi.staff.roles import May, Role

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = "customer,name,email,mobile,consent_email,city\nc1,Ann Li,ann@example.com,+8613812345678,yes,Rome\n"
SPENT = {"c01": 40.0, "c02": 30.0, "c03": 30.0, "c04": 0.0, "c05": 10.0}


def listed(page: Any) -> list[str]:
    return [customer["customer"] for customer in page["customers"]]


def test_before_the_first_analysis_customers_come_as_they_were_imported(home: Any) -> None:
    world.customers(["c01", "c02", "c03"])
    Party.objects.update(public_id=world.F("source_key"))
    program = Program()

    page = told(program.get("/customers", {"limit": 2}))
    assert (listed(page), page["total"], page["as_of"]) == (["c01", "c02"], 3, None)
    rest = told(program.get("/customers", {"limit": 2, "after": page["next"]}))
    assert (listed(rest), rest["next"]) == (["c03"], None)


def test_they_are_filtered_sorted_and_paged_by_what_they_are_worth() -> None:
    world.shop(SPENT)
    program = Program()

    whole = told(program.get("/customers", {"sort": "-sales_amount", "measures": "sales_amount,p_alive"}))
    assert listed(whole) == ["c01", "c02", "c03", "c05", "c04"]
    assert (whole["total"], whole["currency"], whole["as_of"]) == (5, "USD", "2026-03-15")
    assert set(whole["customers"][0]["measures"]) == {"sales_amount", "p_alive"}
    assert whole["customers"][0]["measures"]["sales_amount"] == 5000

    named = "customer,name,town\nc02,王伟,York\nc03,Ann,York\nc05,李雷,Ulm\n"
    bring("customers", file_of(world.settings.HOME, named), "shop")
    world.refresh()
    assert listed(told(program.get("/customers", {"sort": "customer.name"})))[:3] == ["c03", "c05", "c02"]
    for sort in (
        "-sales_amount",
        "sales_amount",
        "-sales_change",
        "recency_days",
        "",
        "customer.name",
        "-fact.town",
    ):
        seen, after = [], ""
        while after is not None:
            page = told(program.get("/customers", {"sort": sort, "limit": 2, "after": after}))
            seen, after = [*seen, *listed(page)], page["next"]
        assert seen == listed(told(program.get("/customers", {"sort": sort}))), sort

    where = json.dumps({"op": ">=", "field": "indicator.sales_amount", "value": 4000})
    found = told(program.get("/customers", {"where": where, "sort": "sales_amount"}))
    assert (listed(found), found["total"]) == (["c02", "c03", "c01"], 3)


@pytest.mark.parametrize(
    "asked",
    [
        {"where": "{"},
        {"where": '{"op": "=", "field": "fact.nothing", "value": 1}'},
        {"where": '{"op": "=", "field": "class.tier", "value": "\\ud800"}'},
        {"sort": "nothing"},
        {"sort": "class.tier", "after": '["\\ud800", 1]'},
        {"where": '{"op": "=", "field": "customer.owner", "value": "somebody@example.com"}'},
        {"where": '{"op": "<", "field": "customer.owner", "value": "me"}'},
        {"measures": "nothing"},
        {"after": "[1]"},
        {"after": "[NaN, 1]"},
        {"after": "[1, 99999999999999999999]"},
        {"limit": "0"},
        {"limit": "201"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(asked: dict[str, str]) -> None:
    world.shop(SPENT)
    assert fault(Program().get("/customers", asked))[:2] == (422, "invalid")


def test_a_profile_is_masked_for_those_who_may_not_see_addresses(home: Any) -> None:
    bring("customers", file_of(home, PEOPLE))
    there = "/customers/shop:c1"

    known = told(Program().get(there))
    assert {point["value"] for point in known["contact_points"]} == {"ann@example.com", "+8613812345678"}
    assert {fact["attribute"]: fact["value"] for fact in known["facts"]} == {"city": "Rome", "name": "Ann Li"}
    assert [(record["source"], record["key"]) for record in known["source_records"]] == [("shop", "c1")]
    assert [(given["channel"], given["granted"]) for given in known["consents"]] == [("email", True)]
    assert told(Program().get("/customers"))["customers"][0]["name"] == "Ann Li"
    (read,) = AuditEntry.objects.filter(verb="revealed")
    assert (read.object_id, "API token" in read.actor) == (known["customer"], True)

    for program in (Program(Role.ANALYST), Program(Role.ADMINISTRATOR, [May.SEE_CUSTOMERS])):
        answer = program.get(there)
        masked = told(answer)
        assert {point["value"] for point in masked["contact_points"]} == {"a••••@example.com", "••••78"}
        assert "Ann Li" not in answer.content.decode()
        assert told(program.get("/customers"))["customers"][0]["name"] is None
    assert AuditEntry.objects.filter(verb="revealed").count() == 1  # what is masked is not noted


def test_a_customers_worth_names_the_rule_that_fired() -> None:
    world.shop(SPENT)
    worth = told(Program().get("/customers/c01/insight"))

    assert (worth["customer"], worth["as_of"], worth["currency"]) == ("c01", "2026-03-15", "USD")
    assert (worth["measures"]["sales_amount"], worth["measures"]["recency_days"]) == (5000, 5)
    assert isinstance(worth["measures"]["contribution"], int)
    assert worth["tier"]["why"]
    assert worth["tier"]["since"] == "2026-03-15"

    world.customers(["late"])
    assert fault(Program().get("/customers/shop:late/insight"))[:2] == (404, "not_found")


def test_a_timeline_comes_a_page_at_a_time_newest_first() -> None:
    world.shop({"c01": 40.0})
    program = Program()

    whole = told(program.get("/customers/c01/timeline"))
    assert [(event["kind"], event["day"]) for event in whole["events"]] == [
        ("purchase", "2026-03-10"),
        ("purchase", "2025-11-01"),
    ]
    assert whole["events"][0]["at"] == "2026-03-10T15:00:00Z"
    first = told(program.get("/customers/c01/timeline", {"limit": 1}))
    assert (len(first["events"]), first["next_offset"]) == (1, 1)
    second = told(program.get("/customers/c01/timeline", {"limit": 1, "offset": 1}))
    assert (second["events"], second["next_offset"]) == ([whole["events"][1]], None)


@pytest.mark.parametrize("way", ["", "/insight", "/timeline"])
def test_customers_of_other_people_are_not_there(way: str) -> None:
    world.shop(SPENT)
    other = person(Role.SALESPERSON, "ben")
    assign_customers(customer_ids=[world.party("c01").pk], owner=other, actor=Actor("Mia"))
    program = Program(Role.SALESPERSON)

    assert fault(program.get(f"/customers/c01{way}"))[:2] == (404, "not_found")
    page = told(program.get("/customers"))
    assert (set(listed(page)), page["total"]) == ({"c02", "c03", "c04", "c05"}, 4)


def test_nobody_is_found_who_is_not_there() -> None:
    assert fault(Program().get("/customers/nobody"))[:2] == (404, "not_found")
    assert fault(Program().get("/customers/no%00body")) == (422, "invalid", "path.public_id")

"""A campaign from plan to lesson over the API, each number with the people behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from api.calling import Program, fault, person, told
from campaigns import world

from guanxi.campaigns.models import Campaign
from guanxi.foundation import clock, jobs
from guanxi.foundation.models import AuditEntry
from guanxi.outreach.models import Contact, Link
from guanxi.outreach.services import record_click
from guanxi.staff.models import ApiToken
from guanxi.staff.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)
SPENT = dict.fromkeys(world.keys(20), 40.0)


@pytest.fixture
def program(settings: Any) -> Program:
    settings.EMAIL_BACKEND = "guanxi.outreach.outbox.OutboxBackend"
    world.shop(SPENT)
    return Program(Role.MARKETING_MANAGER)


def done(program: Program, answer: Any) -> Any:
    """The job of an answer, once a worker has run it."""
    job = told(answer, 202)
    jobs.run_next()
    ended = told(Program().get(job["href"]))
    assert ended["state"] == "done", ended
    return ended


def test_a_campaign_goes_from_plan_to_lesson(program: Program) -> None:
    planned = told(program.post("/campaigns", world.PLAN), 201)
    assert (planned["campaign"], planned["state"], planned["estimate"]["reach"]) == ("spring", "planned", 20)
    assert planned["plan"]["offer"] == "5 off"

    result = done(program, program.post("/campaigns/spring/launch"))["result"]
    assert result
    assert told(program.post("/campaigns/spring/pause"))["state"] == "paused"
    assert told(program.post("/campaigns/spring/resume"))["state"] == "running"
    world.delivered(clock.now().replace(hour=12) + timedelta(days=1))
    state = told(program.get("/campaigns/spring"))
    assert state["contacts"]["delivered"] == state["members"]["target"] > 0
    assert sum(state["members"].values()) == 20

    people = told(program.get("/campaigns/spring/people/target", {"limit": 3, "cell": "coupon"}))
    assert (people["total"], people["next_offset"]) == (state["members"]["target"], 3)
    assert {each["source"] for each in people["people"]} == {"shop"}

    assert fault(program.get("/campaigns/spring/results"))[0] == 404
    done(program, program.post("/campaigns/spring/measure"))
    assert told(program.get("/campaigns/spring/results"))["verdict"]
    assert fault(program.post("/campaigns/spring/close", {"analysis": " ", "lesson": "x"}))[:2] == (
        422,
        "invalid",
    )
    closed = told(program.post("/campaigns/spring/close", {"analysis": "fine", "lesson": "again"}))
    assert closed["state"] == "closed"
    assert Campaign.objects.get().lesson == "again"
    assert [row["state"] for row in told(program.get("/campaigns"))["campaigns"]] == ["closed"]
    program_alone = f"marketing_manager@example.com (API token {ApiToken.objects.order_by('pk')[0].pk})"
    found = AuditEntry.objects.filter(object_kind="campaign")
    assert set(found.values_list("actor", flat=True)) == {program_alone}


@pytest.mark.requirement("CAMP-09")
def test_results_say_who_followed_links_and_where_these_people_are(program: Program) -> None:
    told(program.post("/campaigns", world.PLAN | {"links": {"shop": "https://shop.example.com/"}}), 201)
    done(program, program.post("/campaigns/spring/launch"))
    world.delivered(clock.now().replace(hour=12) + timedelta(days=1))
    contact, link = Contact.objects.order_by("pk")[0], Link.objects.get()
    record_click(contact_id=contact.pk, link_id=link.pk)
    done(program, program.post("/campaigns/spring/measure"))
    (clicks,) = told(program.get("/campaigns/spring/results"))["clicks"]
    assert (clicks["cell"], clicks["followed"]) == ("coupon", 1)
    people = told(program.get(clicks["people"].removeprefix("/api/v1")))
    assert [each["customer"] for each in people["people"]] == [contact.party.public_id]


def test_a_stopped_campaign_sends_nothing_more(program: Program) -> None:
    told(program.post("/campaigns", world.PLAN), 201)
    done(program, program.post("/campaigns/spring/launch"))
    assert told(program.post("/campaigns/spring/stop"))["state"] == "stopped"
    assert fault(program.post("/campaigns/spring/resume"))[:2] == (422, "invalid")


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({}, 422),
        (world.PLAN | {"code": "no/slash"}, 422),
        (world.PLAN | {"name": "\ud800"}, 422),
        (world.PLAN | {"budget": "much"}, 422),
        (world.PLAN | {"audience": {"op": "=", "field": "fact.nothing", "value": 1}}, 422),
        ([1], 422),
        ("{", 400),
        ('{"code": ' + "[" * 5000 + "]" * 5000 + "}", 400),
        ('{"code": ' + "[" * 300 + "]" * 300 + "}", 422),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(program: Program, document: Any, status: int) -> None:
    assert fault(program.post("/campaigns", document))[0] == status
    assert not Campaign.objects.exists()


def test_a_plan_that_comes_twice_is_planned_once(program: Program) -> None:
    first = told(program.post("/campaigns", world.PLAN, Idempotency_Key="k"), 201)
    assert told(program.post("/campaigns", world.PLAN, Idempotency_Key="k"), 201) == first
    assert AuditEntry.objects.filter(verb="planned").count() == 1

    changed = world.PLAN | {"offer": "6 off"}
    assert fault(program.post("/campaigns", changed, Idempotency_Key="k"))[:2] == (409, "conflict")
    told(program.post("/campaigns", changed, Idempotency_Key="k2"), 201)


def test_a_request_that_failed_frees_its_key(program: Program) -> None:
    assert fault(program.post("/campaigns", {}, Idempotency_Key="k"))[0] == 422
    told(program.post("/campaigns", world.PLAN, Idempotency_Key="k"), 201)


def test_another_persons_key_is_another_key(program: Program) -> None:
    told(program.post("/campaigns", world.PLAN, Idempotency_Key="k"), 201)
    person(Role.ADMINISTRATOR)
    assert fault(Program().post("/campaigns", {}, Idempotency_Key="k"))[0] == 422


def test_what_is_not_there_is_not_found(program: Program) -> None:
    for way in ("", "/results", "/people/target"):
        assert fault(program.get(f"/campaigns/nothing{way}"))[0] == 404
    told(program.post("/campaigns", world.PLAN), 201)
    assert fault(program.get("/campaigns/spring/people/friends"))[0] == 404

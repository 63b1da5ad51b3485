"""The campaign commands as somebody types them, and what is printed. c01, c02, c08, c09, c10 get the coupon."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from campaigns.world import AFTER, NOON, PLAN, keys, orders, responses, shop
from cli.commands import guanxi, told

from guanxi.campaigns.models import Campaign
from guanxi.campaigns.wording import headline
from guanxi.outreach.models import Click, Contact, Link

pytestmark = pytest.mark.django_db(transaction=True)
COUPON = ["c01", "c02", "c08", "c09", "c10"]
CONTROL = ["c03", "c04", "c05", "c06", "c07"]
SPENT = dict(zip(COUPON + CONTROL, [200, 220, 180, 210, 190, 100, 110, 90, 105, 95], strict=True))


@pytest.fixture(autouse=True)
def utc_dollars(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    settings.EMAIL_BACKEND = "guanxi.outreach.outbox.OutboxBackend"


def plan_file(home: Path, **changes: Any) -> Path:
    path = home / "plan.json"
    path.write_text(json.dumps(PLAN | {"cost_per_contact": 1} | changes), encoding="utf-8")
    return path


def lines(text: str) -> dict[str, str]:
    """Name → value of the facts that were printed; names and values stand two spaces apart."""
    pairs = (line.strip().partition("  ") for line in text.splitlines())
    return {name: value.strip() for name, _, value in pairs if value}


@pytest.mark.requirement("CAMP-22", "CAMP-06", "CAMP-09", "CAMP-12", "CAMP-13")
def test_from_the_plan_to_the_lesson(home: Path) -> None:
    shop(dict.fromkeys(keys(10), 100))
    planned = guanxi("campaign", "plan", plan_file(home))
    assert planned.code == 0
    shown = lines(planned.out)
    answers = ("to whom", "what", "when", "by which means", "is the effect assured")
    assert [shown[name] for name in answers] == [
        "Number of transactions is known",
        "5 off",
        "2026-03-16 12:00",
        "email",
        "cannot tell: the past of these customers says nothing about chance",
    ]
    assert (shown["reach"], shown["cells"], shown["control"]) == ("10", "coupon 5", "5")
    assert shown["cost"] == "5.00 USD of 1,000.00 USD"

    assert told("campaign", "launch", "spring", "--at", "2026-03-16T12:00")["contacts"]["planned"] == 5
    assert told("campaign", "pause", "spring")["state"] == "paused"
    assert told("campaign", "resume", "spring")["state"] == "running"
    assert guanxi("worker", "--once", "--at", "2026-03-16T13:00").code == 0
    status = told("campaign", "status", "spring")
    assert (status["state"], status["contacts"]["delivered"]) == ("delivered", 5)
    assert len(list((home / "outbox").glob("*.eml"))) == 5
    assert [row["key"] for row in told("campaign", "members", "spring")] == COUPON
    assert [
        row["key"] for row in told("campaign", "members", "spring", "--role", "control", "--limit", 2)
    ] == ["c03", "c04"]

    orders([(key, AFTER, amount) for key, amount in SPENT.items()])
    measured = guanxi("campaign", "results", "spring")
    shown = lines(measured.out)
    assert "It earned more than it cost." in measured.out
    assert "2026-03-16 to 2026-04-12, not complete yet: the orders known end on 2026-03-20" in measured.out
    assert shown["goal"] == "return, judged by the return on investment"
    assert shown["incremental margin per customer"] == "30.00 USD  [24.17 USD to 35.83 USD]"
    assert shown["incremental profit"].startswith("145.00 USD")
    assert shown["return on investment"] == "2,900 %  [2,317 % to 3,483 %]"
    assert shown["responses"] == "no responses were recorded"
    assert "response rate" not in shown
    assert measured.out.index("Against the control") < measured.out.index("Attributed")

    closed = told("campaign", "close", "spring", "--analysis", "30.00 each", "--lesson", "Do it again")
    assert closed["state"] == "closed"
    assert [row["lesson"] for row in told("campaign", "lessons", "again")] == ["Do it again"]
    assert told("campaign", "list")[0]["verdict"] == "gain"


def test_recorded_responses_stand_beside_their_band(home: Path) -> None:
    """One in five of an e-mail campaign: 20 %, above the 6 to 15 % of differentiated marketing."""
    shop(dict.fromkeys(keys(10), 100))
    guanxi("campaign", "plan", plan_file(home))
    guanxi("campaign", "launch", "spring", "--at", "2026-03-16T12:00")
    Contact.objects.update(state="delivered")
    orders([("c01", AFTER, 50.0)])
    responses([["spring", "c01", AFTER, "r"]])
    shown = lines(guanxi("campaign", "results", "spring").out)
    assert shown["customers contacted"] == "5"
    assert shown["customers who responded"] == "1"
    assert shown["response rate"] == "20.0 % (above the usual 6 to 15 % of differentiated marketing)"
    assert (shown["their sales"], shown["their margin"], shown["cost"]) == (
        "50.00 USD",
        "15.00 USD",
        "5.00 USD",
    )


@pytest.mark.requirement("CAMP-09")
def test_clicks_stand_per_cell_below_the_results_and_their_people_are_listed(home: Path) -> None:
    shop(dict.fromkeys(keys(10), 100))
    guanxi("campaign", "plan", plan_file(home))
    guanxi("campaign", "launch", "spring", "--at", "2026-03-16T12:00")
    Contact.objects.update(state="delivered")
    orders([("c01", AFTER, 50.0)])
    assert told("campaign", "results", "spring")["clicks"] == []

    link = Link.objects.create(
        campaign_id=Campaign.objects.get().pk, name="shop", address="https://a.example.com"
    )
    for key in ("c01", "c08"):
        contact = Contact.objects.get(party__source_key=key)
        Click.objects.create(contact=contact, link=link, first_at=NOON, last_at=NOON, count=2)
    assert told("campaign", "results", "spring")["clicks"] == [
        {"cell": "coupon", "delivered": 5, "followed": 2, "share": 0.4}
    ]
    shown = guanxi("campaign", "results", "spring").out
    assert re.search(r"coupon +5 +2 +40\.0 %", shown)
    assert shown.index("Attributed (includes") < shown.index("Links followed")
    assert "guanxi campaign members spring --role clicks" in shown
    followed = told("campaign", "members", "spring", "--role", "clicks")
    assert [(row["key"], row["times"]) for row in followed] == [("c01", 2), ("c08", 2)]
    assert len(told("campaign", "members", "spring", "--role", "contacts", "--limit", 3)) == 3


def test_campaigns_that_were_sown_and_not_harvested_are_named(home: Path) -> None:
    shop(dict.fromkeys(keys(10), 100))
    guanxi("campaign", "plan", plan_file(home))
    assert "Sown but not harvested" not in guanxi("campaign", "list").out
    guanxi("campaign", "launch", "spring", "--at", "2026-03-16T12:00")
    assert "Sown but not harvested (no results yet): spring" in guanxi("campaign", "list").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["plan", "plan.toml"], "Error: plan.toml does not exist or is not a file."),
        (["launch", "x"], "Error: There is no campaign 'x'; `guanxi campaign list` shows them."),
        (["launch", "x", "--at", "soon"], "Error: 'soon' is not a time; write it as 2026-11-21T14:30."),
        (["members", "x"], "Error: There is no campaign 'x'; `guanxi campaign list` shows them."),
    ],
)
def test_what_went_wrong_is_one_sentence(words: list[str], said: str) -> None:
    assert guanxi("campaign", *words).err.strip() == said


def test_a_role_that_there_is_not(home: Path) -> None:
    shop(dict.fromkeys(keys(2), 100))
    guanxi("campaign", "plan", plan_file(home))
    ended = guanxi("campaign", "members", "spring", "--role", "friends")
    assert (
        ended.err.strip()
        == "Error: There is no role 'friends'; there are: target, control, holdout, suppressed."
    )
    assert guanxi("campaign", "members", "spring", "--limit", "-1").code == 2


@pytest.mark.parametrize(
    ("verdict", "effect", "said"),
    [
        ("gain", "gain", "It earned more than it cost."),
        ("loss", "loss", "It lost money."),
        ("loss", "gain", "It lost money."),
        ("loss", "cannot tell", "It lost money; whether it had any effect cannot be told."),
        ("cannot tell", "gain", "Cannot tell."),
    ],
)
def test_the_headline_promises_no_more_than_the_interval(verdict: str, effect: str, said: str) -> None:
    assert headline({"verdict": verdict, "overall": {"effect_verdict": effect}}) == said

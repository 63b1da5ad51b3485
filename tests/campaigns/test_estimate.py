"""What planning says before anybody is written to. Money in cents."""

from __future__ import annotations

from datetime import timedelta

import pytest
from campaigns.world import MIA, NOON, PLAN, customers, keys, launched, planned, shop
from django.db import IntegrityError, transaction

from guanxi.campaigns.models import Campaign
from guanxi.campaigns.plan_fields import PlanError
from guanxi.campaigns.remarks import remarks
from guanxi.campaigns.services.launch import start_launch
from guanxi.customers.models import Attribute, ContactPoint, Fact, Party
from guanxi.foundation import clock, configuration
from guanxi.foundation.errors import DomainError
from guanxi.foundation.models import AuditEntry
from guanxi.insight.queries import published_run

pytestmark = pytest.mark.django_db(transaction=True)
TWO_CELLS = [{"code": code, "subject": "Hello", "body": code} for code in ("coupon", "letter")]


@pytest.mark.requirement("CAMP-08", "CAMP-22", "CAMP-17")
def test_the_estimate_of_a_small_shop_worked_out_by_hand() -> None:
    """Twenty customers. By their salted hashes c16 is in the universal hold-out; of the others four are control
    (c03, c07, c12, c19), six get the coupon (c04, c05, c06, c11, c17, c18), nine the letter. c01 and c03 do not
    agree to e-mail and c04 has no address: one less in each group. The sixteen who stay earned us 30 or 90 each,
    eight and eight: 60 on average, standard deviation 30 √(16/15) = 30.98.
    """
    spends_less = {"c02", "c05", "c06", "c07", "c08", "c09", "c10", "c11"}
    shop({key: 100 if key in spends_less else 300 for key in keys(20)}, holdout=0.1)
    customers(["c01", "c03"], consent="no")
    ContactPoint.objects.filter(party__source_key="c04").delete()
    campaign = planned(
        cells=TWO_CELLS,
        control_share=0.25,
        cost_per_contact=0.5,
        fixed_cost=10,
        budget=20,
        audience=PLAN["audience"],
    )
    estimate = campaign.estimate
    assert (estimate["as_of"], estimate["reach"], estimate["holdout"]) == ("2026-03-15", 20, 1)
    assert estimate["suppressed"] == {"address": 1, "consent": 2}
    assert estimate["cells"] == {"coupon": 5, "letter": 8}
    assert estimate["control"] == 3
    # 10.00 and thirteen times 0.50, of 20.00; thirteen times 0.1 times 20.00
    assert (estimate["cost"], estimate["budget"], estimate["within_budget"]) == (1_650, 2_000, True)
    assert (estimate["expected_margin"], estimate["expected_profit"]) == pytest.approx((2_600, 950))
    assert estimate["past"] == pytest.approx(
        {"customers": 16, "mean": 6_000, "sd": 3_098.387, "r_squared": 0, "response_rate": 1}, abs=0.001
    )
    # (1.959964 + 0.841621) · 3098.387 · √(1/13 + 1/3): far more than the 2.00 that are expected
    assert estimate["minimum_detectable_effect"] == pytest.approx(5_559.90, abs=0.01)
    assert (estimate["expected_effect"], estimate["effect_assured"]) == (200, False)
    assert estimate["proposed_control"] == pytest.approx(
        {
            "share": 0.5,
            "control": 8,
            "minimum_detectable_effect": 4_340.20,
            "reaches_target": False,
            "reason": "maximum",
        },
        abs=0.01,
    )
    assert estimate["answers"] == {
        "to_whom": "Number of transactions is known",
        "what": "5 off",
        "when": "2026-03-16T12:00:00+00:00",
        "by_which_means": "email",
        "is_the_effect_assured": False,
    }
    assert campaign.insight_run == published_run()


def test_what_has_to_be_said_beside_the_figures() -> None:
    """Nobody's name is known: a letter that uses it leaves gaps for c01 and c02, who get it. Nor is any cost."""
    shop(dict.fromkeys(keys(6), 100))
    start = f"{clock.now() + timedelta(days=5):%Y-%m-%dT%H:%M:%S+00:00}"
    said = remarks(planned(start=start).estimate)
    assert said[0].startswith("2 of those who would be written to have no name, ")
    assert said[1].startswith("Letters will hold no unsubscribe link, ")
    assert said[2] == (
        "Expected margin and profit rest on what the plan says a response earns. What can be shown is judged by past "
        "profit. Profit rests on a stated margin of 30 % for 100.0 % of sales, whose cost is unknown."
    )
    named = Attribute.objects.create(code="name", label="name", identifying=True)
    one = Party.objects.get(source_key="c01")
    Fact.objects.create(party=one, attribute=named, value_text="Li", source="x", observed_on=NOON.date())
    assert planned(start=start).estimate["without_name"] == 1
    spoken = planned(start=start, cells=[TWO_CELLS[0] | {"subject": "Dear ${name|customer}"}]).estimate
    assert (spoken["without_name"], spoken["starts_in_the_past"]) == (0, False)
    late = planned(start="2020-01-01T09:00:00+00:00").estimate
    assert late["starts_in_the_past"]
    assert any(each.startswith("It starts in the past: 2020-01-01 ") for each in remarks(late))


def test_planning_again_replaces_the_plan_and_keeps_the_salt() -> None:
    shop(dict.fromkeys(keys(6), 100))
    first = planned(salt="")
    second = planned(salt="", name="Another name", measure_days=7)
    assert first.salt == second.salt
    assert len(first.salt) == 16
    assert first.estimate["cells"] == second.estimate["cells"]
    assert [(c.name, str(c.measure_until)) for c in Campaign.objects.all()] == [
        ("Another name", "2026-03-22")
    ]
    assert planned(salt="own salt").salt == "own salt"
    assert AuditEntry.objects.filter(verb="planned").count() == 3


def test_a_launched_campaign_cannot_be_planned_again() -> None:
    shop(dict.fromkeys(keys(6), 100))
    planned()
    launched()
    with pytest.raises(
        PlanError, match="There is a campaign spring already, and it is running; choose another code"
    ):
        planned(name="Another name")
    assert Campaign.objects.get().name == "Spring coupon"


def test_a_plan_over_its_budget_is_kept_but_cannot_be_launched() -> None:
    """Three of six are treated at 1.00 each; 2.99 are not enough."""
    shop(dict.fromkeys(keys(6), 100))
    assert planned(cost_per_contact=1, budget=2.99).estimate["cells"] == {"coupon": 2}
    assert planned(cost_per_contact=1, budget=1.99).estimate["within_budget"] is False
    with pytest.raises(PlanError, match="Campaign spring would cost more than its budget"):
        start_launch(code="spring", at=NOON, actor=MIA)
    planned(cost_per_contact=1, budget=2)
    assert launched()["target"] == 2


def test_a_handful_of_customers_and_margins_that_never_varied_promise_nothing() -> None:
    """Of two customers a control of 5 % is nobody: no figure, rather than an infinite one."""
    shop(dict.fromkeys(keys(8), 100) | {"c01": 500, "c02": 900})
    few = planned(audience={"op": ">=", "field": "indicator.sales_amount", "value": 20_000}, expected_response_rate=1.0,
                  expected_margin_per_response=10_000).estimate  # fmt: skip
    assert (few["reach"], few["proposed_control"]) == (2, None)
    alike = planned(audience={"op": "<", "field": "indicator.sales_amount", "value": 20_000}).estimate
    assert (alike["reach"], alike["past"]["sd"]) == (6, 0)
    assert (alike["minimum_detectable_effect"], alike["effect_assured"], alike["proposed_control"]) == (
        None,
    ) * 3
    nobody = planned(audience={"op": "<", "field": "indicator.sales_amount", "value": 0}).estimate
    assert (nobody["reach"], nobody["cells"], nobody["control"], nobody["cost"]) == (0, {"coupon": 0}, 0, 0)
    with pytest.raises(PlanError, match="Campaign spring would reach nobody"):
        start_launch(code="spring", at=NOON, actor=MIA)


@pytest.mark.requirement("CAMP-08")
def test_a_plan_without_an_analysis_is_impossible() -> None:
    with pytest.raises(DomainError, match="Nothing is analysed yet"):
        planned()
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.create(code="x", source="", source_key="x", name="x", created_at=NOON)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"share": 2}, "share is a number from 0 to 0.5, not 2"),
        ({"share": "5 %"}, "share is a number from 0 to 0.5, not '5 %'"),
        ({"salt": ""}, "salt of universal_holdout is a text, not ''"),
        ({"size": 1}, "universal_holdout has no size; it has share, salt"),
        (5, "universal_holdout is an object with the values share, salt, not 5"),
    ],
)
def test_an_impossible_universal_hold_out_is_named(setting: object, said: str) -> None:
    with pytest.raises(DomainError, match=said):
        configuration.write("universal_holdout", setting, actor=MIA)
    assert configuration.read("universal_holdout") == {"share": 0.05, "salt": "universal"}

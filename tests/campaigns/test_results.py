"""What a campaign of ours earned. c01, c02, c08, c09, c10 get the coupon; c03 to c07 are control. Margin is 30 %."""

from __future__ import annotations

import json
from typing import Any

import pytest
from campaigns.world import (
    AFTER,
    BEFORE,
    MIA,
    NOON,
    contacts,
    delivered,
    keys,
    launched,
    measured,
    orders,
    planned,
    refresh,
    responses,
    shop,
)
from customers.importing import bring, undo
from django.conf import settings

from guanxi.campaigns.models import Campaign
from guanxi.campaigns.queries import campaign_rows, status
from guanxi.campaigns.services.measure import start_measurement
from guanxi.customers.services import merge, unmerge
from guanxi.foundation import clock
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.outreach.models import Contact

pytestmark = pytest.mark.django_db(transaction=True)
COUPON = ["c01", "c02", "c08", "c09", "c10"]
CONTROL = ["c03", "c04", "c05", "c06", "c07"]
SPENT = dict(zip(COUPON + CONTROL, [200, 220, 180, 210, 190, 100, 110, 90, 105, 95], strict=True))
"""Earns us 60 ± on average where the coupon went, 30 ± in control."""


def campaign(**changes: Any) -> None:
    """Ten alike customers; the campaign is out, at 1.00 a letter."""
    shop(dict.fromkeys(keys(10), 100))
    planned(cost_per_contact=1, **changes)
    launched()
    delivered()


def spent(amounts: dict[str, float], day: str = AFTER) -> None:
    orders([(key, day, amount) for key, amount in amounts.items()])


@pytest.mark.requirement("CAMP-06", "CAMP-12", "CAMP-13", "CAMP-04")
def test_a_gain_worked_out_by_hand() -> None:
    """Margins 60, 66, 54, 63, 57 against 30, 33, 27, 31.5, 28.5: a difference of 30 per customer.

    Variances 22.5 and 5.625; standard error √(22.5/5 + 5.625/5) = 2.3717; 5.88 degrees of freedom; t = 2.4587.
    Five letters cost 5.00: profit 150 - 5 = 145, return 145 / 5 = 29.
    """
    campaign()
    spent(SPENT)
    result = measured()
    overall = result["overall"]
    assert (overall["treated"], overall["control"]) == (5, 5)
    assert overall["margin"]["difference"] == pytest.approx(
        {"value": 3_000, "low": 2_416.86, "high": 3_583.14}, abs=1
    )
    assert overall["margin"]["degrees_of_freedom"] == pytest.approx(5.882, abs=0.001)
    assert overall["incremental_margin"]["value"] == pytest.approx(15_000)
    assert overall["cost"] == 500
    assert overall["incremental_profit"]["value"] == pytest.approx(14_500)
    assert overall["roi"] == pytest.approx({"value": 29.0, "low": 23.17, "high": 34.83}, abs=0.01)
    assert (result["verdict"], result["has_control"], result["goal"], result["judged_by"]) == (
        "gain", True, "return", "roi",
    )  # fmt: skip
    assert result["window"] == ["2026-03-16", "2026-04-12"]


def test_what_they_bought_before_is_taken_into_account() -> None:
    """Margin before 30, 60, 90, 120, 150 in both groups; afterwards the same, 30 more for the coupon, ± 3.

    The slope on what came before is 1. Residual variance 9 in each group, times 8/7 for the slope: standard error
    √(2 · 8/7 · 9/5) = 2.0284, 8 degrees of freedom, half an interval 4.677. Without adjustment it is 69.3.
    """
    before = dict(zip(COUPON + CONTROL, [100, 200, 300, 400, 500] * 2, strict=True))
    noise = dict(zip(COUPON + CONTROL, [10, -10, 0, -10, 10] * 2, strict=True))
    shop(before)
    planned()
    launched()
    spent({key: before[key] + noise[key] + (100 if key in COUPON else 0) for key in before})
    margin = measured()["overall"]["margin"]
    assert margin["theta"] == pytest.approx(1)
    assert margin["difference"] == pytest.approx(
        {"value": 3_000, "low": 2_532.26, "high": 3_467.74}, abs=0.01
    )
    assert margin["unadjusted"]["low"] < 0 < margin["unadjusted"]["high"]
    assert margin["unadjusted"]["high"] - 3_000 == pytest.approx(6_931.9, abs=0.1)


@pytest.mark.requirement("CAMP-12")
def test_only_contacts_that_went_out_or_may_have_cost_something() -> None:
    """Of five letters one failed, one was cancelled, one is unknown: three at 1.00, and 7.00 for the campaign."""
    campaign(fixed_cost=7)
    for key, state in {"c01": "failed", "c02": "cancelled", "c08": "unknown"}.items():
        Contact.objects.filter(party__source_key=key).update(state=state)
    spent(SPENT)
    result = measured()
    assert result["overall"]["cost"] == 1_000
    assert [(cell["cell"], cell["cost"]) for cell in result["cells"]] == [("coupon", 300)]
    assert result["overall"]["treated"] == 5
    assert result["attributed"][0]["contacts"] == 3


def test_a_window_that_is_not_over_is_said_to_be_so_and_measuring_again_replaces() -> None:
    campaign(measure_days=14)
    spent(dict.fromkeys(COUPON, 200.0))
    first = measured()
    assert (first["complete"], first["data_until"], first["window"][1]) == (False, "2026-03-20", "2026-03-29")
    spent(SPENT | {"c01": 0.01}, day="2026-03-29")
    second = measured()
    assert (second["complete"], second["data_until"]) == (True, "2026-03-29")
    assert Campaign.objects.get().results == json.loads(json.dumps(second))
    assert first["overall"]["margin"]["treated_mean"] == 6_000
    assert second["overall"]["margin"]["treated_mean"] == pytest.approx(10_800, abs=0.1)


def test_only_what_was_bought_in_the_window_counts_and_refunds_come_off() -> None:
    """Coupon: 200 bought on the first day, 100 of it given back on the last; the days around do not count."""
    campaign(measure_days=10)
    for day in ("2026-03-15", "2026-03-26"):
        spent(dict.fromkeys(COUPON, 1_000.0), day=day)
    spent(dict.fromkeys(COUPON, 200.0), day="2026-03-16")
    lines = ["order,customer,time,quantity,amount"] + [
        f"r-{key},{key},2026-03-25 23:30,-1,-100" for key in COUPON
    ]
    path = settings.HOME / "refunds.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    bring("orders", path, "shop")
    overall = measured()["overall"]
    assert (overall["margin"]["treated_mean"], overall["margin"]["control_mean"]) == (3_000, 0)
    assert (overall["response"]["treated_rate"], overall["response"]["control_rate"]) == (1, 0)


@pytest.mark.requirement("CAMP-03")
def test_several_cells_are_compared_as_one_family() -> None:
    """Half of those treated got the letter, which did nothing: the coupon gains, of the letter nothing can be told.

    Each interval is wide enough for both to hold at 95 %: √0.95 = 97.47 %. Holm doubles the smaller p value.
    """
    shop(dict.fromkeys(keys(20), 100))
    cells = [{"code": code, "subject": "Hello", "body": code} for code in ("coupon", "letter")]
    planned(cells=cells, control_share=0.25, goal="share_of_customer")
    launched()
    cell_of = dict(Campaign.objects.get().members.values_list("party__source_key", "cell"))
    spent({key: (200 if cell == "coupon" else 100) + int(key[1:]) % 5 for key, cell in cell_of.items()})
    result = measured()
    assert [(cell["cell"], cell["treated"], cell["verdict"]) for cell in result["cells"]] == [
        ("coupon", 7, "gain"),
        ("letter", 9, "cannot tell"),
    ]
    assert result["cell_level"] == pytest.approx(0.974679, abs=1e-6)
    coupon, letter = result["cells"]
    assert coupon["margin_p_adjusted"] == pytest.approx(2 * coupon["margin"]["p_value"])
    assert letter["margin_p_adjusted"] == pytest.approx(letter["margin"]["p_value"])
    assert result["judged_by"] == "margin"
    assert result["overall"]["treated"] == 16


@pytest.mark.requirement("CAMP-09", "CAMP-12", "CAMP-01")
def test_attributed_figures_stand_second_and_new_customers_are_counted() -> None:
    """c01 and c08 redeemed, c08 twice; c03 of control redeemed a coupon it was given by a friend; c99 is no member.

    A prospect is a customer who never bought: c11 and c12, of whom the campaign for prospects wins one.
    """
    campaign(goal="loyalty")
    spent(SPENT)
    said = [("c01", 17), ("c08", 17), ("c08", 18), ("c03", 17), ("c99", 17)]
    responses([["spring", key, f"2026-03-{day} 10:00", f"r{day}"] for key, day in said])
    responses([["spring", "c02", "2026-05-01 10:00", "too late"]])
    result = measured()
    whole = result["attributed"][0]
    assert (whole["contacts"], whole["responses"], whole["response_rate"]) == (5, 2, 0.4)
    assert (whole["sales"], whole["margin"], whole["cost"]) == (38_000, 11_400, 500)
    assert (whole["cost_per_contact"], whole["roi"]) == (100, 21.8)
    assert result["responses_recorded"] == 5
    assert (result["new_customers"], result["judged_by"]) == (0, "response")
    assert result["cost_per_new_customer"] is None
    live = status(Campaign.objects.get())
    assert (live["contacts"]["delivered"], live["responses"], live["state"]) == (5, 6, "delivered")
    listed = campaign_rows(clock.business_date(NOON))[0]
    assert (listed["contacts"], listed["responses"], listed["state"]) == (5, 6, "delivered")


@pytest.mark.requirement("CAMP-01")
def test_a_campaign_for_prospects_counts_those_it_won() -> None:
    """Ten who never bought; their files name them, no order does. One of five coupons wins a customer, no control."""
    shop(dict.fromkeys(keys(2, "old"), 100))
    from campaigns.world import customers
    from django.db.models import F

    from guanxi.customers.models import Party

    customers(keys(10))
    Party.objects.update(public_id=F("source_key"))
    refresh()
    prospects = {"op": "unknown", "field": "indicator.transaction_count"}
    assert planned(goal="acquisition", audience=prospects, cost_per_contact=2).estimate["reach"] == 10
    launched()
    delivered()
    spent({"c08": 50, "old01": 70})
    result = measured()
    assert (result["new_customers"], result["judged_by"]) == (1, "incremental_responses")
    assert result["cost_per_new_customer"] == 1_000
    assert result["overall"]["incremental_responses"]["value"] == pytest.approx(1)
    assert result["overall"]["cost"] == 1_000


def test_records_merged_after_the_launch_are_one_customer_and_across_cells_none() -> None:
    """c02 turns out to be c01 (both coupon): one customer of 420. c03 (control) is c08 (coupon): left out."""
    campaign()
    spent(SPENT)
    merge(party="shop:c02", into="shop:c01", reason="same", actor=MIA)
    merge(party="shop:c03", into="shop:c08", reason="same", actor=MIA)
    result = measured()
    assert (result["overall"]["treated"], result["overall"]["control"], result["left_out_as_merged"]) == (
        3,
        4,
        1,
    )
    assert result["overall"]["margin"]["treated_mean"] == (420 + 210 + 190) * 30 / 3
    assert result["overall"]["margin"]["control_mean"] == (110 + 90 + 105 + 95) * 30 / 4
    # The letter to c08 was paid for, though its cell no longer counts it.
    assert (result["overall"]["cost"], result["cells"][0]["cost"]) == (500, 400)
    unmerge(party="shop:c03", actor=MIA)
    unmerge(party="shop:c02", actor=MIA)
    assert measured()["overall"]["treated"] == 5


def test_members_whose_import_was_taken_back_are_measured_all_the_same() -> None:
    """The till's customers came with its orders; those orders go, the customers stay as members without sales."""
    shop(dict.fromkeys(keys(10), 100))
    till = orders([(key, BEFORE, 100.0) for key in keys(4, "till")], source="till")
    refresh()
    planned(control_share=0.5, audience={"op": ">=", "field": "indicator.sales_amount", "value": 1})
    launched()
    before = Campaign.objects.get().members.filter(role__in=["target", "control"]).count()
    spent(SPENT)
    undo(till)
    result = measured()
    assert result["overall"]["treated"] + result["overall"]["control"] == before


def test_nothing_can_be_measured_of_a_plan_or_of_a_campaign_that_is_not_there() -> None:
    shop(dict.fromkeys(keys(10), 100))
    planned()
    with pytest.raises(DomainError, match="Campaign spring is planned; there is nothing to measure yet"):
        start_measurement(code="spring", actor=MIA)
    with pytest.raises(NotFound, match="There is no campaign 'autumn'"):
        start_measurement(code="autumn", actor=MIA)


def test_an_experiment_that_went_on_elsewhere_beside_ours_is_kept_apart() -> None:
    """The contacts of another campaign to the same customers neither cost ours anything nor count as its own."""
    campaign()
    contacts([["other", key, "2026-03-17 09:00", "x", 9] for key in CONTROL])
    spent(SPENT)
    assert measured()["overall"]["cost"] == 500
    assert measured()["attributed"][0]["contacts"] == 5

"""Analyses of what contacts achieve: looks, commission, purchases after, allocation."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from campaigns.test_breakdown import TWO, earned
from campaigns.test_results import CONTROL, COUPON, SPENT, campaign, spent
from campaigns.world import MIA, keys, measured, refresh, shop

from customer_insight.conditions import Compare
from guanxi.campaigns.models import Campaign
from guanxi.foundation.errors import DomainError
from guanxi.insight.analyses.asking import ask
from guanxi.insight.audience import count_audience
from guanxi.insight.models import AnalysisAnswer

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CODES = ("looking-early", "uplift", "commission", "purchases-after", "allocate")


def answered(code: str, **given: Any) -> Any:
    answer = ask(code, given, actor=MIA)
    assert answer.raw is not None
    assert answer.shown
    return answer


def until(day: str) -> None:
    """Figures as of a later day."""
    refresh(date.fromisoformat(day))


@pytest.mark.parametrize("code", CODES)
def test_without_a_campaign_each_says_what_to_do(code: str) -> None:
    shop(dict.fromkeys(keys(4), 100))
    sheet = answered(code).shown.sheets[0]
    assert not sheet.rows
    assert "campaign" in str(sheet.empty)


@pytest.mark.requirement("CAMP-13")
def test_looks_are_listed_with_what_one_and_what_all_allow() -> None:
    campaign()
    spent(SPENT)
    measured()
    first = answered("looking-early").raw["looks"][0]
    assert (first["look"], first["level"], first["verdict"], first["state"]) == (1, 0.975, "gain", "running")
    # 150 - 5 as in test_results; five times ± 7.0849.
    assert (first["low"], first["high"]) == pytest.approx((10_957.5, 18_042.5), abs=1)
    measured()
    second = answered("looking-early").raw["looks"][0]
    assert (second["look"], round(second["level"], 4)) == (2, 0.9917)
    assert second["low"] < first["low"] < second["single_low"]


def test_a_measuring_makes_earlier_answers_old() -> None:
    campaign()
    spent(SPENT)
    measured()
    answered("looking-early")
    answered("rfm")
    measured()
    assert list(AnalysisAnswer.objects.values_list("question__code", flat=True)) == ["rfm"]


@pytest.mark.requirement("CAMP-16")
def test_commission_is_a_share_of_what_the_addressed_bought_and_stands_beside_its_profit() -> None:
    """Coupon customers bought for 1,000.00 in March: 10 % and 20.00 fixed; in April for 100.00. The margin is 30 %."""
    campaign()
    spent(SPENT)
    spent(dict.fromkeys(COUPON, 20.0), day="2026-04-05")
    until("2026-04-30")
    raw = answered("commission", rate=0.1, fixed=20).raw
    assert [(row["month"], row["commission"], row["profit"], row["verdict"]) for row in raw["months"]] == [
        ("2026-03", 12_000, 30_000, "nothing before"),
        ("2026-04", 1_000, 3_000, "in order"),
    ]
    assert raw["months"][0]["commission_share"] == 0.4
    assert [row["cohort"] for row in raw["campaigns"]] == ["Spring coupon"] * 2


@pytest.mark.requirement("CAMP-21")
def test_first_and_second_purchases_are_told_by_cell_and_by_campaign() -> None:
    """Of five coupon customers four bought after 4 days, two of them again after 16; of five held out one, once."""
    campaign()
    spent(dict.fromkeys(COUPON[:4], 50.0))
    spent(dict.fromkeys(COUPON[:2], 50.0), day="2026-04-05")
    spent({CONTROL[0]: 50.0})
    until("2026-04-30")
    rows = answered("purchases-after", campaign="spring", up_to=2).raw["rates"]
    assert [tuple(row.values()) for row in rows] == [
        ("control", 1, 5, 1, 0.2, 0.2, 4.0),
        ("control", 2, 5, 0, 0.0, 0.0, None),
        ("coupon", 1, 5, 4, 0.8, 0.8, 4.0),
        ("coupon", 2, 5, 2, 0.4, 0.5, 16.0),
    ]
    whole = answered("purchases-after", up_to=2).raw["rates"]
    assert [(row["cohort"], row["members"], row["customers"]) for row in whole] == [
        ("Spring coupon", 5, 4), ("Spring coupon", 5, 2),
    ]  # fmt: skip


@pytest.mark.requirement("CAMP-22")
def test_offers_are_given_where_they_add_most_within_capacity_and_budget() -> None:
    spent_before = {key: 2_000.0 if place % 2 else 20.0 for place, key in enumerate(keys(60))}
    result = earned(spent_before, cells=TWO, control_share=0.4, budget=1000)
    told = {
        (row["group"], f"spring · {row['cell']}"): row["profit_per_customer"]["value"]
        if row["verdict"] != "cannot tell"
        else 0.0
        for row in result["groups"]
    }
    free = answered("allocate")
    assert {(row["tier"], row["action"]): row["value"] for row in free.raw["effects"]} == told
    assert free.raw["prices"] == {}
    by_tier: dict[str, float] = {}
    for (tier, _action), value in told.items():
        by_tier[tier] = max(by_tier.get(tier, 0.0), value)
    given = sum(row["contacts"] for row in free.raw["chosen"])
    assert free.raw["value"] == pytest.approx(
        sum(count_audience(Compare("class.tier", "=", tier)) * value for tier, value in by_tier.items())
    )
    assert count_audience(Compare(free.field, "=", free.raw["chosen"][0]["action"])) >= 1
    few = answered("allocate", capacity="email=3", budget=2, minimum=1)
    assert sum(row["contacts"] for row in few.raw["chosen"]) == 2 < given
    assert few.raw["used"]["budget"] == 200
    assert few.raw["value"] <= few.raw["bound"] + 1e-6
    assert [row[0] for row in few.shown.sheets[1].rows] == [
        "contacts by email", "budget", "at least so many of spring · a", "at least so many of spring · b",
    ]  # fmt: skip


def test_limits_that_cannot_be_kept_or_read_are_refused() -> None:
    spent_before = {key: 2_000.0 if place % 2 else 20.0 for place, key in enumerate(keys(60))}
    earned(spent_before, cells=TWO, control_share=0.4, budget=1000)
    with pytest.raises(
        DomainError, match="Capacity is typed as email=1000, not sms=3; there are the channels email"
    ):
        answered("allocate", capacity="sms=3")
    with pytest.raises(DomainError, match="These limits cannot all be kept"):
        answered("allocate", capacity="email=3", minimum=4)


def test_campaigns_measured_before_parts_had_values_are_not_allocated() -> None:
    earned(dict.fromkeys(keys(10), 100))
    campaign_ = Campaign.objects.get()
    for row in campaign_.results["groups"]:
        del row["profit_per_customer"]
    campaign_.save(update_fields=["results"])
    sheet = answered("allocate").shown.sheets[0]
    assert (list(sheet.rows), "measure them again" in str(sheet.empty)) == ([], True)

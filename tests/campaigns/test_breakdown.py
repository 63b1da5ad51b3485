"""What came of a campaign by group of customers, channel and product, beside the whole (CAMP-14)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from campaigns.world import AFTER, PLAN, delivered, keys, launched, measured, orders, planned, refresh, shop

from guanxi.campaigns.breakdown import grouping_day
from guanxi.campaigns.models import Campaign
from guanxi.campaigns.wording import group_rows, groups_title
from guanxi.insight.models import CustomerInsight

pytestmark = pytest.mark.django_db(transaction=True)
TWO = [{"code": "a", "subject": "A", "body": "a", "offer": "Tea"}, {"code": "b", "subject": "B", "body": "b"}]


def earned(spent_before: dict[str, float], **changes: Any) -> dict[str, Any]:
    """A campaign at 1.00 a letter after which everybody who was written to spends twice as much as before."""
    shop(spent_before)
    planned(cost_per_contact=1, **changes)
    launched()
    delivered()
    targets = set(
        Campaign.objects.get().members.filter(role="target").values_list("party__source_key", flat=True)
    )
    spent = [(key, AFTER, amount * (2 if key in targets else 1)) for key, amount in spent_before.items()]
    orders([(key, day, amount + place) for place, (key, day, amount) in enumerate(spent)])
    return measured()


@pytest.mark.requirement("CAMP-14")
def test_a_group_is_compared_with_its_own_control() -> None:
    """Alike before, so nothing is adjusted: the difference is that of the mean margins, 30 % of what was spent."""
    result = earned(dict.fromkeys(keys(10), 100))
    tiers = dict(CustomerInsight.objects.values_list("party__source_key", "tier"))
    roles = dict(Campaign.objects.get().members.values_list("party__source_key", "role"))
    spent = {key: (200 if roles[key] == "target" else 100) + place for place, key in enumerate(keys(10))}
    for row in result["groups"]:
        own = {
            role: [spent[key] for key in keys(10) if (tiers[key], roles[key]) == (row["group"], role)]
            for role in roles.values()
        }
        assert (row["treated"], row["control"]) == (len(own["target"]), len(own["control"]))
        if min(row["treated"], row["control"]) > 1:
            means = {role: sum(amounts) / len(amounts) for role, amounts in own.items()}
            worked_out = 30 * (means["target"] - means["control"])
            assert row["margin"]["difference"]["value"] == pytest.approx(worked_out)
    assert any(min(row["treated"], row["control"]) > 1 for row in result["groups"])
    first = result["groups"][0]
    assert (first["cell"], first["channel"], first["offer"], first["as_of"]) == (
        "coupon",
        "email",
        "5 off",
        "2026-03-15",
    )
    title = groups_title(result)
    assert title == "By value tier as of 2026-03-15, channel and offer (intervals hold together at 95 %)"


@pytest.mark.requirement("CAMP-14")
def test_groups_add_up_to_the_whole_each_against_its_own_control_with_its_own_product() -> None:
    spent = {key: 2_000.0 if place % 2 else 20.0 for place, key in enumerate(keys(60))}
    result = earned(spent, cells=TWO, control_share=0.4, budget=1000)
    groups = result["groups"]
    assert len({row["group"] for row in groups}) > 1
    assert {(row["cell"], row["offer"]) for row in groups} == {("a", "Tea"), ("b", PLAN["offer"])}
    assert sum(row["treated"] for row in groups) == result["overall"]["treated"]
    assert sum(row["cost"] for row in groups) == result["overall"]["cost"]
    held_out = {row["group"]: row["control"] for row in groups}
    assert sum(held_out.values()) == result["overall"]["control"]
    known = [row for row in groups if row["margin_p_adjusted"] is not None]
    assert all(row["margin_p_adjusted"] >= row["margin"]["p_value"] for row in known)
    for group in {row["group"] for row in known}:
        better = next(row for row in known if row["group"] == group)["margin"]["difference"]["value"]
        assert better > 0
    assert len(group_rows(result)) == len(groups)


def test_who_moved_since_stays_in_the_group_of_before() -> None:
    before = earned({key: 2_000.0 if place % 2 else 20.0 for place, key in enumerate(keys(60))})["groups"]
    orders([(key, "2026-04-20", 9_000.0) for key in keys(60)[::2]])
    refresh(date(2026, 4, 30))
    after = measured()["groups"]
    sizes = [(row["group"], row["treated"], row["control"]) for row in before]
    assert [(row["group"], row["treated"], row["control"]) for row in after] == sizes


def test_without_figures_of_before_the_start_there_are_no_groups() -> None:
    earned(dict.fromkeys(keys(10), 100))
    campaign = Campaign.objects.get()
    assert grouping_day(campaign, date(2026, 3, 16)) == date(2026, 3, 15)
    assert grouping_day(campaign, date(2026, 3, 15)) is None

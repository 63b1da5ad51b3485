"""What came of a campaign by group of customers, channel and product, beside the whole (CAMP-14)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from campaigns.world import AFTER, PLAN, delivered, keys, launched, measured, orders, planned, refresh, shop

from guanxi.campaigns.breakdown import grouping_day
from guanxi.campaigns.models import Campaign
from guanxi.campaigns.wording import extremes, group_rows, groups_title, look_said, sum_rows
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
        sizes = (len(own["target"]), len(own["control"]))
        # Fewer than two on a side: nothing is compared, and the customers are told as such.
        assert (row["treated"], row["control"], row["unmeasured"]) == (
            (*sizes, 0) if min(sizes) > 1 else (0, 0, sizes[0])
        )
        if min(sizes) > 1:
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
    assert sum(row["treated"] + row["unmeasured"] for row in groups) == result["overall"]["treated"]
    assert sum(row["cost"] + row["unmeasured_cost"] for row in groups) == result["overall"]["cost"]
    known = [row for row in groups if row["margin_p_adjusted"] is not None]
    assert all(row["margin_p_adjusted"] >= row["margin"]["p_value"] for row in known)
    for group in {row["group"] for row in known}:
        better = next(row for row in known if row["group"] == group)["margin"]["difference"]["value"]
        assert better > 0
    assert len(group_rows(result)) == len(groups)
    whole = result["breakdown"]["sums"][-1]
    for figure in ("incremental_margin", "incremental_profit"):
        parts = [row[figure]["value"] for row in known]
        assert sum(parts) == pytest.approx(whole[figure]["value"])
        for over in ("group", "cell", "offer"):
            sums = [row[figure]["value"] for row in result["breakdown"]["sums"] if row["over"] == over]
            assert len(sums) > 1
            assert sum(part for part in sums if part is not None) == pytest.approx(whole[figure]["value"])
    assert (whole["treated"], whole["unmeasured"]) == (30, 5)


@pytest.mark.requirement("CAMP-14")
def test_best_and_worst_part_are_named_with_what_lies_between_them() -> None:
    """Of cell a each letter costs 1.00 and doubles what is spent, alike in cell b; the tiers differ in what that is."""
    spent = {key: 2_000.0 if place % 2 else 20.0 for place, key in enumerate(keys(60))}
    result = earned(spent, cells=TWO, control_share=0.4, budget=1000)
    found = result["breakdown"]
    known = [row for row in result["groups"] if row["roi"]["value"] is not None]
    by_return = sorted(known, key=lambda row: row["roi"]["value"])
    names = ("group", "cell", "channel", "offer")
    assert found["best"] == {name: by_return[-1][name] for name in names}
    assert found["worst"] == {name: by_return[0][name] for name in names}
    best, worst = (row["profit_per_customer"]["value"] for row in (by_return[-1], by_return[0]))
    assert found["apart"]["value"] == pytest.approx(best - worst)
    assert extremes(result).startswith(f"Best: {by_return[-1]['group']} · {by_return[-1]['cell']} · email")


def test_results_of_earlier_versions_are_still_read() -> None:
    """They have rows with a comparison's names, and neither sums nor looks."""
    result = earned(dict.fromkeys(keys(10), 100))
    older = {name: value for name, value in result.items() if name not in {"breakdown", "look"}}
    lacking = {"unmeasured", "unmeasured_cost", "profit_per_customer"}
    older["groups"] = [
        {name: value for name, value in row.items() if name not in lacking} for row in result["groups"]
    ]
    assert [row[0] for row in group_rows(older)] == [row["group"] for row in result["groups"]]
    assert (sum_rows(older), extremes(older), look_said(older)) == ([], "", "")
    assert (sum_rows({}), group_rows({})) == ([], [])


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

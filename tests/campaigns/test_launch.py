"""Who is written to and who is not. By their salted hashes c01, c02, c08, c09, c10 of ten customers get the coupon."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from campaigns.world import (
    BEFORE,
    MIA,
    NOON,
    customers,
    delivered,
    keys,
    launched,
    orders,
    party,
    planned,
    refresh,
    roles,
    shop,
)
from customers.importing import undo

from guanxi.campaigns.models import Campaign, Member
from guanxi.campaigns.plan_fields import PlanError
from guanxi.campaigns.queries import campaign_rows, member_rows, status
from guanxi.campaigns.remarks import holds_nobody_out, older_figures, remarks
from guanxi.campaigns.services import control
from guanxi.campaigns.services.launch import start_launch
from guanxi.customers.models import ImportBatch
from guanxi.customers.services import merge
from guanxi.foundation import configuration, jobs
from guanxi.foundation.engine.lake import VersionGone
from guanxi.foundation.models import Job, Setting
from guanxi.outreach.models import Contact, Suppression

pytestmark = pytest.mark.django_db(transaction=True)
COUPON = {"c01", "c02", "c08", "c09", "c10"}
CONTROL = {"c03", "c04", "c05", "c06", "c07"}


def written_to(code: str = "spring") -> set[str]:
    contacts = Contact.objects.filter(campaign_id=Campaign.objects.get(code=code).pk)
    return set(contacts.values_list("party__source_key", flat=True))


def in_role(role: str, code: str = "spring") -> set[str]:
    return {key for key, its in roles(code).items() if its == role}


@pytest.mark.requirement("CAMP-17", "DATA-16")
def test_members_partition_the_audience_and_control_passes_the_same_gate() -> None:
    """c01 and c03 withdraw their consent after the plan was made: one of a cell, one of control."""
    shop(dict.fromkeys(keys(10), 100))
    assert planned().estimate["suppressed"] == {}
    customers(["c01", "c03"], consent="no")
    assert launched() == {"target": 4, "control": 4, "suppressed": 2, "holdout": 0}
    assert in_role("target") == written_to() == COUPON - {"c01"}
    assert in_role("control") == CONTROL - {"c03"}
    held = Member.objects.filter(role="suppressed").order_by("party__source_key")
    assert [(m.party.source_key, m.cell, m.reason) for m in held] == [
        ("c01", "coupon", "consent"),
        ("c03", "control", "consent"),
    ]
    campaign = Campaign.objects.get()
    assert status(campaign)["suppressed"] == {"consent": 2}
    chosen = member_rows(campaign, ["target"], 1)
    assert [(row["source"], row["key"], row["file"], row["cell"]) for row in chosen] == [
        ("shop", "c02", "customers.csv", "coupon")
    ]


def test_the_universal_hold_out_is_left_alone_by_every_campaign() -> None:
    """Of forty customers c16 and c32 are drawn at a tenth, whatever the salt of the campaign."""
    shop(dict.fromkeys(keys(40), 100), holdout=0.1)
    configuration.write("contact_policy", {"min_gap_days": 0, "max_contacts": 9}, actor=MIA)
    for number, salt in enumerate(["a", "b", "c"]):
        planned(code=f"campaign-{number}", salt=salt, control_share=0.1)
        assert launched(f"campaign-{number}")["holdout"] == 2
        assert in_role("holdout", f"campaign-{number}") == {"c16", "c32"}
        assert not written_to(f"campaign-{number}") & {"c16", "c32"}
    assert len(written_to("campaign-0")) == 36


def test_the_same_salt_gives_everybody_the_same_cell_again() -> None:
    """A second campaign with the first one's salt, a week later and with two more customers."""
    shop(dict.fromkeys(keys(10), 100))
    planned()
    launched()
    customers(["c11", "c12"])
    orders([("c11", BEFORE, 50.0), ("c12", BEFORE, 50.0)])
    refresh()
    planned(code="summer", start="2026-03-23T12:00:00+00:00")
    launched("summer", NOON + timedelta(days=7))
    assert {key: role for key, role in roles("summer").items() if key not in {"c11", "c12"}} == roles()
    assert in_role("target") == COUPON


def test_the_contact_policy_holds_over_two_campaigns() -> None:
    """Two days after the spring campaign its five are held back by the gap of three days, after three days nobody is.

    A cap of one in thirty days holds them back for a month. The later campaigns hold c03 and c07 out.
    """
    shop(dict.fromkeys(keys(10), 100))
    planned()
    launched()
    delivered()
    planned(code="too-soon", control_share=0.2, start="2026-03-18T11:00:00+00:00")
    assert launched("too-soon", NOON + timedelta(days=2))["suppressed"] == 5
    assert set(Suppression.objects.values_list("reason", "party__source_key")) == {
        ("gap", key) for key in COUPON
    }
    assert written_to("too-soon") == CONTROL - {"c03", "c07"}
    planned(code="too-often", control_share=0.2, start="2026-04-13T12:00:00+00:00")
    configuration.write("contact_policy", {"max_contacts": 1}, actor=MIA)
    assert launched("too-often", NOON + timedelta(days=28))["target"] == 0
    planned(code="in-time", control_share=0.2, start="2026-04-18T12:00:00+00:00")
    assert launched("in-time", NOON + timedelta(days=33))["target"] == 8


def test_records_that_are_one_customer_count_once() -> None:
    """c02 becomes c01 before the figures are made: one customer. c09 becomes c03, who is control, after the plan."""
    shop(dict.fromkeys(keys(10), 100))
    merge(party="shop:c02", into="shop:c01", reason="same", actor=MIA)
    refresh()
    assert planned().estimate["reach"] == 9
    merge(party="shop:c09", into="shop:c03", reason="same", actor=MIA)
    assert launched() == {"target": 3, "control": 5, "suppressed": 1, "holdout": 0}
    assert written_to() == in_role("target") == {"c01", "c08", "c10"}
    assert roles()["c03"] == "control"
    assert Member.objects.get(party=party("c09")).reason == "merged"


def test_nobody_in_the_universal_hold_out_is_reached_through_a_merged_record() -> None:
    """c16 is held out; c15 turns out to be c16 after the plan was made."""
    shop(dict.fromkeys(keys(16), 100), holdout=0.1)
    planned(control_share=0.2)
    merge(party="shop:c15", into="shop:c16", reason="same", actor=MIA)
    launched()
    assert (roles()["c16"], roles()["c15"]) == ("holdout", "suppressed")
    assert not written_to() & {"c15", "c16"}


def test_records_that_were_taken_back_since_the_plan_are_passed_over() -> None:
    shop(dict.fromkeys(keys(10), 100))
    late = orders([("new", BEFORE, 100.0)], source="till")
    refresh()
    assert planned().estimate["reach"] == 11
    undo(late)
    assert sum(launched().values()) == 10


def test_a_campaign_is_launched_once() -> None:
    shop(dict.fromkeys(keys(10), 100))
    planned()
    launched()
    for state in ("running", "paused", "stopped", "closed"):
        Campaign.objects.update(state=state, lesson="x", analysis="x", measured_at=NOON)
        with pytest.raises(
            PlanError, match=f"Campaign spring is {state}; only a planned one can be launched"
        ):
            start_launch(code="spring", at=NOON, actor=MIA)
    assert Contact.objects.count() == 5


def test_a_campaign_that_is_launched_late_is_measured_from_then_on() -> None:
    """Planned for 16 March, launched on the 20th: the four weeks run from the 20th."""
    shop(dict.fromkeys(keys(10), 100))
    assert str(planned().measure_from) == "2026-03-16"
    launched(at=NOON + timedelta(days=4))
    campaign = Campaign.objects.get()
    assert (campaign.measure_from, campaign.measure_until) == (date(2026, 3, 20), date(2026, 4, 16))
    assert set(Contact.objects.values_list("due_at", flat=True)) == {NOON + timedelta(days=4)}


@pytest.mark.requirement("CAMP-08")
def test_a_launch_draws_by_the_figures_that_its_plan_was_made_on() -> None:
    """Planned for those who spent at most 150; c01 has spent more since, and the figures say so."""
    shop(dict.fromkeys(keys(10), 100))
    audience = {"op": "<=", "field": "indicator.sales_amount", "value": 15_000}
    plan = planned(audience=audience)
    orders([("c01", BEFORE, 100.0)])
    refresh()
    assert launched()["target"] == 5
    assert "c01" in written_to()
    assert Campaign.objects.get().insight_run == plan.insight_run
    assert planned(code="later", audience=audience).estimate["reach"] == 9


def test_a_launch_on_older_figures_says_so_and_asks_for_a_new_plan_once_they_are_gone(
    monkeypatch: Any,
) -> None:
    shop(dict.fromkeys(keys(10), 100))
    campaign = planned()
    assert older_figures(campaign) == ""
    refresh(date(2026, 3, 14))
    assert older_figures(campaign).startswith(
        "Campaign spring chooses its customers by the figures as of 2026-03-15, which it was planned on; "
        "newer ones, as of 2026-03-14, are published."
    )

    def gone(*_: Any) -> None:
        raise VersionGone("Version 1 is kept no longer")

    monkeypatch.setattr("guanxi.campaigns.services.launch.open_audience", gone)
    with pytest.raises(
        PlanError, match="2026-03-15 that campaign spring was planned on are kept no longer; plan it again"
    ):
        launched()
    assert Campaign.objects.get().state == "planned"


def test_a_plan_that_would_hold_nobody_out_says_so_and_is_not_launched() -> None:
    """One in a hundred of ten customers is nobody."""
    shop(dict.fromkeys(keys(10), 100))
    campaign = planned(control_share=0.01)
    assert remarks(campaign.estimate)[0].startswith("Nobody would be held out: ")
    with pytest.raises(PlanError, match="Raise control_share or the audience; it cannot be launched so"):
        launched()
    assert Campaign.objects.get().state == "planned"
    assert not holds_nobody_out(planned(control_share=0.2).estimate)


def test_a_launch_whose_control_the_gate_holds_back_sends_nothing() -> None:
    shop(dict.fromkeys(keys(10), 100))
    planned()
    customers(sorted(CONTROL), consent="no")
    with pytest.raises(PlanError, match="Everybody whom campaign spring would hold out is now held back"):
        launched()
    delivered()
    assert set(Contact.objects.values_list("state", flat=True)) == {"planned"}


def test_customers_whose_import_is_undone_are_not_written_to_and_the_status_says_why() -> None:
    """They stay on record for what they bought; their addresses and consent are gone."""
    shop(dict.fromkeys(keys(10), 100))
    planned()
    launched()
    undo(ImportBatch.objects.get(kind="customers").pk)
    delivered()
    shown = status(Campaign.objects.get())
    assert (shown["state"], shown["cancelled"]) == ("finished", {"import undone": 5})
    assert campaign_rows(date(2026, 3, 17))[0]["state"] == "finished"


def test_a_launch_that_fails_before_it_has_decided_leaves_a_plan_that_can_be_changed() -> None:
    shop(dict.fromkeys(keys(10), 100))
    planned()
    job = start_launch(code="spring", at=NOON, actor=MIA)
    Setting.objects.update(value={"share": 7})
    with pytest.raises(jobs.DomainError, match="share is a number"):
        jobs.run_now(job)
    assert Campaign.objects.get().state == "planned"
    configuration.write("universal_holdout", {"share": 0}, actor=MIA)
    planned(control_share=0.2)
    assert launched()["target"] == 8


def test_a_launch_that_turned_out_too_dear_sends_nothing() -> None:
    """All but c02 of the cell withdrew their consent when the plan was made, and gave it again before the launch."""
    shop(dict.fromkeys(keys(10), 100))
    customers(sorted(COUPON - {"c02"}), consent="no")
    assert planned(cost_per_contact=1, budget=3).estimate["cost"] == 100
    customers(sorted(COUPON - {"c02"}), consent="yes")
    with pytest.raises(PlanError, match=r"would now cost 5\.00 USD, more than its budget of 3\.00 USD"):
        launched()
    delivered()
    assert set(Contact.objects.values_list("state", flat=True)) == {"planned"}
    control.stop(code="spring", actor=MIA)
    assert set(Contact.objects.values_list("state", flat=True)) == {"cancelled"}


def test_a_launch_that_is_stopped_half_way_ends_before_it_sends(monkeypatch: Any) -> None:
    """After the first three customers somebody stops the campaign from another place."""
    monkeypatch.setattr("guanxi.campaigns.services.launch.BATCH", 3)
    shop(dict.fromkeys(keys(10), 100))
    planned()
    job = start_launch(code="spring", at=NOON, actor=MIA)

    def stop_then(step: str, done: int, total: int) -> None:
        if done == 6:
            raise jobs.JobCancelled("somebody cancelled the job")

    with pytest.raises(jobs.JobCancelled):
        jobs.run_now(job, stop_then)
    assert (Campaign.objects.get().state, Member.objects.count()) == ("launching", 3)
    control.stop(code="spring", actor=MIA)
    Job.objects.filter(pk=job.pk).update(state="waiting")
    jobs.run_now(Job.objects.get(pk=job.pk))
    delivered()
    assert (Campaign.objects.get().state, Member.objects.count()) == ("stopped", 3)
    assert set(Contact.objects.values_list("state", flat=True)) == {"cancelled"}


def test_a_launch_that_broke_off_goes_on_behind_the_last_customer(monkeypatch: Any) -> None:
    monkeypatch.setattr("guanxi.campaigns.services.launch.BATCH", 3)
    shop(dict.fromkeys(keys(10), 100))
    planned()

    def break_at_nine(step: str, done: int, total: int) -> None:
        if done == 9:
            raise RuntimeError("the machine stopped")

    with pytest.raises(RuntimeError):
        jobs.run_now(start_launch(code="spring", at=NOON, actor=MIA), break_at_nine)
    assert Member.objects.count() == 6
    delivered()
    assert set(Contact.objects.values_list("state", flat=True)) == {"planned"}
    assert launched(at=NOON + timedelta(days=1)) == {"target": 5, "control": 5, "suppressed": 0, "holdout": 0}
    assert written_to() == COUPON
    assert set(Contact.objects.values_list("due_at", flat=True)) == {NOON}

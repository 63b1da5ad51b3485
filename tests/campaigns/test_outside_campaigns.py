"""Campaigns of the past and experiments made elsewhere: files of contacts and responses, measured like our own.

Ten customers; afterwards a to e spent 200, 220, 180, 210, 190 and k to o 100, 110, 90, 105, 95: margins of 60 and 30 on
average, and an interval for the difference of 24.17 to 35.83 (worked out in test_results).
"""

from __future__ import annotations

from typing import Any

import pytest
from campaigns.world import (
    AFTER,
    MIA,
    NOON,
    contacts,
    delivered,
    launched,
    measured,
    orders,
    planned,
    responses,
    shop,
)
from customers.importing import error_lines, undo

from guanxi.campaigns.models import Campaign, Member, Response
from guanxi.campaigns.queries import campaign_rows
from guanxi.customers.imports.preparing import ImportRefused
from guanxi.customers.services import merge
from guanxi.foundation import clock
from guanxi.foundation.errors import DomainError
from guanxi.outreach.models import Contact

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
RICH, POOR = list("abcde"), list("klmno")
SPENT = dict(zip(RICH + POOR, [200, 220, 180, 210, 190, 100, 110, 90, 105, 95], strict=True))
HEADER = "campaign,customer,time,cell,control,channel,cost,campaign_name,starts_on,ends_on"


def experiment(key: str, treated: list[str], control: list[str], cost: float = 1) -> list[list[object]]:
    """Its lines: who was written to on 16 March at a cost, who was held out, measured for ten days."""
    days = ["2026-03-16", "2026-03-25"]
    sent = [[key, who, "2026-03-16 09:00", "", "no", "mail", cost, f"The {key}", *days] for who in treated]
    return sent + [[key, who, "2026-03-16 09:00", "", "yes", "", "", f"The {key}", *days] for who in control]


@pytest.fixture
def tills(home: Any) -> None:
    """The ten customers, and what they spent afterwards."""
    shop(dict.fromkeys(RICH + POOR, 100))
    orders([(key, AFTER, amount) for key, amount in SPENT.items()])


def contacts_of(key: str) -> list[tuple[str, int, str, int]]:
    """Customer, step, day and cost of what is on the ledger and counts."""
    campaign = Campaign.objects.get(source_key=key)
    found = Contact.objects.visible().filter(campaign_id=campaign.pk).order_by("party__source_key", "step")
    return [(c.party.source_key, c.step, f"{c.contacted_at:%m-%d}", c.cost) for c in found]


@pytest.mark.requirement("CAMP-13", "CAMP-12", "CAMP-06")
def test_gain_loss_too_dear_and_cannot_tell(tills: None) -> None:
    mixed, other = ["a", "b", "k", "l", "m"], ["c", "d", "e", "n", "o"]
    lines = [
        *experiment("gain", RICH, POOR),
        *experiment("loss", POOR, RICH),
        *experiment("nothing", mixed, other, cost=0),
        *experiment("dear", mixed, other, cost=200),
    ]
    notes = contacts(lines, HEADER)["notes"]
    assert (notes["new campaigns"], notes["contacts"], notes["held out as control"]) == (4, 20, 20)
    found = {key: measured(f"shop:{key}") for key in ("gain", "loss", "nothing", "dear")}
    said = {
        key: (r["verdict"], r["overall"]["effect_verdict"], r["overall"]["reason"])
        for key, r in found.items()
    }
    assert said == {
        "gain": ("gain", "gain", ""),
        "loss": ("loss", "loss", ""),
        "nothing": ("cannot tell", "cannot tell", "covers_zero"),
        "dear": ("loss", "cannot tell", "cost_not_repaid"),
    }
    margin = found["gain"]["overall"]["margin"]["difference"]
    assert margin == pytest.approx({"value": 3_000, "low": 2_416.84, "high": 3_583.16}, abs=0.01)
    assert found["loss"]["overall"]["margin"]["difference"]["value"] == pytest.approx(-3_000)
    # (150 - 5) / 5 and (-150 - 5) / 5
    assert [found[key]["overall"]["roi"]["value"] for key in ("gain", "loss")] == pytest.approx([29, -31])
    assert found["nothing"]["overall"]["roi"]["value"] is None
    listed = {row["campaign"]: row["verdict"] for row in campaign_rows(clock.business_date(NOON))}
    assert listed == {f"shop:{key}": result["verdict"] for key, result in found.items()}


@pytest.mark.requirement("CAMP-12", "CAMP-13")
def test_without_a_control_figures_are_attributed_only_and_say_so(tills: None) -> None:
    """c redeemed on the last day, o a day too late."""
    contacts(experiment("mailing", RICH + POOR, []), HEADER)
    responses([["mailing", "c", "2026-03-25 23:59", "x"], ["mailing", "o", "2026-03-26 00:00", "x"]])
    result = measured("shop:mailing")
    assert (result["verdict"], result["has_control"]) == ("cannot tell", False)
    assert result["explanation"].startswith("Nobody was held out, so no incremental claim can be made")
    assert result["overall"]["margin"]["difference"] == {"value": None, "low": None, "high": None}
    whole = result["attributed"][0]
    assert (whole["contacts"], whole["responses"], whole["sales"], whole["cost"]) == (10, 1, 18_000, 1_000)
    assert "not proof of an effect" in whole["label"]
    assert (result["benchmark"]["quadrant"], result["benchmark"]["band"]) == ("traditional", "above")


def test_a_contact_file_in_chinese(tills: None) -> None:
    lines = [["春季", who, "2026-03-16", "对照" if who in POOR else "短信组"] for who in RICH + POOR]
    contacts(lines, "活动编号,客户编号,接触时间,组")
    result = measured("shop:春季")
    assert (result["verdict"], result["overall"]["control"], result["cells"][0]["cell"]) == (
        "gain",
        5,
        "短信组",
    )
    # It does not say when it ended: four weeks.
    assert result["window"] == ["2026-03-16", "2026-04-12"]


@pytest.mark.requirement("CAMP-09")
def test_the_same_contact_again_replaces_it_and_another_time_is_another_contact(tills: None) -> None:
    first = [["news", "a", "2026-03-16", "x", 1], ["news", "a", "2026-03-18", "x", 1]]
    contacts([*first, ["news", "k", "2026-03-16", "control", ""]])
    assert contacts_of("news") == [("a", 1, "03-16", 100), ("a", 2, "03-18", 100)]
    contacts(
        [
            ["news", "a", "2026-03-18", "y", 5],
            ["news", "a", "2026-03-20", "y", 2],
            ["news", "b", "2026-03-20", "x", 3],
        ]
    )
    assert contacts_of("news") == [
        ("a", 1, "03-16", 100),
        ("a", 2, "03-18", 500),
        ("a", 3, "03-20", 200),
        ("b", 1, "03-20", 300),
    ]
    members = Member.objects.visible().order_by("party__source_key")
    assert [(m.party.source_key, m.role, m.cell) for m in members] == [
        ("a", "target", "y"),
        ("b", "target", "x"),
        ("k", "control", "control"),
    ]
    contacts([["news", "b", "2026-03-20", "control", ""]])
    assert [row[0] for row in contacts_of("news")] == ["a", "a", "a"]
    assert measured("shop:news")["overall"]["control"] == 2


def test_taking_files_back_brings_back_what_they_replaced_until_nothing_is_left(tills: None) -> None:
    first = contacts([["news", "a", "2026-03-16", "x", 1], ["news", "k", "2026-03-16", "control", ""]])
    second = contacts([["news", "a", "2026-03-16", "x", 9], ["news", "b", "2026-03-17", "x", 9]])
    answers = responses([["news", "a", "2026-03-19", "r1"]])
    undo(second["import"])
    assert contacts_of("news") == [("a", 1, "03-16", 100)]
    assert Member.objects.visible().count() == 2
    undo(first["import"])
    # The responses still name the campaign, so it stays, without members.
    assert [c.code for c in Campaign.objects.all()] == ["shop:news"]
    with pytest.raises(DomainError, match="Campaign shop:news has no members"):
        measured("shop:news")
    undo(answers["import"])
    assert (Campaign.objects.count(), Member.objects.count(), Response.objects.count()) == (0, 0, 0)
    assert Contact.objects.count() == 0


def test_responses_again_are_not_doubled_and_two_in_one_file_are_two(tills: None) -> None:
    contacts(experiment("mailing", RICH, POOR), HEADER)
    lines = [["mailing", "a", "2026-03-20 10:00", "r", 5], ["mailing", "a", "2026-03-20 11:00", "r", 6]]
    for value in (7, 8):
        lines[0][-1] = value
        responses(lines, "campaign,customer,time,reference,value")
    visible = Response.objects.visible().order_by("responded_at")
    assert [response.value for response in visible] == [800, 600]
    assert measured("shop:mailing")["responses_recorded"] == 2


def test_responses_to_a_campaign_that_nobody_told_us_of_note_it(tills: None) -> None:
    """Its contacts come later; it is measured from the first of them, not from the first response."""
    assert responses([["late", "a", "2026-03-20 10:00", "r"]])["notes"]["new campaigns"] == 1
    cell_of = dict.fromkeys(RICH, "x") | dict.fromkeys(POOR, "control")
    contacts([["late", who, "2026-03-17", cell, ""] for who, cell in cell_of.items()])
    result = measured("shop:late")
    assert (result["window"], result["verdict"]) == (["2026-03-17", "2026-04-13"], "gain")


def test_contacts_of_our_own_campaigns_are_not_imported_but_responses_are(tills: None) -> None:
    planned()
    launched()
    delivered()
    with pytest.raises(
        ImportRefused, match="Campaign spring is our own: its contacts are on the ledger already"
    ):
        contacts([["spring", "a", "2026-03-17", "x", 1]])
    assert (
        Contact.objects.count()
        == Contact.objects.visible().count()
        == Member.objects.filter(role="target").count()
    )
    assert responses([["spring", "a", "2026-03-17", "r"]])["notes"]["new campaigns"] == 0
    assert Response.objects.get().campaign.code == "spring"


def test_costs_of_several_cells_of_contacts_to_control_and_of_merged_records_are_all_counted(
    tills: None,
) -> None:
    """a got x and then y: it stays in x, with both costs. k of control was written to by mistake. c became d."""
    lines = [["news", who, "2026-03-16", "x", 1] for who in "abc"] + [["news", "d", "2026-03-16", "y", 1]]
    lines += [["news", "a", "2026-03-17", "y", 10]] + [
        ["news", who, "2026-03-16", "control", ""] for who in POOR
    ]
    lines += [["news", "k", "2026-03-18", "x", 100]]
    contacts(lines)
    result = measured("shop:news")
    assert {cell["cell"]: cell["cost"] for cell in result["cells"]} == {"x": 1_300, "y": 100}
    assert result["overall"]["cost"] == 11_400
    merge(party="shop:c", into="shop:d", reason="same", actor=MIA)
    result = measured("shop:news")
    assert {cell["cell"]: cell["cost"] for cell in result["cells"]} == {"x": 1_200}
    assert (result["overall"]["cost"], result["overall"]["treated"], result["left_out_as_merged"]) == (
        11_400,
        2,
        1,
    )


def test_what_is_said_about_bad_lines(tills: None) -> None:
    good = ["news", "a", "2026-03-16", "x", "no", "mail", "1", "2026-03-01", "2026-03-31"]

    def bad(**changes: str) -> list[str]:
        names = ("campaign", "customer", "time", "cell", "control", "channel", "cost", "starts_on", "ends_on")
        return [changes.get(name, value) for name, value in zip(names, good, strict=True)]

    lines = [
        good,
        bad(ends_on="2026-02-01"),
        bad(cell="x" * 41),
        bad(channel="carrier pigeon"),
        bad(cost="-1"),
        bad(control="yes"),
        bad(cell="control"),
        bad(campaign=""),
        bad(customer=""),
        bad(time="soon"),
        bad(cost="dear"),
    ]
    result = contacts(lines, "campaign,customer,time,cell,control,channel,cost,starts_on,ends_on")
    assert (result["rows_good"], result["rows_bad"]) == (1, 10)
    assert [(row, column, reason) for row, column, _, reason in error_lines(result)][:6] == [
        ("3", "ends_on", "lies before the first day to measure"),
        ("4", "cell", "is longer than 40 characters"),
        ("5", "channel", "is longer than 12 characters"),
        ("6", "cost", "is below zero"),
        ("7", "cell", "names a cell though the row is marked as control"),
        ("8", "cell", "says control though the row is marked as contacted"),
    ]
    assert {column for _, column, _, _ in error_lines(result)[6:]} == {"campaign", "customer", "time", "cost"}
    ok, wrong = ["news", "a", "2026-03-16", "r", 1], ["news", "a", "2026-03-16", "r" * 121, -1]
    answers = responses([ok, wrong], "campaign,customer,time,reference,value")
    assert [line[1::2] for line in error_lines(answers)] == [
        ["reference", "is longer than 120 characters"],
        ["value", "is below zero"],
    ]

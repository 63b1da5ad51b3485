"""Interaction files: calls, visits, letters and messages, in and out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, error_lines, file_of, undo, whole_database

from guanxi.customers.imports.running import ImportOptions, preview_import
from guanxi.customers.queries import profile
from guanxi.interactions.models import Interaction

pytestmark = pytest.mark.django_db(transaction=True)

CALLS = """\
call_id,customer_id,call_time,channel,direction,agent,notes,result,feedback,answered_on
T1,ann,2026-03-01 09:30:00,telephone,inbound,Eve,Asked for an invoice,sent,,
T2,ann,2026-03-02 10:00:00,shop,IN,,Too slow at the till,,Complaint,2026-03-05
T3,bob,2026-03-03,letter,out,Eve,,,,
T4,bob,2026-03-04,,呼入,,,,表扬,
"""


def touches() -> list[tuple[Any, ...]]:
    found = Interaction.objects.visible().order_by("source_key")
    columns = (
        "source_key",
        "party__source_key",
        "business_date",
        "channel",
        "direction",
        "feedback_kind",
        "answered_on",
    )
    return list(found.values_list(*columns))


@pytest.mark.requirement("ANA-19", "ANA-20")
def test_interactions_carry_day_channel_direction_feedback_and_answer(home: Path) -> None:
    result = bring("interactions", file_of(home, CALLS))
    assert touches() == [
        ("T1", "ann", date(2026, 3, 1), "telephone", "in", "", None),
        ("T2", "ann", date(2026, 3, 2), "shop", "in", "complaint", date(2026, 3, 5)),
        ("T3", "bob", date(2026, 3, 3), "letter", "out", "", None),
        ("T4", "bob", date(2026, 3, 4), "", "in", "praise", None),
    ]
    assert (result["rows_good"], result["notes"]["new customers"]) == (4, 2)
    first = Interaction.objects.get(source_key="T1")
    assert (first.happened_at, first.employee, first.summary, first.outcome) == (
        datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        "Eve",
        "Asked for an invoice",
        "sent",
    )


def test_the_day_is_the_business_day_and_an_answer_on_it_is_not_too_early(home: Path, settings: Any) -> None:
    settings.TIME_ZONE = "America/New_York"
    text = (
        "interaction,customer,time,direction,answered_on\n"
        "1,ann,2026-03-02T03:00:00Z,in,2026-03-01\n"
        "2,ann,2026-03-02T06:00:00Z,in,2026-03-01\n"
    )
    result = bring("interactions", file_of(home, text))
    assert [row[2] for row in touches()] == [date(2026, 3, 1)]
    assert error_lines(result) == [
        ["3", "answered_on", "2026-03-01", "lies before the day of the interaction"]
    ]


def test_what_was_said_may_be_long(home: Path) -> None:
    text = "interaction,customer,time,direction,summary,outcome\n"
    text += f"1,ann,2026-03-01,in,{'x' * 4000},\n2,ann,2026-03-01,in,{'x' * 4001},{'y' * 301}\n"
    result = bring("interactions", file_of(home, text))
    assert len(Interaction.objects.get().summary) == 4000
    assert [line[1::2] for line in error_lines(result)] == [
        ["outcome", "is longer than 300 characters"],
        ["summary", "is longer than 4,000 characters"],
    ]


def test_bad_interactions_say_why(home: Path) -> None:
    text = (
        "interaction,customer,time,direction,channel,feedback\n"
        "1,ann,2026-03-01,sideways,,\n"
        "2,ann,2026-03-01,,,\n"
        f"3,ann,2026-03-01,in,{'x' * 61},angry\n"
        "4,ann,2026-03-01,in,,\n"
        "4,ann,2026-03-01,out,,\n"
    )
    assert error_lines(bring("interactions", file_of(home, text))) == [
        ["2", "direction", "sideways", "is neither in nor out"],
        ["3", "direction", "", "is missing"],
        ["4", "channel", "x" * 61, "is longer than 60 characters"],
        ["4", "feedback", "angry", "is not praise, complaint or suggestion"],
        ["6", "interaction", "4", "occurs already in row 5, which was taken"],
    ]


def test_the_same_key_again_replaces_and_undo_brings_back(home: Path) -> None:
    empty = whole_database()
    first = bring("interactions", file_of(home, CALLS))
    before = whole_database()
    again = "interaction,customer,time,direction,feedback\nT2,bob,2026-03-02,in,suggestion\n"
    second = bring("interactions", file_of(home, again, "again.csv"))
    assert touches()[1] == ("T2", "bob", date(2026, 3, 2), "", "in", "suggestion", None)
    assert len(touches()) == 4
    undo(second["import"])
    assert whole_database() == before
    assert undo(first["import"])["kept"] == 0
    assert whole_database() == empty


def test_a_dry_run_writes_nothing(home: Path) -> None:
    empty = whole_database()
    preview = preview_import(kind="interactions", path=file_of(home, CALLS), options=ImportOptions())
    assert preview.mapping == {
        "interaction": "call_id",
        "customer": "customer_id",
        "time": "call_time",
        "channel": "channel",
        "direction": "direction",
        "employee": "agent",
        "summary": "notes",
        "outcome": "result",
        "feedback": "feedback",
        "answered_on": "answered_on",
    }
    assert (preview.rows_good, whole_database()) == (4, empty)


def test_a_profile_tells_every_touch_newest_first(home: Path) -> None:
    bring("interactions", file_of(home, CALLS))
    newest, oldest = profile("shop:ann")["interactions"]
    assert newest == {
        "interaction": "shop:T2",
        "at": "2026-03-02T10:00:00+00:00",
        "business_date": "2026-03-02",
        "channel": "shop",
        "direction": "in",
        "employee": "",
        "summary": "Too slow at the till",
        "outcome": "",
        "feedback": "complaint",
        "answered_on": "2026-03-05",
    }
    assert oldest["interaction"] == "shop:T1"

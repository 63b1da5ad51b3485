"""What a plan must say, and what is said to somebody who leaves it out."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from campaigns.world import PLAN

from guanxi.campaigns.plan_fields import PlanError
from guanxi.campaigns.plans import REQUIRED, complaints, parse_plan, read_plan_file
from guanxi.customers.models import Attribute
from guanxi.foundation.errors import NotFound

pytestmark = pytest.mark.django_db
TOML = """
code = "spring"
name = "Spring coupon"
goal = "return"
offer = "5 off"
channel = "email"
start = 2026-03-16T13:00:00
budget = 1000
expected_response_rate = 0.1
expected_margin_per_response = 20.5
[audience]
op = ">="
field = "indicator.sales_amount"
value = 50000
[[cells]]
code = "coupon"
subject = "Hello $name"
body = "5 off"
"""


def complaint(**changes: Any) -> str:
    """What is said about the plan with some words changed; None takes a field away."""
    document = {name: value for name, value in (PLAN | changes).items() if value is not None}
    with pytest.raises(PlanError) as refused:
        parse_plan(document)
    return str(refused.value)


def cell(**changes: Any) -> dict[str, Any]:
    return {"code": "coupon", "subject": "Hello", "body": "5 off"} | changes


@pytest.mark.requirement("CAMP-08", "CAMP-22")
@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_every_field_that_is_missing_is_named_with_what_it_wants(name: str, empty: object) -> None:
    assert complaint(**{name: empty}) == f"The plan does not say {name}. {name}: {REQUIRED[name]}."


def test_all_missing_fields_are_named_at_once() -> None:
    assert complaint(goal=None, budget=None).startswith(
        "The plan does not say goal, budget. goal: one of acquisition"
    )


@pytest.mark.requirement("CAMP-01", "CAMP-02", "CAMP-03", "CAMP-04")
@pytest.mark.parametrize("goal", ["acquisition", "loyalty", "share_of_customer", "return"])
def test_a_campaign_has_one_of_the_four_goals(goal: str) -> None:
    assert parse_plan(PLAN | {"goal": goal}).goal == goal
    assert (
        complaint(goal="fame")
        == "goal is one of acquisition, loyalty, share_of_customer, return, not 'fame'."
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"code": "spring sale"},
            "code is 1 to 40 letters, digits, dots, dashes or underscores, not 'spring sale'.",
        ),
        ({"code": 5}, "code is 1 to 40 letters, digits, dots, dashes or underscores, not 5."),
        ({"name": 5}, "name is a text of 1 to 200 characters."),
        ({"name": "  "}, "name is a text of 1 to 200 characters."),
        ({"offer": "x" * 501}, "offer is a text of 1 to 500 characters."),
        ({"channel": "sms"}, "channel is one of email, not 'sms'."),
        ({"channel": ["email"]}, "channel is one of email, not ['email']."),
        ({"start": "soon"}, "start is a time such as 2026-12-01T09:00:00, not 'soon'."),
        (
            {"start": date(2026, 12, 1)},
            "start needs a day and a time of day, such as 2026-12-01T09:00:00, not 2026-12-01.",
        ),
        (
            {"start": time(9)},
            "start needs a day and a time of day, such as 2026-12-01T09:00:00, not 09:00:00.",
        ),
        ({"budget": "much"}, "budget is an amount of money, 0 or more, not 'much'."),
        ({"budget": -1}, "budget is an amount of money, 0 or more, not -1."),
        ({"budget": float("inf")}, "budget is an amount of money, 0 or more, not inf."),
        ({"budget": True}, "budget is an amount of money, 0 or more, not True."),
        ({"expected_response_rate": 1.1}, "expected_response_rate is a share from 0 to 1.0, not 1.1."),
        ({"expected_response_rate": "5 %"}, "expected_response_rate is a share from 0 to 1.0, not '5 %'."),
        (
            {"expected_response_rate": float("nan")},
            "expected_response_rate is a share from 0 to 1.0, not nan.",
        ),
        ({"control_share": 0.95}, "control_share is a share from 0 to 0.9, not 0.95."),
        ({"control_share": 0}, "control_share is at least 0.01: without a control no effect can be shown."),
        ({"measure_days": 0}, "measure_days is a whole number of days from 1 to 730, not 0."),
        ({"measure_days": 7.5}, "measure_days is a whole number of days from 1 to 730, not 7.5."),
        ({"pre_days": True}, "pre_days is a whole number of days from 1 to 730, not True."),
        ({"response": "click"}, "response is one of order, recorded, not 'click'."),
        ({"salt": 7}, "salt is a text of 1 to 60 characters."),
        ({"salt": "x" * 61}, "salt is a text of 1 to 60 characters."),
        ({"initiator": "both"}, "initiator is one of outbound, inbound, not 'both'."),
        ({"interactivity": "very"}, "interactivity is one of passive, interactive, not 'very'."),
        ({"name": "a\0b"}, "name holds a character that cannot be stored (NUL or half a surrogate pair)."),
        (
            {"offer": "\ud83d"},
            "offer holds a character that cannot be stored (NUL or half a surrogate pair).",
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(changes: dict[str, Any], said: str) -> None:
    assert complaint(**changes) == said


def test_unknown_fields_are_named_first_with_the_nearest_that_exists() -> None:
    """The budget is missing because it is misspelt; saying that it is missing would lead nowhere."""
    assert complaint(budget=None, bugdet=5) == (
        "The plan has a field 'bugdet' that it does not know; did you mean 'budget'?"
    )
    said = complaint(controlshare=0.5, xyz=5)
    assert said.startswith(
        "The plan has a field 'controlshare' that it does not know; did you mean 'control_share'? "
        "The plan has a field 'xyz' that it does not know; it may have: code, name, goal, "
    )


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("coupon", "cells is a list; write one [[cells]] section per cell."),
        (["coupon"], "cells is a list; write one [[cells]] section per cell."),
        (
            [cell(color="red")],
            (
                "Cell 1 has a field 'color' that it does not know; it may have: code, subject, body, share, offer, "
                "languages."
            ),
        ),
        ([cell(bdy="x")], "Cell 1 has a field 'bdy' that it does not know; did you mean 'body'?"),
        (
            [cell(subject="Hello $nmae")],
            (
                "subject of cell coupon has placeholders that nothing stands for: $nmae. There are: $name, "
                "${name|customer}; write $$ for a dollar sign before a word."
            ),
        ),
        (
            [cell(body="Dear $Name, ${frist|you}, $Name ${name")],
            (
                "body of cell coupon has placeholders that nothing stands for: $Name, ${frist|you}, ${name…. There "
                "are: $name, ${name|customer}, ${unsubscribe_line}, ${unsubscribe}, ${link:NAME}; write $$ for a "
                "dollar sign before a word."
            ),
        ),
        ([cell(code="")], "code of cell 1 is 1 to 40 letters, digits, dots, dashes or underscores, not ''."),
        ([cell(code="control")], "No cell may be called 'control': those who are held out are called so."),
        ([cell(code="Control")], "No cell may be called 'Control': those who are held out are called so."),
        ([cell(code="holdout")], "No cell may be called 'holdout': those who are held out are called so."),
        ([cell(), cell()], "Every cell needs a code of its own."),
        ([cell(subject=None)], "subject of cell coupon is a text of 1 to 200 characters."),
        ([cell(subject="a\nb")], "subject of cell coupon must be one line."),
        ([cell(body=" ")], "body of cell coupon is a text of 1 to 100,000 characters."),
        ([cell(offer=5)], "offer of cell coupon is a text of 1 to 500 characters."),
        ([cell(share=0)], "share of cell coupon is a number above 0, not 0."),
        ([cell(share="half")], "share of cell coupon is a number above 0, not 'half'."),
    ],
)
def test_a_cell_at_fault_is_named(cells: Any, said: str) -> None:
    assert complaint(cells=cells) == said


def test_the_audience_may_name_indicators_classes_facts_and_consent_only() -> None:
    Attribute.objects.create(code="city", label="city")
    Attribute.objects.create(code="name", label="name", identifying=True)
    for field in ("indicator.recency_days", "class.tier", "fact.city", "consent.email"):
        assert parse_plan(PLAN | {"audience": {"op": "known", "field": field}}).audience.field == field  # type: ignore[union-attr]
    for field in ("indicator.fame", "fact.name", "fact.income", "consent.fax", "party_id"):
        assert field in complaint(audience={"op": "known", "field": field})


def test_an_audience_field_that_does_not_exist_is_named_with_the_nearest_and_why() -> None:
    Attribute.objects.create(code="name", label="name", identifying=True)
    deep = {
        "op": "all",
        "of": [{"op": "not", "of": {"op": ">", "field": "indicator.sale_amount", "value": 1}}],
    }
    said = complaint(audience=deep)
    assert said.startswith(
        "audience: there is no field 'indicator.sale_amount'; near it are indicator.sales_amount, "
    )
    assert said.endswith("`guanxi insight show indicators` shows all.")
    assert len(said) < 220
    assert complaint(audience={"op": "known", "field": "fact.name"}) == (
        "audience: fact.name says who somebody is and is kept out of analyses; "
        "choose by what customers did or agreed to."
    )


@pytest.mark.parametrize("text", ["$ 100% $", "$100 for ${name|customer}", "$$name costs $5", "$name"])
def test_a_dollar_before_no_word_is_a_dollar(text: str) -> None:
    assert parse_plan(PLAN | {"cells": [cell(body=text)]}).cells[0].body == text


@pytest.mark.parametrize(
    "audience",
    [
        "everybody",
        {"op": "~", "field": "indicator.recency_days", "value": 1},
        {"op": ">=", "field": "indicator.recency_days", "value": "long"},
        {"op": "all", "of": []},
        {"op": "="},
    ],
)
def test_a_bad_condition_is_refused_as_the_audience(audience: object) -> None:
    assert complaint(audience=audience).startswith("audience: ")


def test_a_plan_in_toml_and_the_same_in_json(tmp_path: Path, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"  # 13:00 there is 05:00 in UTC
    toml, as_json = tmp_path / "plan.toml", tmp_path / "plan.JSON"
    toml.write_text(TOML, encoding="utf-8-sig")
    document = read_plan_file(toml)
    as_json.write_text(json.dumps(document, default=str), encoding="utf-8")
    first, second = parse_plan(document), parse_plan(read_plan_file(as_json))
    assert first.starts_at == second.starts_at == datetime(2026, 3, 16, 5, tzinfo=UTC)
    assert (first.budget, first.expected_margin_per_response) == (100_000, 2_050)
    assert first.audience == second.audience
    defaults = (first.control_share, first.measure_days, first.pre_days, first.response, first.fixed_cost)
    assert defaults == (0.2, 28, 91, "order", 0)
    assert (first.initiator, first.interactivity) == ("outbound", "interactive")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("plan.toml", b'name = "\xff"', "plan.toml is not a text in UTF-8 (byte 8); save it as UTF-8."),
        (
            "plan.toml",
            "name = '春'".encode("gb18030"),
            "plan.toml is not a text in UTF-8 (byte 8); save it as UTF-8.",
        ),
        ("plan.toml", b"name = ", "plan.toml cannot be read: Invalid value (at end of document)"),
        ("plan.json", b"[1]", "plan.json must hold the fields of one plan."),
        ("plan.json", b"{", "plan.json cannot be read: Expecting property name"),
        ("plan.json", b"[" * 200_000, "plan.json is nested too deeply."),
        ("plan.json", b"", "plan.json cannot be read: Expecting value"),
    ],
)
def test_a_file_that_is_no_plan_is_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PlanError) as refused:
        read_plan_file(tmp_path / name)
    assert str(refused.value).startswith(said)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"nothing\.toml does not exist or is not a file"):
        read_plan_file(tmp_path / "nothing.toml")


def test_complaints_say_of_every_field_at_once_what_is_wrong_with_it() -> None:
    written = PLAN | {"name": " ", "budget": "a lot", "control_share": 0.001, "start": "soon", "goal": None}
    said = complaints(written | {"cells": [cell(subject="a\nb", body="Dear $nam"), cell(share=0)]})
    assert sorted(said) == [
        "budget", "cells", "cells.0.body", "cells.0.subject", "cells.1.share", "control_share", "goal", "name", "start",
    ]  # fmt: skip
    assert said["goal"].startswith("Still missing: one of acquisition")
    assert said["cells"] == "Every cell needs a code of its own."
    assert said["budget"] == "budget is an amount of money, 0 or more, not 'a lot'."


@pytest.mark.parametrize(
    "document",
    [
        {},
        PLAN,
        PLAN | {"colour": "red"},
        PLAN | {"channel": None},
        PLAN | {"cells": "coupon"},
        PLAN | {"cells": [cell(colour="red")]},
        PLAN | {"cells": [cell(code="control")]},
        PLAN | {"audience": {"op": "=", "field": "indicator.nothing", "value": 1}},
        PLAN | {"offer": "\0"},
    ],
)
def test_a_document_has_no_complaints_exactly_when_it_is_a_plan(document: dict[str, Any]) -> None:
    said = complaints(document)
    try:
        parse_plan(document)
    except PlanError:
        assert said
    else:
        assert not said

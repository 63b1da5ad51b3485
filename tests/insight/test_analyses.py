"""Analyses on demand: asked by page, command and API alike, kept per refresh, and opened as customers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from insight.analysing import MIA, columns, guanxi, refresh, sell, shown

from customer_insight.conditions import Compare
from guanxi.foundation import jobs
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.models import Job
from guanxi.insight.analyses import asking, keeping
from guanxi.insight.analyses.asking import ask
from guanxi.insight.audience import audience_fields, count_audience
from guanxi.insight.members import has_members
from guanxi.insight.models import AnalysisAnswer, AnalysisQuestion

pytestmark = pytest.mark.django_db(transaction=True)
SALES = [
    ("a", "2025-01-03", "10.00"), ("a", "2025-02-03", "10.00"), ("a", "2025-03-31", "500.00"),
    ("b", "2025-01-20", "20.00"), ("b", "2025-02-20", "5.00"),
    ("c", "2025-02-11", "40.00"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def three_customers(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    sell(home, SALES)
    refresh()


@pytest.mark.requirement("ANA-70")
def test_retention_counts_who_of_a_month_bought_again_and_opens_them() -> None:
    answer = ask("retention", {"months": 2}, actor=MIA)
    assert answer.raw
    assert columns(answer.raw["retention"], "cohort", "age", "customers", "active", "retention") == [
        (202501, 0, 2, 2, 1.0),
        (202501, 1, 2, 2, 1.0),
        (202501, 2, 2, 1, 0.5),
        (202502, 0, 1, 1, 1.0),
        (202502, 1, 1, 0, 0.0),
    ]
    assert count_audience(Compare(answer.field, "=", 202501)) == 2
    assert answer.shown
    assert answer.shown.sheets[1].rows[0] == [202501, 2, 1.0, 0.5]
    assert answer.shown.sheets[1].opens[0] == {"op": "=", "field": answer.field, "value": 202501}


def test_an_answer_is_computed_once_per_refresh(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask("rfm", {}, actor=MIA)
    monkeypatch.setattr(asking, "_compute", lambda *_args: pytest.fail("computed twice"))
    again = ask("rfm", {"groups": "5"}, actor=MIA)
    assert (again.raw, again.question.pk) == (first.raw, first.question.pk)


def test_what_other_code_computed_is_computed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask("rfm", {}, actor=MIA)
    AnalysisAnswer.objects.update(raw={"cells": [], "maker": "an earlier release"})
    again = ask("rfm", {}, actor=MIA)
    assert again.raw == first.raw
    assert AnalysisAnswer.objects.count() == 1


def test_after_a_refresh_the_same_field_says_what_is_true_then(home: Path) -> None:
    field = ask("rfm", {"groups": 2}, actor=MIA).field
    assert count_audience(Compare(field, "=", "222")) == 1
    sell(home, [("b", "2025-04-01", "900.00"), ("b", "2025-04-02", "900.00")])
    refresh()
    assert not has_members(field.partition(".")[2], ask("second-purchase", {}, actor=MIA).run)
    assert count_audience(Compare(field, "=", "222")) == 2
    assert AnalysisAnswer.objects.filter(question__code="rfm").count() == 2
    assert audience_fields()[field].label_en == "Recency, frequency, monetary value (Scores 2)"


@pytest.mark.requirement("ANA-72")
def test_every_analysis_can_be_asked_of_chosen_customers() -> None:
    among = '{"op": ">", "field": "indicator.sales_amount", "value": 2000}'
    answer = ask("retention", {"months": "1", "among": among}, actor=MIA)
    assert answer.raw
    assert columns(answer.raw["retention"], "cohort", "age", "customers") == [
        (202501, 0, 2), (202501, 1, 2), (202502, 0, 1), (202502, 1, 1),
    ]  # fmt: skip
    rich = ask("retention", {"among": among.replace("2000", "10000")}, actor=MIA)
    assert rich.raw
    assert {row["customers"] for row in rich.raw["retention"]} == {1}


@pytest.mark.parametrize(
    ("code", "given", "said"),
    [
        ("rfm", {"groups": "many"}, "Scores is a number from 2 to 9, not many."),
        ("rfm", {"groups": "99"}, "Scores is a number from 2 to 9, not 99."),
        ("rfm", {"colour": "red"}, "rfm takes no colour; it takes among, groups."),
        ("rfm", {"among": "{"}, "The choice of customers cannot be read"),
        (
            "rfm",
            {"among": '{"op": "=", "field": "fact.shoe", "value": 4}'},
            "The choice of customers cannot be read",
        ),
    ],
)
def test_what_does_not_fit_is_refused(code: str, given: dict[str, str], said: str) -> None:
    with pytest.raises(DomainError, match=said.replace("(", r"\(")):
        ask(code, given, actor=MIA)
    assert not AnalysisQuestion.objects.exists()


def test_what_nobody_offers_is_not_found() -> None:
    with pytest.raises(NotFound, match="There is no analysis shoes"):
        ask("shoes", {}, actor=MIA)


def test_with_many_orders_a_job_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "AT_ONCE", 2)
    waiting = ask("second-purchase", {}, actor=MIA)
    assert (waiting.raw, waiting.shown) == (None, None)
    assert waiting.job
    assert ask("second-purchase", {}, actor=MIA).job == waiting.job
    jobs.run_now(Job.objects.get(pk=waiting.job.pk))
    assert ask("second-purchase", {}, actor=MIA).raw


@pytest.mark.requirement("CAMP-21")
def test_the_command_shows_what_the_service_found() -> None:
    rows = guanxi("insight", "show", "second-purchase")["second"]
    assert columns(rows, "within_days", "customers", "again", "share")[:2] == [
        (30, 3, 0, 0.0),
        (60, 2, 2, 1.0),
    ]
    page = shown("insight", "show", "rfm", "--set", "groups=2")
    assert "222" in page
    assert "Customers by recency, frequency and monetary value" in page
    assert [row["analysis"] for row in guanxi("insight", "analyses")][:1] == ["rfm"]


@pytest.mark.requirement("ANA-67")
def test_a_kept_analysis_states_goal_owner_and_action() -> None:
    told = {
        "name": "Who slips",
        "goal": "Fewer lapse",
        "department": "marketing",
        "owner": "Mia",
        "action": "Win back",
    }
    record = keeping.keep("rfm", {"groups": "3"}, told, actor=MIA)
    assert (record.question.code, record.question.arguments["groups"], record.owner) == ("rfm", 3, "Mia")
    with pytest.raises(DomainError, match="An analysis named Who slips is kept already"):
        keeping.keep("rfm", {}, told, actor=MIA)
    with pytest.raises(DomainError, match="Say the business goal, what is to follow from it"):
        keeping.keep("rfm", {}, told | {"name": "Other", "goal": " ", "action": ""}, actor=MIA)
    with pytest.raises(DomainError, match="Say which department leads"):
        keeping.keep("rfm", {}, told | {"name": "Other", "department": "moon"}, actor=MIA)
    assert keeping.remove(record.pk, actor=MIA) == "Who slips"
    assert not keeping.kept().exists()

"""Classes by the library's schemes, as the business edited them; relationship and satisfaction from what is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of
from insight.analysing import MIA, columns, refresh, sell

from customer_insight.classifications import SHIPPED
from customer_insight.conditions import parse
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.models import AuditEntry
from guanxi.foundation.versions import ChangedMeanwhile, version_of
from guanxi.insight.analyses.asking import ask
from guanxi.insight.audience import count_audience
from guanxi.insight.class_schemes import read_scheme, save_scheme, scheme_document

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PEOPLE = """customer,qualified,joint_work,satisfaction_help,expected_help,kind
a,yes,yes,10,8,firm
b,no,,1,5,home
c,,,,7,home
d,yes,,4,4,home
"""
SALES = [
    ("a", "2023-01-03", "9000.00"), ("a", "2025-03-10", "2000.00"), ("a", "2025-03-11", "10.00"),
    ("b", "2025-03-12", "50.00"),
    ("d", "2024-10-01", "10.00"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def four_people(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    bring("customers", file_of(home, PEOPLE, "people.csv"))
    sell(home, SALES)
    refresh()


def sizes(scheme: str) -> dict[str, int]:
    raw = ask("classes", {"scheme": scheme}, actor=MIA).raw
    assert raw
    return {row["class_code"]: row["customers"] for row in raw["sizes"]}


@pytest.mark.requirement("ANA-53", "ANA-54", "ANA-55", "LIFE-01")
def test_everybody_is_in_exactly_one_class_of_every_scheme() -> None:
    assert {code: sum(sizes(code).values()) for code in SHIPPED} == dict.fromkeys(SHIPPED, 4)
    assert sizes("trade_stage") == {"TRADING": 2, "HAS_TRADED": 1, "NO_TRADE": 1}
    assert sizes("trade_time") == {"OLD": 1, "NEW": 2, "FUTURE": 1}
    assert sizes("trade_volume") == {"MAJOR": 1, "SCATTERED": 2, "ORDINARY": 1}
    assert sizes("development") == {"UNQUALIFIED": 1, "PARTNER": 1, "FIRST": 1, "SUSPECT": 1}


@pytest.mark.requirement("ANA-55")
def test_a_class_opens_its_customers_with_its_rule_and_what_to_do() -> None:
    answer = ask("classes", {"scheme": "trade_volume"}, actor=MIA)
    assert answer.shown
    (sheet,) = answer.shown.sheets
    assert [row[:3] for row in sheet.rows] == [
        [1, "Major customers", 1],
        [2, "Scattered customers", 2],
        [None, "Ordinary customers", 1],
    ]
    assert "Transaction amount (USD) is at least 10000" in sheet.rows[0][6]
    assert sheet.rows[0][7] == "An account manager and a plan of their own"
    assert [count_audience(parse(where)) for where in sheet.opens if where] == [1, 2, 1]


def test_what_nothing_fills_is_said() -> None:
    shown = ask("classes", {"scheme": "development"}, actor=MIA).shown
    assert shown
    assert str(shown.notes[0]).startswith("Nothing is known here of: ")
    assert "Customers referred" in str(shown.notes[0])


@pytest.mark.requirement("ANA-53")
def test_an_edited_scheme_is_used_at_once_and_kept_in_the_audit() -> None:
    before = ask("classes", {"scheme": "trade_stage"}, actor=MIA)
    document = scheme_document("trade_stage")
    seen = version_of(document)
    document["rules"][0]["condition"]["value"] = 1
    save_scheme("trade_stage", document, actor=MIA, seen=seen)
    after = ask("classes", {"scheme": "trade_stage"}, actor=MIA)
    assert after.question != before.question
    assert sizes("trade_stage") == {"TRADING": 2, "HAS_TRADED": 1, "NO_TRADE": 1}
    document["rules"][0]["condition"]["value"] = 0
    save_scheme("trade_stage", document, actor=MIA)
    assert sizes("trade_stage") == {"TRADING": 1, "HAS_TRADED": 2, "NO_TRADE": 1}
    assert AuditEntry.objects.filter(object_kind="class scheme", object_id="trade_stage").count() == 2
    with pytest.raises(ChangedMeanwhile):
        save_scheme("trade_stage", document, actor=MIA, seen=seen)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda scheme: scheme["rules"][0]["condition"].update(field="fact.shoe"),
            "unknown field 'fact.shoe'",
        ),
        (lambda scheme: scheme["rules"][0].update(label_zh=" "), "needs a name in both languages"),
        (lambda scheme: scheme["rules"][0].update(code="NO_TRADE"), "more than one class NO_TRADE"),
        (lambda scheme: scheme.pop("default"), "not an object of name, rules, default"),
    ],
)
def test_a_scheme_that_makes_no_sense_is_refused(change: Any, said: str) -> None:
    document = scheme_document("trade_stage")
    change(document)
    with pytest.raises(DomainError, match=said):
        save_scheme("trade_stage", document, actor=MIA)
    assert read_scheme("trade_stage") == SHIPPED["trade_stage"].scheme
    with pytest.raises(NotFound, match="no scheme shoes"):
        scheme_document("shoes")


@pytest.mark.requirement("INT-42", "INT-41")
def test_discovery_is_the_share_of_the_profile_that_is_known() -> None:
    answer = ask("relationship", {}, actor=MIA)
    assert answer.raw
    # of five facts a has all, b four, c two, d four
    assert columns(answer.raw["summary"], "indicator", "known", "mean", "lowest") == [
        ("discovery_score", 4, 0.75, 0.4)
    ]
    assert columns(answer.raw["classes"], "class_number", "customers", "lowest") == [
        (1, 1, 1.0),
        (2, 2, 0.8),
        (4, 1, 0.4),
    ]
    assert sizes("relationship_space") == {"NEED": 3, "PRICE": 1}
    nothing = ask("relationship", {"by": "dialogue_score"}, actor=MIA).shown
    assert nothing
    assert "Nothing is known for this score" in str(nothing.sheets[0].empty)


@pytest.mark.requirement("SVC-13", "SVC-14", "SVC-11")
def test_satisfaction_is_an_index_and_compares_what_was_expected() -> None:
    given = {"segment": "fact.kind", "expected": "fact.expected_help"}
    answer = ask("satisfaction", given, actor=MIA)
    assert answer.raw
    # home: b answered 1 (index 1), d answered 4 (index 34)
    assert columns(answer.raw["segments"], "segment", "customers", "satisfaction_index") == [
        ("firm", 1, 100.0), ("home", 2, 17.5),
    ]  # fmt: skip
    means = {row["indicator"]: row["mean"] for row in answer.raw["compared"]}
    assert (means["perceived"], means["satisfaction_gap"]) == (5.0, pytest.approx(-2 / 3))
    assert count_audience(parse({"op": ">", "field": answer.field, "value": 99})) == 1
    assert sizes("satisfaction_level") == {"SATISFIED": 1, "DISSATISFIED": 2, "NOT_ASKED": 1}

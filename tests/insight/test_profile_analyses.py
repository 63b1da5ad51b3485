"""What sets a group apart, and who resembles it: by facts, with the customers behind every number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of
from insight.analysing import MIA, columns, refresh, sell

from customer_insight.conditions import parse
from guanxi.foundation.errors import DomainError
from guanxi.insight.analyses.asking import ask
from guanxi.insight.audience import count_audience

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
GOOD = {"group": "fact.kind", "value": "good", "at_least": 1}


def people() -> str:
    """Ten good customers, nine of them in Lyon; of thirty others six in Lyon, 22 in Nice, two nowhere known."""
    good = ["Lyon"] * 9 + ["Nice"]
    plain = ["Lyon"] * 6 + ["Nice"] * 22 + ["", ""]
    rows = [f"g{n},{city},good,{20 + n}" for n, city in enumerate(good)]
    rows += [f"p{n},{city},plain,{40 + n}" for n, city in enumerate(plain)]
    return "\n".join(["customer,city,kind,visits", *rows]) + "\n"


@pytest.fixture(autouse=True)
def forty_customers(home: Path) -> None:
    bring("customers", file_of(home, people(), "people.csv"))
    sell(home, [("g0", "2025-01-03", "10.00"), ("p0", "2025-01-04", "20.00")])
    refresh()


@pytest.mark.requirement("ANA-63")
def test_a_group_is_told_apart_value_by_value_and_every_number_opens_its_customers() -> None:
    answer = ask("profile", {**GOOD, "attributes": ["fact.city"]}, actor=MIA)
    assert answer.raw
    names = ("value", "kind", "group_customers", "base_customers", "group_share", "verdict")
    assert columns(answer.raw["values"], *names) == [
        ("Lyon", "value", 9, 15, 0.9, "over"),
        ("Nice", "value", 1, 23, 0.1, "under"),
        ("unknown", "unknown", 0, 2, 0.0, "cannot tell"),
    ]
    lyon = answer.raw["values"][0]
    assert lyon["base_share"] == pytest.approx(15 / 38)
    assert lyon["index"] == pytest.approx(100 * 0.9 / (15 / 38))
    assert lyon["difference_low"] > 0
    assert answer.shown
    sheet, bars = answer.shown.sheets
    assert [row[1] for row in sheet.rows] == ["Lyon", "Nice", "unknown"]
    assert [count_audience(parse(where)) for where in sheet.opens] == [15, 23, 2]
    assert [count_audience(parse(where)) for where in sheet.opens_of["group_customers"]] == [9, 1, 0]
    assert [row[0] for row in bars.rows] == ["city: Lyon", "city: Nice"]


@pytest.mark.requirement("ANA-63")
def test_without_attributes_the_facts_of_few_values_are_taken_and_the_groups_own_left_out() -> None:
    answer = ask("profile", GOOD, actor=MIA)
    assert answer.raw
    assert answer.raw["attributes"] == ["fact.city", "fact.visits"]
    ranges = [row for row in answer.raw["values"] if row["kind"] == "range"]
    assert sum(row["base_customers"] for row in ranges) == 40
    assert answer.shown
    sheet = answer.shown.sheets[0]
    opened = {tuple(row[:2]): where for row, where in zip(sheet.rows, sheet.opens, strict=True)}
    counts = {tuple(row[:2]): row[3] for row in sheet.rows}
    assert {key: count_audience(parse(where)) for key, where in opened.items()} == counts
    assert any(value.startswith("up to ") for _name, value in counts)


@pytest.mark.requirement("ANA-63")
def test_rare_values_are_one_row_and_a_condition_may_say_who_is_in_the_group() -> None:
    where = '{"op": "<", "field": "fact.visits", "value": 30}'
    answer = ask("profile", {"where": where, "attributes": ["fact.city"], "at_least": 20}, actor=MIA)
    assert answer.raw
    assert columns(answer.raw["values"], "value", "group_customers", "base_customers") == [
        ("Nice", 1, 23), ("other", 9, 15), ("unknown", 0, 2),
    ]  # fmt: skip
    assert answer.shown
    sheet = answer.shown.sheets[0]
    behind = {row[1]: count_audience(parse(each)) for row, each in zip(sheet.rows, sheet.opens, strict=True)}
    assert behind == {"Nice": 23, "other": 15, "unknown": 2}
    rest = ask("profile", {**GOOD, "attributes": ["fact.city"], "against": "rest"}, actor=MIA)
    assert rest.raw
    assert rest.raw["values"][0]["base_share"] == pytest.approx(6 / 28)


def test_a_group_of_nobody_is_said_and_what_cannot_be_asked_refused() -> None:
    for code in ("profile", "look-alikes"):
        shown = ask(code, {}, actor=MIA).shown
        assert shown
        assert not shown.sheets[0].rows
        assert shown.sheets[0].empty
    with pytest.raises(DomainError, match="The choice of customers cannot be read"):
        ask("profile", {"where": '{"op": "=", "field": "fact.moon", "value": 1}'}, actor=MIA)


@pytest.mark.requirement("LIFE-08")
def test_others_are_scored_by_how_they_resemble_the_good() -> None:
    """Of 38 with a known city 15 are in Lyon, prior 10: ln ((9 + 150/38) / 20) - ln ((6 + 150/38) / 38) = 0.9054."""
    answer = ask("look-alikes", {**GOOD, "attributes": ["fact.city"], "top": 7}, actor=MIA)
    assert answer.raw
    weights = {row["value"]: row["weight"] for row in answer.raw["weights"]}
    assert weights["Lyon"] == pytest.approx(0.9054, abs=1e-4)
    assert weights["Nice"] < 0
    likest = answer.raw["likest"]
    assert [round(row["score"], 4) for row in likest[:6]] == [0.9054] * 6
    assert likest[6]["score"] == pytest.approx(weights["Nice"])
    assert [reason["value"] for reason in likest[0]["reasons"]] == ["Lyon"]
    score = {"op": ">=", "field": answer.field, "value": 0.5}
    assert count_audience(parse(score)) == 6
    assert count_audience(parse({"op": "known", "field": answer.field})) == 28
    check = answer.raw["check"]
    assert (check["good"], check["customers"]) == (10, 40)
    assert 0.5 < check["auc"]["value"] <= 1
    assert sum(row["customers"] for row in check["tenths"]) == pytest.approx(40)
    assert answer.shown
    tenths, best, values = answer.shown.sheets
    assert (len(tenths.rows), len(best.rows)) == (10, 7)
    assert best.rows[0][3] == "+ city: Lyon"
    assert [row[:2] for row in values.rows] == [["city", "Lyon"], ["city", "Nice"]]


@pytest.mark.requirement("LIFE-08")
def test_where_all_are_good_there_is_nothing_to_learn() -> None:
    shown: Any = ask("look-alikes", {"group": "fact.kind", "value": "good, plain"}, actor=MIA).shown
    assert shown.sheets[0].empty.startswith("There is nothing to learn from")

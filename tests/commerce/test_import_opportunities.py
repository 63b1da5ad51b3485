"""Opportunity files: sales that may come, and what became of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, error_lines, file_of, undo, whole_database

from guanxi.commerce.models import Opportunity
from guanxi.customers.queries import profile

pytestmark = pytest.mark.django_db(transaction=True)

DEALS = """\
deal_id,customer_id,deal_name,opened,closed,amount,outcome
D1,ann,New kitchen,2026-01-05,,"12,000",
D2,ann,,2026-01-06,2026-02-01,300.25,Won
D3,bob,Lamp,2026-01-07,2026-01-07,0,输单
"""


def deals() -> list[tuple[Any, ...]]:
    found = Opportunity.objects.visible().order_by("source_key")
    columns = ("source_key", "party__source_key", "opened_on", "closed_on", "expected_amount", "outcome")
    return list(found.values_list(*columns))


def test_opportunities_are_open_or_closed_with_an_outcome(home: Path) -> None:
    bring("opportunities", file_of(home, DEALS))
    assert deals() == [
        ("D1", "ann", date(2026, 1, 5), None, 1_200_000, ""),
        ("D2", "ann", date(2026, 1, 6), date(2026, 2, 1), 30_025, "won"),
        ("D3", "bob", date(2026, 1, 7), date(2026, 1, 7), 0, "lost"),
    ]
    (known,) = profile("shop:bob")["opportunities"]
    assert known == {
        "opportunity": "shop:D3",
        "name": "Lamp",
        "opened_on": "2026-01-07",
        "closed_on": "2026-01-07",
        "expected_amount_minor": 0,
        "currency": "USD",
        "outcome": "lost",
    }


def test_an_opportunity_that_is_won_replaces_the_open_one_and_undo_opens_it_again(home: Path) -> None:
    empty = whole_database()
    first = bring("opportunities", file_of(home, DEALS))
    before = whole_database()
    won = "opportunity,customer,opened_on,closed_on,expected_amount,outcome\nD1,ann,2026-01-05,2026-03-01,11000,won\n"
    second = bring("opportunities", file_of(home, won, "won.csv"))
    assert deals()[0] == ("D1", "ann", date(2026, 1, 5), date(2026, 3, 1), 1_100_000, "won")
    undo(second["import"])
    assert whole_database() == before
    undo(first["import"])
    assert whole_database() == empty


def test_bad_opportunities_say_why(home: Path) -> None:
    text = (
        "opportunity,customer,opened_on,closed_on,expected_amount,outcome\n"
        "1,ann,2026-01-05,2026-01-04,1,won\n"
        "2,ann,2026-01-05,,1,lost\n"
        "3,ann,2026-01-05,2026-01-06,1,\n"
        "4,ann,2026-01-05,2026-01-06,-1,perhaps\n"
        "5,ann,2026-01-05,,,\n"
        "6,ann,2026-01-05,,1,\n"
        "7,ann,2026-01-05,2026-01-06,1,open\n"
        "8,ann,2026-01-05,,1,Open\n"
    )
    result = bring("opportunities", file_of(home, text))
    assert error_lines(result) == [
        ["2", "closed_on", "2026-01-04", "lies before the day on which it was opened"],
        ["3", "closed_on", "", "is missing, though it was won or lost"],
        ["4", "outcome", "", "does not say whether it was won or lost, though it was closed"],
        ["5", "expected_amount", "'-1", "is below zero"],
        ["5", "outcome", "perhaps", "is not won, lost or open"],
        ["6", "expected_amount", "", "is missing"],
        ["8", "outcome", "open", "does not say whether it was won or lost, though it was closed"],
    ]
    assert [(row[0], row[-1]) for row in deals()] == [("6", ""), ("8", "")]

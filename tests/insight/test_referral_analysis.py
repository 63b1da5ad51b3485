"""Who brings others, and referred customers beside all others."""

from __future__ import annotations

from pathlib import Path

import pytest
from customers.importing import bring, file_of
from insight.analysing import MIA, columns, refresh, sell

from customer_insight.conditions import parse
from guanxi.customers.models import Party
from guanxi.insight.analyses.asking import ask
from guanxi.insight.audience import count_audience

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = """customer,referrer,won_for
ann,,10
bob,ann,2
cleo,ann,4
dan,bob,6
eve,nobody,20
fay,fay,30
"""


@pytest.fixture
def circle(home: Path) -> None:
    """Ann brought Bob and Cleo, Bob brought Dan; Eve names nobody known, Fay herself. Profit is 30 % of sales."""
    bring("customers", file_of(home, PEOPLE, "people.csv"))
    amounts = {"ann": 100, "bob": 200, "cleo": 300, "dan": 400, "eve": 50, "fay": 70}
    sell(home, [(name, "2025-06-01", amount) for name, amount in amounts.items()])
    sell(home, [("bob", "2024-01-05", 10), ("eve", "2024-01-05", 10)])
    refresh("2025-06-30")


@pytest.mark.requirement("LIFE-14", "ANA-70")
@pytest.mark.usefixtures("circle")
def test_referred_customers_are_compared_and_referrers_told() -> None:
    answer = ask("referrals", {"cost": "fact.won_for"}, actor=MIA)
    assert answer.raw
    assert answer.raw["links"] == 3
    names = ("measure", "referred_customers", "other_customers", "referred_mean", "other_mean")
    compared = columns(answer.raw["compared"], *names)
    assert [(*row[:3], round(row[3], 3), round(row[4], 3)) for row in compared] == [
        ("retained", 3, 3, 1.0, 1.0),
        ("transaction_count", 3, 3, 1.333, 1.333),
        ("profit_amount", 3, 3, 9_100.0, 2_300.0),
        ("winning_cost", 3, 3, 4.0, 20.0),
    ]  # fmt: skip
    people = {party.pk: party.source_key for party in Party.objects.all()}
    brought = columns(
        answer.raw["referrers"], "customer_id", "direct", "direct_value", "indirect", "indirect_value"
    )
    assert [(people[row[0]], *row[1:]) for row in brought] == [
        ("ann", 2, 15_300, 1, 12_000), ("bob", 1, 12_000, 0, 0),
    ]  # fmt: skip
    assert answer.shown
    opened = answer.shown.sheets[0].opens_of
    assert count_audience(parse(opened["referred_customers"][0])) == 3
    assert count_audience(parse(opened["other_customers"][0])) == 3


@pytest.mark.requirement("LIFE-14")
def test_without_a_link_it_says_what_to_import(home: Path) -> None:
    sell(home, [("a", "2025-01-05", "10.00")])
    refresh()
    shown = ask("referrals", {}, actor=MIA).shown
    assert shown
    assert str(shown.sheets[0].empty).startswith("No link to a referrer is known")

"""What explains profit, the share of customer, and the analysis table by subject."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of
from insight.analysing import MIA, columns, refresh, sell

from customer_insight.conditions import parse
from guanxi.insight.analyses.asking import ask
from guanxi.insight.audience import count_audience

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = """customer,kind,yearly_spend
a,firm,1000
b,firm,1000
c,home,100
d,home,
e,home,10
"""
SALES = [
    ("a", "2025-01-03", "400.00"), ("b", "2025-02-20", "200.00"), ("c", "2025-03-11", "50.00"),
    ("d", "2025-03-12", "50.00"), ("e", "2025-03-12", "50.00"), ("a", "2023-03-12", "600.00"),
]  # fmt: skip
TOUCHES = """interaction,customer,time,channel,direction,feedback
1,a,2025-01-05,telephone,in,complaint
2,a,2025-01-06,telephone,out,
3,b,2025-01-07,letter,in,praise
"""


@pytest.fixture(autouse=True)
def five_customers(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    bring("customers", file_of(home, PEOPLE, "people.csv"))
    sell(home, SALES)
    bring("interactions", file_of(home, TOUCHES, "touches.csv"))
    refresh()


@pytest.mark.requirement("ANA-39")
def test_how_much_of_the_differences_in_profit_a_segment_explains() -> None:
    answer = ask("profit-explained", {"segment": "fact.kind", "by": "profit_amount"}, actor=MIA)
    assert answer.raw
    # profits at 30 %: 300, 60 | 15, 15, 15; mean 81; between 2x99^2 + 3x66^2, in all 219^2 + 21^2 + 3x66^2
    assert columns(answer.raw["explained"], "customers", "groups", "explained", "by_chance") == [
        (5, 2, pytest.approx(32_670 / 61_470), 0.25)
    ]
    assert columns(answer.raw["segments"], "segment", "customers", "profit_amount") == [
        ("firm", 2, 36_000),
        ("home", 3, 4_500),
    ]
    assert answer.shown
    assert [count_audience(parse(where)) for where in answer.shown.sheets[1].opens if where] == [2, 3]


@pytest.mark.requirement("ANA-31", "CAMP-03")
def test_share_of_customer_rests_on_what_customers_declared() -> None:
    answer = ask("share-of-customer", {"segment": "fact.kind"}, actor=MIA)
    assert answer.raw
    assert columns(answer.raw["groups"], "segment", "customers", "known_customers", "share_of_customer") == [
        ("firm", 2, 2, 0.3), ("home", 3, 1, 0.5),
    ]  # fmt: skip
    assert columns(answer.raw["first"], "share_of_customer", "untapped_amount") == [
        (0.2, 80_000), (0.4, 60_000), (0.5, 5_000),
    ]  # fmt: skip
    assert answer.raw["conflicts"] == 1
    assert count_audience(parse({"op": ">=", "field": answer.field, "value": 0.4})) == 2


@pytest.mark.requirement("DATA-09")
def test_the_variables_of_a_subject_are_told_as_far_as_there_are_data() -> None:
    answer = ask("variables", {"subject": "churn"}, actor=MIA)
    assert answer.raw
    rows = {row["indicator"]: row for row in answer.raw["indicators"]}
    assert {"recency_days", "transaction_count", "complaint_count"} <= set(rows)
    assert "average_arrears_rate" not in rows
    assert columns([rows["transaction_count"]], "known", "mean", "median", "highest") == [(5, 1.2, 1.0, 2.0)]
    assert columns([rows["complaint_count"]], "known", "mean", "highest") == [(5, 0.2, 1.0)]
    year = ask("variables", {"subject": "churn", "days": 365}, actor=MIA).raw
    assert year
    assert {row["indicator"]: row["highest"] for row in year["indicators"]}["transaction_count"] == 1.0
    everything = ask("variables", {}, actor=MIA).shown
    assert everything
    assert [sheet.key for sheet in everything.sheets] == ["money", "share", "number"]

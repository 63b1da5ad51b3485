"""What keeping customers brings and what losing them costs, by period and segment."""

from __future__ import annotations

from pathlib import Path

import pytest
from customers.importing import bring, file_of
from insight.analysing import MIA, columns, refresh, sell

from customer_insight.conditions import parse
from guanxi.insight.analyses.asking import ask
from guanxi.insight.audience import count_audience

pytestmark = pytest.mark.django_db(transaction=True)
COSTS = """cost,customer,booked_on,kind,amount
1,ann,2025-06-10,contact,3.00
2,new,2025-06-11,discount,6.00
3,gone,2025-05-10,contact,9.00
"""


@pytest.mark.requirement("ANA-74")
def test_three_indicators_for_each_period_and_segment(home: Path) -> None:
    """June (30 days to 30 June) after May: Ann is kept, Gone is lost, New is won for 6.00; profit is 30 % of sales."""
    sell(home, [
        ("ann", "2025-05-05", 100), ("ann", "2025-06-05", 100), ("gone", "2025-05-06", 200), ("new", "2025-06-15", 50),
    ])  # fmt: skip
    bring("costs", file_of(home, COSTS, "costs.csv"))
    refresh("2025-06-30")
    answer = ask("loyalty-benefit", {"by": "has.email", "days": 30, "periods": 2}, actor=MIA)
    assert answer.raw
    names = (
        "until_day", "customers", "profit", "retained", "retention_cost", "lost", "lost_value", "replacement_cost",
        "loss_cost",
    )  # fmt: skip
    assert columns(answer.raw["periods"], *names) == [
        ("2025-06-30", 3, 4_500, 1, 300, 1, 6_000, 600, 6_600),
        ("2025-05-31", 2, 9_000, 0, 0, 0, 0, 0, 0),
    ]
    assert answer.shown
    (sheet,) = answer.shown.sheets
    assert [sheet.opens_of["lost"][1], sheet.opens_of["retained"][1]] == [None, None]
    assert [count_audience(parse(sheet.opens_of[name][0])) for name in ("lost", "retained")] == [1, 1]

"""Costs of serving by kind, profit after everything, and share of customer."""

import pyarrow as pa
import pytest

from customer_insight.indicators import (
    customer_profit,
    itemised_cost_to_serve,
    profit_explained,
    share_of_customer,
    share_of_group,
)
from customer_insight.indicators.worth_entries import COST

MONEY = {"category_spend": pa.int64(), "sales_amount": pa.int64(), "source": pa.string()}
SPENDING = [
    {"customer_id": c, "sales_amount": s, "category_spend": t, "source": "declared", "tier": tier}
    for c, s, t, tier in [
        (1, 300, 1200, "MVC"), (2, 500, 500, "MVC"), (3, 200, 150, "MVC"), (4, 0, 100, "BZ"), (5, 50, None, "BZ"),
    ]
]  # fmt: skip


def by_customer(rows, *names):
    return {row["customer_id"]: tuple(row[name] for name in names) for row in rows}


@pytest.mark.requirement("ANA-32")
def test_costs_are_split_by_kind_and_add_up(engine):
    costs = [
        {"customer_id": c, "day": d, "kind": k, "amount": a}
        for c, d, k, a in [
            (1, 1, "service", 50), (1, 2, "service", 25), (1, 2, "contact", 5), (1, 3, "delivery", 20),
            (1, 3, "discount", 40), (1, 4, "gift", 3), (2, 1, "contact", 7), (2, 11, "contact", 999),
        ]
    ]  # fmt: skip
    rows = engine.rows(itemised_cost_to_serve(engine.table(costs), as_of=10))
    assert by_customer(rows, *COST) == {1: (75, 5, 20, 40, 3, 143), 2: (0, 7, 0, 0, 0, 7)}


@pytest.mark.requirement("ANA-39")
def test_profit_is_what_is_left_after_service_and_acquisition(engine):
    values = [
        {"customer_id": 1, "profit_amount": 900, "cost_to_serve": 100, "acquisition_cost": 300},
        {"customer_id": 2, "profit_amount": 200, "cost_to_serve": 250, "acquisition_cost": 0},
        {"customer_id": 3, "profit_amount": 50, "cost_to_serve": 1, "acquisition_cost": None},
    ]
    rows = engine.rows(customer_profit(engine.table(values)))
    assert by_customer(rows, "customer_profit") == {1: (500,), 2: (-50,), 3: (None,)}


@pytest.mark.requirement("ANA-39")
def test_the_variance_of_profit_that_a_segment_explains(engine):
    # means 15 and 45 about 30: between 4 x 225 = 900 of 1,000 in all
    values = [
        {"tier": tier, "customer_profit": profit}
        for tier, profit in [("a", 10), ("a", 20), ("b", 40), ("b", 50), ("b", None)]
    ]
    [row] = engine.rows(profit_explained(engine.table(values), by="tier"))
    assert row == {
        "customers": 4,
        "groups": 2,
        "explained": pytest.approx(0.9),
        "by_chance": pytest.approx(1 / 3),
    }
    [alike] = engine.rows(
        profit_explained(engine.table([{"tier": "a", "customer_profit": 5}] * 3), by="tier")
    )
    assert alike["explained"] is None


@pytest.mark.requirement("ANA-31")
def test_share_of_customer_is_unknown_where_the_spend_is_unknown_or_contradicted(engine):
    rows = engine.rows(share_of_customer(engine.table(SPENDING, MONEY)))
    assert by_customer(rows, "share_of_customer", "untapped_amount", "conflict") == {
        1: (0.25, 900, False), 2: (1.0, 0, False), 3: (None, None, True), 4: (0.0, 100, False), 5: (None, None, False),
    }  # fmt: skip
    assert {row["source"] for row in rows} == {"declared"}


@pytest.mark.requirement("ANA-31")
def test_the_share_of_a_tier_weighs_customers_by_what_they_spend(engine):
    rows = engine.rows(share_of_group(engine.table(SPENDING, MONEY), by="tier"))
    assert sorted(tuple(row.values()) for row in rows) == [
        ("BZ", 2, 1, 0.0),
        ("MVC", 3, 2, pytest.approx(800 / 1700)),
    ]

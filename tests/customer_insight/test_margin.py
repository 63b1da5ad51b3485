"""Profit of a line, and how far it rests on an assumption."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars import DataFrame, Int64

from customer_insight.margin import Margin, add_profit, unknown_cost_share
from customer_insight.tables import TableError

INTEGERS = {"amount": pa.int64(), "cost": pa.int64()}


@pytest.mark.requirement("ANA-03")
def test_profit_is_amount_less_cost_and_the_assumed_share_where_the_cost_is_unknown(engine):
    lines = [
        {"line": 1, "amount": 1000, "cost": 700},
        {"line": 2, "amount": 1000, "cost": None},
        {"line": 3, "amount": 450, "cost": 500},
        {"line": 4, "amount": -1000, "cost": -700},
        {"line": 5, "amount": 50, "cost": None},
        {"line": 6, "amount": -50, "cost": None},
        {"line": 7, "amount": 0, "cost": None},
    ]
    result = engine.rows(add_profit(engine.table(lines, INTEGERS), margin=Margin(assumed_rate=0.25)))
    assert {row["line"]: row["profit"] for row in result} == {
        1: 300,
        2: 250,
        3: -50,
        4: -300,
        5: 13,  # 12.5: half away from zero on every engine
        6: -13,
        7: 0,
    }


def test_a_column_of_unknown_costs_only_is_no_trouble(engine):
    lines = [{"amount": 100, "cost": None}, {"amount": 100, "cost": None}]
    result = engine.rows(add_profit(engine.table(lines, INTEGERS), margin=Margin(assumed_rate=0.3)))
    assert [row["profit"] for row in result] == [30, 30]


@pytest.mark.parametrize(
    ("sold", "expected"),
    [
        ([(800, 1), (200, None)], (1000, 200, 0.2)),
        ([(800, 1)], (800, 0, 0.0)),
        ([(800, None)], (800, 800, 1.0)),
        ([], (0, 0, None)),
    ],
)
def test_the_share_of_sales_with_unknown_cost_is_told_and_returns_are_left_aside(engine, sold, expected):
    lines = [{"amount": amount, "cost": cost, "is_return": False} for amount, cost in sold]
    lines += [{"amount": -500, "cost": None, "is_return": True}]
    [row] = engine.rows(unknown_cost_share(engine.table(lines, INTEGERS)))
    assert (row["sales_amount"], row["unknown_cost_amount"], row["unknown_cost_share"]) == expected


def test_no_lines_at_all_have_no_share(engine):
    types = INTEGERS | {"is_return": pa.bool_()}
    [row] = engine.rows(unknown_cost_share(engine.table([], types)))
    assert row == {"sales_amount": 0, "unknown_cost_amount": 0, "unknown_cost_share": None}


@given(amount=st.integers(-(10**9), 10**9), rate=st.floats(-1, 1))
def test_a_return_undoes_the_assumed_profit_of_its_sale(amount, rate):
    lines = DataFrame({"amount": [amount, -amount], "cost": [None, None]}, schema_overrides={"cost": Int64})
    profit = add_profit(lines, margin=Margin(assumed_rate=rate))["profit"].to_list()
    assert profit[0] == -profit[1]
    assert abs(profit[0] - amount * rate) <= 0.5


@pytest.mark.parametrize("rate", [1.5, -1.01, float("nan")])
def test_a_rate_that_is_no_share_is_refused(rate):
    with pytest.raises(ValueError, match="share between -1 and 1"):
        Margin(assumed_rate=rate)


def test_a_missing_column_is_named():
    with pytest.raises(TableError, match=r"lacks column\(s\) cost"):
        add_profit(DataFrame({"amount": [1]}), margin=Margin(assumed_rate=0))

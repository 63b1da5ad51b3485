"""Order lines become histories: which days count, and the same figures on every engine."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_insight.lifetime import distinct_histories, purchase_histories
from customer_insight.tables import TableError

WORLD = [
    # Alice: two lines on day 10 are one purchase; day 17 repeats; day 40 is after the observation.
    {"customer_id": 1, "day": 10, "amount": 500},
    {"customer_id": 1, "day": 10, "amount": 250},
    {"customer_id": 1, "day": 17, "amount": 900},
    {"customer_id": 1, "day": 30, "amount": 300},
    {"customer_id": 1, "day": 40, "amount": 700},
    # Bob returns on day 20 what he bought on day 12: his purchase stays, the return day is none.
    {"customer_id": 2, "day": 12, "amount": 400},
    {"customer_id": 2, "day": 20, "amount": -400},
    # Charlie takes it back the same day and has only a return besides: no history.
    {"customer_id": 3, "day": 11, "amount": 800},
    {"customer_id": 3, "day": 11, "amount": -800},
    {"customer_id": 3, "day": 13, "amount": -100},
    # Nobody knows whose this is.
    {"customer_id": None, "day": 14, "amount": 100},
    # Dora, like Bob, bought once on day 12.
    {"customer_id": 4, "day": 12, "amount": 60},
]


def row(customer: int, x: int, first: int, last: int, repeat: int, total: int) -> dict[str, Any]:
    return {
        "customer_id": customer,
        "x": x,
        "first_day": first,
        "last_day": last,
        "repeat_spend": repeat,
        "mean_spend": repeat / x if x else 0.0,
        "total_spend": total,
    }


@pytest.mark.requirement("ANA-28")
def test_only_days_with_positive_net_sales_until_as_of_are_purchases(engine: Any) -> None:
    histories = purchase_histories(engine.table(WORLD), as_of=30)

    assert sorted(engine.rows(histories), key=lambda each: each["customer_id"]) == [
        row(1, 2, 10, 30, 1200, 1950),
        row(2, 0, 12, 12, 0, 400),
        row(4, 0, 12, 12, 0, 60),
    ]


def test_equal_histories_are_grouped_and_counted_parts_add_up(engine: Any) -> None:
    distinct = distinct_histories(purchase_histories(engine.table(WORLD), as_of=30))
    grouped = engine.rows(distinct)
    twice = engine.rows(distinct_histories(engine.table(grouped + grouped)))

    def in_order(rows: list[dict[str, Any]]) -> list[tuple[int, ...]]:
        return sorted((each["x"], each["first_day"], each["last_day"], each["count"]) for each in rows)

    assert in_order(grouped) == [(0, 12, 12, 2), (2, 10, 30, 1)]
    assert in_order(twice) == [(0, 12, 12, 4), (2, 10, 30, 2)]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(0, 20), st.integers(-300, 500)), min_size=1, max_size=40
    ),
    st.integers(0, 20),
)
def test_histories_equal_the_rule_told_customer_by_customer(
    lines: list[tuple[int, int, int]], as_of: int
) -> None:
    table = pl.DataFrame(lines, schema=["customer_id", "day", "amount"], orient="row")
    expected = []
    for customer in sorted({line[0] for line in lines}):
        net = {day: 0 for _, day, _ in lines}
        for who, day, amount in lines:
            net[day] += amount * (who == customer and day <= as_of)
        days = {day: spend for day, spend in sorted(net.items()) if spend > 0}
        if days:
            first, *later = days
            repeat = sum(days[day] for day in later)
            expected.append(
                row(customer, len(later), first, [first, *later][-1], repeat, days[first] + repeat)
            )

    assert purchase_histories(table, as_of=as_of).sort("customer_id").to_dicts() == expected


def test_amounts_that_are_not_whole_minor_units_are_refused() -> None:
    table = pl.DataFrame({"customer_id": [1], "day": [3], "amount": [9.99]})

    with pytest.raises(
        TableError, match="column 'amount' of 'order_lines' is Float64, not money; give whole minor units"
    ):
        purchase_histories(table, as_of=5)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(TableError, match=r"lacks column\(s\) day, amount"):
        purchase_histories(pl.DataFrame({"customer_id": [1]}), as_of=5)

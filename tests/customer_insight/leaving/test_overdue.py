"""Overdue against the own cycle."""

import numpy as np
import polars as pl
import pytest

from customer_insight.leaving import check_overdue, leaving_list, overdue
from customer_insight.tables import TableError

LINES = [
    {"customer_id": customer, "day": day, "amount": amount}
    for customer, day, amount in [
        (1, 0, 500), (1, 10, 500), (1, 10, 200), (1, 40, 500), (1, 50, 500),  # intervals 10, 30, 10
        (1, 70, 500), (1, 70, -500),  # netted away: no purchase
        (2, 0, 100), (2, 30, 100),  # one interval is no cycle
        (3, 55, 100),
        (4, 0, 100), (4, 1, 100), (4, 2, 100), (4, 90, 100),  # the last lies after as_of
    ]
]  # fmt: skip


@pytest.mark.requirement("ANA-59")
def test_the_silence_of_each_customer_worked_by_hand(engine):
    rows = {row["customer_id"]: row for row in engine.rows(overdue(engine.table(LINES), as_of=80))}

    first = rows[1]
    assert (first["purchases"], first["last_day"], first["days_since"]) == (4, 50, 30)
    assert first["mean_gap_days"] == pytest.approx(50 / 3)
    assert first["longest_gap_days"] == 30
    assert first["overdue_ratio"] == pytest.approx(1.8)
    assert first["gap_chance"] == pytest.approx((50 / 80) ** 3)
    assert first["gaps_as_long"] == 1
    assert rows[4]["overdue_ratio"] == pytest.approx(78.0)
    assert rows[4]["gap_chance"] == pytest.approx((2 / 80) ** 2)
    assert rows[4]["gaps_as_long"] == 0
    for few in (2, 3):
        assert {rows[few][name] for name in ("mean_gap_days", "longest_gap_days", "overdue_ratio", "gap_chance",
                                             "gaps_as_long")} == {None}  # fmt: skip
    assert rows[3]["days_since"] == 25


def test_two_purchases_make_a_cycle_where_the_caller_says_so(engine):
    rows = engine.rows(overdue(engine.table(LINES), as_of=80, least_purchases=2))

    assert {row["customer_id"]: row["overdue_ratio"] for row in rows}[2] == pytest.approx(50 / 30)


@pytest.mark.requirement("ANA-59")
def test_the_list_is_ranked_and_says_both_signs(engine):
    silent = overdue(engine.table(LINES), as_of=80)
    scores = engine.table([{"customer_id": customer, "p_alive": alive}
                           for customer, alive in [(1, 0.6), (2, 0.3), (3, 0.6), (4, 0.1)]])  # fmt: skip

    by_alive = engine.rows(leaving_list(silent, scores, most=3))
    by_cycle = engine.rows(leaving_list(silent, scores, by="overdue_ratio"))

    assert [row["customer_id"] for row in by_alive] == [4, 2, 1]  # 1 and 3 alike: the lower id
    assert [(row["customer_id"], row["p_alive"]) for row in by_cycle] == [(4, 0.1), (1, 0.6)]


def test_of_customers_drawn_at_random_no_sign_tells_anything():
    """Everybody buys at one steady rate: who is silent in the holdout is chance."""
    random = np.random.default_rng(3)
    lines = [
        {"customer_id": customer, "day": int(day), "amount": 100}
        for customer in range(600)
        for day in random.integers(0, 400, 12)
    ]
    check = check_overdue(pl.DataFrame(lines), calibration_end=300, holdout_end=330)

    assert check.regulars.recency.low < 0.5 < check.regulars.recency.high
    assert check.regulars.gap_chance.low < 0.5 < check.regulars.gap_chance.high


def test_bad_arguments_are_named(engine):
    with pytest.raises(ValueError, match="least_purchases is at least 2"):
        overdue(engine.table(LINES), as_of=80, least_purchases=1)
    with pytest.raises(TableError, match="amount"):
        overdue(engine.table([{"customer_id": 1, "day": 2}]), as_of=80)

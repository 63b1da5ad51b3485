"""The training frame: who left after a cut-off, and what was known on it and nothing later."""

import numpy as np
import pyarrow as pa
import pytest

from customer_insight.indicators import Tables
from customer_insight.leaving import (
    buying_stopped,
    churn_features,
    churn_frame,
    churn_sample,
    contracts_ended,
    feature_label,
)
from customer_insight.margin import Margin
from customer_insight.tables import TableError

TERMS = [
    {"customer_id": customer, "start_day": start, "end_day": end}
    for customer, start, end in [
        (1, 0, None),
        (2, 0, 110),  # ends within the horizon
        (3, 0, 131),  # runs on the last day of the horizon
        (4, 0, 100),  # no longer runs on the cut-off
        (5, 101, None),  # begins after it
        (6, 0, 105), (6, 120, None),  # comes back
        (7, 0, 90), (7, 100, 130),  # begins on the cut-off, does not run on day 130
    ]
]  # fmt: skip


@pytest.mark.requirement("ANA-59")
def test_who_had_a_contract_and_lost_it_within_the_horizon(engine):
    rows = engine.rows(contracts_ended(engine.table(TERMS), as_of=100, horizon_days=30))

    assert {row["customer_id"]: row["left"] for row in rows} == {1: 0, 2: 1, 3: 0, 6: 0, 7: 1}


def order(customer, number, day, product=1, amount=1000):
    return {
        "customer_id": customer, "order_id": number, "day": day, "product_id": product, "quantity": 1.0,
        "amount": amount, "cost": 600, "discount": 0, "is_return": amount < 0, "channel": "shop",
    }  # fmt: skip


PAST = [
    order(1, 1, 20), order(1, 2, 60, product=2), order(1, 3, 95), order(1, 4, 97, amount=-1000),
    order(2, 5, 90), order(3, 6, 10),
]  # fmt: skip
FUTURE = [
    order(1, 7, 101),
    order(1, 8, 120, product=9),
    order(3, 9, 115),
    order(4, 10, 105),
    order(2, 11, 400),
]
OTHER_FUTURE = [order(2, 12, 101, amount=99_000), order(2, 13, 102, product=5), order(5, 14, 130, amount=-70)]


@pytest.mark.requirement("ANA-59")
def test_who_bought_before_the_cut_off_and_not_in_the_horizon(engine):
    rows = engine.rows(
        buying_stopped(engine.table(PAST + FUTURE), as_of=100, horizon_days=30, active_days=60)
    )

    assert {row["customer_id"]: row["left"] for row in rows} == {1: 0, 2: 1}  # 3 was silent, 4 is new


def features(engine, orders, **given):
    tables = Tables(order_lines=engine.table(orders))
    rows = engine.rows(churn_features(tables, as_of=100, margin=Margin(assumed_rate=0.3), **given))
    return {row["customer_id"]: row for row in rows}


@pytest.mark.requirement("ANA-59")
def test_another_future_gives_the_same_features(engine):
    known = features(engine, PAST)

    assert features(engine, PAST + FUTURE) == known
    assert features(engine, PAST + OTHER_FUTURE) == known
    assert features(engine, [*PAST, order(1, 15, 100)])[1] != known[1]  # the cut-off itself is past
    assert set(known) == {1, 2, 3}


def test_features_are_numbers_and_days_are_told_as_ages(engine):
    first = features(engine, PAST)[1]

    assert first["next_expected_day_ago"] == pytest.approx(100 - (95 + 37.5))  # due in 32.5 days
    assert (first["recency_days"], first["tenure_days"], first["transaction_count"]) == (5, 80, 3)
    left_out = {
        "first_day",
        "last_day",
        "usual_channel",
        "favourite_product_id",
        "usual_weekday",
        "usual_hour",
    }
    assert not left_out & set(first)
    assert not [name for name, value in first.items() if isinstance(value, str)]


def test_a_subject_keeps_its_own_features(engine):
    assert set(features(engine, PAST, subject="churn")[1]) == {
        "customer_id", "recency_days", "transaction_count", "tenure_days", "average_cycle_days",
        "cycle_spread_days", "next_expected_day_ago", "yearly_sales_change", "yearly_count_change", "return_rate",
    }  # fmt: skip


def test_every_feature_has_a_label_in_both_languages(engine):
    names = [name for name in features(engine, PAST)[1] if name != "customer_id"]

    assert [name for name in names if name == feature_label(name)] == []
    assert feature_label("next_expected_day_ago", chinese=True) == "预计下次购买日（距今天数）"


def test_the_frame_has_those_with_features_and_an_outcome(engine):
    wide = engine.table([{"customer_id": who, "visits": who * 10} for who in (1, 2, 3)])
    outcomes = engine.table([{"customer_id": who, "left": left} for who, left in ((2, 1), (3, 0), (9, 1))])

    rows = engine.rows(churn_frame(wide, outcomes))

    assert sorted(tuple(row.values()) for row in rows) == [(2, 20, 1), (3, 30, 0)]


def test_an_outcome_among_the_features_is_refused(engine):
    wide = engine.table([{"customer_id": 1, "left": 1}])
    with pytest.raises(TableError, match="outcome would be told"):
        churn_frame(wide, wide)


FRAME = pa.table(
    {
        "customer_id": np.arange(1, 3001),
        "left": np.arange(3000) % 4 == 0,
        "visits": pa.array(np.arange(3000), mask=np.arange(3000) % 7 == 0),
    }
)


def test_the_sample_is_bounded_and_the_same_whatever_engine_and_order(engine):
    drawn = churn_sample(
        engine.table(FRAME.to_pylist()), features=("visits",), as_of=5, horizon_days=30, size=1000
    )

    same = churn_sample(FRAME, features=("visits",), as_of=5, horizon_days=30, size=1000)
    assert (len(drawn), drawn.drawn_from, drawn.last_day) == (1001, 3000, 35)
    assert drawn.customer_id.tolist() == same.customer_id.tolist()
    assert np.array_equal(drawn.matrix, same.matrix, equal_nan=True)
    assert drawn.left.tolist() == ((drawn.customer_id - 1) % 4 == 0).astype(int).tolist()


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([{"customer_id": 1, "left": 2, "visits": 1}], "neither 0 nor 1 in 1 rows"),
        ([{"customer_id": 1, "left": 0, "visits": 1}, {"customer_id": 1, "left": 0, "visits": 1}], "repeat"),
        ([{"customer_id": 1, "left": None, "visits": 1}, {"customer_id": 2, "left": 0, "visits": 1}], "null in 1"),
        ([{"customer_id": 1, "left": 0, "visits": "often"}], "not a number"),
        ([{"customer_id": 1, "left": 0, "visits": float("inf")}], "infinite"),
        ([{"customer_id": 1, "left": 0}], "lacks"),
    ],
)  # fmt: skip
def test_a_frame_that_cannot_be_learned_from_is_named(engine, rows, complaint):
    with pytest.raises(TableError, match=complaint):
        churn_sample(engine.table(rows), features=("visits",), as_of=5, horizon_days=30)


def test_a_horizon_of_no_day_and_no_features_are_refused(engine):
    with pytest.raises(ValueError, match="holds no day"):
        contracts_ended(engine.table(TERMS), as_of=100, horizon_days=0)
    with pytest.raises(ValueError, match="features is empty"):
        churn_sample(FRAME, features=(), as_of=5, horizon_days=30)

"""When, where, what and how regularly customers buy, and this year against the last."""

from datetime import date

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_insight.day_calendar import first_day_of_month, month_of, weekday_of
from customer_insight.indicators import buying_habits, channel_mix, same_period_last_year
from customer_insight.indicators.habit_entries import HABITS, YEARLY
from customer_insight.tables import day_number

NAMES = (
    "customer_id",
    "order_id",
    "day",
    "product_id",
    "quantity",
    "amount",
    "discount",
    "is_return",
    "channel",
    "hour",
)
WHOLE, TEXT = pa.int64(), pa.string()
TYPES = dict.fromkeys(NAMES, WHOLE) | {"is_return": pa.bool_(), "channel": TEXT}
MONDAY = 4  # 1970-01-05
LINES = [
    dict(zip(NAMES, row, strict=True))
    for row in [
        # Alice: Mondays and a Thursday; one thing back; cycle 7, 10 days
        (1, 1, MONDAY, 7, 2, 1000, 0, False, "web", 20),
        (1, 1, MONDAY, 8, 1, 500, 100, False, "web", 20),
        (1, 2, MONDAY + 7, 7, 1, 400, 0, False, "shop", 9),
        (1, 3, MONDAY + 17, 8, 1, 400, 100, False, "web", None),
        (1, 4, MONDAY + 18, 8, -2, -600, 0, True, "shop", 11),
        # Bob: once, where and what unknown
        (2, 5, MONDAY + 1, None, 1, 900, 0, False, None, None),
        # Carol: two channels and two days alike, so the first of each
        (3, 6, MONDAY + 6, 9, 1, 100, 0, False, "web", 10),
        (3, 7, MONDAY + 7, 9, 1, 100, 0, False, "shop", 8),
        # Dave only returned
        (4, 8, MONDAY, 9, -1, -100, 0, True, "shop", 8),
    ]
]


def measured(engine, lines=LINES, **window):
    rows = engine.rows(buying_habits(engine.table(lines, TYPES), **window))
    return {row.pop("customer_id"): row for row in rows}


def column(rows, name):
    return {customer: row[name] for customer, row in rows.items()}


@pytest.mark.requirement("DATA-22")
def test_the_usual_time_channel_and_product_are_those_of_most_transactions_with_their_evidence(engine):
    rows = measured(engine, as_of=99)
    assert column(rows, "usual_weekday") == {1: 1, 2: 2, 3: 1, 4: None}
    assert column(rows, "usual_weekday_share") == {1: pytest.approx(2 / 3), 2: 1.0, 3: 0.5, 4: None}
    assert column(rows, "usual_hour") == {1: 9, 2: None, 3: 8, 4: None}
    assert column(rows, "usual_channel") == {1: "web", 2: None, 3: "shop", 4: None}
    assert column(rows, "usual_channel_share") == {1: pytest.approx(2 / 3), 2: None, 3: 0.5, 4: None}
    assert column(rows, "channel_count") == {1: 2, 2: 0, 3: 2, 4: 0}
    assert column(rows, "favourite_product_id") == {1: 7, 2: None, 3: 9, 4: None}


@pytest.mark.requirement("DATA-22")
def test_the_cycle_says_how_regular_it_is_and_when_the_next_purchase_is_due(engine):
    rows = measured(engine, as_of=99)
    assert column(rows, "cycle_evidence") == {1: 2, 2: 0, 3: 1, 4: 0}
    assert column(rows, "cycle_spread_days") == {1: pytest.approx(4.5**0.5), 2: None, 3: None, 4: None}
    assert column(rows, "next_expected_day") == {1: MONDAY + 17 + 8.5, 2: None, 3: MONDAY + 8.0, 4: None}


def test_products_held_return_rate_and_discount_share(engine):
    rows = measured(engine, as_of=99)
    assert column(rows, "products_held") == {1: 1, 2: 0, 3: 1, 4: 0}  # both of Alice's product 8 came back
    assert column(rows, "return_rate") == {1: pytest.approx(600 / 2300), 2: 0.0, 3: 0.0, 4: None}
    assert column(rows, "discount_share") == {1: pytest.approx(200 / 2500), 2: 0.0, 3: 0.0, 4: None}
    assert list(rows[1]) == list(HABITS)


def test_lines_that_know_no_channel_and_no_hour_do(engine):
    bare = [{name: row[name] for name in NAMES[:8]} for row in LINES]
    rows = engine.rows(buying_habits(engine.table(bare, TYPES), as_of=99))
    assert {row["usual_channel"] for row in rows} == {row["usual_hour"] for row in rows} == {None}


def test_the_channel_mix_adds_up_to_the_sales(engine):
    rows = engine.rows(channel_mix(engine.table(LINES, TYPES), as_of=99))
    mix = {(row["customer_id"], row["channel"]): (row["sales_amount"], row["sales_share"]) for row in rows}
    assert mix == {
        (1, "web"): (1900, pytest.approx(1900 / 1700)),
        (1, "shop"): (-200, pytest.approx(-200 / 1700)),
        (2, None): (900, 1.0),
        (3, "web"): (100, 0.5),
        (3, "shop"): (100, 0.5),
        (4, "shop"): (-100, None),
    }


@pytest.mark.requirement("ANA-60")
def test_this_year_is_compared_with_the_same_dates_of_last_year(engine):
    def line(customer, order, when, amount, is_return=False):
        day = day_number(date(*when))
        return {
            "customer_id": customer,
            "order_id": order,
            "day": day,
            "amount": amount,
            "is_return": is_return,
        }

    lines = [
        line(1, 1, (2025, 1, 1), 400), line(1, 2, (2025, 6, 30), 200), line(1, 3, (2025, 7, 1), 9999),
        line(1, 4, (2026, 1, 1), 300), line(1, 5, (2026, 2, 1), -30, is_return=True),
        line(2, 6, (2026, 6, 30), 100), line(2, 7, (2026, 7, 1), 5555),
        line(3, 8, (2025, 3, 1), 70), line(4, 9, (2024, 12, 31), 70),
    ]  # fmt: skip
    rows = engine.rows(same_period_last_year(engine.table(lines), as_of=day_number(date(2026, 6, 30))))
    assert list(rows[0]) == ["customer_id", *YEARLY]
    assert sorted(tuple(row.values()) for row in rows) == [
        (1, 270, 600, 1, 2, -330, pytest.approx(-0.55), -0.5),
        (2, 100, 0, 1, 0, 100, None, None),
        (3, 0, 70, 0, 1, -70, -1.0, -1.0),
    ]


@pytest.mark.requirement("ANA-60")
def test_the_29th_of_february_is_compared_with_the_28th_and_years_do_not_overlap(engine):
    leap, before = day_number(date(2024, 2, 29)), day_number(date(2023, 2, 28))
    lines = [
        {"customer_id": 1, "order_id": 1, "day": leap, "amount": 20, "is_return": False},
        {"customer_id": 1, "order_id": 2, "day": before, "amount": 10, "is_return": False},
    ]
    [row] = engine.rows(same_period_last_year(engine.table(lines), as_of=leap, since=leap))
    assert (row["this_year_sales"], row["last_year_sales"]) == (20, 10)
    with pytest.raises(ValueError, match="the years would overlap"):
        same_period_last_year(engine.table(lines), as_of=leap, since=before)


@given(when=st.dates(min_value=date(1970, 1, 1), max_value=date(2100, 2, 28)))
def test_weekday_and_month_agree_with_the_calendar(when):
    table = pl.DataFrame({"day": [day_number(when)]})
    import narwhals as nw

    [(weekday, month)] = (
        nw.from_native(table).select(w=weekday_of(nw.col("day")), m=month_of(nw.col("day"))).rows()
    )
    assert (weekday, month) == (when.isoweekday(), (when.year - 1970) * 12 + when.month - 1)
    assert first_day_of_month(month) == day_number(when.replace(day=1))

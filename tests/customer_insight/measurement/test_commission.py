"""Commission against profit, period by period."""

import pytest

from customer_insight.margin import Margin
from customer_insight.measurement import commission_ledger, commission_trend
from customer_insight.tables import TableError

LEDGER = [
    {"period": 1, "channel": "shop", "commission": 100, "profit": 1000},
    {"period": 2, "channel": "shop", "commission": 150, "profit": 900},
    {"period": 3, "channel": "shop", "commission": 140, "profit": 800},
    {"period": 1, "channel": "phone", "commission": 30, "profit": 200},
    {"period": 1, "channel": "phone", "commission": 20, "profit": None},
    {"period": 2, "channel": "phone", "commission": 60, "profit": 300},
    {"period": 4, "channel": "phone", "commission": 90, "profit": -10},
]


@pytest.mark.requirement("CAMP-16")
def test_the_alert_is_where_commission_rose_and_profit_did_not(engine):
    rows = engine.rows(commission_trend(engine.table(LEDGER), by=("channel",)))

    assert [tuple(row.values()) for row in rows] == [
        ("phone", 1, 50, 200, 0.25, None, None, None),
        ("phone", 2, 60, 300, 0.2, 10, 100, False),
        ("phone", 4, 90, -10, None, None, None, None),  # nothing in 3 to compare with; a loss has no share
        ("shop", 1, 100, 1000, 0.1, None, None, None),
        ("shop", 2, 150, 900, pytest.approx(1 / 6), 50, -100, True),
        ("shop", 3, 140, 800, 0.175, -10, -100, False),
    ]


@pytest.mark.requirement("CAMP-16")
def test_the_whole_ledger_is_one_line_a_period(engine):
    rows = engine.rows(commission_trend(engine.table(LEDGER)))

    assert [(row["period"], row["commission"], row["profit"], row["alert"]) for row in rows] == [
        (1, 150, 1200, None),
        (2, 210, 1200, True),
        (3, 140, 800, False),
        (4, 90, -10, False),
    ]


def test_a_row_without_a_period_is_refused(engine):
    with pytest.raises(TableError, match="'period' is null in 1 rows"):
        commission_trend(engine.table([*LEDGER, LEDGER[0] | {"period": None}]))


MEMBERS = [
    {"customer_id": 1, "cohort": "May", "start_day": 120, "end_day": 160},
    {"customer_id": 2, "cohort": "May", "start_day": 125, "end_day": 160},
    {"customer_id": 1, "cohort": "June", "start_day": 151, "end_day": 180},
]
LINES = [
    {"customer_id": 1, "day": 119, "amount": 7000, "cost": 1},  # the day before
    {"customer_id": 1, "day": 120, "amount": 1000, "cost": 600},
    {"customer_id": 2, "day": 121, "amount": 800, "cost": 1},  # before this customer joined
    {"customer_id": 2, "day": 160, "amount": 505, "cost": None},
    {"customer_id": 1, "day": 181, "amount": 900, "cost": 1},  # the day after
    {"customer_id": 1, "day": 152, "amount": -205, "cost": -100},
    {"customer_id": None, "day": 130, "amount": 90, "cost": 1},
]


@pytest.mark.requirement("CAMP-16")
def test_commission_follows_sales_and_is_taken_back_for_returns(engine):
    """May begins in month 4 with 1,000 sold; in month 5 505 less 205. June has the return alone: half a unit, away."""
    rows = engine.rows(
        commission_ledger(
            engine.table(MEMBERS), engine.table(LINES), rate=0.1, fixed=50, margin=Margin(assumed_rate=0.2)
        )
    )

    assert sorted(tuple(row.values()) for row in rows) == [
        ("June", 5, -205, -105, 50 - 21),
        ("May", 4, 1000, 400, 150),
        ("May", 5, 300, -105 + 101, 30),
    ]


@pytest.mark.parametrize(
    ("rate", "fixed", "said"), [(1.1, 0, "rate is a share"), (0.1, -1, "must not be negative")]
)
def test_a_commission_that_is_none_is_refused(engine, rate, fixed, said):
    with pytest.raises(ValueError, match=said):
        commission_ledger(
            engine.table(MEMBERS),
            engine.table(LINES),
            rate=rate,
            fixed=fixed,
            margin=Margin(assumed_rate=0.2),
        )

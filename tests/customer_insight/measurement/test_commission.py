"""Commission against profit, period by period."""

import pytest

from customer_insight.measurement import commission_trend
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

"""Profitability, cost of retaining and cost of losing customers, per period and segment."""

import doctest
from importlib import import_module

import pytest

from customer_insight.profiles import loyalty_benefit
from customer_insight.tables import TableError


def row(customer, period, segment, profit, retention=0, lost=None, won=None):
    """``lost``: the value lost; ``won``: what winning the customer cost."""
    return {
        "customer_id": customer, "period": period, "segment": segment, "profit": profit, "retention_cost": retention,
        "is_lost": lost is not None, "lost_value": lost, "is_new": won is not None, "acquisition_cost": won,
    }  # fmt: skip


ROWS = [
    row(1, 2025, "gold", 1000, 100), row(2, 2025, "gold", 600, 50), row(3, 2025, "gold", 200, 60, lost=5000),
    row(4, 2025, "new", 100, None, won=300), row(5, 2025, "new", None, won=500),
    row(1, 2026, "gold", 900, 80), row(2, 2026, None, -200, 10, lost=1000),
]  # fmt: skip


@pytest.mark.requirement("ANA-74")
def test_three_indicators_per_period_and_segment(engine):
    rows = engine.rows(loyalty_benefit(engine.table(ROWS), by=("segment",)))

    told = {(row["period"], row["segment"]): tuple(row.values())[2:] for row in rows}
    assert told == {
        # two retained at 210 in all; the lost one: 5000 and a new customer at (300 + 500) / 2
        (2025, "gold"): (3, 1800, 600.0, 2, 210, 105.0, 1, 5000, 400.0, 5400.0, 5400.0),
        (2025, "new"): (2, 100, 50.0, 0, 0, None, 0, 0, 0.0, 0.0, None),
        (2026, "gold"): (1, 900, 900.0, 1, 80, 80.0, 0, 0, 0.0, 0.0, None),
        (2026, None): (1, -200, -200.0, 0, 10, None, 1, 1000, None, None, None),  # nobody was won in 2026
    }


@pytest.mark.requirement("ANA-74")
def test_segments_add_up_to_the_period(engine):
    (whole,) = [row for row in engine.rows(loyalty_benefit(engine.table(ROWS))) if row["period"] == 2025]

    assert (whole["customers"], whole["profit"], whole["retention_cost"], whole["loss_cost"]) == (
        5,
        1900,
        210,
        5400.0,
    )
    assert whole["profit_per_customer"] == 380.0


def test_a_missing_column_is_named(engine):
    with pytest.raises(TableError, match=r"lacks column\(s\) region"):
        loyalty_benefit(engine.table(ROWS), by=("region",))


def test_the_example_holds():
    result = doctest.testmod(import_module("customer_insight.profiles.loyalty_benefit"))
    assert (result.attempted > 0, result.failed) == (True, 0)

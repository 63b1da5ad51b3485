"""How long customers stay, and the textbook value over a life that is known."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from customer_insight.lifetime import active_life, life_factor, value_over_life
from customer_insight.tables import TableError

LIVES = [
    {"customer_id": 1, "first_day": 0, "last_day": 1100, "p_alive": 0.10},
    {"customer_id": 2, "first_day": 50, "last_day": 1140, "p_alive": 0.49},
    {"customer_id": 3, "first_day": 900, "last_day": 1200, "p_alive": 0.50},
    {"customer_id": 4, "first_day": 900, "last_day": 900, "p_alive": 0.80},
]


@pytest.mark.requirement("BEN-19")
def test_lives_that_are_over_are_told_from_lives_that_run(engine: Any) -> None:
    """1,095 days: the three years of the mothers' club."""
    table = engine.table(LIVES)

    rows = engine.rows(active_life(table, table))

    assert rows == [{"customers": 4, "mean_active_days": 622.5, "gone": 2, "mean_gone_days": 1095.0}]


def test_nobody_gone_has_no_mean(engine: Any) -> None:
    table = engine.table(LIVES[2:])

    assert engine.rows(active_life(table, table)) == [
        {"customers": 2, "mean_active_days": 150.0, "gone": 0, "mean_gone_days": None}
    ]


@pytest.mark.requirement("ANA-28", "BEN-19")
def test_three_years_of_margin_less_cost_to_serve_are_the_value(engine: Any) -> None:
    """1,200 of margin and 200 of service a year: 1000 (1/1.1 + 1/1.21 + 1/1.331) over the usual three years."""
    customers = [
        {"customer_id": 1, "margin_year": 120_000, "cost_to_serve_year": 20_000},
        {"customer_id": 2, "margin_year": 10_000, "cost_to_serve_year": 20_000},
        {"customer_id": 3, "margin_year": None, "cost_to_serve_year": 20_000},
    ]

    rows = sorted(engine.rows(value_over_life(engine.table(customers))), key=lambda row: row["customer_id"])

    assert rows[0]["lifetime_value"] == pytest.approx(248_685.199, abs=1e-3)
    assert rows[1]["lifetime_value"] == pytest.approx(-24_868.520, abs=1e-3)
    assert rows[2] == {"customer_id": 3, "lifetime_value": None}


def test_retention_and_a_part_of_a_year_shorten_the_life() -> None:
    assert life_factor(years=2.5, retention_rate=0.8, discount_rate_year=0.0) == pytest.approx(
        1 + 0.8 + 0.5 * 0.64
    )
    assert life_factor(years=1.0, retention_rate=0.0, discount_rate_year=0.25) == pytest.approx(0.8)
    assert life_factor(years=200.0, retention_rate=0.8, discount_rate_year=0.1) == pytest.approx(
        1 / (1.1 - 0.8)
    )


@pytest.mark.parametrize("wrong", [{"years": 0}, {"retention_rate": 1.1}, {"discount_rate_year": -1}])
def test_a_life_that_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    usual = {"years": 3.0, "retention_rate": 1.0, "discount_rate_year": 0.1}
    with pytest.raises(ValueError, match="must be positive"):
        life_factor(**{**usual, **wrong})


def test_a_missing_column_is_named() -> None:
    with pytest.raises(TableError, match=r"lacks column\(s\) margin_year, cost_to_serve_year"):
        value_over_life(pl.DataFrame({"customer_id": [1]}))

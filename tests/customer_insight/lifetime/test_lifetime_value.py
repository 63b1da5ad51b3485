"""Customers scored: the value is the sum it says it is, on every engine."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose

from customer_insight.lifetime import (
    BGNBD,
    MODELS,
    NBD,
    SCORES,
    GammaGamma,
    Horizon,
    PooledSpend,
    fit_lifetime,
    score_lifetime,
)
from customer_insight.tables import TableError, day_number

CALIBRATION_END = day_number(date(1997, 9, 30))
MODEL = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
SPEND = GammaGamma(p=6.25, q=3.74, gamma=15.44)
TERMS = {"as_of": CALIBRATION_END, "horizon_days": 364, "discount_rate_year": 0.1, "margin_rate": 0.3}
COLUMNS = ("customer_id", "x", "first_day", "last_day", "repeat_spend")


def by_hand(row: dict[str, Any], *, cost: float) -> tuple[float, ...]:
    """The formula for one customer, week by week."""
    x, t_x = row["x"], (row["last_day"] - row["first_day"]) / 7
    age = (CALIBRATION_END - row["first_day"]) / 7
    alive = float(MODEL.p_alive(x, t_x, age))
    spend = float(SPEND.expected_spend(x, row["mean_spend"] / 100)) * 100
    value, before = 0.0, 0.0
    for week in range(1, 53):
        factor = 1.1 ** (-week * 7 / 365)
        upto = float(MODEL.expected_purchases(week, x, t_x, age))
        there = alive * float(MODEL.survival_if_alive(week - 1, x, age))
        value += factor * ((upto - before) * spend * 0.3 - there * cost)
        before = upto
    return alive, before, spend, value


@pytest.mark.requirement("ANA-28")
@pytest.mark.parametrize("cost", [0.0, 5.0])
def test_value_is_discounted_margin_less_cost_to_serve(engine: Any, cdnow: pl.DataFrame, cost: float) -> None:
    some = cdnow.sample(60, seed=1)

    scored = score_lifetime(
        engine.table(some.select(COLUMNS).to_dicts()), MODEL, SPEND, **TERMS, cost_to_serve_per_period=cost
    )

    rows = {row["customer_id"]: row for row in engine.rows(scored)}
    assert list(next(iter(rows.values()))) == list(SCORES)
    assert len(rows) == 60
    for customer in some.to_dicts():
        got = tuple(rows[customer["customer_id"]].values())[1:]
        assert_allclose(got, by_hand(customer, cost=cost), rtol=1e-9, atol=1e-9)


@pytest.mark.requirement("ANA-28")
def test_a_customer_with_a_cost_of_their_own_is_charged_that(engine: Any, cdnow: pl.DataFrame) -> None:
    """Every second customer has a known cost per week; the others cost what all cost."""
    some = cdnow.sample(40, seed=2).with_row_index("place")
    costs = some.with_columns(
        cost=pl.when(pl.col("place") % 2 == 0).then(pl.col("place") * 1.5).otherwise(None)
    )

    scored = score_lifetime(
        engine.table(costs.select(*COLUMNS, "cost").to_dicts()),
        MODEL,
        SPEND,
        **TERMS,
        cost_to_serve_per_period=5.0,
        cost_to_serve="cost",
    )

    rows = {row["customer_id"]: row["lifetime_value"] for row in engine.rows(scored)}
    for customer in costs.to_dicts():
        cost = 5.0 if customer["cost"] is None else customer["cost"]
        expected = by_hand(customer, cost=cost)[-1]
        assert rows[customer["customer_id"]] == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_scores_as_its_own_formulas_say(engine: Any, cdnow: pl.DataFrame, name: str) -> None:
    model = fit_lifetime(cdnow, as_of=CALIBRATION_END, model=name)
    some = cdnow.sample(60, seed=3).sort("customer_id")

    scored = score_lifetime(engine.table(some.select(COLUMNS).to_dicts()), model, SPEND, **TERMS)

    rows = sorted(engine.rows(scored), key=lambda row: row["customer_id"])
    x, first, last = (some[column].to_numpy() for column in ("x", "first_day", "last_day"))
    t_x, age = (last - first) / 7, (CALIBRATION_END - first) / 7
    assert model.name == name
    assert_allclose([row["p_alive"] for row in rows], model.p_alive(x, t_x, age), rtol=1e-9)
    bought = model.expected_purchases(52, x, t_x, age)
    assert_allclose([row["expected_purchases"] for row in rows], bought, rtol=1e-9)


def test_every_customer_is_scored_once_and_equal_histories_alike(cdnow: pl.DataFrame) -> None:
    scored = score_lifetime(cdnow, MODEL, PooledSpend(mean=20.0), **TERMS).join(cdnow, on="customer_id")

    assert scored.height == cdnow.height
    alike = scored.group_by("x", "first_day", "last_day").agg(
        pl.col("lifetime_value").n_unique().alias("values")
    )
    assert alike["values"].max() == 1
    assert alike.height == 1_016


def test_more_discount_and_a_shorter_horizon_are_worth_less(cdnow: pl.DataFrame) -> None:
    def total(**changed: Any) -> float:
        return float(score_lifetime(cdnow, MODEL, SPEND, **{**TERMS, **changed})["lifetime_value"].sum())

    assert total(discount_rate_year=0.5) < total() < total(discount_rate_year=0.0)
    assert total(horizon_days=182) < total()
    assert total(margin_rate=0.6) == pytest.approx(2 * total())
    assert total(cost_to_serve_per_period=1.0) < total()


def test_without_discount_the_value_is_purchases_times_margin(cdnow: pl.DataFrame) -> None:
    scored = score_lifetime(cdnow, NBD(r=0.4, alpha=12.0), SPEND, **{**TERMS, "discount_rate_year": 0.0})

    margin = scored["expected_purchases"] * scored["expected_spend"] * 0.3
    assert_allclose(scored["lifetime_value"], margin, rtol=1e-12)
    assert scored["p_alive"].unique().to_list() == [1.0]


def test_a_horizon_that_is_no_whole_number_of_periods_ends_on_its_day() -> None:
    horizon = Horizon(days=20, period_days=7, discount_rate_year=0.0)

    assert horizon.ends().tolist() == [7.0, 14.0, 20.0]
    assert horizon.factors().tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("wrong", [{"horizon_days": 0}, {"period_days": 0}, {"discount_rate_year": -1.0}])
def test_a_horizon_that_makes_no_sense_is_refused(cdnow: pl.DataFrame, wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"horizon of|discount_rate_year"):
        score_lifetime(cdnow, MODEL, SPEND, **{**TERMS, **wrong})


def test_purchases_after_as_of_are_refused(cdnow: pl.DataFrame) -> None:
    with pytest.raises(TableError, match="last_day lies after as_of"):
        score_lifetime(cdnow, MODEL, SPEND, **{**TERMS, "as_of": CALIBRATION_END - 30})


def test_a_duckdb_result_joins_the_tables_of_its_own_connection(engine: Any, cdnow: pl.DataFrame) -> None:
    if engine.name != "duckdb":
        return
    names = engine.connection.from_arrow(cdnow.select("customer_id", pl.lit("n").alias("name")).to_arrow())

    scored = score_lifetime(engine.convert(cdnow.select(COLUMNS).to_arrow()), MODEL, SPEND, **TERMS)

    joined = scored.set_alias("s").join(names.set_alias("n"), "s.customer_id = n.customer_id")
    assert joined.shape[0] == cdnow.height


def test_a_base_of_many_ages_scores_in_one_pass() -> None:
    """Chunks of (x, T) pairs meet without a seam: 9,000 pairs against the same pairs one by one."""
    ages = np.arange(4_500)
    table = pl.DataFrame(
        {
            "customer_id": np.arange(9_000),
            "x": np.repeat([0, 3], 4_500),
            "first_day": np.concatenate([ages, ages]),
            "last_day": np.concatenate([ages, ages + 300]),
            "repeat_spend": np.repeat([0, 6_000], 4_500),
        }
    )

    scored = score_lifetime(table, MODEL, SPEND, **{**TERMS, "as_of": 4_900}).sort("customer_id")

    x, first, last = (table[name].to_numpy() for name in ("x", "first_day", "last_day"))
    one_by_one = MODEL.expected_purchases(52, x, (last - first) / 7, (4_900 - first) / 7)
    assert_allclose(scored["expected_purchases"], one_by_one, rtol=1e-12)

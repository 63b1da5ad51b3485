"""Gamma-Gamma against its note, against calculus, and where it cannot be used."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose

from customer_insight.lifetime import GammaGamma, PooledSpend, fit_gamma_gamma, fit_spend
from customer_insight.lifetime.gamma_gamma_likelihood import gamma_gamma_likelihood, read_spend
from customer_insight.tables import TableError


@pytest.fixture(scope="module")
def fitted(cdnow: pl.DataFrame) -> GammaGamma:
    return fit_gamma_gamma(cdnow)


def simulated(p: float, q: float, gamma: float, *, customers: int, seed: int) -> pl.DataFrame:
    """Repeat buyers with one to six purchases, spend in cents."""
    draw = np.random.default_rng(seed)
    x = draw.integers(1, 7, customers)
    total = draw.gamma(p * x, 1 / draw.gamma(q, 1 / gamma, customers))
    return pl.DataFrame(
        {"x": x, "repeat_spend": np.maximum(1, np.round(np.minimum(total, 1e12) * 100)).astype(np.int64)}
    )


@pytest.mark.requirement("ANA-28")
def test_cdnow_gives_the_published_estimates(fitted: GammaGamma) -> None:
    """Fader & Hardie, notes/025 (946 repeat buyers, dollars); log-likelihood from CLVTools' tests."""
    assert fitted.fit is not None
    assert [round(value, 2) for value in fitted.params.values()] == [6.25, 3.74, 15.44]
    assert round(fitted.fit.log_likelihood, 4) == -4055.9177
    assert fitted.fit.customers == 946
    assert fitted.fit.converged
    assert fitted.fit.diagnosis == ()


def test_expected_spend_of_the_first_ten_customers(cdnow: pl.DataFrame) -> None:
    """The spreadsheet of the note; its estimates have more digits than the parameters it prints."""
    note = GammaGamma(p=6.25, q=3.74, gamma=15.44)
    ten = cdnow.head(10)

    assert_allclose(
        note.expected_spend(ten["x"], ten["mean_spend"] / 100),
        [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17],
        atol=0.06,
    )


def test_the_column_expression_equals_the_formula(
    engine: Any, cdnow: pl.DataFrame, fitted: GammaGamma
) -> None:

    some = cdnow.head(50)
    frame = nw.from_native(engine.table(some.select("customer_id", "x", "repeat_spend").to_dicts()))

    priced = frame.with_columns(fitted.expression(nw.col("x"), nw.col("repeat_spend")).alias("spend"))

    rows = sorted(engine.rows(priced.to_native()), key=lambda row: row["customer_id"])
    by_formula = fitted.expected_spend(some["x"], some["mean_spend"] / fitted.unit_minor) * fitted.unit_minor
    assert_allclose([row["spend"] for row in rows], by_formula, rtol=1e-12)


def test_counted_rows_weigh_as_many_customers(fitted: GammaGamma, cdnow: pl.DataFrame) -> None:
    grouped = cdnow.group_by("x", "repeat_spend").agg(pl.len().alias("count"))

    again = fit_gamma_gamma(grouped)

    assert grouped.height < cdnow.height
    assert again == fitted


def test_a_warm_start_ends_at_the_same_place(fitted: GammaGamma, cdnow: pl.DataFrame) -> None:
    again = fit_gamma_gamma(cdnow, start=fitted.params)

    assert_allclose(list(again.params.values()), list(fitted.params.values()), rtol=1e-6)
    assert again.fit is not None
    assert again.fit.iterations <= 2


def test_a_climb_from_a_sample_ends_at_the_top() -> None:
    """Many different sums: the fit starts from every third row, and ends where no step gains."""
    table = simulated(6.0, 4.0, 15.0, customers=60_000, seed=9)

    model = fit_gamma_gamma(table)

    spend = read_spend(table, unit_minor=100.0)
    assert model.fit is not None
    assert model.fit.distinct > 20_000
    assert model.fit.converged
    _, gradient, _ = gamma_gamma_likelihood(np.array(list(model.params.values())), spend)
    assert np.abs(gradient).max() < 1e-2
    for name, truth in {"p": 6.0, "q": 4.0, "gamma": 15.0}.items():
        assert abs(model.params[name] - truth) < 3 * model.fit.standard_errors[name]


def test_gradient_and_hessian_are_those_of_finite_differences(cdnow: pl.DataFrame) -> None:
    spend = read_spend(cdnow, unit_minor=100.0)
    logs = np.log([3.0, 2.0, 20.0])
    _, gradient, hessian = gamma_gamma_likelihood(np.exp(logs), spend)

    for place in range(3):
        shift = np.zeros(3)
        shift[place] = 1e-5
        above, below = (gamma_gamma_likelihood(np.exp(logs + sign * shift), spend) for sign in (1, -1))
        assert gradient[place] == pytest.approx((above[0] - below[0]) / 2e-5, rel=1e-7)
        assert_allclose(hessian[place], (above[1] - below[1]) / 2e-5, rtol=1e-6)


def test_the_truth_lies_within_three_standard_errors() -> None:
    model = fit_gamma_gamma(simulated(2.0, 3.0, 30.0, customers=20_000, seed=3))

    assert model.fit is not None
    for name, truth in {"p": 2.0, "q": 3.0, "gamma": 30.0}.items():
        assert abs(model.params[name] - truth) < 3 * model.fit.standard_errors[name]


def test_infinite_mean_spend_is_named_and_replaced_by_the_pooled_mean() -> None:
    table = simulated(2.0, 0.8, 10.0, customers=5_000, seed=4)

    model = fit_gamma_gamma(table)
    instead = fit_spend(table)

    assert model.q < 1.0
    assert model.fit is not None
    assert model.fit.codes() == ("infinite_mean_spend",)
    with pytest.raises(ValueError, match="is not above 1"):
        model.expected_spend(0, 0.0)
    assert isinstance(instead, PooledSpend)
    assert instead.fit is not None
    assert instead.fit.codes() == ("infinite_mean_spend", "fallback_pooled_spend")
    assert instead.mean == pytest.approx(table["repeat_spend"].sum() / table["x"].sum() / 100)


def test_a_tail_of_infinite_variance_is_named_and_kept() -> None:
    model = fit_spend(simulated(2.0, 1.5, 10.0, customers=5_000, seed=6))

    assert isinstance(model, GammaGamma)
    assert model.fit is not None
    assert model.fit.codes() == ("heavy_spend_tail",)


def test_customers_who_all_spend_alike_run_away_and_are_named() -> None:
    table = pl.DataFrame({"x": [1, 2, 3], "repeat_spend": [1000, 2000, 3000], "count": [300, 200, 100]})

    model = fit_spend(table)

    assert isinstance(model, PooledSpend)
    assert model.fit is not None
    assert not model.fit.converged
    assert "not_converged" in model.fit.codes()
    assert model.mean == 10.0


def test_spend_that_grows_with_frequency_is_named() -> None:
    table = simulated(5.0, 6.0, 100.0, customers=5_000, seed=8)

    growing = fit_gamma_gamma(table.with_columns(pl.col("repeat_spend") * pl.col("x")))

    assert growing.fit is not None
    assert "spend_depends_on_frequency" in growing.fit.codes()


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ({"x": [0], "repeat_spend": [0]}, "has no repeat buyer"),
        ({"x": [2, 1], "repeat_spend": [0, 5]}, r"repeat_spend is not positive in 1 row\(s\)"),
        ({"x": [2]}, "lacks column"),
    ],
)
def test_tables_without_usable_spend_are_refused(columns: dict[str, list[int]], fault: str) -> None:
    with pytest.raises(TableError, match=fault):
        fit_spend(pl.DataFrame(columns))

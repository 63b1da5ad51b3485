"""BG/NBD against its paper, against calculus and against extremes."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.stats import beta, gamma

from customer_insight.lifetime import BGNBD, distinct_histories, fit_bgnbd, fit_nbd
from customer_insight.lifetime.bgnbd_likelihood import bgnbd_likelihood
from customer_insight.lifetime.nbd import nbd_likelihood
from customer_insight.lifetime.triples import BLOCK, Triples, read_triples
from customer_insight.tables import TableError, day_number

CALIBRATION_END = day_number(date(1997, 9, 30))
PARAMS = np.array([0.2426, 4.4136, 0.7929, 2.4259])


@pytest.fixture(scope="module")
def fitted(cdnow: pl.DataFrame) -> BGNBD:
    return fit_bgnbd(cdnow, as_of=CALIBRATION_END)


@pytest.mark.requirement("ANA-28")
def test_cdnow_gives_the_published_estimates(fitted: BGNBD) -> None:
    """Fader, Hardie & Lee 2005, table 2; digits beyond the printed from BTYD's and CLVTools' own tests."""
    assert [round(value, 3) for value in fitted.params.values()] == [0.243, 4.414, 0.793, 2.426]
    assert fitted.fit is not None
    assert round(fitted.fit.log_likelihood, 4) == -9582.4292
    assert_allclose(list(fitted.params.values()), [0.2425945, 4.4136019, 0.7929199, 2.4258881], rtol=2e-5)
    assert_allclose(list(fitted.fit.standard_errors.values()), [0.01256, 0.3782, 0.1857, 0.7054], rtol=5e-4)
    assert (fitted.fit.customers, fitted.fit.repeat_buyers, fitted.fit.distinct) == (2357, 946, 1016)
    assert fitted.fit.converged
    assert fitted.fit.diagnosis == ()


def test_the_unit_of_time_scales_alpha_only(cdnow: pl.DataFrame, fitted: BGNBD) -> None:
    days = fit_bgnbd(cdnow, as_of=CALIBRATION_END, unit_days=1.0)

    assert_allclose([days.r, days.alpha / 7, days.a, days.b], list(fitted.params.values()), rtol=1e-8)
    assert days.fit is not None
    assert fitted.fit is not None
    # The density of 2,457 repeat purchases changes by ln 7 each.
    assert days.fit.log_likelihood == pytest.approx(fitted.fit.log_likelihood - 2457 * math.log(7), abs=1e-6)


def test_expected_purchases_of_hardies_spreadsheet(fitted: BGNBD) -> None:
    """Fader, Hardie & Lee's spreadsheet: conditional expectation of customer 1 and E[X(t)]."""
    assert fitted.expected_purchases(39, 2, 30.43, 38.86) == pytest.approx(1.226, abs=5e-4)
    assert_allclose(
        fitted.expected_purchases_new([0.1429, 1, 3, 31.8571, 32, 78]),
        [0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8576],
        rtol=2e-4,
        atol=5e-5,
    )


def test_conditional_expectation_by_frequency(cdnow: pl.DataFrame, fitted: BGNBD) -> None:
    """Mean E[Y(39)] of customers with x = 0, 1, ..., 6 and 7 or more: figure 6 of the paper, remeasured."""
    columns = (cdnow["x"], cdnow["last_day"] - cdnow["first_day"], CALIBRATION_END - cdnow["first_day"])
    x, t_x, age = (column.to_numpy() for column in columns)
    expected = fitted.expected_purchases(39, x, t_x / 7, age / 7)

    means = [expected[np.minimum(x, 7) == k].mean() for k in range(8)]

    assert_allclose(means, [0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157], atol=6e-4)


def test_weighted_distinct_histories_equal_individuals(cdnow: pl.DataFrame, fitted: BGNBD) -> None:
    grouped = read_triples(cdnow, as_of=CALIBRATION_END, unit_days=7.0)
    x, last, first = (cdnow[name].to_numpy() for name in ("x", "last_day", "first_day"))
    single = Triples(x * 1.0, (last - first) / 7, (CALIBRATION_END - first) / 7, np.ones(len(x)))

    together, apart = bgnbd_likelihood(PARAMS, grouped), bgnbd_likelihood(PARAMS, single)

    assert len(grouped) < len(single)
    assert together[0] == pytest.approx(apart[0], rel=1e-12)
    assert_allclose(together[1], apart[1], rtol=1e-9, atol=1e-9)
    assert_allclose(together[2], apart[2], rtol=1e-9, atol=1e-9)
    again = fit_bgnbd(distinct_histories(cdnow), as_of=CALIBRATION_END)
    assert_allclose(list(again.params.values()), list(fitted.params.values()), rtol=1e-9)


def test_blocks_add_up_to_the_whole() -> None:
    draw = np.random.default_rng(5)
    rows = BLOCK + 1_000
    x = draw.integers(0, 30, rows) * 1.0
    age = draw.uniform(30, 60, rows)
    many = Triples(x, np.where(x > 0, age * draw.random(rows), 0.0), age, draw.integers(1, 9, rows) * 1.0)
    parts = [
        Triples(*(column[part] for column in (many.x, many.t_x, many.T, many.weight)))
        for part in (slice(0, 999), slice(999, None))
    ]

    whole = bgnbd_likelihood(PARAMS, many)
    halves = [bgnbd_likelihood(PARAMS, part) for part in parts]

    for place in range(3):
        assert_allclose(whole[place], halves[0][place] + halves[1][place], rtol=1e-11)


@pytest.mark.parametrize(("likelihood", "size"), [(bgnbd_likelihood, 4), (nbd_likelihood, 2)])
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_gradient_and_hessian_are_those_of_finite_differences(likelihood: Any, size: int, data: Any) -> None:
    logs = np.array(data.draw(st.lists(st.floats(-2.0, 2.0), min_size=size, max_size=size)))
    some = Triples(
        np.array([0.0, 0.0, 1.0, 1.0, 3.0, 12.0]),
        np.array([0.0, 0.0, 2.0, 30.0, 11.0, 38.0]),
        np.array([20.0, 39.0, 35.0, 39.0, 36.0, 39.0]),
        np.array([40.0, 60.0, 12.0, 9.0, 5.0, 2.0]),
    )
    _, gradient, hessian = likelihood(np.exp(logs), some)

    for place in range(size):
        shift = np.zeros(size)
        shift[place] = 1e-5
        above, below = (likelihood(np.exp(logs + sign * shift), some) for sign in (1, -1))
        assert gradient[place] == pytest.approx((above[0] - below[0]) / 2e-5, rel=1e-6, abs=1e-6)
        assert_allclose(hessian[place], (above[1] - below[1]) / 2e-5, rtol=1e-6, atol=1e-6)


def test_no_neighbour_of_the_maximum_is_likelier(cdnow: pl.DataFrame, fitted: BGNBD) -> None:
    triples = read_triples(cdnow, as_of=CALIBRATION_END, unit_days=7.0)
    top = np.array(list(fitted.params.values()))
    best, gradient, _ = bgnbd_likelihood(top, triples)

    assert np.abs(gradient).max() < 1e-5
    for place in range(4):
        for factor in (0.99, 1.01):
            near = top.copy()
            near[place] *= factor
            assert bgnbd_likelihood(near, triples)[0] < best


@pytest.mark.parametrize("a", [0.3, 0.99999, 1.0, 1.00002, 1.9])
@pytest.mark.parametrize("b", [0.4, 0.7, 2.4, 400.0])
@pytest.mark.parametrize(
    ("x", "T", "t"), [(0, 0.0, 39.0), (0, 30.0, 5.0), (4, 12.0, 52.0), (60, 52.0, 52.0), (99, 1.0, 520.0)]
)
def test_expectation_equals_its_definition_as_an_integral(
    a: float, b: float, x: int, T: float, t: float
) -> None:
    """E[(1 - exp(-rate p t)) / p] with p ~ beta(a, b+x), rate ~ gamma(r+x, alpha+T); the rate by hand."""
    model = BGNBD(r=0.25, alpha=4.4, a=a, b=b)
    shape, rate = model.r + x, model.alpha + T

    def bought(p: float) -> float:
        return float(-np.expm1(-shape * np.log1p(p * t / rate)) / p)

    def there(p: float) -> float:
        return float(np.exp(-shape * np.log1p(p * t / rate)))

    law = beta(a, b + x)
    # Substituting the quantile removes the poles of the beta density at its ends.
    expected = quad(lambda u: bought(law.ppf(u)), 0, 1, epsabs=1e-9, limit=400)[0]
    survival = quad(lambda u: there(law.ppf(u)), 0, 1, epsabs=1e-9, limit=400)[0]
    assert model.purchases_if_alive(t, x, T) == pytest.approx(expected, rel=2e-6)
    assert model.survival_if_alive(t, x, T) == pytest.approx(survival, rel=2e-6)


def test_p_alive_is_bayes_rule_over_rate_and_drop_out() -> None:
    """P(alive, history) / P(history), both integrated numerically over rates and drop-out."""
    model = BGNBD(r=0.8, alpha=4.0, a=1.3, b=2.5)
    x, t_x, T = 3, 9.0, 20.0
    rates, leaves = gamma(model.r, scale=1 / model.alpha), beta(model.a, model.b)

    def over_rates(until: float) -> float:
        return float(quad(lambda rate: rate**x * math.exp(-rate * until) * rates.pdf(rate), 0, 20)[0])

    def over_leaves(tail: Any) -> float:
        return float(quad(lambda p: (1 - p) ** (x - 1) * tail(p) * leaves.pdf(p), 0, 1)[0])

    alive = over_rates(T) * over_leaves(lambda p: 1 - p)
    gone = over_rates(t_x) * over_leaves(lambda p: p)

    assert model.p_alive(x, t_x, T) == pytest.approx(alive / (alive + gone), rel=1e-7)


def test_extreme_histories_stay_finite_and_in_range(fitted: BGNBD) -> None:
    """Buyers that break the formulas as printed: x of 132 to 5,000, silent for long or not at all, T = 0."""
    x = np.array([0, 0, 132, 254, 1000, 5000, 5000])
    t_x = np.array([0, 0, 200, 30, 52, 500, 10])
    T = np.array([0, 900, 200, 40, 52, 500, 900])

    alive = fitted.p_alive(x, t_x, T)
    bought = fitted.expected_purchases(5_200.0, x, t_x, T)

    assert np.isfinite(bought).all()
    assert ((alive >= 0) & (alive <= 1)).all()
    assert alive[-1] < 1e-300
    assert (bought >= 0).all()
    assert (np.diff(fitted.purchases_if_alive(np.linspace(0, 5_200, 200), 132.0, 200.0)) > 0).all()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.floats(0, 1), st.floats(0, 400)), min_size=1, max_size=20),
    st.floats(0.01, 6),
    st.floats(0.05, 60),
    st.floats(0.01, 12),
    st.floats(0.01, 40),
)
def test_any_history_gets_a_probability_and_a_growing_expectation(
    histories: list[tuple[int, float, float]], r: float, alpha: float, a: float, b: float
) -> None:
    x, share, T = (np.array(column) for column in zip(*histories, strict=True))
    model = BGNBD(r=r, alpha=alpha, a=a, b=b)
    short, long = (model.expected_purchases(t, x, np.where(x > 0, share * T, 0), T) for t in (4.0, 52.0))

    assert np.isfinite(long).all()
    assert (short >= 0).all()
    assert (long >= short * (1 - 1e-9)).all()
    # Never more than the rate of somebody who cannot leave.
    assert (long <= 52.0 * (r + x) / (alpha + T) * (1 + 1e-6)).all()


def test_row_order_and_engine_do_not_matter(engine: Any, cdnow: pl.DataFrame, fitted: BGNBD) -> None:
    columns = ("x", "first_day", "last_day")
    shuffled = engine.table(cdnow.select(columns).to_dicts())

    assert fit_bgnbd(shuffled, as_of=CALIBRATION_END) == fitted


def test_nbd_is_bgnbd_without_drop_out(cdnow: pl.DataFrame) -> None:
    triples = read_triples(cdnow, as_of=CALIBRATION_END, unit_days=7.0)

    nested = bgnbd_likelihood(np.array([0.4, 12.0, 1e-16, 1.0]), triples)[0]

    assert nbd_likelihood(np.array([0.4, 12.0]), triples)[0] == pytest.approx(nested, abs=1e-6)


def test_nbd_finds_the_rates_it_was_simulated_from() -> None:
    draw = np.random.default_rng(11)
    customers, weeks = 60_000, 52
    first = draw.integers(0, 100, customers)
    x = draw.poisson(draw.gamma(0.9, 1 / 6.0, customers) * (weeks * 7 - first) / 7)
    table = pl.DataFrame(
        {"x": x, "first_day": first, "last_day": np.where(x > 0, np.maximum(first + x, 1), first)}
    )

    model = fit_nbd(table.filter(pl.col("last_day") <= 364), as_of=364)

    assert model.fit is not None
    assert model.fit.converged
    assert abs(model.r - 0.9) < 3 * model.fit.standard_errors["r"]
    assert abs(model.alpha - 6.0) < 3 * model.fit.standard_errors["alpha"]
    assert model.expected_purchases_new(6.0) == pytest.approx(model.r / model.alpha * 6)


@pytest.mark.parametrize(
    ("x", "first", "last", "fault"),
    [
        (1, 0, 91, "last_day lies after as_of = 90 in 1 distinct row"),
        (1, 5, 5, "x = 0 and last_day = first_day must go together"),
        (0, 5, 9, "x = 0 and last_day = first_day must go together"),
        (9, 5, 9, "x repeat days do not fit between first_day and last_day"),
        (-1, 5, 9, "x is negative"),
    ],
)
def test_impossible_histories_are_refused_by_name(x: int, first: int, last: int, fault: str) -> None:
    table = pl.DataFrame({"x": [0, x], "first_day": [3, first], "last_day": [3, last]})

    with pytest.raises(TableError, match=fault):
        fit_bgnbd(table, as_of=90)


def test_an_empty_table_is_refused(cdnow: pl.DataFrame) -> None:
    with pytest.raises(TableError, match="has no row"):
        fit_bgnbd(cdnow.clear(), as_of=CALIBRATION_END)

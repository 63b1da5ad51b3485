"""Pareto/NBD against its published figures, against calculus and against the cases that underflow."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.stats import gamma

from customer_insight.lifetime import NBD, ParetoNBD, distinct_histories, fit_lifetime, fit_pareto_nbd
from customer_insight.lifetime.pareto_integral import derived_log_integral, log_integral
from customer_insight.lifetime.pareto_likelihood import pareto_likelihood
from customer_insight.lifetime.triples import BLOCK, Triples, read_triples
from customer_insight.tables import day_number

CALIBRATION_END = day_number(date(1997, 9, 30))
MANUAL = ParetoNBD(r=0.55, alpha=10.56, s=0.61, beta=11.64)


@pytest.fixture(scope="module")
def fitted(cdnow: pl.DataFrame) -> ParetoNBD:
    return fit_pareto_nbd(cdnow, as_of=CALIBRATION_END)


@pytest.mark.requirement("ANA-28")
def test_cdnow_gives_the_published_estimates(fitted: ParetoNBD) -> None:
    """Fader, Hardie & Lee 2005, table 2; standard errors from CLVTools' test_correctness_pnbd.R."""
    assert [round(value, 3) for value in fitted.params.values()] == [0.553, 10.578, 0.606, 11.669]
    assert fitted.fit is not None
    assert round(fitted.fit.log_likelihood, 3) == -9594.976
    assert_allclose(
        list(fitted.fit.standard_errors.values()), [0.0476264, 0.8427222, 0.1872594, 6.2105448], rtol=2e-4
    )
    assert fitted.fit.converged
    assert fitted.fit.diagnosis == ()


def test_expected_purchases_of_a_new_customer(fitted: ParetoNBD) -> None:
    """BTYD walkthrough: 1.473434 in a year. BTYD manual, pnbd.Expectation for 0 to 9 weeks, at its parameters."""
    assert round(float(fitted.expected_purchases_new(52)), 6) == 1.473434
    assert [round(float(each), 8) for each in MANUAL.expected_purchases_new(np.arange(10))] == [
        0.0, 0.05077821, 0.09916088, 0.14542507, 0.18979930,
        0.23247466, 0.27361274, 0.31335159, 0.35181024, 0.38909211,
    ]  # fmt: skip


def test_a_customer_of_the_walkthrough(fitted: ParetoNBD) -> None:
    """BTYD walkthrough, customer 1516: 25.45647 and .997874, from BTYD's own estimates, which end at a looser
    tolerance than ours (alpha 10.580, beta 11.656): 5e-5 apart.
    """
    assert fitted.expected_purchases(52, 26, 30.85714, 31) == pytest.approx(25.45647, rel=1e-4)
    assert fitted.p_alive(26, 30.85714, 31) == pytest.approx(0.997874, abs=1e-6)


def test_one_purchase_more_changes_little_where_powers_underflow() -> None:
    """lifetimes, test_conditional_expectation_underflow: 6.20605 and 6.25287."""
    model = ParetoNBD(r=0.55, alpha=10.58, s=0.61, beta=11.67)

    bought = model.expected_purchases(10, [132, 133], 200, 200)

    assert [round(float(each), 5) for each in bought] == [6.20605, 6.25287]


def test_p_alive_is_finite_where_a_published_form_gave_nan() -> None:
    """CLVTools, 'numerically stable PAlive that produced NaNs': four frequent buyers."""
    model = ParetoNBD(r=0.5143, alpha=2.8845, s=0.2856, beta=14.1087)

    alive = model.p_alive(
        [221, 254, 161, 204], [103.42857, 97.14286, 94.71429, 98.57143], [103.57143, 97.28571, 98.0, 99.42857]
    )

    assert np.isfinite(alive).all()
    assert ((alive > 0) & (alive < 1)).all()


def test_the_overflow_case_of_lifetimes_is_finite() -> None:
    """lifetimes, test_overflow_error: 400 and 500 purchases at odd parameters."""
    model = np.array([10.465, 7.98565181e-03, 3.0516, 2.820])
    some = Triples(
        np.array([400.0, 500.0, 500.0]), np.array([5.0, 1.0, 4.0]), np.array([6.0, 37.0, 37.0]), np.ones(3)
    )

    value, gradient, hessian = pareto_likelihood(model, some)

    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
    assert np.isfinite(hessian).all()


def test_conditional_expectation_by_frequency(cdnow: pl.DataFrame, fitted: ParetoNBD) -> None:
    """Mean E[Y(39)] of customers with x = 0, 1, ..., 6 and 7 or more, remeasured with lifetimes."""
    columns = (cdnow["x"], cdnow["last_day"] - cdnow["first_day"], CALIBRATION_END - cdnow["first_day"])
    x, t_x, age = (column.to_numpy() for column in columns)
    expected = fitted.expected_purchases(39, x, t_x / 7, age / 7)

    means = [expected[np.minimum(x, 7) == k].mean() for k in range(8)]

    assert_allclose(means, [0.138, 0.599, 1.196, 1.714, 2.398, 2.907, 3.818, 6.403], atol=6e-4)


def test_weighted_distinct_histories_equal_individuals(cdnow: pl.DataFrame, fitted: ParetoNBD) -> None:
    grouped = read_triples(cdnow, as_of=CALIBRATION_END, unit_days=7.0)
    x, last, first = (cdnow[name].to_numpy() for name in ("x", "last_day", "first_day"))
    single = Triples(x * 1.0, (last - first) / 7, (CALIBRATION_END - first) / 7, np.ones(len(x)))
    params = np.array([0.5, 10.0, 0.7, 12.0])

    together, apart = pareto_likelihood(params, grouped), pareto_likelihood(params, single)

    for place in range(3):
        assert_allclose(together[place], apart[place], rtol=1e-9, atol=1e-9)
    again = fit_pareto_nbd(distinct_histories(cdnow), as_of=CALIBRATION_END)
    assert_allclose(list(again.params.values()), list(fitted.params.values()), rtol=1e-9)


def test_blocks_add_up_to_the_whole() -> None:
    draw = np.random.default_rng(5)
    rows = BLOCK + 1_000
    x, age = draw.integers(0, 9, rows) * 1.0, draw.integers(30, 60, rows) * 1.0
    t_x = np.where(x > 0, np.floor(age * draw.random(rows)), 0.0)
    many = Triples(x, t_x, age, draw.integers(1, 9, rows) * 1.0)
    parts = [
        Triples(*(column[part] for column in (many.x, many.t_x, many.T, many.weight)))
        for part in (slice(0, 999), slice(999, None))
    ]
    params = np.array([0.5, 10.0, 0.7, 12.0])

    whole, halves = pareto_likelihood(params, many), [pareto_likelihood(params, part) for part in parts]

    for place in range(3):
        assert_allclose(whole[place], halves[0][place] + halves[1][place], rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-2.0, 3.0), min_size=4, max_size=4))
def test_gradient_and_hessian_are_those_of_finite_differences(logs: list[float]) -> None:
    some = Triples(
        np.array([0.0, 0.0, 1.0, 1.0, 3.0, 12.0]),
        np.array([0.0, 0.0, 2.0, 30.0, 11.0, 38.0]),
        np.array([20.0, 39.0, 35.0, 39.0, 36.0, 39.0]),
        np.array([40.0, 60.0, 12.0, 9.0, 5.0, 2.0]),
    )
    place = np.array(logs)
    _, gradient, hessian = pareto_likelihood(np.exp(place), some)

    for which in range(4):
        shift = np.zeros(4)
        shift[which] = 1e-5
        above, below = (pareto_likelihood(np.exp(place + sign * shift), some) for sign in (1, -1))
        assert gradient[which] == pytest.approx((above[0] - below[0]) / 2e-5, rel=1e-6, abs=1e-5)
        assert_allclose(hessian[which], (above[1] - below[1]) / 2e-5, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("p", "q"), [(0.05, 1.3), (0.55, 1.6), (1.05, 0.05), (3.2, 7.0), (40.0, 1.6), (2000.5, 0.3)]
)
@pytest.mark.parametrize(
    ("A", "B", "within"),
    [
        (10.5, 11.7, 1e-10),
        (2.9, 114.0, 1e-10),
        (210.0, 210.0, 1e-10),
        (0.02, 300.0, 1e-6),
        (400.0, 0.02, 1e-6),
    ],
)
def test_the_integral_equals_adaptive_quadrature(
    p: float, q: float, A: float, B: float, within: float
) -> None:
    """Over y = ln(u / c), piece by piece; scales four decades apart cost some digits."""
    scale = 1.0 / (p / A + q / B)
    pieces = np.linspace(-40.0, np.log(max(A, B) / scale) + 40.0 / (p + q - 1.0), 80)

    def term(y: float) -> float:
        u = scale * np.exp(y)
        return float(np.exp(y - p * np.log1p(u / A) - q * np.log1p(u / B)))

    total = sum(quad(term, low, high, epsabs=0, epsrel=1e-12)[0] for low, high in pairwise(pieces))
    expected = np.log(total) + np.log(scale) - p * np.log(A) - q * np.log(B)

    one = np.array([p]), q, np.array([A]), np.array([B])
    assert log_integral(*one)[0] == pytest.approx(expected, abs=within)
    assert derived_log_integral(*one)[0][0] == pytest.approx(expected, abs=within)


def test_p_alive_is_bayes_rule_over_rates_and_drop_out() -> None:
    """P(alive, history) / P(history), both integrated numerically over rates of buying and of leaving."""
    model = ParetoNBD(r=0.8, alpha=4.0, s=1.3, beta=9.0)
    x, t_x, T = 3, 9.0, 20.0
    rates, leaves = gamma(model.r, scale=1 / model.alpha), gamma(model.s, scale=1 / model.beta)

    def bought(until: float) -> float:
        return float(quad(lambda rate: rate**x * np.exp(-rate * until) * rates.pdf(rate), 0, 20)[0])

    alive = bought(T) * quad(lambda leave: np.exp(-leave * T) * leaves.pdf(leave), 0, 10)[0]
    gone = quad(
        lambda when: bought(when) * quad(lambda m: m * np.exp(-m * when) * leaves.pdf(m), 0, 10)[0], t_x, T
    )[0]

    assert model.p_alive(x, t_x, T) == pytest.approx(alive / (alive + gone), rel=1e-6)


@pytest.mark.parametrize("s", [0.3, 0.999999, 1.0, 1.000001, 2.5])
def test_expectation_is_the_integral_of_survival_times_rate(s: float) -> None:
    model = ParetoNBD(r=0.5, alpha=10.0, s=s, beta=12.0)
    rate = (model.r + 4) / (model.alpha + 30.0)

    exposure = quad(lambda t: float(model.survival_if_alive(t, 4, 30.0)), 0, 52)[0]

    assert model.purchases_if_alive(52, 4, 30.0) == pytest.approx(rate * exposure, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.floats(0, 1), st.floats(0, 400)), min_size=1, max_size=20),
    st.floats(0.05, 6),
    st.floats(0.05, 60),
    st.floats(0.05, 12),
    st.floats(0.01, 90),
)
def test_any_history_gets_a_probability_and_a_growing_expectation(
    histories: list[tuple[int, float, float]], r: float, alpha: float, s: float, beta: float
) -> None:
    x, share, T = (np.array(column) for column in zip(*histories, strict=True))
    model = ParetoNBD(r=r, alpha=alpha, s=s, beta=beta)
    t_x = np.where(x > 0, share * T, 0)

    alive = model.p_alive(x, t_x, T)
    short, long = (model.expected_purchases(t, x, t_x, T) for t in (4.0, 52.0))

    assert ((alive >= 0) & (alive <= 1)).all()
    assert np.isfinite(long).all()
    assert (long >= short).all()
    assert (long <= 52.0 * (r + x) / (alpha + T) * (1 + 1e-9)).all()


def test_row_order_and_engine_do_not_matter(engine: Any, cdnow: pl.DataFrame, fitted: ParetoNBD) -> None:
    shuffled = engine.table(cdnow.select("x", "first_day", "last_day").to_dicts())

    assert fit_pareto_nbd(shuffled, as_of=CALIBRATION_END) == fitted


def test_a_warm_start_ends_at_the_same_place_sooner(cdnow: pl.DataFrame, fitted: ParetoNBD) -> None:
    again = fit_pareto_nbd(cdnow, as_of=CALIBRATION_END, start=fitted.params)

    assert_allclose(list(again.params.values()), list(fitted.params.values()), rtol=1e-7)
    assert again.fit is not None
    assert fitted.fit is not None
    assert again.fit.iterations < fitted.fit.iterations


@pytest.mark.parametrize("start", [{"r": 1.0}, {"r": 1.0, "alpha": 1.0, "s": -1.0, "beta": 1.0}])
def test_a_start_without_positive_parameters_is_refused(cdnow: pl.DataFrame, start: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="wrong or missing"):
        fit_pareto_nbd(cdnow, as_of=CALIBRATION_END, start=start)


def test_drop_out_without_a_shape_is_named_where_a_peer_returns_numbers() -> None:
    """Everybody leaves at the same rate: s and beta run away together. To a thousand customers of
    bench/lifetime_models.py lifetimes answers s = 107, beta = 4,838 without a word.
    """
    draw = np.random.default_rng(4)
    rate, gone = draw.gamma(0.5, 1 / 9.6, 4_000) / 7, draw.exponential(45 * 7, 4_000)
    first = draw.integers(0, 84, 4_000)
    span = np.minimum(gone, 272 - first)
    x = np.minimum(draw.poisson(rate * span), np.floor(span)).astype(int)
    last = np.where(x > 0, first + np.maximum(np.floor(span * x / (x + 1.0)), x), first).astype(int)
    table = pl.DataFrame({"x": x, "first_day": first, "last_day": last})

    model = fit_pareto_nbd(table, as_of=272)
    instead = fit_lifetime(table, as_of=272, model="Pareto/NBD")

    assert model.fit is not None
    assert model.s > 1_000
    assert model.fit.codes() == ("drop_out_not_identified",)
    assert "per unit of time" in model.fit.diagnosis[0].sentence
    assert instead.name == "NBD"


def test_customers_who_never_leave_get_the_nbd_and_the_reason() -> None:
    draw = np.random.default_rng(1)
    first = draw.integers(0, 330, 3_000)
    later = (draw.random((3_000, 364)) < draw.gamma(1.0, 0.02, 3_000)[:, None]) & (
        np.arange(364) > first[:, None]
    )
    last = np.where(later.any(axis=1), 363 - later[:, ::-1].argmax(axis=1), first)
    table = pl.DataFrame({"x": later.sum(axis=1), "first_day": first, "last_day": last})

    model = fit_lifetime(table, as_of=363, model="Pareto/NBD")

    assert isinstance(model, NBD)
    assert model.fit is not None
    assert model.fit.codes() == ("no_drop_out", "fallback_nbd")
    assert "in place of Pareto/NBD (no drop out)" in model.fit.diagnosis[-1].sentence

"""MBG/NBD against BTYDplus's estimates, against calculus, and beside BG/NBD."""

from __future__ import annotations

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

from customer_insight.lifetime import BGNBD, MBGNBD, fit_bgnbd, fit_lifetime, fit_mbgnbd
from customer_insight.lifetime.bgnbd_likelihood import mbgnbd_likelihood
from customer_insight.lifetime.triples import Triples
from customer_insight.tables import day_number

CALIBRATION_END = day_number(date(1997, 9, 30))


@pytest.fixture(scope="module")
def fitted(cdnow: pl.DataFrame) -> MBGNBD:
    return fit_mbgnbd(cdnow, as_of=CALIBRATION_END)


@pytest.mark.requirement("ANA-28")
def test_cdnow_gives_the_estimates_of_btydplus(fitted: MBGNBD) -> None:
    """lifetimes' tests after BTYDplus: .525, 6.183, .891, 1.614; remeasured .5248, 6.1831, .8914, 1.6140."""
    assert [round(value, 3) for value in fitted.params.values()] == [0.525, 6.183, 0.891, 1.614]
    assert [round(value, 4) for value in fitted.params.values()] == [0.5248, 6.1831, 0.8914, 1.6140]
    assert fitted.fit is not None
    assert fitted.fit.log_likelihood == pytest.approx(-9582.13, abs=0.01)
    assert fitted.fit.diagnosis == ()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-2.0, 2.0), min_size=4, max_size=4))
def test_gradient_and_hessian_are_those_of_finite_differences(logs: list[float]) -> None:
    some = Triples(
        np.array([0.0, 0.0, 1.0, 1.0, 3.0, 12.0]),
        np.array([0.0, 0.0, 2.0, 30.0, 11.0, 38.0]),
        np.array([20.0, 39.0, 35.0, 39.0, 36.0, 39.0]),
        np.array([40.0, 60.0, 12.0, 9.0, 5.0, 2.0]),
    )
    place = np.array(logs)
    _, gradient, hessian = mbgnbd_likelihood(np.exp(place), some)

    for which in range(4):
        shift = np.zeros(4)
        shift[which] = 1e-5
        above, below = (mbgnbd_likelihood(np.exp(place + sign * shift), some) for sign in (1, -1))
        assert gradient[which] == pytest.approx((above[0] - below[0]) / 2e-5, rel=1e-6, abs=1e-6)
        assert_allclose(hessian[which], (above[1] - below[1]) / 2e-5, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("x", "t_x"), [(0, 0.0), (3, 9.0)])
def test_p_alive_is_bayes_rule_over_rate_and_drop_out(x: int, t_x: float) -> None:
    """P(alive, history) / P(history), both integrated; a customer had x + 1 chances to leave."""
    model = MBGNBD(r=0.8, alpha=4.0, a=1.3, b=2.5)
    rates, leaves = gamma(model.r, scale=1 / model.alpha), beta(model.a, model.b)

    def over_rates(until: float) -> float:
        # The substitution rate = v^5 takes away the pole of the gamma density at 0.
        return float(
            quad(lambda v: 5 * v**4 * v ** (5 * x) * np.exp(-(v**5) * until) * rates.pdf(v**5), 0, 2)[0]
        )

    alive = over_rates(20.0) * quad(lambda p: (1 - p) ** (x + 1) * leaves.pdf(p), 0, 1)[0]
    gone = over_rates(t_x) * quad(lambda p: (1 - p) ** x * p * leaves.pdf(p), 0, 1)[0]

    assert model.p_alive(x, t_x, 20.0) == pytest.approx(alive / (alive + gone), rel=1e-6)


def test_expectation_of_a_new_customer_is_its_definition_as_an_integral() -> None:
    """E[(1-p) (1 - exp(-rate p t)) / p]: stays after the first purchase, then buys until leaving."""
    model = MBGNBD(r=0.5, alpha=6.0, a=0.9, b=1.6)
    leaves = beta(model.a, model.b)

    def bought(p: float) -> float:
        return float((1 - p) * -np.expm1(-model.r * np.log1p(p * 39 / model.alpha)) / p)

    expected = quad(lambda u: bought(leaves.ppf(u)), 0, 1, epsabs=1e-10, limit=400)[0]

    assert model.expected_purchases_new(39) == pytest.approx(expected, rel=1e-6)


def test_a_silent_one_time_buyer_fades_which_bgnbd_cannot_see(cdnow: pl.DataFrame, fitted: MBGNBD) -> None:
    bgnbd = fit_bgnbd(cdnow, as_of=CALIBRATION_END)

    assert (bgnbd.p_alive(0, 0, [1.0, 20.0, 39.0]) == 1.0).all()
    assert (np.diff(fitted.p_alive(0, 0, [1.0, 20.0, 39.0])) < 0).all()


def test_probabilities_of_purchase_counts_equal_those_of_btyd() -> None:
    """BTYD manual and lifetimes' tests, BG/NBD: P(X(2) = 10), P(X(39) = 0), P(X(30) = 11 .. 20)."""
    model = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)

    assert model.probability_new(10, 2) == pytest.approx(1.07869e-07, rel=1e-5)
    assert round(float(model.probability_new(0, 39)), 7) == 0.5737864
    assert_allclose(
        model.probability_new(np.arange(11, 21), 30),
        [
            0.0019995214, 0.0015170236, 0.0011633150, 0.0009003148, 0.0007023638,
            0.0005517902, 0.0004361913, 0.0003467171, 0.0002769613, 0.0002222260,
        ],
        rtol=1e-6,
    )  # fmt: skip
    assert model.probability_new(np.arange(2_000), 30).sum() == pytest.approx(1.0, abs=1e-6)
    mean = (np.arange(3_000) * model.probability_new(np.arange(3_000), 30)).sum()
    assert mean == pytest.approx(float(model.expected_purchases_new(30)), rel=1e-6)


def test_row_order_and_engine_do_not_matter(engine: Any, cdnow: pl.DataFrame, fitted: MBGNBD) -> None:
    shuffled = engine.table(cdnow.select("x", "first_day", "last_day").to_dicts())

    assert fit_mbgnbd(shuffled, as_of=CALIBRATION_END) == fitted


def test_too_few_repeat_buyers_are_named_and_fall_back(cdnow: pl.DataFrame) -> None:
    few = pl.concat([cdnow.filter(pl.col("x") == 0).head(200), cdnow.filter(pl.col("x") > 0).head(50)])

    model = fit_lifetime(few, as_of=CALIBRATION_END, model="MBG/NBD")

    assert model.fit is not None
    assert model.name == "NBD"
    assert model.fit.codes()[0] == "few_repeat_buyers"
    assert model.fit.codes()[-1] == "fallback_nbd"


def test_a_warm_start_ends_at_the_same_place(cdnow: pl.DataFrame, fitted: MBGNBD) -> None:
    again = fit_mbgnbd(cdnow, as_of=CALIBRATION_END, start=fitted.params)

    assert_allclose(list(again.params.values()), list(fitted.params.values()), rtol=1e-7)
    assert again.fit is not None
    assert again.fit.iterations <= 2

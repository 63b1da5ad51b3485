"""BG/BB against the donations of its paper, its spreadsheet and BTYD, and against calculus."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.special import comb
from scipy.stats import beta

from customer_insight.lifetime import (
    BGBB,
    OPPORTUNITY_SCORES,
    BetaBinomial,
    fit_bgbb,
    fit_opportunities,
    opportunity_histories,
    score_opportunities,
)
from customer_insight.lifetime.bgbb_likelihood import bgbb_likelihood, log_probabilities
from customer_insight.lifetime.opportunities import Opportunities
from customer_insight.tables import TableError


@pytest.fixture(scope="module")
def fitted(donations: pl.DataFrame) -> BGBB:
    return fit_bgbb(donations)


@pytest.mark.requirement("ANA-28")
def test_donations_give_the_published_estimates(fitted: BGBB) -> None:
    """Fader, Hardie & Shang 2010, table 3: 1.204, .750, .657, 2.783, LL -33,225.6."""
    assert [round(value, 3) for value in fitted.params.values()] == [1.204, 0.750, 0.657, 2.783]
    assert fitted.fit is not None
    assert round(fitted.fit.log_likelihood, 2) == -33225.58
    assert (fitted.fit.customers, fitted.fit.repeat_buyers, fitted.fit.distinct) == (11_104, 7_640, 22)
    assert fitted.fit.converged
    assert fitted.fit.diagnosis == ()


def test_expected_purchases_of_the_walkthrough(fitted: BGBB) -> None:
    """BTYD walkthrough: 3.179805 of a new donor in ten years; 0.1302169 and 3.627858 of two known ones. BTYD's
    estimates end at a looser tolerance than ours.
    """
    assert fitted.expected_purchases_new(10) == pytest.approx(3.179805, rel=1e-5)
    assert_allclose(fitted.expected_purchases(10, [0, 4], [0, 5], 6), [0.1302169, 3.627858], rtol=4e-5)


def test_totals_of_the_spreadsheet(fitted: BGBB, donations: pl.DataFrame) -> None:
    """Hardie's spreadsheet: 12,884.2 gifts in five years; of six years 3,454.9 donors gave in none, 1,253.1 in all."""
    each = fitted.expected_purchases(5, donations["x"], donations["t_x"], donations["n"])

    assert round(float(each @ donations["count"].to_numpy()), 1) == 12_884.2
    assert_allclose(11_104 * fitted.probability_new([0, 6], 6), [3_454.9, 1_253.1], atol=0.05)
    assert fitted.probability_new(np.arange(7), 6).sum() == pytest.approx(1.0, abs=1e-12)


def test_p_alive_of_table_6(fitted: BGBB) -> None:
    """Fader, Hardie & Shang 2010, table 6: no gift; two, the last in 1999; six of six."""
    assert [round(float(each), 2) for each in fitted.p_alive([0, 2, 6], [0, 4, 6], 6)] == [0.11, 0.59, 0.93]


def test_a_history_is_as_likely_as_its_definition_as_an_integral() -> None:
    """Sum over when the customer left, each integrated over purchase and drop-out probabilities."""
    model = BGBB(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8)
    buys, leaves = beta(model.alpha, model.beta), beta(model.gamma, model.delta)

    def mean(law: Any, value: Any) -> float:
        return float(quad(lambda u: value(law.ppf(u)), 0, 1, epsabs=1e-12, limit=400)[0])

    x, t_x, n = 2, 3, 5
    total = mean(buys, lambda p: p**x * (1 - p) ** (n - x)) * mean(leaves, lambda q: (1 - q) ** n)
    for last in range(t_x, n):
        misses = last - x
        total += mean(buys, lambda p, m=misses: p**x * (1 - p) ** m) * mean(
            leaves, lambda q, k=last: q * (1 - q) ** k
        )

    params = np.array(list(model.params.values()))
    logs = log_probabilities(params, np.array([2.0]), np.array([3.0]), np.array([5.0]))
    assert np.exp(logs[0]) == pytest.approx(total, rel=1e-7)


def test_probabilities_of_all_histories_add_up_to_one() -> None:
    model = BGBB(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8)
    cells = [(0, 0)] + [(x, t_x) for t_x in range(1, 7) for x in range(1, t_x + 1)]
    x, t_x = (np.array(column, float) for column in zip(*cells, strict=True))

    logs = log_probabilities(np.array(list(model.params.values())), x, t_x, np.full(len(x), 6.0))

    ways = np.where(x > 0, comb(t_x - 1, x - 1), 1)
    assert (ways * np.exp(logs)).sum() == pytest.approx(1.0, abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-2.0, 2.0), min_size=4, max_size=4))
def test_gradient_and_hessian_are_those_of_finite_differences(logs: list[float]) -> None:
    columns = ([0, 1, 1, 3, 6], [0, 1, 6, 4, 6], [6, 6, 6, 5, 6], [40, 9, 5, 8, 3])
    some = Opportunities(*(np.array(column, float) for column in columns))
    place = np.array(logs)
    _, gradient, hessian = bgbb_likelihood(np.exp(place), some)

    for which in range(4):
        shift = np.zeros(4)
        shift[which] = 1e-5
        above, below = (bgbb_likelihood(np.exp(place + sign * shift), some) for sign in (1, -1))
        assert gradient[which] == pytest.approx((above[0] - below[0]) / 2e-5, rel=1e-6, abs=1e-6)
        assert_allclose(hessian[which], (above[1] - below[1]) / 2e-5, rtol=1e-6, atol=1e-6)


def test_counted_and_single_rows_give_the_same_fit_on_every_engine(
    engine: Any, donations: pl.DataFrame, fitted: BGBB
) -> None:
    single = donations.select(pl.all().exclude("count").repeat_by("count")).explode("x", "t_x", "n")

    assert fit_bgbb(engine.convert(single.to_arrow())) == fitted
    assert fit_bgbb(engine.convert(donations.to_arrow())) == fitted


def test_a_warm_start_ends_at_the_same_place(donations: pl.DataFrame, fitted: BGBB) -> None:
    again = fit_bgbb(donations, start=fitted.params)

    assert_allclose(list(again.params.values()), list(fitted.params.values()), rtol=1e-7)


def test_customers_who_stay_get_the_beta_binomial_and_the_reason() -> None:
    """Everybody buys at six opportunities by a chance of their own; nobody leaves."""
    draw = np.random.default_rng(3)
    used = draw.random((20_000, 6)) < draw.beta(1.2, 2.0, 20_000)[:, None]
    last = np.where(used.any(axis=1), 6 - used[:, ::-1].argmax(axis=1), 0)
    table = pl.DataFrame({"x": used.sum(axis=1), "t_x": last, "n": [6] * 20_000})

    model = fit_opportunities(table)

    assert isinstance(model, BetaBinomial)
    assert model.fit is not None
    assert model.fit.codes() == ("no_drop_out", "fallback_beta_binomial")
    assert abs(model.alpha - 1.2) < 4 * model.fit.standard_errors["alpha"]
    assert model.expected_purchases_new(6) == pytest.approx(6 * 1.2 / 3.2, rel=0.02)


def test_two_opportunities_are_too_few_for_four_numbers() -> None:
    table = pl.DataFrame({"x": [0, 1, 1, 2], "t_x": [0, 1, 2, 2], "n": [2] * 4, "count": [500, 90, 80, 200]})

    model = fit_opportunities(table)

    assert isinstance(model, BetaBinomial)
    assert model.fit is not None
    assert "few_opportunities" in model.fit.codes()


@pytest.mark.parametrize(
    ("x", "t_x", "n", "fault"),
    [
        (3, 2, 5, "x exceeds t_x"),
        (0, 2, 5, "only one of them is 0"),
        (1, 6, 5, "t_x lies after n"),
        (-1, 1, 5, "negative"),
    ],
)
def test_impossible_histories_are_refused_by_name(x: int, t_x: int, n: int, fault: str) -> None:
    with pytest.raises(TableError, match=fault):
        fit_bgbb(pl.DataFrame({"x": [0, x], "t_x": [0, t_x], "n": [5, n]}))


def test_order_lines_become_opportunities(engine: Any) -> None:
    """Weeks after the first purchase day; Alice uses weeks 1 and 3, Bob's only week is not over yet."""
    lines = [
        {"customer_id": 1, "day": 10, "amount": 500},
        {"customer_id": 1, "day": 11, "amount": 500},  # week 1
        {"customer_id": 1, "day": 17, "amount": 500},  # week 1 still: days 11 to 17
        {"customer_id": 1, "day": 30, "amount": 500},  # week 3: days 25 to 31
        {"customer_id": 1, "day": 33, "amount": 500},  # week 4 ends on day 38, after the observation
        {"customer_id": 2, "day": 30, "amount": 500},
        {"customer_id": 2, "day": 33, "amount": 500},
        {"customer_id": 3, "day": 12, "amount": 500},
    ]

    rows = engine.rows(opportunity_histories(engine.table(lines), as_of=36, period_days=7))

    assert sorted(rows, key=lambda row: row["customer_id"]) == [
        {"customer_id": 1, "x": 2, "t_x": 3, "n": 3},
        {"customer_id": 2, "x": 0, "t_x": 0, "n": 0},
        {"customer_id": 3, "x": 0, "t_x": 0, "n": 3},
    ]


@pytest.mark.requirement("ANA-28")
def test_scores_are_the_sum_over_opportunities_ahead(engine: Any, fitted: BGBB) -> None:
    donors = [
        {"customer_id": 1, "x": 0, "t_x": 0, "n": 6, "margin_per_purchase": 2_000},
        {"customer_id": 2, "x": 4, "t_x": 5, "n": 6, "margin_per_purchase": 2_000},
        {"customer_id": 3, "x": 4, "t_x": 5, "n": 6, "margin_per_purchase": None},
    ]

    scored = score_opportunities(
        engine.table(donors), fitted, opportunities=5, discount_rate_period=0.1, cost_to_serve_per_period=50
    )

    rows = sorted(engine.rows(scored), key=lambda row: row["customer_id"])
    assert [list(row) for row in rows] == [list(OPPORTUNITY_SCORES)] * 3
    assert rows[2]["lifetime_value"] is None
    for row, donor in zip(rows[:2], donors, strict=False):
        history = donor["x"], donor["t_x"], donor["n"]
        rate = (fitted.alpha + donor["x"]) / (fitted.alpha + fitted.beta + 6)
        value = sum(
            float(fitted.p_alive_ahead(k, *history)) * (2_000 * rate - 50) / 1.1**k for k in range(1, 6)
        )
        assert row["p_alive"] == pytest.approx(float(fitted.p_alive(*history)))
        assert row["expected_purchases"] == pytest.approx(float(fitted.expected_purchases(5, *history)))
        assert row["lifetime_value"] == pytest.approx(value)

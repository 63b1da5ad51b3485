"""Shifted beta-geometric against its paper, degenerate contracts, and contracts valued on every engine."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.stats import beta

from customer_insight.lifetime import (
    CONTRACT_SCORES,
    ConstantChurn,
    ShiftedBetaGeometric,
    fit_retention,
    fit_sbg,
    score_contracts,
)
from customer_insight.lifetime.retention import read_renewals
from customer_insight.lifetime.sbg import sbg_likelihood
from customer_insight.tables import TableError

HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]


def survivors(counts: list[int]) -> pl.DataFrame:
    return pl.DataFrame({"period": range(len(counts)), "survivors": counts})


def contracts(counts: list[int]) -> list[dict[str, Any]]:
    """The same customers one by one."""
    ends = [
        row
        for done, (before, after) in enumerate(pairwise(counts))
        for row in [{"renewals": done, "left": True}] * (before - after)
    ]
    return ends + [{"renewals": len(counts) - 1, "left": False}] * counts[-1]


@pytest.mark.requirement("ANA-28")
@pytest.mark.parametrize(
    ("counts", "alpha", "beta_", "log_likelihood"),
    [(HIGH_END, 0.668, 3.806, -1611.2), (REGULAR, 0.704, 1.182, -1680.3)],
    ids=["high end", "regular"],
)
def test_seven_years_give_the_published_estimates(
    counts: list[int], alpha: float, beta_: float, log_likelihood: float
) -> None:
    """Fader & Hardie 2007, figure 3 and appendix B: 1,000 customers of each segment, years 0 to 7."""
    model = fit_sbg(survivors(counts))

    assert (round(model.alpha, 3), round(model.beta, 3)) == (alpha, beta_)
    assert model.fit is not None
    assert round(model.fit.log_likelihood, 1) == log_likelihood
    assert model.fit.converged
    assert model.fit.diagnosis == ()


def test_contracts_one_by_one_give_the_same_fit_on_every_engine(engine: Any) -> None:
    assert fit_sbg(engine.table(contracts(HIGH_END))) == fit_sbg(survivors(HIGH_END))


def test_cohorts_of_different_length_add_up() -> None:
    """Two cohorts of 500, one seen for seven years and one for four, against the same contracts."""
    long, short = [round(each / 2) for each in HIGH_END], [round(each / 2) for each in HIGH_END[:5]]
    both = pl.concat(
        [
            survivors(long).with_columns(cohort=pl.lit("old")),
            survivors(short).with_columns(cohort=pl.lit("new")),
        ]
    )

    together, single = fit_sbg(both), fit_sbg(pl.DataFrame(contracts(long) + contracts(short)))

    assert_allclose(list(together.params.values()), list(single.params.values()), rtol=1e-9)


def test_retention_rises_though_nobody_changes() -> None:
    model = ShiftedBetaGeometric(alpha=0.668, beta=3.806)

    retention = model.retention(np.arange(1, 9))
    assert (np.diff(retention) > 0).all()
    assert_allclose(np.cumprod(retention), model.survival(np.arange(1, 9)), rtol=1e-12)
    assert model.survival_ahead(3, 4) == pytest.approx(float(model.survival(7) / model.survival(4)))


def test_survival_is_its_definition_as_an_integral() -> None:
    law = beta(0.668, 3.806)

    expected = quad(lambda u: (1 - law.ppf(u)) ** 5, 0, 1, epsabs=1e-10)[0]

    assert ShiftedBetaGeometric(alpha=0.668, beta=3.806).survival(5) == pytest.approx(expected, rel=1e-8)


def test_gradient_and_hessian_are_those_of_finite_differences() -> None:
    seen = read_renewals(survivors(HIGH_END))
    place = np.log([0.9, 2.0])
    _, gradient, hessian = sbg_likelihood(np.exp(place), seen)

    for which in range(2):
        shift = np.zeros(2)
        shift[which] = 1e-5
        above, below = (sbg_likelihood(np.exp(place + sign * shift), seen) for sign in (1, -1))
        assert gradient[which] == pytest.approx((above[0] - below[0]) / 2e-5, rel=1e-6)
        assert_allclose(hessian[which], (above[1] - below[1]) / 2e-5, rtol=1e-6)


def test_a_warm_start_ends_at_the_same_place() -> None:
    cold = fit_sbg(survivors(HIGH_END))

    warm = fit_sbg(survivors(HIGH_END), start=cold.params)

    assert_allclose(list(warm.params.values()), list(cold.params.values()), rtol=1e-7)


@pytest.mark.parametrize(
    ("counts", "code", "churn"),
    [
        ([1000, 990, 980], "few_losses", 20 / 1990),
        ([1000, 800], "one_renewal", 0.2),
        ([10_000, 9_000, 8_100, 7_290, 6_561], "churn_alike", 0.1),
        ([1000, 1000, 1000], "few_losses", 0.0),
    ],
)
def test_cohorts_that_cannot_carry_two_numbers_are_named_and_get_one(
    counts: list[int], code: str, churn: float
) -> None:
    model = fit_retention(survivors(counts))

    assert isinstance(model, ConstantChurn)
    assert model.fit is not None
    assert model.fit.codes() == (code, "fallback_constant_churn")
    assert model.churn == pytest.approx(churn)
    assert model.survival_ahead([0, 2], 3) == pytest.approx([1.0, (1 - churn) ** 2])


def test_usable_data_keep_the_model() -> None:
    assert isinstance(fit_retention(survivors(REGULAR)), ShiftedBetaGeometric)


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        ({"period": [0, 2], "survivors": [10, 9]}, "without a gap"),
        ({"period": [1, 2], "survivors": [10, 9]}, "without a gap"),
        ({"period": [0, 1], "survivors": [10, 11]}, "must not grow"),
        ({"survivors": [10, 11]}, "lacks column"),
        ({"renewals": [1]}, "lacks column"),
        ({"renewals": [-1], "left": [True]}, r"missing or negative in 1 row"),
    ],
)
def test_impossible_tables_are_refused_by_name(columns: dict[str, list[Any]], fault: str) -> None:
    with pytest.raises(TableError, match=fault):
        fit_sbg(pl.DataFrame(columns))


def test_empty_tables_are_refused() -> None:
    with pytest.raises(TableError, match="has no row"):
        fit_sbg(survivors(HIGH_END).clear())
    with pytest.raises(TableError, match="has no row"):
        fit_sbg(pl.DataFrame(contracts(HIGH_END)).clear())


@pytest.mark.requirement("ANA-28")
def test_contracts_are_valued_net_of_cost_to_serve(engine: Any) -> None:
    """Alice is new, Bob long with us and costly, Chen has left, nobody knows Dora's margin."""
    model = ShiftedBetaGeometric(alpha=0.668, beta=3.806)
    table = [
        {"customer_id": 1, "renewals": 0, "left": False, "margin_per_period": 1_000, "cost": None},
        {"customer_id": 2, "renewals": 5, "left": False, "margin_per_period": 1_000, "cost": 400},
        {"customer_id": 3, "renewals": 2, "left": True, "margin_per_period": 1_000, "cost": None},
        {"customer_id": 4, "renewals": 5, "left": False, "margin_per_period": None, "cost": 400},
    ]

    scored = score_contracts(
        engine.table(table),
        model,
        periods=4,
        discount_rate_period=0.1,
        cost_to_serve_per_period=100.0,
        cost_to_serve="cost",
    )

    rows = sorted(engine.rows(scored), key=lambda row: row["customer_id"])
    assert [list(row) for row in rows] == [list(CONTRACT_SCORES)] * 4
    for row, renewals, left_over in ((rows[0], 0, 900), (rows[1], 5, 600)):
        there = [float(model.survival_ahead(k, renewals)) for k in range(1, 5)]
        assert row["p_renew"] == pytest.approx(there[0])
        assert row["expected_renewals"] == pytest.approx(sum(there))
        value = left_over * sum(each / 1.1**k for k, each in enumerate(there, start=1))
        assert row["lifetime_value"] == pytest.approx(value)
    assert rows[0]["p_renew"] == pytest.approx(3.806 / 4.474)
    assert rows[2] == {"customer_id": 3, "p_renew": 0.0, "expected_renewals": 0.0, "lifetime_value": 0.0}
    assert rows[3]["lifetime_value"] is None


def test_a_horizon_that_makes_no_sense_is_refused() -> None:
    table = pl.DataFrame({"customer_id": [1], "renewals": [0], "left": [False], "margin_per_period": [1]})

    with pytest.raises(ValueError, match="periods 0"):
        score_contracts(table, ConstantChurn(0.1), periods=0, discount_rate_period=0.0)
    with pytest.raises(TableError, match="'renewals' of 'contracts' is negative"):
        score_contracts(
            table.with_columns(renewals=pl.lit(-1)), ConstantChurn(0.1), periods=1, discount_rate_period=0.0
        )

"""The churn model: known truth, chances that come true, a test on a later period, and scores on every engine."""

import doctest
import json
import os
import subprocess
import sys
from dataclasses import replace
from importlib import import_module

import numpy as np
import polars as pl
import pytest

from customer_insight.drift import Baseline, drift, fit_baseline
from customer_insight.leaving import (
    Isotonic,
    Sigmoid,
    auc,
    brier,
    check_churn,
    churn_card,
    churn_deciles,
    churn_frame,
    churn_sample,
    contracts_ended,
    fit_calibration,
    fit_churn,
    score_churn,
)
from customer_insight.tables import TableError

HORIZON = 60
BASES = ("logistic", "boosted")


@pytest.mark.requirement("ANA-59")
@pytest.mark.parametrize("base", BASES)
def test_chances_are_near_the_truth_on_a_later_period(churn_models, telephone, later, base):
    model = churn_models[base]

    check = check_churn(model, later)

    truth = telephone.chance(HORIZON)[later.customer_id - 1]
    chance = model.chance(later.matrix)
    assert np.corrcoef(chance, truth)[0, 1] > 0.85
    assert chance.mean() == pytest.approx(truth.mean(), abs=0.01)
    assert auc(truth, later.left).high > check.auc.value > 0.72
    assert check.brier < check.brier_of_base_rate
    assert check.deciles[0].lift > 2.5 > 0.5 > check.deciles[-1].lift
    assert json.loads(json.dumps(check.as_dict()))["deciles"][0]["decile"] == 1


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("way", ["sigmoid", "isotonic"])
def test_of_each_tenth_about_as_many_leave_as_were_told(learned, later, base, way):
    model = fit_churn(learned, base=base, calibration=way)

    check = check_churn(model, later)

    for each in check.deciles:
        error = (each.predicted * (1 - each.predicted) / each.customers) ** 0.5
        assert each.actual == pytest.approx(each.predicted, abs=4 * error + 0.01)


@pytest.mark.requirement("ANA-59")
def test_the_figures_of_a_check_worked_by_hand():
    chance = np.array([0.9, 0.8, 0.8, 0.3, 0.2, 0.1])
    left = np.array([1, 1, 0, 0, 1, 0])

    # pairs (leaver, stayer): .9 beats 3, .8 ties 1 and beats 2, .2 beats 1 of 3: 3 + 2.5 + 1 of 9
    assert auc(chance, left).value == pytest.approx(6.5 / 9)
    assert brier(chance, left) == pytest.approx((0.01 + 0.04 + 0.64 + 0.09 + 0.64 + 0.01) / 6)
    deciles = churn_deciles(chance, left, np.array([1, 3, 2, 4, 5, 6]))
    assert [(each.customers, each.leavers, each.lift) for each in deciles[:3]] == [
        (1, 1, 2),
        (1, 0, 0),
        (1, 1, 2),
    ]
    assert [each.found for each in deciles] == pytest.approx([1 / 3, 1 / 3, 2 / 3, 2 / 3, 1, 1])


def test_the_interval_of_the_area_covers_its_expectation():
    # leavers N(1, 1), stayers N(0, 1): the area is Phi(1 / sqrt 2) = .7602
    covered, random = 0, np.random.default_rng(2)
    for _ in range(300):
        left = (random.random(200) < 0.3).astype(np.int64)
        found = auc(random.standard_normal(200) + left, left)
        covered += found.low <= 0.7602 <= found.high
    assert 0.92 <= covered / 300 <= 0.98


def test_without_leavers_there_is_no_area():
    assert auc(np.array([0.1, 0.2]), np.array([0, 0])).value is None
    assert churn_deciles(np.array([0.1, 0.2]), np.array([0, 0]), np.array([1, 2]))[0].lift is None


@pytest.mark.requirement("ANA-59")
def test_a_test_on_the_time_learned_from_is_refused(churn_models, learned, telephone):
    with pytest.raises(ValueError, match="outcomes learned from reach to day 260"):
        check_churn(churn_models["logistic"], learned)
    frame = churn_frame(telephone.customers, contracts_ended(telephone.contracts, as_of=270, horizon_days=30))
    other = churn_sample(frame, features=telephone.features, as_of=270, horizon_days=30)
    with pytest.raises(ValueError, match="another horizon"):
        check_churn(churn_models["logistic"], other)


def test_calibration_mends_chances_that_are_far_too_bold():
    random = np.random.default_rng(5)
    odds = random.standard_normal(20_000)
    left = (random.random(20_000) < 1 / (1 + np.exp(-odds))).astype(np.float64)

    sigmoid = fit_calibration("sigmoid", 3 * odds + 2, left)
    isotonic = fit_calibration("isotonic", 3 * odds + 2, left)

    assert isinstance(sigmoid, Sigmoid)
    assert (sigmoid.slope, sigmoid.intercept) == pytest.approx((1 / 3, -2 / 3), abs=0.03)
    assert isinstance(isotonic, Isotonic)
    assert isotonic.chance(np.array([2.0])) == pytest.approx(0.5, abs=0.04)
    assert np.all(np.diff(isotonic.chances) >= 0)


def test_scores_that_rank_the_wrong_way_tell_everybody_the_share():
    odds, left = np.arange(10.0), (np.arange(10) < 3).astype(np.float64)

    for way in ("sigmoid", "isotonic"):
        assert fit_calibration(way, odds, left).chance(odds) == pytest.approx(0.3)


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("way", ["sigmoid", "isotonic"])
def test_scores_are_the_same_on_every_engine(engine, telephone, learned, base, way):
    model = fit_churn(learned, base=base,
                      calibration=way, folds=2)  # fmt: skip
    some = telephone.customers.slice(0, 400)
    matrix = np.column_stack([some[name].to_numpy(zero_copy_only=False) for name in telephone.features])

    rows = engine.rows(score_churn(engine.convert(some), model))

    assert {row["customer_id"]: row["p_leave"] for row in rows} == pytest.approx(
        dict(
            zip(
                some["customer_id"].to_pylist(), model.chance(matrix.astype(np.float64)).tolist(), strict=True
            )
        ),
        abs=1e-12,
    )


def test_a_logistic_score_stays_in_a_lazy_engine(churn_models, telephone):
    lazy = pl.from_arrow(telephone.customers).lazy()

    assert isinstance(score_churn(lazy, churn_models["logistic"]), pl.LazyFrame)
    with pytest.raises(TableError, match="lacks"):
        score_churn(lazy.drop("price"), churn_models["logistic"])


def test_the_same_sample_gives_the_same_model(learned, churn_models):
    for base in BASES:
        again = fit_churn(learned, base=base)
        assert again.parameters() == churn_models[base].parameters()
        assert again.chance(learned.matrix).tolist() == churn_models[base].chance(learned.matrix).tolist()


@pytest.mark.parametrize("base", BASES)
def test_a_feature_that_nobody_has_changes_nothing(learned, churn_models, base):
    """A table without channels has no share of the usual channel; it may have one when customers are scored."""
    empty = np.full((len(learned), 1), np.nan)
    wider = replace(
        learned, features=(*learned.features, "channel"), matrix=np.hstack([learned.matrix, empty])
    )

    model = fit_churn(wider, base=base)

    scored = (
        np.hstack([learned.matrix, empty + 1])[:100],
        np.hstack([learned.matrix, np.ones_like(empty)])[:100],
    )
    for matrix in scored:
        assert model.chance(matrix) == pytest.approx(
            churn_models[base].chance(learned.matrix[:100]), abs=1e-6
        )


def test_too_few_leavers_to_learn_from_are_refused(learned, telephone):
    frame = churn_frame(telephone.customers, contracts_ended(telephone.contracts, as_of=3, horizon_days=2))
    with pytest.raises(ValueError, match="needs 50 of each"):
        fit_churn(churn_sample(frame, features=telephone.features, as_of=3, horizon_days=2))
    with pytest.raises(ValueError, match="folds is at least 2"):
        fit_churn(learned, folds=1)


@pytest.mark.requirement("ANA-64")
@pytest.mark.requirement("ANA-59")
def test_the_card_tells_window_parameters_and_back_test_and_drift_reads_it(churn_models, telephone, later):
    model = churn_models["logistic"]
    baseline = fit_baseline(telephone.customers, columns=telephone.features)

    card = churn_card(model, check_churn(model, later), baseline=baseline, version="2026-01", window_start=0)

    told = json.loads(json.dumps(card.as_dict()))
    assert (told["name"], told["window_end"], told["customers"]) == ("churn, logistic", 260, model.customers)
    assert told["parameters"]["log odds"]["price"] == pytest.approx(0.9, abs=0.2)
    assert told["backtest"]["auc"]["value"] > 0.7
    assert drift(telephone.customers, Baseline.from_dict(told["baseline"])).verdict == "stable"
    with pytest.raises(ValueError, match="baseline lacks"):
        churn_card(model, None, version="1", window_start=0,
                   baseline=fit_baseline(telephone.customers, columns=("price",)))  # fmt: skip


@pytest.mark.parametrize(
    "name", ["calibration", "check", "decliners", "frame", "model", "outcomes", "overdue", "ranking", "reasons",
             "sample", "scoring", "wording"]
)  # fmt: skip
def test_examples(name):
    found = doctest.testmod(import_module(f"customer_insight.leaving.{name}"))
    assert found.attempted
    assert not found.failed


def test_the_room_is_imported_without_scikit_learn():
    told = "import sys; import customer_insight.leaving; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], env=os.environ, check=False).returncode == 0

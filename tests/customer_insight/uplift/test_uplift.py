"""Whom treatment moves: figures by hand, known truth, and the verdict where there is nothing to find."""

import doctest
import json
from importlib import import_module

import numpy as np
import pyarrow as pa
import pytest

from customer_insight.measurement import campaign_result
from customer_insight.simulation import simulate_uplift
from customer_insight.tables import TableError
from customer_insight.uplift import (
    Sample,
    check_uplift,
    fit_uplift,
    qini,
    score_uplift,
    training_sample,
    uplift_deciles,
)

WAYS = [
    (learner, base) for learner in ("two models", "class transformation") for base in ("logistic", "boosted")
]


@pytest.fixture(scope="module")
def world():
    return simulate_uplift(12_000, seed=5, effect=0.05, spread=0.15)


@pytest.fixture(scope="module")
def sample(world):
    return training_sample(world.units, features=world.features)


@pytest.fixture(scope="module")
def models(sample):
    """One fit of each kind for all tests."""
    return {way: fit_uplift(sample, learner=way[0], base=way[1]) for way in WAYS}


@pytest.mark.requirement("ANA-69")
@pytest.mark.parametrize(("learner", "base"), WAYS)
def test_every_learner_finds_whom_the_treatment_moves(models, learner, base):
    model = models[learner, base]
    unseen = simulate_uplift(5_000, seed=6, effect=0.05, spread=0.15)
    matrix = np.column_stack([unseen.units[name].to_numpy() for name in unseen.features])

    predicted = model.uplift(matrix)

    assert np.corrcoef(predicted, unseen.uplift)[0, 1] > (0.9 if base == "logistic" else 0.6)
    assert predicted.mean() == pytest.approx(0.05, abs=0.03)


def test_unequal_arms_do_not_bias_the_transformed_class():
    world = simulate_uplift(30_000, seed=7, effect=0.05, spread=0.15, treated_share=0.8)
    model = fit_uplift(training_sample(world.units, features=world.features), learner="class transformation")

    matrix = np.column_stack([world.units[name].to_numpy() for name in world.features])

    assert model.uplift(matrix).mean() == pytest.approx(0.05, abs=0.02)


@pytest.mark.requirement("ANA-69")
def test_the_check_says_usable_where_it_is_and_not_where_it_is_not(sample):
    alike = simulate_uplift(12_000, seed=5, effect=0.05, spread=0.0)

    found = check_uplift(sample, splits=9)
    nothing = check_uplift(training_sample(alike.units, features=alike.features), splits=9)

    assert found.verdict == "usable heterogeneity"
    assert found.deciles[0].uplift.low > 0.05 > found.deciles[-1].uplift.high
    assert nothing.verdict == "no usable heterogeneity"
    assert nothing.average.low > 0  # treat everybody
    assert json.loads(json.dumps(found.as_dict()))["deciles"][0]["decile"] == 1


def test_the_verdict_is_seldom_wrong_where_everybody_is_moved_alike():
    wrong = 0
    for seed in range(40):
        world = simulate_uplift(1_500, seed=seed, effect=0.1, spread=0.0)
        checked = check_uplift(training_sample(world.units, features=world.features), splits=5)
        wrong += checked.verdict == "usable heterogeneity"
    assert wrong <= 3  # 2.5 % expected; four or more of 40 would be seen in one case of fifty


def hand_sample():
    """Ten customers in falling order of score, treated and held out in turn; who responded is written beside."""
    responded = np.array([1, 0, 1, 0, 1, 1, 0, 0, 0, 1])
    treated = np.array([1, 0] * 5)
    return Sample((), np.arange(10), np.zeros((10, 0)), treated, responded, 10)


def test_the_qini_coefficient_worked_by_hand():
    # mean treated .6, mean held out .4, m = .5; 2 x (Y - .5) is +-1, minus for the held out:
    # +1 +1 +1 +1 +1 -1 -1 +1 -1 -1, times .45 .35 .25 .15 .05 -.05 -.15 -.25 -.35 -.45
    # = .45 + .35 + .25 + .15 + .05 + .05 + .15 - .25 + .35 + .45 = 2.0, / 10
    assert qini(hand_sample(), np.arange(10.0)[::-1]).value == pytest.approx(0.2)


def test_a_ranking_that_tells_nobody_apart_has_no_area():
    assert qini(hand_sample(), np.zeros(10)).value == 0.0


def test_the_curve_ends_at_the_average_effect_whatever_the_ranking():
    deciles = uplift_deciles(hand_sample(), np.arange(10.0))

    assert [decile.customers for decile in deciles] == [1] * 10
    assert deciles[-1].gain == pytest.approx(0.2)
    assert deciles[0].gain is None  # nobody treated yet


def test_the_interval_of_the_qini_coefficient_covers_its_expectation():
    covered = 0
    for seed in range(200):
        world = simulate_uplift(1_000, seed=seed, effect=0.05, spread=0.15)
        sample = training_sample(world.units, features=world.features)
        order = np.argsort(np.argsort(-world.uplift)) / 1_000
        truth = ((0.5 - order) * world.uplift).mean()
        found = qini(sample, world.uplift)
        covered += found.low <= truth <= found.high
    assert 0.91 <= covered / 200 <= 0.99


@pytest.mark.parametrize("base", ["logistic", "boosted"])
def test_scores_are_the_same_on_every_engine(engine, world, models, base):
    model = models["two models", base]
    customers = world.units.slice(0, 300).select(["customer_id", *world.features])
    expected = model.uplift(np.column_stack([customers[name].to_numpy() for name in world.features]))

    rows = engine.rows(score_uplift(engine.convert(customers), model))

    assert {row["customer_id"]: row["uplift"] for row in rows} == pytest.approx(
        dict(zip(customers["customer_id"].to_pylist(), expected.tolist(), strict=True))
    )


def test_the_sample_is_the_same_on_every_engine_whatever_the_order(engine, world):
    rows = world.units.to_pylist()[:3_000]

    drawn = training_sample(engine.table(rows), features=world.features, size=1_000)

    expected = training_sample(pa.Table.from_pylist(rows), features=world.features, size=1_000)
    assert drawn.customer_id.tolist() == expected.customer_id.tolist()
    assert np.array_equal(drawn.matrix, expected.matrix)
    assert len(drawn) == pytest.approx(1_000, abs=100)
    assert drawn.drawn_from == 3_000


ROW = {"customer_id": 1, "treated": 1, "responded": 0, "visits": 3.0, "town": "a"}


@pytest.mark.parametrize(
    ("change", "features", "message"),
    [
        ({"visits": float("inf")}, ("visits",), "'visits' is infinite in 1 rows"),
        ({}, ("town",), "'town' is .*not a number"),
        ({"treated": None}, ("visits",), "'treated' is null in 1 rows"),
        ({"responded": 2}, ("visits",), "'responded' is neither 0 nor 1 in 1 rows"),
        ({"customer_id": 2}, ("visits",), "1 rows repeat a customer_id"),
        ({}, ("age",), r"lacks column\(s\) age"),
    ],
)
def test_a_sample_that_would_mislead_is_refused(engine, change, features, message):
    rows = [ROW | change, ROW | {"customer_id": 2}]
    with pytest.raises(TableError, match=message):
        training_sample(engine.table(rows), features=features)


def test_too_small_an_arm_is_refused(sample):
    with pytest.raises(ValueError, match="40 treated and 60 held-out"):
        fit_uplift(sample.part(np.concatenate([places(sample, 1)[:40], places(sample, 0)[:60]])))
    with pytest.raises(ValueError, match="at least 1"):
        check_uplift(sample, splits=0)


def places(sample, arm):
    return np.flatnonzero(sample.treated == arm)


@pytest.mark.requirement("ANA-69")
def test_an_audience_chosen_by_the_model_earns_more_than_one_drawn_without_it(models):
    """Two cells and a control each: who the model ranks highest, and who a draw would have picked."""
    world = simulate_uplift(20_000, seed=8, effect=0.05, spread=0.15)
    model = models["two models", "logistic"]
    scores = score_uplift(world.units, model)["uplift"].to_numpy()
    chosen = scores >= np.quantile(scores, 0.8)
    drawn = np.arange(20_000) % 5 == 0

    by_model, by_draw = (effect_of(world.units.filter(pa.array(who))) for who in (chosen, drawn))

    assert by_model.low > by_draw.high
    assert by_model.value == pytest.approx(world.uplift[chosen].mean(), abs=0.05)


def effect_of(units):
    cells = np.where(units["treated"].to_numpy() == 1, "mail", "control")
    zeros = pa.array(np.zeros(len(cells)))
    return campaign_result(
        units.append_column("cell", pa.array(cells)).append_column("margin", zeros)
    ).overall.response.difference


@pytest.mark.parametrize("name", ["sample", "logistic", "learners", "scoring", "ranking", "heterogeneity"])
def test_the_examples_of_uplift_hold(name):
    result = doctest.testmod(import_module(f"customer_insight.uplift.{name}"))

    assert (result.attempted > 0, result.failed) == (True, 0)

"""Drift of inputs and scores: figures by hand, chance by simulation, and a model that is fitted anew when told so."""

import doctest
import json
from importlib import import_module
from math import log

import numpy as np
import polars as pl
import pytest

from customer_insight.drift import Baseline, LearnedCard, drift, fit_baseline, uplift_card
from customer_insight.simulation import simulate_uplift
from customer_insight.tables import TableError
from customer_insight.uplift import check_uplift, fit_uplift, score_uplift, training_sample

THEN = [
    {"visits": visits, "town": town}
    for visits, town in zip([1, 2, 3, 4, 5, 6, 7, 8, None, None], "aaaaabbbcd", strict=True)
]
NOW = [{"visits": visits, "town": town} for visits, town in zip([1, 8, 8, 9, None], "aaabx", strict=True)]


@pytest.mark.requirement("ANA-64")
def test_the_bins_of_ten_customers_worked_by_hand(engine):
    baseline = fit_baseline(engine.table(THEN), columns=("visits", "town"), bins=2)

    visits, town = baseline.columns
    assert (visits.edges, visits.counts) == ((4.5,), (4, 4, 2))
    assert (town.categories, town.counts) == (("a", "b"), (5, 3, 2, 0))
    assert Baseline.from_dict(json.loads(json.dumps(baseline.as_dict()))) == baseline


@pytest.mark.requirement("ANA-64")
def test_the_index_of_each_column_worked_by_hand(engine):
    baseline = fit_baseline(engine.table(THEN), columns=("visits", "town"), bins=2)

    report = drift(engine.table(NOW), baseline)

    indices = {each.column: each.index for each in report.columns}
    # visits: .4 .4 .2 then; 1 of 5 up to 4.5, 3 above, 1 unknown: .2 .6 .2 now
    assert indices["visits"] == pytest.approx(-0.2 * log(0.2 / 0.4) + 0.2 * log(0.6 / 0.4))
    # town: .5 .3 .2 then; .6 .2 .2 now (x is new and counts as other); unknown is empty both times
    assert indices["town"] == pytest.approx(0.1 * log(0.6 / 0.5) - 0.1 * log(0.2 / 0.3))
    assert [each.column for each in report.columns] == ["visits", "town"]
    # (1/10 + 1/5) x chi squared .99 on 2 = .3 x 9.2103: five customers prove nothing
    assert report.columns[0].by_chance == pytest.approx(0.3 * 9.21034, abs=1e-4)
    assert (report.verdict, report.reasons) == ("stable", ())


def test_a_bin_that_empties_counts_as_half_a_customer():
    baseline = fit_baseline(pl.DataFrame({"x": [0, 1] * 500}), columns=("x",))

    report = drift(pl.DataFrame({"x": [1] * 1000}), baseline)

    assert baseline.columns[0].counts == (500, 500, 0)
    expected = (0.0005 - 0.5) * log(0.0005 / 0.5) + 0.5 * log(1 / 0.5)
    assert report.columns[0].index == pytest.approx(expected)
    assert report.verdict == "refit"


@pytest.mark.parametrize(("shift", "verdict"), [(0.0, "stable"), (0.4, "watch"), (0.8, "refit")])
@pytest.mark.requirement("ANA-64")
def test_the_verdict_follows_how_far_customers_moved(shift, verdict):
    random = np.random.default_rng(1)
    baseline = fit_baseline(pl.DataFrame({"x": random.standard_normal(20_000)}), columns=("x",))

    # two normals a shift of d apart have an index of about d squared
    report = drift(pl.DataFrame({"x": random.standard_normal(20_000) + shift}), baseline)

    assert report.columns[0].index == pytest.approx(shift**2, abs=0.05)
    assert report.verdict == verdict


def test_two_samples_of_one_population_are_seldom_called_different():
    beyond = 0
    for seed in range(300):
        random = np.random.default_rng(seed)
        baseline = fit_baseline(pl.DataFrame({"x": random.standard_normal(2_000)}), columns=("x",))
        each = drift(pl.DataFrame({"x": random.standard_normal(60)}), baseline).columns[0]
        beyond += each.index > each.by_chance
    # 1 % expected on large samples; empty bins of sixty customers make it a little more
    assert beyond / 300 <= 0.03


def test_all_equal_values_are_one_bin():
    baseline = fit_baseline(pl.DataFrame({"x": [3, 3, 3]}), columns=("x",))

    assert (baseline.columns[0].labels, baseline.columns[0].counts) == (("any", "unknown"), (3, 0))
    assert drift(pl.DataFrame({"x": [4]}), baseline).verdict == "stable"


def test_a_table_without_rows_or_column_is_refused(engine):
    baseline = fit_baseline(engine.table(THEN), columns=("visits",))
    with pytest.raises(TableError, match=r"lacks column\(s\) visits"):
        drift(engine.table([{"town": "a"}]), baseline)
    with pytest.raises(TableError, match="no rows"):
        drift(pl.DataFrame({"visits": []}, schema={"visits": pl.Int64}), baseline)
    with pytest.raises(ValueError, match="at least 2"):
        fit_baseline(engine.table(THEN), columns=("visits",), bins=1)


def fitted(units, features, version, days):
    """A model of one window with its card; the baseline holds inputs and scores."""
    sample = training_sample(units, features=features)
    model, check = fit_uplift(sample), check_uplift(sample, splits=3)
    scored = pl.from_arrow(units).join(pl.from_arrow(score_uplift(units, model)), on="customer_id")
    baseline = fit_baseline(scored, columns=(*features, "uplift"))
    card = uplift_card(
        model, check, baseline=baseline, version=version, window_start=days[0], window_end=days[1]
    )
    return model, card


def scored_by(model, units):
    return pl.from_arrow(units).join(pl.from_arrow(score_uplift(units, model)), on="customer_id")


@pytest.mark.requirement("ANA-64")
def test_a_model_is_fitted_anew_when_drift_says_so_and_then_all_is_stable():
    spring = simulate_uplift(4_000, seed=1, effect=0.05, spread=0.15)
    summer = simulate_uplift(4_000, seed=2, effect=0.05, spread=0.15)
    place = summer.units.column_names.index("openness")
    moved = summer.units.set_column(place, "openness", [summer.units["openness"].to_numpy() + 1.0])
    model, card = fitted(spring.units, spring.features, "1", (17000, 17090))

    quiet = drift(scored_by(model, summer.units), card.baseline)
    report = drift(scored_by(model, moved), card.baseline)
    again, second = fitted(moved, spring.features, "2", (17091, 17180))

    assert quiet.verdict == "stable"
    assert report.verdict == "refit"
    assert {each.column for each in report.columns if each.verdict == "refit"} == {"openness", "uplift"}
    assert drift(scored_by(again, moved), second.baseline).verdict == "stable"
    assert (card.version, second.version, second.window_start) == ("1", "2", 17091)


@pytest.mark.requirement("ANA-64")
def test_the_card_holds_window_parameters_back_test_and_version():
    world = simulate_uplift(2_000, seed=1)

    stored = json.loads(json.dumps(fitted(world.units, world.features, "7", (17000, 17090))[1].as_dict()))

    assert (stored["version"], stored["window_start"], stored["window_end"], stored["customers"]) == (
        "7",
        17000,
        17090,
        2000,
    )
    assert set(stored["parameters"]) == {"treated", "control"}
    assert set(stored["parameters"]["treated"]) == {"intercept", *world.features}
    assert stored["backtest"]["splits"] == 3
    assert stored["backtest"]["verdict"] in ("usable heterogeneity", "no usable heterogeneity")
    assert [each["column"] for each in stored["baseline"]["columns"]] == [*world.features, "uplift"]


def test_a_card_that_would_vouch_for_something_else_is_refused():
    world = simulate_uplift(1_000, seed=1)
    sample = training_sample(world.units, features=world.features)
    model, check = fit_uplift(sample), check_uplift(sample, learner="class transformation", splits=1)
    narrow = fit_baseline(world.units, columns=("liking",))
    days = {"version": "1", "window_start": 1, "window_end": 2}

    with pytest.raises(ValueError, match="check is of class transformation"):
        uplift_card(model, check, baseline=narrow, **days)
    with pytest.raises(ValueError, match="lacks the feature"):
        uplift_card(model, check_uplift(sample, splits=1), baseline=narrow, **days)
    with pytest.raises(ValueError, match="before its start"):
        LearnedCard(
            name="x",
            customers=1,
            features=(),
            settings={},
            baseline=narrow,
            version="1",
            window_start=3,
            window_end=2,
        )


@pytest.mark.parametrize("name", ["baseline", "stability"])
def test_the_examples_of_drift_hold(name):
    result = doctest.testmod(import_module(f"customer_insight.drift.{name}"))

    assert (result.attempted > 0, result.failed) == (True, 0)

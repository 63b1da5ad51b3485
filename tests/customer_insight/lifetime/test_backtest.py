"""Fit early, predict the rest: the published comparison on CDNOW, and the card that carries it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import polars as pl
import pytest

from customer_insight.lifetime import (
    BGNBD,
    NBD,
    Backtest,
    backtest,
    fit_lifetime,
    fit_spend,
    model_card,
    purchase_histories,
)
from customer_insight.tables import day_number

CALIBRATION_END = day_number(date(1997, 9, 30))
HOLDOUT_END = day_number(date(1998, 6, 30))
WINDOW = {"calibration_end": CALIBRATION_END, "holdout_end": HOLDOUT_END}


@pytest.fixture(scope="module")
def tested(cdnow_lines: pl.DataFrame) -> Backtest:
    return backtest(cdnow_lines, **WINDOW)


@pytest.mark.requirement("ANA-28")
def test_cdnow_holdout_gives_the_known_accuracy(tested: Backtest) -> None:
    """39 weeks from 39, as lifetimes has them: 1,653 of 1,882, MAE .7855, RMSE 1.608; x/T: 2,930."""
    assert (tested.model, tested.customers, tested.actual_total) == ("BG/NBD", 2357, 1882)
    assert round(tested.predicted.total) == 1653
    assert tested.predicted.bias == pytest.approx(-0.121, abs=1e-3)
    assert tested.predicted.mae == pytest.approx(0.7855, abs=1e-4)
    assert round(tested.predicted.rmse, 3) == 1.608
    assert tested.predicted.correlation == pytest.approx(0.6256, abs=2e-4)
    assert round(tested.naive.total) == 2930
    assert round(tested.naive.mae, 3) == 1.024


def test_deciles_carry_every_customer_from_high_to_low(tested: Backtest) -> None:
    predicted = [decile.predicted_mean for decile in tested.deciles]

    assert [decile.decile for decile in tested.deciles] == list(range(1, 11))
    assert sum(decile.customers for decile in tested.deciles) == 2357
    assert {decile.customers for decile in tested.deciles} == {235, 236}
    assert predicted == sorted(predicted, reverse=True)
    total = sum(decile.customers * decile.actual_mean for decile in tested.deciles)
    assert total == pytest.approx(1882)
    # The best tenth buys some twenty times as often as the worst half.
    assert tested.deciles[0].actual_mean > 10 * tested.deciles[-1].actual_mean


def test_tenths_that_part_equal_predictions_share_what_they_bought() -> None:
    """Of twenty alike customers two buy again: nobody could tell which, so each tenth has its share of them."""
    lines = pl.DataFrame(
        {
            "customer_id": [*range(1, 21), 1, 2],
            "day": [0] * 20 + [50, 60],
            "amount": [100] * 22,
        }
    )

    runs = [
        backtest(
            lines.sample(fraction=1.0, shuffle=True, seed=seed),
            calibration_end=40,
            holdout_end=80,
            model=NBD(r=0.4, alpha=12.0),
        )
        for seed in range(4)
    ]

    assert [decile.customers for decile in runs[0].deciles] == [2] * 10
    assert [decile.actual_mean for decile in runs[0].deciles] == pytest.approx([0.1] * 10)
    assert runs == [runs[0]] * 4


def test_engines_agree(engine: Any, cdnow_lines: pl.DataFrame, tested: Backtest) -> None:
    assert backtest(engine.convert(cdnow_lines.to_arrow()), **WINDOW) == tested


def test_a_given_model_is_tested_as_it_is(cdnow_lines: pl.DataFrame, tested: Backtest) -> None:
    nbd = backtest(cdnow_lines, **WINDOW, model=NBD(r=0.385, alpha=12.07))

    assert nbd.model == "NBD"
    assert nbd.diagnosis == ()
    assert nbd.predicted.rmse > tested.predicted.rmse


def test_the_journey_predicts_its_last_quarter_without_drop_out(journey: Any) -> None:
    tested = backtest(
        journey,
        calibration_end=day_number(date(2017, 9, 30)),
        holdout_end=day_number(date(2017, 12, 31)),
        window_start=day_number(date(2017, 1, 1)),
    )

    assert tested.model == "NBD"
    assert tested.diagnosis[0].code == "truncated_start"
    assert tested.predicted.bias == pytest.approx(0.0, abs=0.05)
    assert tested.predicted.mae < tested.naive.mae


def test_a_holdout_must_come_after_the_calibration(cdnow_lines: pl.DataFrame) -> None:
    with pytest.raises(ValueError, match="must lie after calibration_end"):
        backtest(cdnow_lines, calibration_end=10, holdout_end=10)


def test_an_empty_holdout_has_no_bias_and_no_correlation(cdnow_lines: pl.DataFrame) -> None:
    tested = backtest(cdnow_lines, calibration_end=HOLDOUT_END + 400, holdout_end=HOLDOUT_END + 407)

    assert tested.actual_total == 0
    assert tested.predicted.bias is None
    assert tested.predicted.correlation is None
    json.dumps(tested.as_dict(), allow_nan=False)


@pytest.mark.requirement("ANA-28")
def test_the_card_shows_method_parameters_and_proof(cdnow_lines: pl.DataFrame, tested: Backtest) -> None:
    histories = purchase_histories(cdnow_lines, as_of=CALIBRATION_END)
    model = fit_lifetime(histories, as_of=CALIBRATION_END)

    card = model_card(
        model, fit_spend(histories), version="2026-11", as_of=CALIBRATION_END, backtest=tested
    ).as_dict()

    assert json.loads(json.dumps(card, allow_nan=False)) == card
    assert (card["name"], card["spend_name"], card["version"]) == ("BG/NBD", "Gamma-Gamma", "2026-11")
    assert card["parameters"]["r"]["value"] == pytest.approx(0.243, abs=5e-4)
    assert card["parameters"]["b"]["standard_error"] == pytest.approx(0.7054, abs=5e-4)
    assert card["spend_parameters"]["q"]["value"] == pytest.approx(3.74, abs=5e-3)
    assert card["log_likelihood"] == pytest.approx(-9582.4292, abs=1e-4)
    assert card["units"] == {"days": 7.0, "minor": 100.0}
    assert card["backtest"]["actual_total"] == 1882
    assert card["backtest"]["deciles"][0]["decile"] == 1
    assert card["diagnosis"] == []


def test_a_card_without_bounds_stays_json(journey: Any) -> None:
    """A parameter that ran away has no standard error: null, not NaN."""
    day = day_number(date(2017, 12, 31))
    once = pl.DataFrame({"x": [0], "first_day": [day - 90], "last_day": [day - 90], "count": [500]})

    card = model_card(fit_lifetime(once, as_of=day), version="1", as_of=day).as_dict()

    assert card["parameters"]["r"]["standard_error"] is None
    assert card["spend_name"] is None
    json.dumps(card, allow_nan=False)


def test_given_parameters_get_no_card() -> None:
    with pytest.raises(ValueError, match="was given its parameters"):
        model_card(BGNBD(r=0.2, alpha=4.0, a=0.8, b=2.4), version="1", as_of=0)

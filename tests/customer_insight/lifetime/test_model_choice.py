"""Which model, and by how much: the published holdouts, the rule that keeps a choice, and the card that shows it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose

from customer_insight.lifetime import (
    MODELS,
    Choice,
    choose_lifetime,
    fit_bgnbd,
    fit_lifetime,
    fit_pareto_nbd,
    model_card,
    purchase_histories,
)
from customer_insight.tables import day_number

CALIBRATION_END = day_number(date(1997, 9, 30))
HOLDOUT_END = day_number(date(1998, 6, 30))
WINDOW = {"calibration_end": CALIBRATION_END, "holdout_end": HOLDOUT_END}


@pytest.fixture(scope="module")
def choice(cdnow_lines: pl.DataFrame) -> Choice:
    return choose_lifetime(cdnow_lines, **WINDOW)


@pytest.mark.requirement("ANA-28")
def test_cdnow_sample_gives_the_known_holdout_of_each_model(choice: Choice) -> None:
    """39 weeks from 39, 2,357 customers, 1,882 bought; remeasured with lifetimes' formulas."""
    measured = {each.name: each.holdout for each in choice.candidates}
    known = {
        "BG/NBD": (1653, 0.786, 1.608, 0.6256),
        "MBG/NBD": (1577, 0.765, 1.607, 0.6273),
        "Pareto/NBD": (1665, 0.755, 1.603, 0.6302),
    }

    assert tuple(measured) == MODELS
    assert (choice.customers, choice.actual_total) == (2357, 1882)
    for name, (total, mae, rmse, correlation) in known.items():
        holdout = measured[name]
        assert holdout is not None
        # 1,665.5 was cut, not rounded.
        assert holdout.total == pytest.approx(total, abs=0.55)
        assert holdout.mae == pytest.approx(mae, abs=6e-4)
        assert round(holdout.rmse, 3) == rmse
        assert holdout.correlation == pytest.approx(correlation, abs=1e-4)


@pytest.mark.requirement("ANA-28")
def test_cdnow_as_a_whole_gives_the_known_estimates_and_holdout(cdnow_master_lines: pl.DataFrame) -> None:
    """23,570 customers; BG/NBD .2516, 4.7889, .7234, 2.1611 and Pareto/NBD .5974, 11.585, .5221, 8.827 (cut, not
    rounded: lifetimes' digits).
    """
    histories = purchase_histories(cdnow_master_lines, as_of=CALIBRATION_END)

    bgnbd, pareto = (fit(histories, as_of=CALIBRATION_END) for fit in (fit_bgnbd, fit_pareto_nbd))
    choice = choose_lifetime(cdnow_master_lines, **WINDOW, models=("BG/NBD", "Pareto/NBD"))

    assert_allclose(list(bgnbd.params.values()), [0.2516, 4.7889, 0.7234, 2.1611], atol=6e-5)
    assert_allclose(list(pareto.params.values()), [0.5974, 11.585, 0.5221, 8.827], rtol=2e-4)
    assert (choice.customers, choice.actual_total) == (23_570, 19_684)
    first, second = (each.holdout for each in choice.candidates)
    assert first is not None
    assert second is not None
    assert round(first.total) == 16_874
    assert second.total == pytest.approx(17_154, abs=1.0)
    assert (round(first.mae, 3), round(second.mae, 3)) == (0.819, 0.794)
    assert (round(first.rmse, 3), round(second.rmse, 3)) == (1.733, 1.726)
    assert first.correlation == pytest.approx(0.6688, abs=1e-4)
    assert second.correlation == pytest.approx(0.6708, abs=1e-4)


def test_a_lead_that_may_be_chance_does_not_change_the_model(choice: Choice) -> None:
    """Pareto/NBD is ahead by less than one standard error."""
    assert choice.model == "BG/NBD"
    assert choice.sentence == (
        "BG/NBD is kept: the squared error is 0.01648 (s.e. 0.021) above that of Pareto/NBD, which may be chance."
    )
    ahead = {each.name: each.squared_error_gain for each in choice.candidates}
    assert ahead["BG/NBD"] == 0.0
    assert ahead["Pareto/NBD"] == pytest.approx(0.0165, abs=1e-4)


def test_a_clear_lead_does(cdnow_lines: pl.DataFrame) -> None:
    choice = choose_lifetime(cdnow_lines, **WINDOW, preferred="NBD")

    assert choice.model == "Pareto/NBD"
    assert choice.sentence.startswith("Pareto/NBD is chosen: its squared error is 0.8887 (s.e. ")


def test_the_leader_says_by_how_much(cdnow_lines: pl.DataFrame) -> None:
    choice = choose_lifetime(cdnow_lines, **WINDOW, preferred="Pareto/NBD")

    assert choice.model == "Pareto/NBD"
    assert choice.sentence.startswith("Pareto/NBD has the least squared error, ")
    assert choice.sentence.endswith("below MBG/NBD.")


def test_models_ruled_out_by_their_diagnosis_do_not_compete() -> None:
    """Nobody leaves: drop-out is not seen, and only the NBD is left."""
    draw = np.random.default_rng(1)
    days = np.argwhere(draw.random((3_000, 500)) < draw.gamma(1.0, 0.02, 3_000)[:, None])
    lines = pl.DataFrame({"customer_id": days[:, 0], "day": days[:, 1], "amount": np.full(len(days), 100)})

    choice = choose_lifetime(lines, calibration_end=360, holdout_end=499)

    assert choice.model == "NBD"
    assert [each.usable for each in choice.candidates] == [False, False, False, True]
    assert choice.candidates[0].holdout is None
    assert "no_drop_out" in [finding.code for finding in choice.candidates[0].diagnosis]
    assert choice.sentence == "NBD is the only model that can be used."


def test_engines_and_row_orders_agree(engine: Any, cdnow_lines: pl.DataFrame, choice: Choice) -> None:
    shuffled = cdnow_lines.sample(fraction=1.0, shuffle=True, seed=5)

    assert choose_lifetime(engine.convert(shuffled.to_arrow()), **WINDOW) == choice


@pytest.mark.requirement("ANA-28")
def test_the_card_shows_which_model_and_by_how_much(cdnow_lines: pl.DataFrame, choice: Choice) -> None:
    histories = purchase_histories(cdnow_lines, as_of=HOLDOUT_END)
    model = fit_lifetime(histories, as_of=HOLDOUT_END, model=choice.model)

    card = model_card(model, version="2026-11", as_of=HOLDOUT_END, choice=choice).as_dict()

    assert json.loads(json.dumps(card, allow_nan=False)) == card
    assert card["name"] == card["choice"]["model"] == "BG/NBD"
    assert card["choice"]["sentence"] == choice.sentence
    assert [each["name"] for each in card["choice"]["candidates"]] == list(MODELS)
    assert card["choice"]["candidates"][2]["holdout"]["mae"] == pytest.approx(0.755, abs=6e-4)


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"holdout_end": CALIBRATION_END}, "must lie after calibration_end"),
        ({"models": ("BG/NBD", "MCMC")}, "models MCMC are not among"),
        ({"preferred": "NBD", "models": ("BG/NBD",)}, "preferred 'NBD' is not among BG/NBD"),
    ],
)
def test_a_comparison_that_makes_no_sense_is_refused(
    cdnow_lines: pl.DataFrame, wrong: dict[str, Any], fault: str
) -> None:
    with pytest.raises(ValueError, match=fault):
        choose_lifetime(cdnow_lines, **{**WINDOW, **wrong})


def test_an_unknown_model_is_refused(cdnow: pl.DataFrame) -> None:
    with pytest.raises(ValueError, match="model 'MCMC' is not one of"):
        fit_lifetime(cdnow, as_of=CALIBRATION_END, model="MCMC")


def test_an_nbd_asked_for_carries_what_was_found(cdnow: pl.DataFrame) -> None:
    few = cdnow.filter(pl.col("x") == 0).head(50)

    model = fit_lifetime(few, as_of=CALIBRATION_END, model="NBD")

    assert model.fit is not None
    assert model.fit.codes() == ("rates_not_identified", "few_repeat_buyers")
    assert not any(finding.decisive for finding in model.fit.diagnosis)

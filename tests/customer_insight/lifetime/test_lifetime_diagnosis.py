"""Data that no drop-out model can carry are recognised, named and handed to the NBD."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from customer_insight.lifetime import BGNBD, NBD, fit_bgnbd, fit_lifetime, purchase_histories
from customer_insight.tables import day_number

CALIBRATION_END = day_number(date(1997, 9, 30))
JOURNEY = {"as_of": day_number(date(2017, 12, 31)), "window_start": day_number(date(2017, 1, 1))}


def steady(customers: int, *, seed: int, r: float = 1.0, days: int = 364) -> pl.DataFrame:
    """Customers who never leave: daily purchase chances of their own, acquired evenly over the window."""
    draw = np.random.default_rng(seed)
    first = draw.integers(0, days - 30, customers)
    rate = np.minimum(draw.gamma(r, 0.02 / r, customers), 0.9)
    later = (draw.random((customers, days)) < rate[:, None]) & (np.arange(days) > first[:, None])
    last = np.where(later.any(axis=1), days - 1 - later[:, ::-1].argmax(axis=1), first)
    return pl.DataFrame({"x": later.sum(axis=1), "first_day": first, "last_day": last})


@pytest.mark.requirement("ANA-28")
def test_customers_who_never_leave_get_the_nbd_and_the_reason() -> None:
    histories = steady(3_000, seed=1)

    model = fit_lifetime(histories, as_of=363)

    assert isinstance(model, NBD)
    assert model.fit is not None
    assert model.fit.codes() == ("no_drop_out", "fallback_nbd")
    assert "No drop-out is seen" in model.fit.diagnosis[0].sentence
    assert model.fit.customers == 3_000


def test_cdnow_keeps_bgnbd_without_a_finding(cdnow: pl.DataFrame) -> None:
    """A cohort of twelve weeks is not cut off: a third, not most, of it starts in the first four."""
    start = day_number(date(1997, 1, 1))

    model = fit_lifetime(cdnow, as_of=CALIBRATION_END, window_start=start)

    assert isinstance(model, BGNBD)
    assert model.fit is not None
    assert model.fit.diagnosis == ()


@pytest.mark.requirement("ANA-28")
def test_the_complete_journey_is_named_truncated_and_without_identified_drop_out(journey: Any) -> None:
    histories = purchase_histories(journey, as_of=JOURNEY["as_of"])

    bgnbd, model = fit_bgnbd(histories, **JOURNEY), fit_lifetime(histories, **JOURNEY)

    assert bgnbd.fit is not None
    assert bgnbd.b > 100
    assert bgnbd.fit.standard_errors["b"] > bgnbd.b
    assert isinstance(model, NBD)
    assert model.fit is not None
    assert model.fit.customers == 2_469
    assert model.fit.codes() == ("truncated_start", "drop_out_not_identified", "fallback_nbd")
    first, second, last = (finding.sentence for finding in model.fit.diagnosis)
    assert first.startswith("79% of the customers have their first purchase in the first 28 days")
    assert "a mean of 0.07% per purchase" in second
    assert "(drop out not identified)" in last


def test_without_a_window_start_truncation_is_not_judged(journey: Any) -> None:
    histories = purchase_histories(journey, as_of=JOURNEY["as_of"])

    model = fit_lifetime(histories, as_of=JOURNEY["as_of"])

    assert model.fit is not None
    assert "truncated_start" not in model.fit.codes()


def test_ninety_nine_repeat_buyers_are_too_few_and_a_hundred_are_not(cdnow: pl.DataFrame) -> None:
    once = cdnow.filter(pl.col("x") == 0).head(200)
    again = cdnow.filter(pl.col("x") > 0)

    few = fit_lifetime(pl.concat([once, again.head(99)]), as_of=CALIBRATION_END)
    enough = fit_lifetime(pl.concat([once, again.head(100)]), as_of=CALIBRATION_END)

    assert few.fit is not None
    assert enough.fit is not None
    assert isinstance(few, NBD)
    assert few.fit.diagnosis[0].sentence.startswith("Only 99 of 299 customers bought on more than one day")
    assert "few_repeat_buyers" not in enough.fit.codes()


def test_nobody_coming_back_is_an_answer_and_not_a_crash() -> None:
    table = pl.DataFrame({"x": [0, 0], "first_day": [0, 9], "last_day": [0, 9], "count": [500, 400]})

    model = fit_lifetime(table, as_of=90)

    assert isinstance(model, NBD)
    assert model.fit is not None
    assert "few_repeat_buyers" in model.fit.codes()
    assert float(model.expected_purchases(52, 0, 0, 12)) < 0.01


def test_customers_all_acquired_on_the_last_day_have_no_rate_and_that_is_said() -> None:
    table = pl.DataFrame({"x": [0], "first_day": [60], "last_day": [60], "count": [500]})

    model = fit_lifetime(table, as_of=60)

    assert model.fit is not None
    assert model.fit.codes()[0] == "rates_not_identified"
    assert "even the mean rate is not known" in model.fit.diagnosis[0].sentence


@pytest.mark.parametrize("name", ["BG/NBD", "MBG/NBD", "Pareto/NBD", "NBD"])
def test_one_customer_is_an_answer_and_not_a_crash(name: str) -> None:
    """Everybody buys alike: r and alpha run away together, and their ratio is the rate, 3 in 60 days."""
    table = pl.DataFrame({"x": [3], "first_day": [0], "last_day": [30]})

    model = fit_lifetime(table, as_of=60, model=name)

    assert model.name == "NBD"
    assert model.fit is not None
    assert model.fit.codes()[:2] == ("rates_not_identified", "few_repeat_buyers")
    assert model.params["r"] / model.params["alpha"] * 60 / 7 == pytest.approx(3, rel=1e-3)


def test_a_reseller_tail_is_named(cdnow: pl.DataFrame) -> None:
    """A shared card that buys on two days of three, thirty times over."""
    triple = ["x", "first_day", "last_day"]
    cards = pl.DataFrame(
        {"x": [180] * 30, "first_day": [CALIBRATION_END - 270] * 30, "last_day": [CALIBRATION_END] * 30}
    )
    together = pl.concat([cdnow.select(triple).cast(pl.Int64), cards])

    model = fit_lifetime(together, as_of=CALIBRATION_END)

    assert model.fit is not None
    assert "heavy_tail" in model.fit.codes()
    assert next(each for each in model.fit.diagnosis if each.code == "heavy_tail").decisive is False


def test_findings_are_codes_and_sentences_as_plain_data() -> None:
    model = fit_lifetime(steady(400, seed=2), as_of=363)

    assert model.fit is not None
    for finding in model.fit.diagnosis:
        plain = finding.as_dict()
        assert set(plain) == {"code", "sentence", "decisive"}
        assert plain["sentence"].endswith(".")

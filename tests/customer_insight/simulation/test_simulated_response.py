"""A simulated campaign: the process goes on, treatment adds what it says, and nothing else changes."""

import numpy as np
import pyarrow.compute as pc
import pytest

from customer_insight.simulation import Effect, Market, draw_habits, simulate_response

START = 17000


@pytest.fixture(scope="module")
def habits():
    return draw_habits(5_000, seed=1, start_day=START, days=365)


def everybody(habits):
    return np.ones(habits.customers, dtype=bool)


def margins(lines, customers):
    margin = lines["amount"].to_numpy() - lines["cost"].to_numpy()
    return np.bincount(lines["customer_id"].to_numpy() - 1, margin, minlength=customers)


def test_without_treatment_there_is_no_response(habits):
    post = simulate_response(habits, ~everybody(habits), seed=2, days=60)

    assert post.responses.num_rows == 0
    assert post.realised_effect.sum() == 0


def test_treating_somebody_changes_nothing_for_the_others(habits):
    some = habits.flags(["C0000001", "C0000777"])
    nobody = simulate_response(habits, ~everybody(habits), seed=2, days=60)
    post = simulate_response(habits, some, seed=2, days=60, effect=Effect(response_rate=1.0))

    difference = margins(post.order_lines, 5_000) - margins(nobody.order_lines, 5_000)
    assert np.flatnonzero(difference).tolist() == [0, 776]
    assert np.array_equal(difference, post.realised_effect)
    assert post.responses["customer_key"].to_pylist() == ["C0000001", "C0000777"]


def test_a_customer_answers_alike_whoever_else_is_treated(habits):
    few = simulate_response(habits, np.arange(5_000) % 5 == 0, seed=2, days=60)
    all_ = simulate_response(habits, everybody(habits), seed=2, days=60)

    treated = np.arange(0, 5_000, 5) + 1
    kept = all_.responses.filter(pc.is_in(all_.responses["customer_id"], value_set=pc.cast(treated, "int64")))
    assert few.responses.drop("order_id").equals(kept.drop("order_id"))


def test_the_realised_effect_lies_around_the_expected_one(habits):
    effect = Effect(response_rate=0.2, order_factor=1.5)
    post = simulate_response(habits, everybody(habits), seed=3, days=60, effect=effect)

    surprise = post.realised_effect - post.expected_effect
    assert abs(surprise.mean()) < 4 * surprise.std() / 5_000**0.5
    assert post.responses.num_rows / 5_000 == pytest.approx(0.2, abs=0.03)
    # expected: own readiness (mean 0.2) x own mean order x 1.5 x margin rate 0.3
    assert post.expected_margin_per_treated == pytest.approx(0.09 * habits.mean_order.mean(), rel=0.1)


def test_the_period_after_continues_the_same_process():
    # 85 days of entry in both: a fifth of 425, and 85 / 365 of 365 (a hair more, against rounding down).
    whole, first_part = Market(r=1.0, entry_share=0.2), Market(r=1.0, entry_share=85.01 / 365)
    long = draw_habits(40_000, seed=4, start_day=START, days=425, market=whole)
    short = draw_habits(40_000, seed=5, start_day=START, days=365, market=first_part)

    post = simulate_response(short, ~everybody(short), seed=6, days=60)

    error = (long.repeats.var() / 40_000 + post.habits.repeats.var() / 40_000) ** 0.5
    assert post.habits.repeats.mean() == pytest.approx(long.repeats.mean(), abs=4 * error)
    assert post.habits.alive.mean() == pytest.approx(long.alive.mean(), abs=4 * (0.5 / 40_000) ** 0.5)


def test_orders_and_days_continue_where_the_base_ended(habits):
    post = simulate_response(habits, everybody(habits), seed=7, days=60)
    order_ids = post.order_lines["order_id"].to_numpy()
    days = post.order_lines["day"].to_numpy()

    assert np.unique(order_ids).tolist() == list(range(habits.orders + 1, post.habits.orders + 1))
    assert (days.min() >= START + 365, days.max() < START + 425) == (True, True)
    following = simulate_response(post.habits, everybody(habits), seed=8, days=30)
    assert following.order_lines["order_id"].to_numpy().min() == post.habits.orders + 1


def test_an_effect_or_a_key_that_cannot_be_is_refused(habits):
    with pytest.raises(ValueError, match="not an effect"):
        Effect(response_rate=1.5)
    with pytest.raises(ValueError, match="beyond the 5000"):
        habits.flags(["C0005001"])
    with pytest.raises(ValueError, match="3 flags"):
        simulate_response(habits, np.ones(3, dtype=bool), seed=1, days=10)

"""Looking as often as one likes: the interval of every look holds, where one made for a single look does not."""

import doctest
from importlib import import_module

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from customer_insight.measurement import CellSums, level_of_look, margin_effect, sequential_effect


def sums(margins):
    return CellSums(customers=len(margins), margin=margins.sum(), margin_squared=(margins**2).sum())


def watched(seed, *, effect, until=4_000, every=100):
    """Customers come one by one, half are treated; somebody looks after every hundred of them."""
    random = np.random.default_rng(seed)
    treated = random.random(until) < 0.5
    margins = random.gamma(0.5, 200.0, until) * (random.random(until) < 0.4) + effect * treated
    for seen in range(2 * every, until + 1, every):
        here = treated[:seen]
        yield sums(margins[:seen][here]), sums(margins[:seen][~here])


def ever_missed(interval, *, effect, campaigns=300):
    missed = 0
    for seed in range(campaigns):
        looks = (interval(*groups) for groups in watched(seed, effect=effect))
        missed += any(not low <= effect <= high for low, high in looks)
    return missed / campaigns


def always_valid(treated, control):
    found = sequential_effect(treated, control, planned=2_000).difference
    return found.low, found.high


def one_look(treated, control):
    found = margin_effect(treated, control).difference
    return found.low, found.high


@pytest.mark.requirement("CAMP-13")
@pytest.mark.parametrize("effect", [0.0, 15.0])
def test_thirty_nine_looks_miss_the_truth_no_oftener_than_one_in_twenty(effect):
    # 300 campaigns at 5 % have a standard error of 1.3 points; the margins are 60 % zeros and skewed.
    assert ever_missed(always_valid, effect=effect) <= 0.05 + 2 * 0.013


def test_an_interval_for_one_look_is_missed_by_looking_often():
    assert ever_missed(one_look, effect=0.0, campaigns=100) > 0.15


@pytest.mark.requirement("CAMP-13")
def test_the_limits_are_those_of_the_normal_mixture_worked_by_hand():
    treated, control = CellSums(customers=500, responses=60), CellSums(customers=500, responses=40)

    effect = sequential_effect(treated, control, planned=2_000, outcome="responded")

    # u = log(1 + u) + 2 log 20 gives 8.2118; N rho**2 = u / 2 = 4.1059
    # s**2 = .12 x .88 / 499 + .08 x .92 / 499 = .00035912; factor sqrt(1.24355 x (log 5.1059 + 5.99146)) = 3.07868
    assert effect.standard_error == pytest.approx(0.0189505, abs=1e-7)
    assert effect.difference.high - effect.difference.value == pytest.approx(3.07868 * 0.0189505, abs=1e-6)
    # z = 2.11077: sqrt(5.1059) exp(-4.45535 x .80415 / 2) = .3767
    assert effect.p_value == pytest.approx(0.3767, abs=1e-3)


def test_the_limits_are_closest_at_the_planned_number_of_customers():
    def width(planned):
        groups = [CellSums(customers=500, responses=60), CellSums(customers=500, responses=40)]
        return sequential_effect(*groups, planned=int(planned), outcome="responded").difference.high

    found = minimize_scalar(width, bounds=(200, 5_000), method="bounded")

    assert found.x == pytest.approx(1_000, rel=0.02)


def test_the_p_value_falls_below_a_twentieth_where_the_interval_leaves_zero():
    for treated, control in watched(3, effect=40.0):
        found = sequential_effect(treated, control, planned=2_000)
        assert (found.p_value < 0.05) == (found.difference.low > 0 or found.difference.high < 0)


@pytest.mark.parametrize(
    ("treated", "control", "reason"),
    [
        (np.array([1.0, 2.0]), np.array([]), "no_control"),
        (np.array([1.0]), np.array([1.0, 2.0]), "too_few_treated"),
        (np.array([1.0, 2.0]), np.array([3.0, 3.0]), "no_variation_control"),
    ],
)
def test_groups_that_cannot_be_watched_say_why(treated, control, reason):
    found = sequential_effect(sums(treated), sums(control), planned=100)

    assert (found.reason, found.difference.value, found.p_value) == (reason, None, None)


def test_the_levels_of_all_looks_use_up_no_more_than_is_allowed():
    assert sum(1 - level_of_look(look) for look in range(1, 10_000)) == pytest.approx(0.05, abs=1e-5)
    with pytest.raises(ValueError, match="counted from 1"):
        level_of_look(0)
    with pytest.raises(ValueError, match="at least 1"):
        sequential_effect(CellSums(), CellSums(), planned=0)


@pytest.mark.parametrize("name", ["breakdown", "commission", "ratio", "sequential", "winsorising"])
def test_the_examples_of_measurement_hold(name):
    result = doctest.testmod(import_module(f"customer_insight.measurement.{name}"))

    assert (result.attempted > 0, result.failed) == (True, 0)

"""Contacts that tire by as much as they are said to; an uplift that is as large as it is said to be."""

import doctest
from importlib import import_module
from itertools import pairwise

import numpy as np
import pytest

from customer_insight.simulation import Fatigue, simulate_fatigue, simulate_uplift


def test_the_response_falls_with_the_load_as_stated():
    fatigue = Fatigue(response_rate=0.4, per_contact=0.3, recovery_days=20.0)

    contacts = simulate_fatigue(3_000, seed=1, start_day=17000, days=90, every_days=6.0, fatigue=fatigue)

    load, responded = contacts["load"].to_numpy(), contacts["responded"].to_numpy()
    for low, high in ((0.0, 0.5), (0.5, 1.5), (1.5, 3.0), (3.0, 9.0)):
        inside = (load >= low) & (load < high)
        expected = 0.4 * np.exp(-0.3 * load[inside])
        error = (expected * (1 - expected)).sum() ** 0.5 / inside.sum()
        assert responded[inside].mean() == pytest.approx(expected.mean(), abs=4 * error)


def test_a_contact_yesterday_weighs_almost_one_and_one_long_ago_nothing():
    contacts = simulate_fatigue(500, seed=2, start_day=0, days=60, fatigue=Fatigue(recovery_days=10.0))
    rows = contacts.to_pylist()

    for before, after in pairwise(rows):
        if before["customer_id"] == after["customer_id"]:
            passed = after["day"] - before["day"]
            assert after["load"] == pytest.approx((before["load"] + 1) * np.exp(-passed / 10.0))
        else:
            assert after["load"] == 0.0


def test_the_same_seed_gives_the_same_contacts():
    first, again = (simulate_fatigue(50, seed=3, start_day=0, days=30) for _ in range(2))
    assert first.equals(again)


def test_the_simulated_uplift_is_the_difference_of_the_response_rates():
    world = simulate_uplift(60_000, seed=4, effect=0.1, spread=0.1)
    treated, responded = (world.units[name].to_numpy() for name in ("treated", "responded"))

    for part in (world.uplift > 0.1, world.uplift <= 0.1):
        rates = [responded[part & (treated == arm)].mean() for arm in (1, 0)]
        assert rates[0] - rates[1] == pytest.approx(world.uplift[part].mean(), abs=4 * (0.5 / 15_000**0.5))


@pytest.mark.parametrize("wrong", [{"response_rate": 1.2}, {"per_contact": -1.0}, {"recovery_days": 0.0}])
def test_a_fatigue_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="not a fatigue"):
        Fatigue(**wrong)


def test_nothing_to_simulate_is_refused():
    with pytest.raises(ValueError, match="nothing to simulate"):
        simulate_fatigue(0, seed=1, start_day=0, days=10)
    with pytest.raises(ValueError, match="not a campaign"):
        simulate_uplift(10, seed=1, effect=0.0, spread=0.5)


@pytest.mark.parametrize("name", ["uplift", "fatigue"])
def test_the_examples_of_the_new_worlds_hold(name):
    result = doctest.testmod(import_module(f"customer_insight.simulation.{name}"))

    assert (result.attempted > 0, result.failed) == (True, 0)

"""Contacts within limits: figures worked by hand, and against a whole integer program on made-up cases."""

import doctest
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from customer_insight.allocation import AllocationError, Limit, allocate, allocate_contacts
from customer_insight.tables import TableError

TEA = [  # two customers like tea, one likes rice; the phone is worth a little more than mail
    {"customer_id": 1, "action": "tea", "channel": "mail", "value": 10.0},
    {"customer_id": 1, "action": "tea", "channel": "phone", "value": 12.0},
    {"customer_id": 1, "action": "rice", "channel": "mail", "value": 7.0},
    {"customer_id": 2, "action": "tea", "channel": "mail", "value": 8.0},
    {"customer_id": 2, "action": "tea", "channel": "phone", "value": 9.0},
    {"customer_id": 3, "action": "rice", "channel": "mail", "value": 4.0},
    {"customer_id": 3, "action": "tea", "channel": "mail", "value": -1.0},
    {"customer_id": 4, "action": "tea", "channel": "mail", "value": None},
]


def chosen(engine, limits=(), contacts=1):
    found = allocate_contacts(engine.table(TEA), limits=limits, contacts=contacts)
    rows = engine.rows(found.chosen)
    return sorted((row["customer_id"], row["action"], row["channel"]) for row in rows), found.plan


def test_without_limits_everybody_gets_the_best_that_gains(engine):
    contacts, plan = chosen(engine)

    assert contacts == [(1, "tea", "phone"), (2, "tea", "phone"), (3, "rice", "mail")]
    assert (plan.value, plan.bound, plan.gap) == (25.0, 25.0, 0.0)


def test_a_second_contact_is_for_another_action(engine):
    contacts, plan = chosen(engine, contacts=2)

    assert contacts == [(1, "rice", "mail"), (1, "tea", "phone"), (2, "tea", "phone"), (3, "rice", "mail")]
    assert plan.value == 32.0


def test_the_scarce_channel_goes_to_whom_it_helps_most(engine):
    contacts, plan = chosen(engine, (Limit(name="calls", channel="phone", amount=1),))

    assert contacts == [
        (1, "tea", "phone"),
        (2, "tea", "mail"),
        (3, "rice", "mail"),
    ]  # 12 + 8 + 4 > 10 + 9 + 4
    assert plan.value == 24.0
    assert plan.used == {"calls": 1.0}
    assert 1.0 <= plan.shadow_prices["calls"] <= 2.0  # the next call gains 9 - 8; the last gained 12 - 10


def test_a_budget_counts_each_contact_at_its_cost(engine):
    cost = {
        (action, channel): 3 if channel == "phone" else 1
        for action in ("tea", "rice")
        for channel in ("mail", "phone")
    }

    contacts, plan = chosen(engine, (Limit(name="budget", amount=5, use=cost),))

    assert contacts == [(1, "tea", "phone"), (2, "tea", "mail"), (3, "rice", "mail")]
    assert plan.used["budget"] == pytest.approx(5)


def test_a_quota_is_met_at_the_least_loss_and_its_price_says_so(engine):
    contacts, plan = chosen(engine, (Limit(name="tea for all", action="tea", kind="at least", amount=3),))

    assert contacts == [(1, "tea", "phone"), (2, "tea", "phone"), (3, "tea", "mail")]  # 4 for rice becomes -1
    assert plan.value == 20.0
    assert plan.shadow_prices["tea for all"] >= 5.0


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ((Limit(name="tea", action="tea", kind="at least", amount=4),), "'tea' is missed by 1"),
        ((Limit(name="tea", action="soup", amount=4),), "no candidate has action 'soup'"),
        ((Limit(name="a", amount=4), Limit(name="a", amount=5)), "different names"),
    ],
)
def test_limits_that_cannot_be_kept_are_named(engine, limits, message):
    with pytest.raises(AllocationError, match=message):
        chosen(engine, limits)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (TEA[0], "1 rows repeat a customer_id, action and channel"),
        (TEA[0] | {"customer_id": None}, "'customer_id' is null in 1 rows"),
        (TEA[7] | {"value": float("inf")}, "'value' is infinite in 1 rows"),
    ],
)
def test_a_table_that_would_mislead_is_refused(engine, row, message):
    rows = [*TEA[:7], row]
    if "infinite" not in message:
        rows.append(TEA[7])
    with pytest.raises(TableError, match=message):
        allocate_contacts(engine.table(rows))


def test_no_candidate_is_no_contact():
    plan = allocate(np.zeros((1, 1, 0)), actions=("a",), channels=("b",), limits=(Limit(name="n", amount=1),))

    assert (plan.option.shape, plan.value, plan.gap) == ((1, 0), 0.0, None)


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_a_limit_without_a_sensible_amount_is_refused(bad):
    with pytest.raises(ValueError, match="finite and not negative"):
        Limit(name="x", amount=bad)


def test_values_of_another_shape_or_without_end_are_refused():
    with pytest.raises(ValueError, match="not \\(2 actions, 1 channels"):
        allocate(np.zeros((1, 1, 3)), actions=("a", "b"), channels=("c",))
    with pytest.raises(ValueError, match="1 values are infinite"):
        allocate(np.array([[[np.inf]]]), actions=("a",), channels=("c",))


ACTIONS, CHANNELS = ("a", "b"), ("mail", "phone")


def three_limits(capacity, budget, quota):
    cost = {(action, "phone"): 3.0 for action in ACTIONS}
    return (
        Limit(name="calls", channel="phone", amount=capacity),
        Limit(name="budget", amount=budget, use=cost),
        Limit(name="quota", action="b", kind="at least", amount=quota),
    )


def whole_program(values, limits, contacts):
    """The same problem as one integer program over all values, and its linear relaxation, by HiGHS."""
    actions, _, customers = values.shape
    allowed = ~np.isnan(values)
    cost = -np.where(allowed, values, 0.0).reshape(-1)
    place = np.arange(values.size).reshape(values.shape)
    rows, low, high = [], [], []

    def row(places, weights, least, most):
        line = np.zeros(values.size)
        line[places] = weights
        rows.append(line), low.append(least), high.append(most)

    for customer in range(customers):
        row(place[:, :, customer].reshape(-1), 1.0, -np.inf, contacts)
        for action in range(actions):
            row(place[action, :, customer], 1.0, -np.inf, 1)
    for limit in limits:
        use = [[limit.used_by(a, c) for c in CHANNELS] for a in ACTIONS]
        weights = np.repeat(np.array(use).reshape(-1), customers)
        least = limit.amount if limit.kind == "at least" else -np.inf
        row(slice(None), weights, least, np.inf if limit.kind == "at least" else limit.amount)
    matrix, high_, low_ = np.array(rows), np.array(high), np.array(low)
    most = allowed.reshape(-1).astype(float)
    whole = milp(cost, constraints=LinearConstraint(matrix, low_, high_), integrality=np.ones(len(cost)),
                 bounds=Bounds(0, most), options={"mip_rel_gap": 0.0})  # fmt: skip
    if whole.x is None:
        return None, None
    finite = np.isfinite(high_)
    relaxed = linprog(cost, A_ub=np.vstack([matrix[finite], -matrix[~finite]]),
                      b_ub=np.concatenate([high_[finite], -low_[~finite]]),
                      bounds=np.column_stack([np.zeros(len(most)), most]))  # fmt: skip
    return -whole.fun, -relaxed.fun


SMALL_VALUES = st.lists(st.integers(-3, 9), min_size=4, max_size=28).map(
    lambda numbers: np.array(numbers[: len(numbers) // 4 * 4], float).reshape(2, 2, -1)
)


@settings(max_examples=60, deadline=None)
@given(
    values=SMALL_VALUES,
    contacts=st.integers(1, 2),
    capacity=st.integers(0, 4),
    budget=st.integers(0, 12),
    quota=st.integers(0, 4),
)
def test_small_problems_are_solved_as_one_integer_program_solves_them(
    values, contacts, capacity, budget, quota
):
    values = np.where(values == -3, np.nan, values)
    limits = three_limits(capacity, budget, quota)
    best, relaxed = whole_program(values, limits, contacts)
    if best is None:
        with pytest.raises(AllocationError, match="cannot all be kept"):
            allocate(values, actions=ACTIONS, channels=CHANNELS, limits=limits, contacts=contacts)
        return

    plan = allocate(values, actions=ACTIONS, channels=CHANNELS, limits=limits, contacts=contacts)

    assert plan.value == pytest.approx(best, abs=1e-6)
    assert plan.bound == pytest.approx(relaxed, rel=1e-4, abs=1e-4)
    check_kept(plan, values, limits, contacts)


def check_kept(plan, values, limits, contacts):
    option = plan.option
    assert ((option >= 0).sum(axis=0) <= contacts).all()
    level, customer = np.nonzero(option >= 0)
    action, channel = option[level, customer] // len(CHANNELS), option[level, customer] % len(CHANNELS)
    assert np.isfinite(values[action, channel, customer]).all()
    assert len(set(zip(customer.tolist(), action.tolist(), strict=True))) == len(customer)
    for limit in limits:
        used = sum(limit.used_by(ACTIONS[a], CHANNELS[c]) for a, c in zip(action, channel, strict=True))
        assert plan.used[limit.name] == pytest.approx(used)
        assert used <= limit.amount + 1e-6 if limit.kind == "at most" else used >= limit.amount - 1e-6


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    contacts=st.integers(1, 2),
    steps=st.sampled_from([None, 20.0]),
    capacity=st.floats(0.05, 0.3),
    budget=st.floats(0.5, 1.5),
    quota=st.floats(0.0, 0.4),
)
def test_at_size_limits_are_kept_and_the_gap_is_below_a_thousandth(
    seed, contacts, steps, capacity, budget, quota
):
    customers = 8_000
    values = np.random.default_rng(seed).gamma(1.5, 100.0, (2, 2, customers)) - 80.0
    if steps:  # scores that come in steps make many customers alike
        values = np.round(values / steps) * steps
    limits = three_limits(int(capacity * customers), int(budget * customers), int(quota * customers))

    plan = allocate(values, actions=ACTIONS, channels=CHANNELS, limits=limits, contacts=contacts)

    assert 0 <= plan.gap <= 0.001
    check_kept(plan, values, limits, contacts)


def test_a_price_is_what_one_more_unit_is_worth():
    values = np.random.default_rng(5).gamma(1.5, 100.0, (2, 2, 9_000)) - 80.0

    def plan(calls):
        limits = (Limit(name="calls", channel="phone", amount=calls),)
        return allocate(values, actions=ACTIONS, channels=CHANNELS, limits=limits)

    fewer, more = plan(900), plan(1_000)

    gain = (more.value - fewer.value) / 100
    assert more.shadow_prices["calls"] <= gain <= fewer.shadow_prices["calls"]


@pytest.mark.parametrize("name", ["limits", "plan", "alike", "candidates"])
def test_the_examples_of_allocation_hold(name):
    result = doctest.testmod(import_module(f"customer_insight.allocation.{name}"))

    assert (result.attempted > 0, result.failed) == (True, 0)

"""A simulated base obeys the model it says it obeys, and its seed."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import hyp2f1

from customer_insight.simulation import (
    Market,
    customer_keys,
    draw_habits,
    order_line_batches,
    people,
    simulate_base,
)
from customer_insight.simulation.orders import running_sums
from customer_insight.tables import ORDER_LINES

START = 17000
CDNOW = Market()


def expected_repeats(market, weeks):
    """Fader, Hardie and Lee (2005), equation 9."""
    r, alpha, a, b = market.r, market.alpha, market.a, market.b
    kept = (alpha / (alpha + weeks)) ** r * hyp2f1(r, b, a + b - 1, weeks / (alpha + weeks))
    return (a + b - 1) / (a - 1) * (1 - kept)


def orders_of(lines):
    sold = lines.filter(pa.compute.invert(lines["is_return"]))
    return sold.group_by("order_id").aggregate(
        [("amount", "sum"), ("day", "min"), ("day", "max"), ("customer_id", "min"), ("customer_id", "max")]
    )


def test_a_seed_gives_the_same_base_again_and_another_seed_another():
    first, again, other = (simulate_base(300, seed=seed, start_day=START, days=200) for seed in (1, 1, 2))

    assert first.order_lines.equals(again.order_lines)
    assert first.customers.equals(again.customers)
    assert not first.order_lines.equals(other.order_lines)


def test_the_hidden_state_comes_from_the_seed_alone():
    base = simulate_base(300, seed=1, start_day=START, days=200)
    habits = draw_habits(300, seed=1, start_day=START, days=200)

    for name in ("rate", "leaving", "spend_rate", "first_day", "repeats", "alive"):
        assert np.array_equal(getattr(habits, name), getattr(base.habits, name))


def test_repeat_purchases_follow_the_published_expectation():
    # Everybody starts within the first day of 39 weeks, so all are watched for 272 or so days.
    market = Market(entry_share=0.0)
    habits = draw_habits(40_000, seed=3, start_day=START, days=273, market=market)

    error = habits.repeats.std() / 200
    assert habits.repeats.mean() == pytest.approx(expected_repeats(market, 272 / 7), abs=4 * error)
    # P(alive) of those without a repeat purchase is 1 in this model.
    assert habits.alive[habits.repeats == 0].all()


def test_orders_are_worth_what_gamma_gamma_says():
    market = Market(entry_share=0.0, return_share=0.0, spend_q=6.0)  # a q with finite kurtosis, to compare
    base = simulate_base(20_000, seed=4, start_day=START, days=1, market=market)
    values = orders_of(base.order_lines)["amount_sum"].to_numpy()

    # E = p gamma / (q - 1) = 6.25 x 1544 / 5
    assert values.mean() == pytest.approx(1930, abs=4 * values.std() / len(values) ** 0.5)
    assert len(values) == 20_000


def test_the_lines_keep_the_contract_of_the_order_line_table():
    base = simulate_base(500, seed=5, start_day=START, days=300, market=Market(return_share=0.05))
    lines, orders = base.order_lines, orders_of(base.order_lines)
    column = {name: lines[name].to_numpy() for name in ("day", "amount", "cost", "discount", "quantity")}
    back = lines["is_return"].to_numpy()

    assert lines.column_names == [*ORDER_LINES, "customer_key"]
    assert ((column["day"] >= START) & (column["day"] < START + 300)).all()
    assert (column["discount"] >= 0).all()
    assert (column["amount"][~back] >= 0).all()
    assert (column["quantity"][~back] > 0).all()
    assert back.sum() > 20
    assert (column["amount"][back] <= 0).all()
    assert (column["quantity"][back] < 0).all()
    assert sorted(orders["order_id"].to_pylist()) == list(range(1, base.habits.orders + 1))
    assert orders["day_min"].equals(orders["day_max"])
    assert orders["customer_id_min"].equals(orders["customer_id_max"])
    margin = column["amount"] - column["cost"]
    assert np.abs(margin - 0.3 * column["amount"]).max() <= 0.5


def test_every_customer_buys_first_on_the_first_day_and_as_often_as_the_state_says():
    base = simulate_base(400, seed=6, start_day=START, days=250)
    orders = orders_of(base.order_lines)
    place = orders["customer_id_min"].to_numpy() - 1
    first = np.full(400, 10**6)
    np.minimum.at(first, place, orders["day_min"].to_numpy())

    assert np.array_equal(first, base.habits.first_day)
    assert np.array_equal(np.bincount(place), base.habits.repeats + 1)


def test_keys_and_ids_name_the_same_customer():
    lines = simulate_base(200, seed=7, start_day=START, days=100).order_lines
    keys = customer_keys(200).to_pylist()

    assert [keys[number - 1] for number in lines["customer_id"].to_pylist()] == lines[
        "customer_key"
    ].to_pylist()


def test_one_customer_can_be_a_giant_and_some_heavy():
    market = Market(giant_orders=5_000, heavy_buyers=10)
    habits = draw_habits(2_000, seed=8, start_day=START, days=365, market=market)
    lines = simulate_base(2_000, seed=8, start_day=START, days=365, market=market).order_lines

    assert habits.repeats[0] >= 5_000
    assert habits.alive[:10].all()
    assert habits.repeats[1:10].mean() > 5 * habits.repeats[10:].mean()
    first = lines.filter(pa.compute.equal(lines["customer_id"], 1))
    assert len(first["order_id"].unique()) == habits.repeats[0] + 1


def test_a_base_made_in_pieces_is_the_base_made_at_once():
    market = Market(lines_per_order=1.0)
    whole = simulate_base(50_010, seed=9, start_day=START, days=10, market=market).order_lines
    pieces = list(order_line_batches(50_010, seed=9, start_day=START, days=10, market=market))

    assert len(pieces) == 2
    assert pa.concat_tables(pieces).equals(whole)
    assert orders_of(whole).num_rows == whole["order_id"].to_numpy().max()


def test_people_are_invented_in_both_scripts_and_cannot_be_reached():
    table = people(draw_habits(500, seed=10, start_day=START, days=100)).to_pylist()

    assert {row["language"] for row in table} == {"zh", "en"}
    assert all(row["email"] == f"{row['customer_key'].lower()}@example.com" for row in table)
    assert all((row["name"] > "一") == (row["language"] == "zh") for row in table)
    assert 0.7 < sum(row["email_consent"] for row in table) / 500 < 0.9


@given(st.lists(st.lists(st.integers(-1000, 1000), max_size=5), max_size=10))
def test_running_sums_start_anew_in_every_group(groups):
    values = np.array([value for group in groups for value in group], dtype=float)
    expected = [sum(group[: k + 1]) for group in groups for k in range(len(group))]

    assert running_sums(values, np.array([len(group) for group in groups], dtype=int)).tolist() == expected


@pytest.mark.parametrize(("customers", "days"), [(0, 10), (10, 0)])
def test_nothing_to_simulate_is_refused(customers, days):
    with pytest.raises(ValueError, match="nothing to simulate"):
        simulate_base(customers, seed=1, start_day=START, days=days)

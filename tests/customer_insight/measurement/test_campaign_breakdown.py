"""Return by customer group, channel and product: worked by hand, and adding up whatever the customers did."""

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_insight.measurement import breakdown
from customer_insight.tables import TableError


def customer(number, group, margin, channel=None, product=None, cost=0, pre=0):
    cell = "control" if channel is None else f"{channel} {product}"
    return {"customer_id": number, "cell": cell, "customer_group": group, "channel": channel, "product": product,
            "margin": margin, "pre_margin": pre, "cost": cost}  # fmt: skip


WORLD = [
    customer(1, "gold", 900, "mail", "tea", 100),
    customer(2, "gold", 700, "mail", "tea", 100),
    customer(3, "gold", 500, "phone", "tea", 300),
    customer(4, "gold", 300, "phone", "tea", 300),
    customer(5, "gold", 100),
    customer(6, "gold", 300),
    customer(7, "new", 250, "mail", "rice", 50),
    customer(8, "new", 150, "mail", "rice", 50),
    customer(9, "new", 0),
    customer(10, "new", 200),
]


def figures(parts):
    return {
        tuple(part.by.values()): (part.incremental_margin.value, part.cost, part.roi.value) for part in parts
    }


@pytest.mark.requirement("CAMP-14")
def test_the_return_of_each_cell_and_of_every_sum_worked_by_hand(engine):
    found = breakdown(engine.table(WORLD), adjust=False)

    # gold held out: mean 200. mail: 800 - 200 = 600 each, 1,200 in all, 200 spent: (1200 - 200) / 200 = 5
    # phone: 400 - 200 = 200 each, 400 in all, 600 spent. new: held out mean 100, 200 - 100 = 100 each, 200 in all.
    assert figures(found.cells) == {
        ("gold", "mail", "tea"): (1200, 200, 5.0),
        ("gold", "phone", "tea"): (400, 600, pytest.approx(-1 / 3)),
        ("new", "mail", "rice"): (200, 100, 1.0),
    }
    sums = {tuple(part.by.items()): part.incremental_profit.value for part in found.sums}
    assert sums[(("channel", "mail"),)] == 1100
    assert sums[(("customer_group", "gold"),)] == 800
    assert sums[(("customer_group", "gold"), ("product", "tea"))] == 800
    assert sums[()] == 900
    assert (found.whole.treated, found.whole.control, found.whole.cost) == (6, 4, 900)
    assert (found.best.by["channel"], found.worst.by["channel"]) == ("mail", "phone")
    # Both stand against the same held-out customers, who cancel: (800 - 100) - (400 - 300) a customer.
    assert found.apart.value == 600


@pytest.mark.requirement("CAMP-14")
def test_the_error_of_a_sum_counts_the_shared_control_once():
    found = breakdown(pl.DataFrame(WORLD), adjust=False, level=0.95)

    gold = next(part for part in found.sums if part.by == {"customer_group": "gold"})
    # every pair of margins is 200 apart: variance 20,000, of a mean of two 10,000.
    # 2 cells x 2**2 x 10,000 + 4**2 x 10,000 = 240,000; df = 240,000**2 / (2 x 40,000**2 + 160,000**2) = 2
    half = 4.302653 * 240_000**0.5  # t(.975, 2)
    assert gold.incremental_margin.low == pytest.approx(1600 - half, abs=0.01)
    assert gold.incremental_margin.high == pytest.approx(1600 + half, abs=0.01)


def test_a_group_without_held_out_customers_is_told_and_in_no_figure():
    alone = [customer(11, "late", 700, "mail", "tea", 40), customer(12, "late", 500, "mail", "tea", 40)]

    found = breakdown(pl.DataFrame(WORLD + alone), adjust=False)

    late = next(cell for cell in found.cells if cell.by["customer_group"] == "late")
    assert (late.reason, late.treated, late.unmeasured, late.unmeasured_cost) == ("too_few", 0, 2, 80)
    assert late.incremental_profit.value is None
    assert (found.whole.incremental_profit.value, found.whole.cost, found.whole.unmeasured) == (900, 900, 2)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["gold", "new"]), st.sampled_from([None, "mail", "phone"]), st.sampled_from(["tea", "rice"]),
        st.integers(-500, 500), st.integers(-500, 500), st.integers(0, 50),
    ),
    min_size=1, max_size=60,
)  # fmt: skip


@given(rows=ROWS, adjust=st.booleans())
@pytest.mark.requirement("CAMP-14")
def test_every_sum_is_the_sum_of_its_cells(rows, adjust):
    world = [
        customer(number, group, margin, channel, product if channel else None, cost if channel else 0, pre)
        for number, (group, channel, product, margin, pre, cost) in enumerate(rows)
    ]
    schema = {"customer_id": pl.Int64, "cell": pl.String, "customer_group": pl.String, "channel": pl.String,
              "product": pl.String, "margin": pl.Int64, "pre_margin": pl.Int64, "cost": pl.Int64}  # fmt: skip

    found = breakdown(pl.DataFrame(world, schema=schema), adjust=adjust)

    for part in found.sums:
        inside = [cell for cell in found.cells if part.by.items() <= cell.by.items()]
        known = [
            cell.incremental_profit.value for cell in inside if cell.incremental_profit.value is not None
        ]
        assert part.treated == sum(cell.treated for cell in inside)
        assert part.unmeasured == sum(cell.unmeasured for cell in inside)
        assert part.cost == sum(cell.cost for cell in inside)
        assert (part.incremental_profit.value is None) == (not known)
        if known:
            assert part.incremental_profit.value == pytest.approx(sum(known), abs=1e-6)
    treated = sum(row["cell"] != "control" for row in world)
    assert found.whole.treated + found.whole.unmeasured == treated
    json.dumps(found.as_dict())


def drawn(seed, *, effect):
    """900 customers in two groups, two channels and a control; the channels earn ``effect`` more each."""
    random = np.random.default_rng(seed)
    group = random.choice(["gold", "new"], 900)
    channel = random.choice(["mail", "phone", "none"], 900)
    margin = random.gamma(1.0, np.where(group == "gold", 300.0, 100.0))
    margin += np.where(channel == "mail", effect[0], np.where(channel == "phone", effect[1], 0.0))
    units = pl.DataFrame({"customer_id": np.arange(900), "customer_group": group, "margin": margin, "cost": 0,
                          "channel": channel, "cell": np.where(channel == "none", "control", channel)})  # fmt: skip
    return breakdown(units, treatments=("channel",))


def test_the_best_and_the_worst_are_apart_where_they_are_and_seldom_where_they_are_not():
    same = [drawn(seed, effect=(20.0, 20.0)).apart for seed in range(200)]
    differing = [drawn(seed, effect=(20.0, 220.0)).apart for seed in range(20)]

    assert np.mean([apart.low > 0 for apart in same]) <= 0.08  # 5 % and two standard errors of 200 draws
    assert all(apart.low > 0 for apart in differing)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"customer_group": None}, "'customer_group' is null in 1 rows"),
        ({"channel": None}, "'channel' is null in 1 rows"),
        ({"cell": None}, "'cell' is null in 1 rows"),
        ({"customer_id": 2}, "10 rows for 9 customers"),
    ],
)
def test_customers_that_belong_nowhere_are_refused(change, message):
    with pytest.raises(TableError, match=message):
        breakdown(pl.DataFrame([WORLD[0] | change, *WORLD[1:]]))

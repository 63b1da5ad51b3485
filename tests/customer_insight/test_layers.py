"""Five layers of customers by rank."""

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_insight.layers import layer_summary, value_layers


def worth(*values):
    return [{"customer_id": number, "value": value} for number, value in enumerate(values, start=1)]


def layers_of(rows):
    return {row["customer_id"]: row["layer"] for row in rows}


@pytest.mark.requirement("ANA-29", "BEN-26")
def test_ten_customers_make_five_layers_of_two_without_overlap(engine):
    table = engine.table(worth(10, 90, 20, 80, 30, 70, 40, 60, 50, 100))
    rows = engine.rows(value_layers(table, by="value"))
    assert layers_of(rows) == {10: 1, 2: 1, 4: 2, 6: 2, 8: 3, 9: 3, 7: 4, 5: 4, 3: 5, 1: 5}
    assert len(rows) == 10


@pytest.mark.requirement("ANA-29")
def test_layer_sizes_and_value_shares_are_summed_up(engine):
    table = engine.table(worth(400, 250, 150, 100, 50, 30, 10, 5, 5, 0))
    rows = engine.rows(layer_summary(table, by="value", boundaries=(0.1, 0.3, 0.5, 0.8)))
    assert [tuple(row.values()) for row in rows] == [
        (1, 1, 0.1, 400, 0.4, 400, 400),
        (2, 2, 0.2, 400, 0.4, 150, 250),
        (3, 2, 0.2, 150, 0.15, 50, 100),
        (4, 3, 0.3, 45, 0.045, 5, 30),
        (5, 2, 0.2, 5, 0.005, 0, 5),
    ]
    assert list(rows[0]) == [
        "layer", "customers", "customer_share", "value", "value_share", "lowest", "highest",
    ]  # fmt: skip


@pytest.mark.requirement("ANA-29")
def test_with_few_customers_the_best_is_in_the_first_layer_and_empty_layers_keep_their_row(engine):
    table = engine.table(worth(5, 9))
    assert layers_of(engine.rows(value_layers(table, by="value"))) == {
        2: 1,
        1: 3,
    }  # half are ahead of the other
    rows = engine.rows(layer_summary(table, by="value"))
    assert [(row["layer"], row["customers"], row["lowest"]) for row in rows] == [
        (1, 1, 9), (2, 0, None), (3, 1, 5), (4, 0, None), (5, 0, None),
    ]  # fmt: skip


def test_equal_values_are_told_apart_by_customer_number_and_unknown_ones_have_no_layer(engine):
    table = engine.table(worth(7, None, 7, 7, 7, 7), {"value": pa.int64()})
    assert layers_of(engine.rows(value_layers(table, by="value"))) == {1: 1, 3: 2, 4: 3, 5: 4, 6: 5}


def test_a_total_loss_has_no_value_shares(engine):
    rows = engine.rows(layer_summary(engine.table(worth(-5, 3)), by="value", boundaries=(0.5,)))
    assert [(row["value"], row["value_share"]) for row in rows] == [(3, None), (-5, None)]


def test_a_cut_that_is_a_hair_off_in_binary_still_falls_on_the_customer_meant():
    table = pl.DataFrame(worth(*range(100, 0, -1)))
    for percent in (7, 14, 28, 29, 55, 56, 57, 58):
        rows = layer_summary(table, by="value", boundaries=(percent / 100,))
        assert rows["customers"].to_list() == [percent, 100 - percent]


@pytest.mark.parametrize("boundaries", [(), (0.5, 0.2), (0.2, 0.2), (0.0, 0.5), (0.5, 1.0)])
def test_boundaries_that_do_not_rise_within_the_whole_are_refused(boundaries):
    with pytest.raises(ValueError, match="rising shares between 0 and 1"):
        value_layers(pl.DataFrame(worth(1)), by="value", boundaries=boundaries)


@settings(max_examples=40, deadline=None)
@given(values=st.lists(st.integers(-50, 50), min_size=1, max_size=60))
def test_layers_partition_customers_and_never_put_a_poorer_one_above(values):
    table = pl.DataFrame(worth(*values))
    rows = value_layers(table, by="value").join(table, on="customer_id").sort("layer")
    assert sorted(rows["customer_id"]) == list(range(1, len(values) + 1))
    summary = layer_summary(table, by="value")
    assert summary["customers"].sum() == len(values)
    assert summary["value"].sum() == sum(values)
    held = summary.filter(pl.col("customers") > 0)
    assert all(low >= high for low, high in zip(held["lowest"], held["highest"][1:], strict=False))

"""Tenths of the customers, and customers for each tenth of the total."""

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_insight.deciles import assign_deciles, assign_slices, money_deciles, purchase_deciles
from customer_insight.indicators import transaction_indicators
from customer_insight.margin import Margin
from customer_insight.tables import TableError

MONEY = {"customer_id": pa.int64(), "sales_amount": pa.int64(), "profit_amount": pa.int64()}


def customers(*values, profits=None):
    """Customers 1, 2, 3 … with these sales (profits the same unless given)."""
    pairs = zip(values, profits or values, strict=True)
    return [
        {"customer_id": number, "sales_amount": sales, "profit_amount": profit}
        for number, (sales, profit) in enumerate(pairs, start=1)
    ]


def by_customer(rows, name):
    return {row["customer_id"]: row[name] for row in rows}


def columns(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


# 1,000 customers in whom all three published shares hold at once
SKEWED = customers(*[1000] * 10, *[400] * 90, *[340] * 100, *[25] * 800)


@pytest.mark.requirement("ANA-24")
def test_equal_values_are_told_apart_by_customer_number(engine):
    table = engine.table(customers(50, 900, 50, 700, 50))
    rows = engine.rows(assign_deciles(table, by="sales_amount", groups=5))
    assert by_customer(rows, "decile") == {2: 1, 4: 2, 1: 3, 3: 4, 5: 5}


@pytest.mark.requirement("ANA-24")
@pytest.mark.parametrize(
    ("count", "sizes"),
    [
        (10, [1] * 10),
        (23, [3, 3, 3, 2, 2, 2, 2, 2, 2, 2]),
        (29, [3] * 9 + [2]),
        (4, [1, 1, 1, 1]),
    ],
)
def test_counts_not_divisible_by_ten_give_the_first_groups_one_more(engine, count, sizes):
    table = engine.table(customers(*range(1000, 1000 + count)))
    rows = engine.rows(money_deciles(table, by="sales_amount"))
    assert columns(rows, "decile", "customers") == list(enumerate(sizes, start=1))


@pytest.mark.requirement("ANA-24")
def test_every_tenth_shows_its_bounds_shares_and_running_shares(engine):
    sales = [400, 200, 100, 100, 50, 50, 40, 30, 20, 10]
    table = engine.table(customers(*sales, profits=[10, 60, 20, 20, -30, 5, 5, 5, 3, 2]))
    rows = engine.rows(money_deciles(table, by="sales_amount"))
    assert rows[:2] == [
        {
            "decile": 1, "customers": 1, "lowest": 400, "highest": 400,
            "sales_amount": 400, "sales_share": 0.4, "cumulative_sales_share": 0.4,
            "profit_amount": 10, "profit_share": 0.1, "cumulative_profit_share": 0.1,
        },
        {
            "decile": 2, "customers": 1, "lowest": 200, "highest": 200,
            "sales_amount": 200, "sales_share": 0.2, "cumulative_sales_share": pytest.approx(0.6),
            "profit_amount": 60, "profit_share": 0.6, "cumulative_profit_share": pytest.approx(0.7),
        },
    ]  # fmt: skip
    assert columns(rows[4:5], "profit_share", "cumulative_profit_share") == [(-0.3, pytest.approx(0.8))]
    assert rows[9]["cumulative_sales_share"] == pytest.approx(1)
    assert rows[9]["cumulative_profit_share"] == pytest.approx(1)


@pytest.mark.requirement("ANA-24")
def test_ranking_by_profit_is_another_report(engine):
    sales = [400, 200, 100, 100, 50, 50, 40, 30, 20, 10]
    table = engine.table(customers(*sales, profits=[10, 60, 20, 20, -30, 5, 5, 5, 3, 2]))
    rows = engine.rows(money_deciles(table, by="profit_amount"))
    assert columns(rows, "highest", "sales_amount", "profit_amount") == [
        (60, 200, 60), (20, 100, 20), (20, 100, 20), (10, 400, 10), (5, 50, 5),
        (5, 40, 5), (5, 30, 5), (3, 20, 3), (2, 10, 2), (-30, 50, -30),
    ]  # fmt: skip
    assert rows[8]["cumulative_profit_share"] == pytest.approx(1.3)  # above the whole before the loss
    assert rows[9]["cumulative_profit_share"] == pytest.approx(1)


@pytest.mark.requirement("ANA-24")
@pytest.mark.parametrize("profits", [[5, -5], [3, -8]])
def test_shares_of_a_total_that_is_not_positive_are_undefined(engine, profits):
    rows = engine.rows(money_deciles(engine.table(customers(80, 20, profits=profits)), by="profit_amount"))
    assert columns(rows, "profit_amount", "profit_share", "cumulative_profit_share") == [
        (profits[0], None, None),
        (profits[1], None, None),
    ]
    assert columns(rows, "sales_share") == [(0.8,), (0.2,)]


def test_customers_of_unknown_value_have_no_rank(engine):
    table = engine.table(customers(5, None, 7), MONEY)
    assert by_customer(engine.rows(assign_deciles(table, by="sales_amount")), "decile") == {1: 2, 3: 1}
    assert by_customer(engine.rows(assign_slices(table, by="sales_amount")), "slice") == {1: 6, 3: 1}


def test_no_customers_give_no_deciles_and_slices_of_nobody(engine):
    table = engine.table([], MONEY)
    assert engine.rows(money_deciles(table, by="sales_amount")) == []
    slices = engine.rows(purchase_deciles(table, by="sales_amount", slices=2))
    assert columns(slices, "customers", "customer_share", "amount") == [(0, None, 0), (0, None, 0)]


@pytest.mark.requirement("BEN-01", "BEN-02", "ANA-24")
def test_top_tenth_brings_46_percent_and_top_fifth_80(engine):
    rows = engine.rows(money_deciles(engine.table(SKEWED), by="sales_amount"))
    assert rows[0]["sales_share"] == 0.46
    assert 0.3 <= rows[0]["sales_share"] <= 0.5
    assert rows[1]["cumulative_sales_share"] == pytest.approx(0.80)


@pytest.mark.requirement("BEN-03", "ANA-25")
def test_a_tenth_of_sales_needs_one_percent_of_customers(engine):
    rows = engine.rows(purchase_deciles(engine.table(SKEWED), by="sales_amount"))
    assert rows[0] == {
        "slice": 1, "customers": 10, "customer_share": 0.01,
        "cumulative_customers": 10, "cumulative_customer_share": 0.01, "amount": 10_000,
    }  # fmt: skip
    assert columns(rows, "customers") == [(n,) for n in (10, 25, 25, 25, 27, 30, 29, 29, 400, 400)]


@pytest.mark.requirement("ANA-25")
def test_a_slice_holds_whoever_is_needed_to_reach_its_edge(engine):
    # cumulative 35, 55, 70, 80, 90, 100: the first fills slices 1 to 3 and reaches into 4
    rows = engine.rows(purchase_deciles(engine.table(customers(35, 20, 15, 10, 10, 10)), by="sales_amount"))
    assert columns(rows, "slice", "customers", "cumulative_customers", "amount") == [
        (1, 1, 1, 35), (2, 0, 1, 0), (3, 0, 1, 0), (4, 1, 2, 20), (5, 0, 2, 0),
        (6, 1, 3, 15), (7, 0, 3, 0), (8, 1, 4, 10), (9, 1, 5, 10), (10, 1, 6, 10),
    ]  # fmt: skip


@pytest.mark.requirement("ANA-25")
def test_losers_zeros_and_gains_that_only_cover_losses_stand_beyond_the_total(engine):
    # total 100; cumulative 60, 100, 130, 130, 100: the third only makes up for the last
    table = engine.table(customers(60, 40, 30, 0, -30))
    rows = engine.rows(purchase_deciles(table, by="profit_amount", slices=2))
    assert columns(rows, "slice", "customers", "amount", "cumulative_customer_share") == [
        (1, 1, 60, 0.2),
        (2, 1, 40, 0.4),
        (3, 3, 0, 1.0),
    ]


@pytest.mark.requirement("ANA-25")
def test_a_total_that_is_not_positive_has_no_slices(engine):
    rows = engine.rows(purchase_deciles(engine.table(customers(5, -5)), by="profit_amount", slices=2))
    assert columns(rows, "slice", "customers", "amount") == [(1, 0, 0), (2, 0, 0), (3, 2, 0)]


def test_fractional_values_are_ranked_and_cut_too(engine):
    table = engine.table([{"customer_id": n, "value": v} for n, v in enumerate([2.5, 1.25, 0.75, 0.5], 1)])
    rows = engine.rows(purchase_deciles(table, by="value", slices=2))
    assert columns(rows, "customers", "amount") == [(1, 2.5), (3, 2.5)]


@pytest.mark.requirement("ANA-24", "ANA-25", "BEN-01")
def test_complete_journey_45_households_bring_a_tenth_and_the_top_tenth_brings_35_percent(journey_lines):
    values = transaction_indicators(
        pl.from_arrow(journey_lines).lazy(), as_of=17532, margin=Margin(assumed_rate=0.25)
    ).collect()
    slices = purchase_deciles(values, by="sales_amount").to_dicts()
    assert sum(row["customers"] for row in slices) == 2469
    assert slices[0]["customers"] == 45
    deciles = money_deciles(values, by="sales_amount").to_dicts()
    assert [row["customers"] for row in deciles] == [247] * 9 + [246]
    assert round(deciles[0]["sales_share"], 3) == 0.351


def test_what_cannot_be_ranked_is_refused():
    with pytest.raises(TableError, match=r"lacks column\(s\) sales_amount"):
        assign_deciles(pl.DataFrame({"customer_id": [1]}), by="sales_amount")
    with pytest.raises(ValueError, match="groups is at least 1, not 0"):
        assign_deciles(pl.DataFrame(customers(1)), by="sales_amount", groups=0)
    with pytest.raises(ValueError, match="slices is at least 1, not 0"):
        purchase_deciles(pl.DataFrame(customers(1)), by="sales_amount", slices=0)


amounts = st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=60)
gains = st.lists(st.integers(0, 10**6), min_size=1, max_size=60).filter(any)


@settings(max_examples=40, deadline=None)
@given(values=amounts, groups=st.integers(1, 12))
def test_deciles_partition_customers_into_sizes_that_differ_by_one_at_most(values, groups):
    assigned = assign_deciles(pl.DataFrame(customers(*values)), by="sales_amount", groups=groups)
    sizes = assigned.group_by("decile").len().sort("decile")["len"].to_list()
    assert sorted(assigned["customer_id"]) == list(range(1, len(values) + 1))
    assert sizes == sorted(sizes, reverse=True)
    assert max(sizes) - min(sizes) <= 1
    best_first = assigned.join(pl.DataFrame(customers(*values)), on="customer_id").sort("decile")
    lows = best_first.group_by("decile", maintain_order=True).agg(
        low=pl.col("sales_amount").min(), high=pl.col("sales_amount").max()
    )
    assert all(a >= b for a, b in zip(lows["low"], lows["high"][1:], strict=False))


@settings(max_examples=40, deadline=None)
@given(values=gains)
def test_shares_sum_to_one_and_the_report_adds_up_to_the_total(values):
    rows = money_deciles(pl.DataFrame(customers(*values)), by="sales_amount")
    assert rows["sales_share"].sum() == pytest.approx(1)
    assert rows["cumulative_sales_share"].to_list()[-1] == pytest.approx(1)
    assert rows["sales_amount"].sum() == sum(values)
    assert rows["customers"].sum() == len(values)


@settings(max_examples=40, deadline=None)
@given(values=amounts, slices=st.integers(1, 12))
def test_slices_partition_customers_and_amounts_whatever_the_signs(values, slices):
    table = pl.DataFrame(customers(*values))
    rows = purchase_deciles(table, by="sales_amount", slices=slices)
    people = assign_slices(table, by="sales_amount", slices=slices)
    assert rows["slice"].to_list()[:slices] == list(range(1, slices + 1))
    assert rows["customers"].sum() == len(values) == people.height
    assert rows["amount"].sum() == sum(values)
    counted = dict(people.group_by("slice").len().rows())
    assert {row["slice"]: row["customers"] for row in rows.to_dicts() if row["customers"]} == counted


@settings(max_examples=40, deadline=None)
@given(values=gains)
def test_slices_transpose_deciles_the_fewest_best_customers_who_reach_each_tenth(values):
    best, total = sorted(values, reverse=True), sum(values)
    rows = purchase_deciles(pl.DataFrame(customers(*values)), by="sales_amount").to_dicts()
    for row in rows[:10]:
        needed = row["cumulative_customers"]
        assert sum(best[:needed]) * 10 >= row["slice"] * total
        assert sum(best[: needed - 1]) * 10 < row["slice"] * total

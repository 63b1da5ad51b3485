"""How much the biggest bring; classes by one indicator; recency, frequency and monetary value."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_insight.structure import (
    classify_by_indicator,
    concentration,
    flag_large_orders,
    rfm_classes,
    target_coverage,
)


def table_of(rows, *names):
    return sorted(tuple(row[name] for name in names) for row in rows)


@pytest.mark.requirement("KEY-02", "BEN-21")
def test_ten_chain_channels_bring_over_85_percent_of_the_orders(engine):
    # first half of 2004 in the source: the top 10 chains over 85 %; here 8,600 of 10,000 orders
    chains = [{"channel": f"chain {n:02}", "orders": 860} for n in range(10)]
    others = [{"channel": f"shop {n:02}", "orders": 70} for n in range(20)]
    rows = engine.rows(
        concentration(engine.table(chains + others), by="orders", key="channel", tops=(1, 10, 11, 99))
    )
    shares = {row["top"]: row["share"] for row in rows}
    assert shares == {1: 0.086, 10: 0.86, 11: 0.867, 99: 1.0}
    assert shares[10] > 0.85
    assert table_of(rows, "top", "members", "amount")[-1] == (99, 30, 10_000)


@pytest.mark.requirement("KEY-02")
def test_equal_customers_are_told_apart_by_number_and_a_loss_has_no_shares(engine):
    values = [{"customer_id": n, "profit": p} for n, p in enumerate([5, 5, -20, None], start=1)]
    rows = engine.rows(concentration(engine.table(values), by="profit", tops=(1, 3)))
    assert table_of(rows, "top", "members", "amount") == [(1, 1, 5), (3, 3, -10)]
    assert {row["share"] for row in rows} == {None}
    with pytest.raises(ValueError, match="tops are numbers from 1 on"):
        concentration(engine.table(values), by="profit", tops=(0,))


@pytest.mark.requirement("KEY-02")
def test_large_orders_are_flagged_by_their_whole_net_amount(engine):
    lines = [
        {"customer_id": c, "order_id": o, "day": d, "amount": a}
        for c, o, d, a in [(1, 1, 5, 900), (1, 1, 6, 100), (2, 2, 5, 1200), (2, 2, 9, -300), (3, 3, 10, 5000)]
    ]
    rows = engine.rows(flag_large_orders(engine.table(lines), at_least=1000, as_of=9))
    assert table_of(rows, "order_id", "customer_id", "day", "amount", "is_large") == [
        (1, 1, 5, 1000, True), (2, 2, 5, 900, False),
    ]  # fmt: skip


@pytest.mark.requirement("KEY-02")
def test_coverage_of_a_target_list(engine):
    targets = [{"customer_id": n} for n in (1, 2, 3, 4)]
    values = [{"customer_id": n, "sales": s} for n, s in [(1, 500), (2, 100), (3, 0), (9, 200)]]
    [row] = engine.rows(target_coverage(engine.table(targets), engine.table(values), by="sales"))
    assert row == {"targets": 4, "covered": 2, "coverage": 0.5, "amount": 600, "amount_share": 0.75}


VALUES = [
    {"customer_id": n, "sales_amount": s, "recency_days": r, "transaction_count": c}
    for n, (s, r, c) in enumerate(
        [(900, 3, 9), (100, 40, 1), (500, 10, 1), (100, 200, 1), (None, 5, 1)], start=1
    )
]


@pytest.mark.requirement("ANA-01")
def test_any_indicator_gives_value_rank_and_class_by_boundaries_or_by_groups(engine):
    rows = engine.rows(classify_by_indicator(engine.table(VALUES), by="sales_amount", boundaries=(100, 600)))
    assert table_of(rows, "customer_id", "value", "rank", "class_number") == [
        (1, 900, 1, 1), (2, 100, 3, 3), (3, 500, 2, 2), (4, 100, 4, 3),
    ]  # fmt: skip
    rows = engine.rows(classify_by_indicator(engine.table(VALUES), by="sales_amount", groups=2))
    assert table_of(rows, "customer_id", "class_number") == [(1, 1), (2, 2), (3, 1), (4, 2)]


@pytest.mark.requirement("ANA-01")
def test_where_lower_is_better_the_lowest_comes_first(engine):
    rows = engine.rows(classify_by_indicator(engine.table(VALUES), by="recency_days", boundaries=(5, 100)))
    assert table_of(rows, "rank", "customer_id", "class_number") == [
        (1, 1, 1),
        (2, 5, 1),
        (3, 3, 2),
        (4, 2, 2),
        (5, 4, 3),
    ]
    rows = engine.rows(
        classify_by_indicator(engine.table(VALUES), by="recency_days", groups=5, lowest_first=False)
    )
    assert table_of(rows, "class_number", "customer_id")[0] == (1, 4)


@pytest.mark.parametrize(
    "cut", [{}, {"boundaries": (1,), "groups": 2}, {"boundaries": ()}, {"boundaries": (2, 1)}]
)
def test_classes_need_one_way_of_cutting(cut):
    with pytest.raises(ValueError, match=r"either boundaries or groups|boundaries must rise"):
        classify_by_indicator(pl.DataFrame(VALUES), by="sales_amount", **cut)


def test_equal_values_share_an_rfm_score_and_unknown_ones_have_none(engine):
    rows = engine.rows(rfm_classes(engine.table(VALUES), groups=4))
    # frequency 1 has one customer of four ahead: 4 - floor(4 x 1/4) = 3 for all three
    assert table_of(rows, "customer_id", "recency_score", "frequency_score", "monetary_score", "rfm_cell") == [
        (1, 4, 4, 4, "444"), (2, 2, 3, 2, "232"), (3, 3, 3, 3, "333"), (4, 1, 3, 2, "132"),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="groups is at least 1, not 0"):
        rfm_classes(engine.table(VALUES), groups=0)


@settings(max_examples=30, deadline=None)
@given(sales=st.lists(st.integers(-3, 3), min_size=1, max_size=30), groups=st.integers(1, 12))
def test_a_richer_customer_never_scores_lower(sales, groups):
    table = pl.DataFrame(
        {"customer_id": range(len(sales)), "r": [1] * len(sales), "f": [1] * len(sales), "m": sales}
    )
    rows = rfm_classes(table, recency="r", frequency="f", monetary="m", groups=groups).sort("customer_id")
    scores = rows["monetary_score"].to_list()
    assert len(scores) == len(sales)
    assert all(1 <= score <= groups for score in scores)
    ordered = sorted(zip(sales, scores, strict=True))
    assert [score for _, score in ordered] == sorted(scores)
    assert scores[sales.index(max(sales))] == groups

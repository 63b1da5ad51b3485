"""For each product its candidates; cross-selling and up-selling; what signals add."""

from __future__ import annotations

import os

import polars as pl
import pytest

from customer_insight.next_products import (
    NextProductModel,
    NextProductSettings,
    SignalEffect,
    cross_sell,
    expected_buyers,
    fit_signals,
    paid_prices,
    price_levels,
    product_candidates,
    up_sell,
)
from customer_insight.next_products.chance import ChanceMap

TEA, RICE, SALT, OIL = 1, 2, 3, 4
FEW = os.environ.get("TEST_ENGINES", "duckdb polars").split()
"""The engines of what takes long to plan; the small functions are tested on all."""
SMALL = NextProductSettings(half_life_days=10, horizon_days=10, least_buyers=1, least_common=1, shrinkage=0)
FLAT = ChanceMap(0, (0.5,), (), ())
RARE = ChanceMap(0, (0.1,), (), ())
MODEL = NextProductModel(100, 10, SMALL, FLAT, {"co-purchase": RARE, "popular": ChanceMap(0, (), (), ())})


def bought(customer: int, product: int, day: int, amount: int = 100) -> dict:
    return {
        "customer_id": customer, "product_id": product, "day": day, "amount": amount, "is_return": False,
    }  # fmt: skip


LINES = [
    bought(1, TEA, 95, 300), bought(1, RICE, 95, 100),
    bought(2, TEA, 95, 100), bought(2, RICE, 95, 300),
    bought(3, RICE, 95, 800),
    bought(4, OIL, 95, 500),
]  # fmt: skip
PRODUCTS = [
    {"product_id": TEA, "category": "dry"}, {"product_id": RICE, "category": "dry"},
    {"product_id": OIL, "category": "wet"},
]  # fmt: skip


@pytest.mark.parametrize("engine", FEW, indirect=True)
@pytest.mark.requirement("ANA-61", "ANA-49")
def test_potential_and_intent_of_the_candidates_of_a_product(engine):
    rows = engine.rows(
        product_candidates(
            engine.table(LINES), as_of=100, model=MODEL, products=engine.table(PRODUCTS), window_days=20
        )
    )
    columns = ("customer_id", "source", "intent", "potential", "spent", "expected")
    tea = [row for row in sorted(rows, key=lambda row: row["place"]) if row["product_id"] == TEA]
    # Half a window is a horizon. Tea is 400 of the 800 that its buyers spend on dry goods: a half.
    assert [tuple(row[name] for name in columns) for row in tea] == [
        (1, "again", 0.5, 150.0, 150.0, 75.0),  # half of 400 is 200, but he buys 300 already
        (2, "again", 0.5, 100.0, 50.0, 50.0),
        (3, "co-purchase", pytest.approx(0.1), 200.0, 0.0, pytest.approx(20.0)),
        (4, "popular", None, 125.0, 0.0, None),  # nothing dry: half of all he spends; no chance known
    ]


@pytest.mark.requirement("ANA-61")
def test_the_list_of_a_product_is_cut_and_ties_go_by_customer():
    lines = [bought(customer, TEA, 95) for customer in (5, 3, 9, 7)]
    rows = product_candidates(pl.DataFrame(lines), as_of=100, model=MODEL, listed=2).to_dicts()
    assert sorted((row["place"], row["customer_id"]) for row in rows) == [(1, 3), (2, 5)]


@pytest.mark.parametrize("engine", FEW[-1:], indirect=True)
@pytest.mark.requirement("ANA-61")
def test_a_signal_moves_the_intent_and_opens_a_list(engine):
    signals = [
        {"customer_id": 2, "product_id": TEA, "day": 99},
        {"customer_id": 1, "product_id": TEA, "day": 60},  # too long ago
        {"customer_id": 4, "product_id": 9, "day": 99},  # a product in nobody's list
    ]
    effect = SignalEffect(days=28, odds=3.0, signalled_pairs=10, outside=0.2, outside_pairs=10)
    rows = engine.rows(
        product_candidates(
            engine.table(LINES), as_of=100, model=MODEL, signals=engine.table(signals), effect=effect
        )
    )
    intent = {(row["customer_id"], row["product_id"]): (row["source"], row["intent"]) for row in rows}
    assert intent[2, TEA] == ("again", 0.75)
    assert intent[1, TEA] == ("again", 0.5)
    assert intent[4, 9] == ("signal", 0.2)
    with pytest.raises(ValueError, match="signals and effect belong together"):
        product_candidates(engine.table(LINES), as_of=100, model=MODEL, effect=effect)


@pytest.mark.parametrize("engine", FEW, indirect=True)
@pytest.mark.requirement("ANA-61")
def test_what_signals_were_worth_is_learned_from_a_past_split(engine):
    lines = [bought(customer, TEA, 90) for customer in range(1, 31)]
    lines += [bought(customer, TEA, 95) for customer in (*range(1, 6), *range(11, 15))]
    signals = [{"customer_id": customer, "product_id": TEA, "day": 85} for customer in range(1, 11)]
    signals += [{"customer_id": customer, "product_id": 9, "day": 85} for customer in (1, 2, 3, 4)]
    lines += [bought(1, 9, 95)]
    effect = fit_signals(engine.table(lines), engine.table(signals), as_of=100, model=MODEL)
    # With a signal 5 of 10 bought, without 4 of 20: 5 x 16 / (5 x 4).
    assert effect == SignalEffect(28, 4.0, 10, 0.25, 4)


@pytest.mark.parametrize("engine", FEW, indirect=True)
@pytest.mark.requirement("CAMP-20", "ANA-49")
def test_cross_selling_says_which_category_is_new(engine):
    rows = engine.rows(cross_sell(engine.table(LINES), engine.table(PRODUCTS), as_of=100, model=MODEL))
    got = {(row["customer_id"], row["product_id"]): (row["category"], row["new_category"]) for row in rows}
    assert got == {
        (1, OIL): ("wet", True), (2, OIL): ("wet", True),
        (3, TEA): ("dry", False), (3, OIL): ("wet", True),
        (4, TEA): ("dry", True), (4, RICE): ("dry", True),
    }  # fmt: skip


@pytest.mark.requirement("CAMP-20")
def test_levels_by_price_within_the_category(engine):
    products = [
        {"product_id": number, "category": category, "price": price}
        for number, category, price in (
            (1, "tea", 100.0), (2, "tea", 200.0), (3, "tea", 200.0), (4, "tea", 900.0),
            (5, "oil", 50.0), (6, "oil", None), (7, None, 10.0),
        )
    ]  # fmt: skip
    rows = engine.rows(price_levels(engine.table(products), levels=2))
    assert {row["product_id"]: row["level"] for row in rows} == {
        1: 1, 2: 1, 3: 1, 4: 2, 5: 1, 6: None, 7: None,
    }  # fmt: skip
    with pytest.raises(ValueError, match="levels must be at least 2"):
        price_levels(engine.table(products), levels=1)


@pytest.mark.requirement("CAMP-20", "ANA-49")
def test_up_selling_proposes_the_next_level_with_the_share_who_rose(engine):
    levels = [
        {"product_id": 1, "category": "tea", "level": 1},
        {"product_id": 2, "category": "tea", "level": 3},
        {"product_id": 3, "category": "tea", "level": 3},
        {"product_id": 4, "category": "tea", "level": 4},  # nobody bought it
        {"product_id": 5, "category": "oil", "level": 1},
    ]
    lines = [bought(customer, 1, 85) for customer in range(1, 11)]  # ten stood at level 1 a horizon ago
    lines += [bought(1, 2, 95), bought(2, 3, 85), bought(2, 3, 99), bought(11, 5, 99), bought(12, 1, 99)]
    rows = engine.rows(
        up_sell(engine.table(lines), engine.table(levels), as_of=100, settings=SMALL, prior=10.0)
    )
    # 1 rose of the 9 who stood below (2 stood at level 3 already): (1 + 10 / 9) / (9 + 10) = 1 / 9.
    got = {row["customer_id"]: (row["level"], row["next_level"], row["product_id"]) for row in rows}
    assert got == dict.fromkeys((3, 4, 5, 6, 7, 8, 9, 10, 12), (1, 3, 3))
    assert {round(row["probability"], 6) for row in rows} == {round(1 / 9, 6)}


@pytest.mark.requirement("CAMP-20")
def test_the_price_of_a_piece_is_what_was_paid_for_it(engine):
    lines = [
        bought(1, TEA, 95, 300) | {"quantity": 1.0}, bought(2, TEA, 96, 300) | {"quantity": 3.0},
        bought(2, TEA, 96, 900) | {"quantity": 1.0, "is_return": True},
        bought(2, TEA, 60, 900) | {"quantity": 1.0},  # too long ago
        bought(1, OIL, 95, 300) | {"quantity": 0.0},
    ]  # fmt: skip
    rows = engine.rows(paid_prices(engine.table(lines), engine.table(PRODUCTS), as_of=100, window_days=20))
    assert {row["product_id"]: row["price"] for row in rows} == {TEA: 150.0, RICE: None, OIL: None}


@pytest.mark.requirement("ANA-62")
def test_expected_buyers_are_the_sum_of_probabilities(engine):
    chances = [(TEA, 0.5), (TEA, 0.25), (RICE, 0.125), (RICE, None), (OIL, None)]
    rows = engine.rows(
        expected_buyers(engine.table([{"product_id": a, "probability": b} for a, b in chances]))
    )
    got = {row["product_id"]: (row["customers"], row["expected"]) for row in rows}
    assert got == {TEA: (2, 0.75), RICE: (1, 0.125)}


@pytest.mark.requirement("ANA-61")
def test_candidates_of_one_product_are_those_that_it_has_among_all():
    lines, products = pl.DataFrame(LINES), pl.DataFrame(PRODUCTS)
    whole = product_candidates(lines, as_of=100, model=MODEL, products=products)
    one = product_candidates(lines, as_of=100, model=MODEL, products=products, only=[TEA])
    assert one.sort("place").rows() == whole.filter(product_id=TEA).sort("place").rows()

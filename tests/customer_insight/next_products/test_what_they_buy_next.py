"""What they buy next, on a world small enough to reckon by hand."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from customer_insight.next_products import (
    NextProductModel,
    NextProductSettings,
    buy_again,
    buy_new,
    fit_chances,
    fit_next_products,
    similar_products,
)
from customer_insight.next_products.chance import ChanceMap
from customer_insight.tables import TableError

TEA, RICE, SALT, OIL = 1, 2, 3, 4
FEW = os.environ.get("TEST_ENGINES", "duckdb polars").split()
"""The engines of what takes long to plan; the small functions are tested on all."""
SMALL = NextProductSettings(half_life_days=10, horizon_days=10, least_buyers=1, least_common=1, shrinkage=0)
CHANCES = ChanceMap(-8, tuple(0.1 + step / 100 for step in range(20)), (), ())
MODEL = NextProductModel(
    100, 10, SMALL, CHANCES, {"co-purchase": CHANCES, "popular": ChanceMap(0, (), (), ())}
)


def bought(
    customer: int | None, product: int | None, *days: int, amount: int = 100, back: bool = False
) -> list:
    return [
        {"customer_id": customer, "product_id": product, "day": day, "amount": amount, "is_return": back}
        for day in days
    ]


LINES = [
    *bought(1, TEA, 80, 90, 100),  # 0.25 + 0.5 + 1
    *bought(1, TEA, 100),  # a second line of one day is one purchase
    *bought(1, RICE, 90),
    *bought(2, TEA, 90),
    *bought(2, RICE, 90),
    *bought(2, SALT, 100),
    *bought(3, TEA, 80),
    *bought(4, OIL, 100),
    *bought(4, TEA, 101),  # after the day asked for
    *bought(4, SALT, 100, back=True),
    *bought(None, TEA, 100),
    *bought(4, None, 100),
]


@pytest.mark.requirement("ANA-62")
def test_what_is_bought_again_goes_by_faded_purchases_and_says_when(engine):
    rows = engine.rows(buy_again(engine.table(LINES), as_of=100, model=MODEL))
    found = {(row["customer_id"], row["product_id"]): row for row in rows}
    assert {
        key: (row["place"], row["strength"], row["times"], row["last_day"]) for key, row in found.items()
    } == {
        (1, TEA): (1, 1.75, 3, 100),
        (1, RICE): (2, 0.5, 1, 90),
        (2, SALT): (1, 1.0, 1, 100),
        (2, TEA): (2, 0.5, 1, 90),  # as strong as rice: the least number first
        (2, RICE): (3, 0.5, 1, 90),
        (3, TEA): (1, 0.25, 1, 80),
        (4, OIL): (1, 1.0, 1, 100),
    }
    assert {key: row["due_day"] for key, row in found.items() if row["due_day"] is not None} == {
        (1, TEA): 110.0
    }
    # Classes: 1.75 is 3 quarters of a doubling above 1, .25 is 8 below; the map begins at -8 with .1.
    assert found[1, TEA]["probability"] == pytest.approx(0.21)
    assert found[2, SALT]["probability"] == pytest.approx(0.18)
    assert found[3, TEA]["probability"] == pytest.approx(0.10)


@pytest.mark.requirement("ANA-62", "CAMP-20")
def test_what_is_bought_with_what(engine):
    rows = engine.rows(similar_products(engine.table(LINES), as_of=100, settings=SMALL))
    got = {(row["product_id"], row["other_id"]): (row["place"], row["common"]) for row in rows}
    assert got == {
        (TEA, RICE): (1, 2), (TEA, SALT): (2, 1), (RICE, TEA): (1, 2), (RICE, SALT): (2, 1),
        (SALT, RICE): (1, 1), (SALT, TEA): (2, 1),
    }  # fmt: skip
    likeness = {(row["product_id"], row["other_id"]): row["similarity"] for row in rows}
    assert likeness[TEA, RICE] == pytest.approx(2 / 6**0.5)  # 3 buyers of tea, 2 of rice
    assert likeness[RICE, SALT] == pytest.approx(1 / 2**0.5)


@pytest.mark.parametrize("engine", FEW, indirect=True)
@pytest.mark.requirement("ANA-62", "CAMP-20")
def test_new_products_come_by_co_purchase_then_by_popularity(engine):
    rows = engine.rows(buy_new(engine.table(LINES), as_of=100, model=MODEL, listed=3))
    got = {
        (row["customer_id"], row["place"]): (row["product_id"], row["source"], row["strength"])
        for row in rows
    }
    likeness = {"tea": 1 / 3**0.5, "rice": 1 / 2**0.5}  # of salt
    assert got == {
        (1, 1): (
            SALT,
            "co-purchase",
            pytest.approx(1.75 * likeness["tea"] + 0.5 * likeness["rice"], abs=1e-5),
        ),
        (1, 2): (OIL, "popular", 1.0),
        (2, 1): (OIL, "popular", 1.0),
        (3, 1): (RICE, "co-purchase", pytest.approx(0.25 * 2 / 6**0.5, abs=1e-5)),
        (3, 2): (SALT, "co-purchase", pytest.approx(0.25 / 3**0.5, abs=1e-5)),
        (3, 3): (OIL, "popular", 1.0),
        (4, 1): (TEA, "popular", pytest.approx(2.5, abs=1e-5)),
        (4, 2): (RICE, "popular", 1.0),
        (4, 3): (SALT, "popular", 1.0),
    }
    assert all((row["probability"] is None) == (row["source"] == "popular") for row in rows)


@pytest.mark.parametrize("engine", FEW, indirect=True)
@pytest.mark.requirement("ANA-62")
def test_probabilities_are_shares_of_a_past_split(engine):
    lines = [
        *(line for customer in range(1, 11) for line in bought(customer, TEA, 90)),  # strength 1 on day 90
        *(line for customer in range(1, 5) for line in bought(customer, TEA, 95)),  # 4 of 10 again
        *(line for customer in range(11, 21) for line in bought(customer, TEA, 80)),  # strength 1/2
        *(line for customer in range(11, 17) for line in bought(customer, TEA, 100)),  # 6 of 10: pooled
        *bought(11, TEA, 101),
    ]
    model = fit_next_products(engine.table(lines), as_of=100, settings=SMALL)
    assert (model.again.first_class, model.again.chances[0], model.again.chances[-1]) == (-4, 0.5, 0.5)
    assert (model.again.pairs, model.again.bought) == ((10, 0, 0, 0, 10), (6, 0, 0, 0, 4))
    assert model.new["co-purchase"] == ChanceMap(0, (), (), ())
    assert NextProductModel.from_dict(model.as_dict()) == model


@pytest.mark.parametrize("engine", FEW, indirect=True)
def test_a_giant_customer_counts_by_the_strongest_products_only(engine):
    lines = [line for product in range(1, 31) for line in bought(1, product, 100 - product // 2)]
    lines += [*bought(2, 1, 100), *bought(2, 2, 100)]
    few = replace(SMALL, products_per_customer=3, catalogue=2)
    rows = engine.rows(similar_products(engine.table(lines), as_of=100, settings=few))
    assert sorted((row["product_id"], row["other_id"], row["common"]) for row in rows) == [
        (1, 2, 2),
        (2, 1, 2),
    ]
    wide = engine.rows(similar_products(engine.table(lines), as_of=100, settings=replace(few, catalogue=99)))
    assert {row["product_id"] for row in wide} == {1, 2, 3}


def test_a_chance_map_rises_and_keeps_its_counts():
    found = fit_chances({-1: (100, 10), 0: (50, 2), 2: (50, 30)})
    assert found.chances == (0.08, 0.08, 0.08, 0.6)
    assert (sum(found.pairs), sum(found.bought)) == (200, 42)
    assert fit_chances({}) == ChanceMap(0, (), (), ())


def test_bad_input_says_what_is_wrong(engine):
    with pytest.raises(TableError, match="'order_lines' lacks column"):
        buy_again(engine.table([{"customer_id": 1}]), as_of=100, model=MODEL)
    with pytest.raises(ValueError, match="seeds must be above 0, not 0"):
        NextProductSettings(seeds=0)

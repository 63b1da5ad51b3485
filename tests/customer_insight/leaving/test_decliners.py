"""Who buys less than last year, by how much, and what the drop is made of: worked by hand, and adding up."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from customer_insight.leaving import PARTS, decliners
from customer_insight.tables import TableError, day_number

AS_OF = day_number(date(2026, 6, 30))
LAST, THIS = day_number(date(2025, 3, 1)), day_number(date(2026, 3, 1))
AFTER_SEASON = day_number(date(2025, 7, 1))  # not in the period of last year
BREAD, MILK, HAM, WINE = 1, 2, 3, 4
PRODUCTS = [
    {"product_id": BREAD, "category": "bakery"},
    {"product_id": MILK, "category": "dairy"},
    {"product_id": HAM, "category": "meat"},
]  # WINE has none


def lines(*rows):
    """(customer, order, day, product, amount) as order lines; negative amounts came back."""
    names = ("customer_id", "order_id", "day", "product_id", "amount")
    return [{**dict(zip(names, row, strict=True)), "is_return": row[4] < 0} for row in rows]


DECLINING = lines(
    # 1: half as many orders of the same kind
    (1, 1, LAST, BREAD, 500), (1, 2, LAST, BREAD, 500), (1, 3, THIS, BREAD, 500),
    # 2: as many orders, one of two products left, of a category that stays; the second category is lost
    (2, 4, LAST, BREAD, 600), (2, 4, LAST, HAM, 400), (2, 5, THIS, BREAD, 600),
    # 3: stopped
    (3, 6, LAST, BREAD, 700),
    # 4: cheaper bread
    (4, 7, LAST, BREAD, 1000), (4, 8, THIS, BREAD, 400),
    # 5: two products of one category become one: bread and cake are both without a category here
    (5, 9, LAST, WINE, 500), (5, 9, LAST, 5, 500), (5, 10, THIS, WINE, 500),
    # 6: bought more; 7: 10 % less; 8: bought last year after the period; 9: sent back what was bought
    (6, 11, LAST, BREAD, 100), (6, 12, THIS, BREAD, 900),
    (7, 13, LAST, BREAD, 1000), (7, 14, THIS, BREAD, 900),
    (8, 15, AFTER_SEASON, BREAD, 900), (8, 16, THIS, BREAD, 10),
    (9, 17, LAST, HAM, 1000), (9, 18, THIS, HAM, 900), (9, 19, THIS + 1, HAM, -500),
)  # fmt: skip


@pytest.mark.requirement("ANA-60")
def test_decliners_are_listed_with_what_their_drop_is_made_of(engine):
    rows = engine.rows(decliners(engine.table(DECLINING), engine.table(PRODUCTS), as_of=AS_OF))

    told = {row["customer_id"]: row for row in rows}
    parts = {who: tuple(row[name] for name in PARTS) for who, row in told.items()}
    assert parts == {
        1: (-500, 0, 0, 0, 0),
        2: (0, 0, 0, -400, 0),
        3: (-700, 0, 0, 0, 0),
        4: (0, 0, -600, 0, 0),
        5: (0, -500, 0, 0, 0),
        9: (0, 0, -600, 0, 0),
    }
    assert {who: row["main_reason"] for who, row in told.items()} == {
        1: "orders_part", 2: "lost_part", 3: "orders_part", 4: "price_part", 5: "products_part", 9: "price_part",
    }  # fmt: skip
    assert (told[3]["yearly_sales_difference"], told[3]["yearly_sales_change"]) == (-700, -1.0)
    assert (told[1]["last_year_count"], told[1]["this_year_count"]) == (2, 1)


@pytest.mark.requirement("ANA-60")
def test_two_causes_share_the_drop(engine):
    # 2 orders of one product at 600 become 1 order at 400: 1200 -> 400.
    # orders: -1 x ((600 + 400) / 3 + (600 + 400) / 6) with one product each = -1 x 500
    # price: -200 x ((2 + 1) / 3 + (2 + 1) / 6) = -200 x 1.5 = -300
    both = lines((1, 1, LAST, BREAD, 600), (1, 2, LAST, BREAD, 600), (1, 3, THIS, BREAD, 400))

    [row] = engine.rows(decliners(engine.table(both), as_of=AS_OF))

    assert tuple(row[name] for name in PARTS) == (-500, 0, -300, 0, 0)


def test_the_thresholds_are_counted_in_money_and_in_share(engine):
    table = engine.table(DECLINING)

    small = engine.rows(decliners(table, as_of=AS_OF, least_share=0.1))
    large = engine.rows(decliners(table, as_of=AS_OF, least_drop=600))

    assert {row["customer_id"] for row in small} == {1, 2, 3, 4, 5, 7, 9}
    assert {row["customer_id"] for row in large} == {3, 4, 9}


@pytest.mark.requirement("ANA-60")
def test_a_fall_that_everybody_shares_is_not_the_customers_own(engine):
    # all fall from 4000 to 2000, half; customer 1 by half like everybody, 2 to nothing, 3 not at all
    slack = lines(
        (1, 1, LAST, BREAD, 2000), (1, 2, THIS, BREAD, 1000),
        (2, 3, LAST, BREAD, 1000),
        (3, 4, LAST, BREAD, 1000), (3, 5, THIS, BREAD, 1000),
    )  # fmt: skip

    plain = engine.rows(decliners(engine.table(slack), as_of=AS_OF))
    fair = engine.rows(decliners(engine.table(slack), as_of=AS_OF, allow_for_base=True))

    assert {row["customer_id"]: row["beyond_base_amount"] for row in plain} == {1: 0.0, 2: -500.0}
    assert [row["customer_id"] for row in fair] == [2]


@pytest.mark.requirement("ANA-60")
def test_the_parts_of_any_drop_add_up_to_it():
    random = np.random.default_rng(11)
    count = 30_000
    customer, product = random.integers(0, 800, count), random.integers(0, 40, count)
    back = random.random(count) < 0.05
    table = pl.DataFrame(
        {
            "customer_id": customer,
            "order_id": customer * 1000 + random.integers(0, 30, count),
            "day": AS_OF - random.integers(0, 760, count),
            "product_id": product,
            "amount": np.where(back, -1, 1) * random.integers(1, 20_000, count),
            "is_return": back,
        }
    )
    products = pl.DataFrame({"product_id": range(35), "category": [number % 6 for number in range(35)]})

    rows = decliners(table, products, as_of=AS_OF, least_share=0.0)

    assert len(rows) > 200
    assert (rows.select(pl.sum_horizontal(PARTS)).to_series() == rows["yearly_sales_difference"]).all()
    assert {"orders_part", "products_part", "price_part", "lost_part"} <= set(rows["main_reason"])


def test_bad_input_is_named(engine):
    table = engine.table(DECLINING)
    with pytest.raises(TableError, match=r"1 product\(s\) stand in more than one row"):
        decliners(table, engine.table([*PRODUCTS, PRODUCTS[0]]), as_of=AS_OF)
    with pytest.raises(ValueError, match="least_share within"):
        decliners(table, as_of=AS_OF, least_share=20)
    with pytest.raises(ValueError, match="overlap"):
        decliners(table, as_of=AS_OF, since=AS_OF - 400)

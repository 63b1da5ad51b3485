"""Patterns of use by category, kind of day and hour, what to offer together, and the customers like one."""

from __future__ import annotations

from pathlib import Path

import pytest
from customers.importing import bring, file_of
from insight.analysing import MIA, columns, refresh, sell

from customer_insight.conditions import parse
from guanxi.customers.models import Party
from guanxi.foundation.errors import DomainError
from guanxi.insight.analyses.asking import ask
from guanxi.insight.audience import count_audience

pytestmark = pytest.mark.django_db(transaction=True)
PRODUCTS = "product,name,category\nbread,Bread,bakery\nmilk,Milk,dairy\nball,Ball,toys\nham,Ham,bakery\n"
MONDAY, SATURDAY = "2025-06-02", "2025-06-07"


@pytest.fixture
def habits(home: Path) -> None:
    """Twelve buy bread on Monday mornings, ten of them ham and eleven milk too; three buy balls on Saturday evening."""
    bring("products", file_of(home, PRODUCTS, "products.csv"))
    sales = [
        (f"m{n:02d}", f"{MONDAY} 08:30:00", product, 2)
        for n in range(12)
        for product in ("bread", "bread", "bread", "milk", "ham" if n < 10 else "bread")
    ]
    sales += [(f"s{n}", f"{SATURDAY} 19:10:00", "ball", 9) for n in range(3) for _each in range(5)]
    sell(home, [*sales, ("rare", f"{MONDAY} 08:30:00", "bread", 2)], columns="customer,time,product,amount")
    refresh("2025-06-30")


@pytest.mark.requirement("ANA-71")
@pytest.mark.usefixtures("habits")
def test_patterns_are_counted_opened_and_given_a_shared_offer() -> None:
    answer = ask("similar-usage", {}, actor=MIA)
    assert answer.raw
    names = ("first_category", "second_category", "day_kind", "hour_band", "customers", "events")
    assert columns(answer.raw["patterns"], *names) == [
        ("bakery", "dairy", "workday", "morning", 12, 60),
        ("toys", "-", "weekend", "evening", 3, 15),
    ]
    assert columns(answer.raw["offers"], "item", "buyers", "pattern_share", "base_share", "offered_to") == [
        ("Ham", 10, 10 / 12, 10 / 15, 2)
    ]
    assert answer.shown
    sheet = answer.shown.sheets[0]
    assert [count_audience(parse(where)) for where in sheet.opens] == [12, 3]


@pytest.mark.requirement("ANA-71")
@pytest.mark.usefixtures("habits")
def test_the_customers_like_one_are_found_within_the_pattern() -> None:
    one = Party.objects.get(source_key="m10")
    answer = ask("similar-usage", {"customer": one.public_id}, actor=MIA)
    assert answer.raw
    assert columns(answer.raw["similar"], "place", "similarity")[0] == (1, 1.0)
    assert len(answer.raw["similar"]) == 11
    assert answer.shown
    assert [sheet.key for sheet in answer.shown.sheets] == ["patterns", "similar", "offers"]
    with pytest.raises(DomainError, match="There is no customer nobody"):
        ask("similar-usage", {"customer": "nobody"}, actor=MIA)


def test_without_products_it_says_what_to_import(home: Path) -> None:
    sell(home, [("a", "2025-01-05", "10.00")])
    refresh()
    shown = ask("similar-usage", {}, actor=MIA).shown
    assert shown
    assert "products with categories" in str(shown.sheets[0].empty)

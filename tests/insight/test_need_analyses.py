"""Needs inferred from purchases by rules that the business sets: sizes, evidence, and whether they come true."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of
from insight.analysing import MIA, columns, refresh, sell

from customer_insight.conditions import parse
from guanxi.foundation import configuration
from guanxi.foundation.errors import DomainError
from guanxi.insight.analyses.asking import ask
from guanxi.insight.audience import count_audience

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PRODUCTS = "product,name,category\nkibble,Kibble,DOG FOODS\nlitter,Litter,CAT LITTER\nbeer,Beer,BEER\n"
DOG = {
    "code": "dog",
    "label_en": "Keeping a dog",
    "label_zh": "养狗",
    "categories": ["DOG FOODS"],
    "condition": {"op": ">=", "field": "bought.orders", "value": 1},
    "firm_from": 2,
}
CAT = DOG | {"code": "cat", "label_en": "Keeping a cat", "label_zh": "养猫", "categories": ["CAT LITTER"]}


@pytest.fixture
def shoppers(home: Path) -> None:
    """Ann: three orders of dog food and one of litter; Bob one of dog food in May; Cleo litter twice; Dan beer."""
    bring("products", file_of(home, PRODUCTS, "products.csv"))
    sales = [
        ("ann", "2025-01-05", "kibble", 10),
        ("ann", "2025-02-05", "kibble", 10),
        ("ann", "2025-05-05", "kibble", 10),
    ]
    sales += [("ann", "2025-02-07", "litter", 5), ("bob", "2025-05-09", "kibble", 10)]
    sales += [
        ("cleo", "2025-01-09", "litter", 10),
        ("cleo", "2025-02-09", "litter", 20),
        ("dan", "2025-06-10", "beer", 2),
    ]
    sell(home, sales, columns="customer,time,product,amount")
    configuration.write("need_rules", {"rules": [DOG, CAT]}, actor=MIA)
    refresh("2025-06-30")


@pytest.mark.requirement("ANA-46")
@pytest.mark.usefixtures("shoppers")
def test_needs_are_counted_firm_and_weak_and_the_strongest_is_a_field() -> None:
    answer = ask("needs", {}, actor=MIA)
    assert answer.raw
    assert columns(answer.raw["needs"], "need", "firm", "weak", "strongest") == [
        ("dog", 1, 1, 2), ("cat", 1, 1, 1),
    ]  # fmt: skip
    # As of 1 April Ann was a firm owner of a dog and a weak one of a cat, Cleo a firm one of a cat.
    assert columns(answer.raw["check"], "need", "confidence", "customers", "bought") == [
        ("dog", "firm", 1, 1), ("dog", "weak", 0, 0), ("dog", "none", 1, 0),
        ("cat", "firm", 1, 0), ("cat", "weak", 1, 0), ("cat", "none", 0, 0),
    ]  # fmt: skip
    assert answer.shown
    sizes = answer.shown.sheets[0]
    assert [row[0] for row in sizes.rows] == ["Keeping a dog", "Keeping a cat"]
    assert [count_audience(parse(where)) for where in sizes.opens_of["strongest"]] == [2, 1]
    assert sizes.leads["firm"] == [{"need": "dog"}, {"need": "cat"}]


@pytest.mark.requirement("ANA-46")
@pytest.mark.usefixtures("shoppers")
def test_one_need_shows_whose_it_is_and_on_what_it_rests() -> None:
    answer = ask("needs", {"need": "dog"}, actor=MIA)
    assert answer.raw
    names = ("confidence", "orders", "amount", "since_day", "last_day")
    assert columns(answer.raw["customers"], *names) == [
        ("firm", 3, 3_000, "2025-01-05", "2025-05-05"),
        ("weak", 1, 1_000, "2025-05-09", "2025-05-09"),
    ]
    assert answer.raw["customers"][0]["share"] == pytest.approx(3_000 / 3_500)
    assert answer.shown
    opened = answer.shown.sheets[0].opens_of
    assert [count_audience(parse(opened[kind][0])) for kind in ("firm", "weak")] == [1, 1]
    assert opened["firm"][1] is None


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("none", "not a list of rules"),
        ([DOG, DOG], "dog"),
        ([DOG | {"firm_from": 0}], "firm_from of at least 1"),
        ([DOG | {"condition": {"op": "known", "field": "fact.shoe"}}], "unknown field 'fact.shoe'"),
    ],
)
def test_rules_that_make_no_sense_are_refused(rules: Any, said: str) -> None:
    with pytest.raises(DomainError, match=said):
        configuration.write("need_rules", {"rules": rules}, actor=MIA)


def test_without_categories_it_says_what_to_import(home: Path) -> None:
    sell(home, [("ann", "2025-01-05", "10.00")])
    refresh()
    shown = ask("needs", {}, actor=MIA).shown
    assert shown
    assert "import products with their categories" in str(shown.sheets[0].empty)

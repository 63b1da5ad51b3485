"""How the base is made up: the cube, segments within segments, classes by one indicator, concentration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of
from insight.analysing import MIA, columns, refresh, sell

from customer_insight.conditions import parse
from guanxi.foundation.errors import DomainError
from guanxi.insight.analyses.asking import ask
from guanxi.insight.audience import count_audience

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PEOPLE = """customer,city,kind
a,Wuhan,firm
b,Wuhan,home
c,Xi'an,home
d,,home
"""
PRODUCTS = """product,name,department
milk,Milk,food
bread,Bread,food
ball,Ball,toys
"""
SALES = [
    ("a", "2025-01-03", "milk", "100.00", "web"), ("a", "2025-02-03", "ball", "300.00", "web"),
    ("b", "2025-02-20", "milk", "50.00", "shop"), ("b", "2025-03-01", "bread", "50.00", "shop"),
    ("c", "2025-03-11", "ball", "20.00", "chain"),
    ("d", "2025-03-12", "milk", "10.00", ""),
]  # fmt: skip


@pytest.fixture(autouse=True)
def four_customers(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    bring("customers", file_of(home, PEOPLE, "people.csv"))
    bring("products", file_of(home, PRODUCTS, "products.csv"))
    sell(home, SALES, columns="customer,time,product,amount,channel")
    refresh()


def opened(sheet: Any) -> list[int | None]:
    """How many customers stand behind each row."""
    return [None if where is None else count_audience(parse(where)) for where in sheet.opens]


@pytest.mark.requirement("ANA-26")
def test_the_cube_adds_up_along_every_side() -> None:
    answer = ask("cube", {"customer": "fact.kind", "amount": "sales_amount"}, actor=MIA)
    assert answer.shown
    cross, cells = answer.shown.sheets
    assert [column.label or column.name for column in cross.columns] == ["kind", "food", "toys", "Total"]
    assert [list(row) for row in cross.rows] == [
        ["firm", 10_000, 30_000, 40_000],
        ["home", 11_000, 2_000, 13_000],
        ["Total", 21_000, 32_000, 53_000],
    ]
    assert [list(row) for row in cells.rows][:2] == [["firm", "food", 10_000], ["firm", "toys", 30_000]]
    assert cells.is_drawn_only
    assert opened(cross) == [1, 3, 4]
    assert cross.leads["customer"] == [{"only_customer": "firm"}, {"only_customer": "home"}, None]


@pytest.mark.requirement("ANA-26")
def test_a_slice_and_a_roll_up_of_the_cube() -> None:
    sliced = ask("cube", {"customer": "fact.kind", "only_customer": "home", "amount": "customers"}, actor=MIA)
    assert sliced.shown
    assert [list(row) for row in sliced.shown.sheets[0].rows] == [["home", 2, 1, 3], ["Total", 2, 1, 3]]
    diced = ask("cube", {"only_product": "toys, food", "by": "product"}, actor=MIA)
    assert diced.shown
    (rolled,) = diced.shown.sheets
    assert [list(row) for row in rolled.rows] == [
        ["toys", 2, 32_000, 9_600], ["food", 3, 21_000, 6_300], ["Total", 4, 53_000, 15_900],
    ]  # fmt: skip
    nobody = ask("cube", {"only_customer": "MOON"}, actor=MIA).shown
    assert nobody
    assert (nobody.sheets[0].rows, nobody.sheets[0].empty) == ([], "No order line is in what was chosen.")


@pytest.mark.requirement("ANA-26", "ANA-24")
def test_behaviour_may_be_the_cell_of_recency_frequency_and_money() -> None:
    answer = ask("cube", {"behaviour": "rfm", "by": "behaviour"}, actor=MIA)
    assert answer.shown
    (sheet,) = answer.shown.sheets
    assert sheet.rows[-1] == ["Total", 4, 53_000, 15_900]
    assert sum(row[1] for row in sheet.rows[:-1]) == 4
    assert opened(sheet)[-1] == 4


@pytest.mark.requirement("ANA-50")
def test_segments_are_entered_down_to_the_customer_and_always_add_up() -> None:
    levels = ["fact.kind", "fact.city"]
    top = ask("segments", {"levels": levels}, actor=MIA).shown
    assert top
    above, below = top.sheets
    assert [row[:3] for row in above.rows] == [["All customers", 4, 53_000]]
    assert [row[:3] for row in below.rows] == [["firm", 1, 40_000], ["home", 3, 13_000]]
    assert below.leads["level_1"] == [{"into": "firm"}, {"into": "home"}]
    assert (opened(above), opened(below)) == ([4], [1, 3])

    inside = ask("segments", {"levels": levels, "into": "home"}, actor=MIA).shown
    assert inside
    above, below = inside.sheets
    assert [row[:3] for row in above.rows] == [["All customers", 4, 53_000], ["home", 3, 13_000]]
    assert [row[:3] for row in below.rows] == [["Wuhan", 1, 10_000], ["Xi'an", 1, 2_000], [None, 1, 1_000]]
    assert below.leads["level_2"][2] == {"into": "home › –"}
    assert opened(below) == [1, 1, 1]

    single = ask("segments", {"levels": levels, "into": "home › –"}, actor=MIA).shown
    assert single
    above, below = single.sheets
    assert above.rows[-1][:3] == ["–", 1, 1_000]
    assert [row[1] for row in below.rows] == [1_000]
    assert below.columns[0].kind == "customer"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"levels": ["fact.kind"], "into": "moon"}, "has no value moon"),
        ({"levels": ["fact.kind"], "into": "home › x"}, "longer than there are levels"),
        (
            {"levels": ["fact.kind", "fact.city", "class.tier", "has.email", "has.mobile"]},
            "at most 4 levels",
        ),
    ],
)
def test_a_way_that_leads_nowhere_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(DomainError, match=said):
        ask("segments", given, actor=MIA)


@pytest.mark.requirement("ANA-01")
def test_classes_by_boundaries_in_the_unit_of_the_measure() -> None:
    answer = ask("indicator", {"by": "sales_amount", "boundaries": "15, 100"}, actor=MIA)
    assert answer.raw
    names = ("class_number", "customers", "lowest", "highest")
    assert columns(answer.raw["classes"], *names) == [
        (1, 1, 40_000, 40_000),
        (2, 2, 2_000, 10_000),
        (3, 1, 1_000, 1_000),
    ]
    assert columns(answer.raw["best"], "rank", "value", "class_number")[-1] == (4, 1_000, 3)
    assert answer.shown
    assert opened(answer.shown.sheets[0]) == [1, 2, 1]
    with pytest.raises(DomainError, match="numbers that rise"):
        ask("indicator", {"boundaries": "100, 15"}, actor=MIA)


@pytest.mark.requirement("ANA-01", "ANA-09")
def test_any_indicator_of_any_window_and_none_without_its_data() -> None:
    recent = ask("indicator", {"by": "transaction_count", "groups": 2, "days": 15}, actor=MIA)
    assert recent.raw
    assert columns(recent.raw["classes"], "class_number", "customers", "mean") == [(1, 2, 1.0), (2, 2, 0.5)]
    channels = ask("indicator", {"by": "channel_count", "groups": 2}, actor=MIA)
    assert channels.raw
    assert columns(channels.raw["classes"], "class_number", "customers", "mean") == [(1, 2, 1.0), (2, 2, 0.5)]
    absent = ask("indicator", {"by": "complaint_count"}, actor=MIA).shown
    assert absent
    assert "import the data" in str(absent.sheets[0].empty)
    with pytest.raises(DomainError, match="of the whole time only"):
        ask("indicator", {"by": "p_alive", "days": 30}, actor=MIA)


@pytest.mark.requirement("KEY-02", "BEN-21")
def test_how_much_rests_on_the_first_channels() -> None:
    answer = ask("concentration", {"of": "channels", "by": "orders", "tops": "1, 2"}, actor=MIA)
    assert answer.raw
    assert columns(answer.raw["tops"], "top", "members", "amount", "share") == [
        (1, 1, 2, 0.4),
        (2, 2, 4, 0.8),
    ]
    assert columns(answer.raw["first"], "key", "orders", "sales_amount") == [
        ("shop", 2, 10_000), ("web", 2, 40_000), ("chain", 1, 2_000),
    ]  # fmt: skip
    recent = ask("concentration", {"of": "departments", "tops": "1", "days": 12}, actor=MIA)
    assert recent.raw
    assert columns(recent.raw["first"], "key", "sales_amount") == [("food", 6_000), ("toys", 2_000)]
    with pytest.raises(DomainError, match="whole numbers from 1 on"):
        ask("concentration", {"tops": "many"}, actor=MIA)


@pytest.mark.requirement("KEY-02")
def test_large_orders_and_how_many_targets_buy() -> None:
    given = {"large": "100", "targets": "shop:a, shop:d, shop:nobody, shop:a"}
    answer = ask("concentration", given, actor=MIA)
    assert answer.raw
    assert columns(answer.raw["sizes"], "is_large", "customers", "amount") == [
        (True, 2, 40_000),
        (False, 4, 13_000),
    ]
    assert columns(answer.raw["orders"], "day", "amount") == [("2025-02-03", 30_000), ("2025-01-03", 10_000)]
    assert columns(answer.raw["coverage"], "targets", "covered", "amount") == [(3, 2, 41_000)]
    brands = ask("concentration", {"of": "brands"}, actor=MIA).shown
    assert brands
    assert "import orders" in str(brands.sheets[0].empty)

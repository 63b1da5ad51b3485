"""What they buy next on the screens: lists, their test, candidates, cross-selling and up-selling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of
from insight.analysing import MIA, columns, refresh, sell

from customer_insight.conditions import Compare, parse
from guanxi.customers.models import Party
from guanxi.foundation.errors import DomainError
from guanxi.insight.analyses import next_model
from guanxi.insight.analyses.asking import ask
from guanxi.insight.analyses.offered import ANALYSES
from guanxi.insight.audience import count_audience
from guanxi.insight.models import AnalysisQuestion, ReplicaTable
from guanxi.insight.next_lists import next_of
from guanxi.insight.queries import published_run

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PRODUCTS = "product,name,category\ntea,Green tea,dry\nrice,Rice,dry\nsalt,Salt,spice\n"
CUT = "2025-03-03"
"""A horizon of 28 days before the last day."""
SALES = [
    *((f"t{n}", CUT, "tea", "10.00") for n in range(10)),
    *((f"t{n}", CUT, "rice", "5.00") for n in range(5)),
    *((f"t{n}", "2025-03-10", "tea", "10.00") for n in range(4)),  # 4 of 15 bought again
    ("t5", "2025-03-20", "rice", "5.00"),  # 1 of the 5 whom co-purchase offers rice
    ("t0", "2025-03-31", "salt", "1.00"),
]  # fmt: skip


@pytest.fixture
def ten_customers(home: Path) -> None:
    bring("products", file_of(home, PRODUCTS, "products.csv"))
    sell(home, SALES, columns="customer,time,product,amount")
    refresh()


def opened(sheet: Any) -> list[int | None]:
    return [None if where is None else count_audience(parse(where)) for where in sheet.opens]


@pytest.mark.requirement("ANA-62")
@pytest.mark.usefixtures("ten_customers")
def test_what_is_bought_again_with_the_test_of_the_lists_and_each_customers_list_kept() -> None:
    run = published_run()
    t0, t6 = (Party.objects.get(source_key=key).pk for key in ("t0", "t6"))
    assert next_of(t0, run) is None
    answer = ask("next-products", {}, actor=MIA)
    assert answer.raw
    assert answer.shown
    assert columns(answer.raw["products"], "label", "category", "customers", "expected", "first") == [
        ("Green tea", "dry", 10, pytest.approx(10 * 4 / 15), 9),
        ("Rice", "dry", 6, pytest.approx(6 * 4 / 15), 1),
        ("Salt", "spice", 1, pytest.approx(4 / 15), 0),
    ]
    products, _surest, scores, _calibration = answer.shown.sheets
    assert opened(products) == [9, 1, 0]
    # t0 finds tea of tea and salt, t1 to t3 tea, t5 not rice; rice is new for t5, salt for t0.
    assert [tuple(row[:4]) for row in scores.rows] == [
        ("bought again", 5, 5, pytest.approx(0.7)), ("bought again", 10, 5, pytest.approx(0.7)),
        ("new", 5, 2, 0.5), ("new", 10, 2, 0.5),
        ("most popular", 5, 2, 0.5), ("most popular", 10, 2, 0.5),
    ]  # fmt: skip
    assert "From orders of 2025-03-03 to 2025-03-31." in str(answer.shown.notes[0])
    assert answer.raw["card"]["name"] == "next products"
    lists, known = next_of(t6, run), next_of(t0, run)
    assert lists
    assert known
    assert columns(lists["again"], "place", "label", "probability", "due_day") == [
        (1, "Green tea", pytest.approx(4 / 15), None)
    ]
    assert columns(lists["new"], "place", "label", "probability") == [
        (1, "Rice", pytest.approx(0.2)),
        (2, "Salt", None),
    ]
    # Tea a week after the second time: 17 March.
    assert [row["due_day"] for row in known["again"]] == [20_164.0, None, None]
    assert (known["days"], known["new"]) == (28, [])
    only_some = AnalysisQuestion.objects.filter(code="next-products")
    only_some.update(arguments={**answer.question.arguments, "among": "{}"})
    assert next_of(t0, run) is None  # lists of chosen customers are not everybody's


@pytest.mark.slow
@pytest.mark.requirement("ANA-62")
@pytest.mark.usefixtures("ten_customers")
def test_new_products_and_whether_their_probabilities_held() -> None:
    answer = ask("next-products", {"kind": "new"}, actor=MIA)
    assert answer.raw
    assert columns(answer.raw["products"], "label", "customers", "expected", "first") == [
        ("Rice", 4, pytest.approx(0.8), 4)
    ]
    assert count_audience(Compare(answer.field, "=", "Salt")) == 5
    week = ask("next-products", {"kind": "new", "days": 7}, actor=MIA).shown
    assert week
    assert [list(row) for row in week.sheets[3].rows] == [["20–30 %", 4, pytest.approx(0.2), 0.0]]


@pytest.mark.slow
@pytest.mark.requirement("ANA-61", "CAMP-20", "ANA-49")
@pytest.mark.usefixtures("ten_customers")
def test_candidates_of_a_product_and_cross_selling_from_one_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = ask("candidates", {"product": "rice"}, actor=MIA)
    assert answer.raw
    assert answer.shown
    rows = answer.raw["candidates"]
    # Rice is 30 of the 130 that its buyers spend on dry goods; a horizon is a thirteenth of the window.
    t0, t6 = rows[0], rows[-1]
    assert (t0["intent"], t0["potential"], t0["spent"]) == (
        pytest.approx(4 / 15), pytest.approx(2500 * 3 / 13 / 13), pytest.approx(500 / 13),
    )  # fmt: skip
    assert (t6["source"], t6["intent"], t6["potential"]) == (
        "co-purchase", pytest.approx(0.2), pytest.approx(1000 * 3 / 13 / 13),
    )  # fmt: skip
    assert columns(answer.raw["sources"], "source", "customers") == [("again", 6), ("co-purchase", 4)]
    assert count_audience(Compare(answer.field, ">=", 0.25)) == 6
    assert [column.kind for column in answer.shown.sheets[0].columns][:4] == [
        "customer", "text", "share", "money",
    ]  # fmt: skip
    assert answer.shown.sheets[2].leads["label"][0] == {"product": "tea"}
    with pytest.raises(DomainError, match="There is no product of the name or key shoes"):
        ask("candidates", {"product": "shoes"}, actor=MIA)
    # The model is the one that the candidates' answer kept.
    monkeypatch.setattr(next_model, "fit_next_products", lambda *_args, **_more: pytest.fail("fitted twice"))
    products = ask("cross-sell", {}, actor=MIA)
    assert products.raw
    assert products.shown
    assert columns(products.raw["sizes"], "proposed", "customers") == [("Salt", 5), ("Rice", 4)]
    assert opened(products.shown.sheets[0]) == [5, 4]
    with pytest.raises(pytest.fail.Exception, match="fitted twice"):
        ask("cross-sell", {"days": 7}, actor=MIA)


@pytest.mark.slow
@pytest.mark.requirement("CAMP-20", "ANA-49")
@pytest.mark.usefixtures("ten_customers")
def test_cross_selling_proposes_new_categories_and_candidates_are_of_the_best_seller() -> None:
    categories = ask("cross-sell", {"what": "category"}, actor=MIA)
    assert categories.raw
    assert columns(categories.raw["sizes"], "proposed", "customers") == [("spice", 9)]
    candidates = ask("candidates", {}, actor=MIA).shown
    assert candidates
    assert "Green tea" in str(candidates.lead)


@pytest.mark.usefixtures("ten_customers")
def test_a_fit_is_a_job_at_fewer_orders_than_light_analyses() -> None:
    ReplicaTable.objects.filter(dataset="order_lines").update(rows=200_001)
    assert ask("second-purchase", {}, actor=MIA).raw
    waiting = ask("next-products", {}, actor=MIA)
    assert (waiting.raw, ANALYSES["next-products"].at_once) == (None, 200_000)
    assert waiting.job


@pytest.mark.requirement("CAMP-20", "ANA-49")
def test_up_selling_proposes_the_next_level_by_price(home: Path) -> None:
    bring("products", file_of(home, "product,name,category\ng,Green,tea\nf,Fine,tea\n", "products.csv"))
    sales = [
        *((f"a{n}", "2025-03-01", "g", "2", "10.00") for n in range(10)),
        ("a0", "2025-03-10", "f", "1", "20.00"),
        ("b", "2025-03-01", "f", "1", "20.00"), ("b", "2025-03-31", "f", "1", "20.00"),
    ]  # fmt: skip
    sell(home, sales, columns="customer,time,product,quantity,amount")
    refresh()
    answer = ask("up-sell", {"levels": 2}, actor=MIA)
    assert answer.raw
    assert answer.shown
    names = ("category", "level", "next_level", "label", "probability", "below", "customers")
    # One of the ten below rose; the share of all is the same tenth.
    assert columns(answer.raw["steps"], *names) == [("tea", 1, 2, "Fine", pytest.approx(0.1), 9, 9)]
    assert opened(answer.shown.sheets[0]) == [9]
    assert len(answer.raw["customers"]) == 9


def test_without_products_every_analysis_says_what_to_import(home: Path) -> None:
    sell(home, [("a", "2025-01-03", "10.00")])
    refresh()
    for code in ("next-products", "candidates", "cross-sell", "up-sell"):
        shown = ask(code, {}, actor=MIA).shown
        assert shown
        assert "Import orders with a product on every line" in str(shown.sheets[0].empty)

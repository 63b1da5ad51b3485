"""Who buys less than last year, what the difference is made of, and the causes that somebody coded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of
from insight.analysing import MIA, columns, refresh, sell

from customer_insight.conditions import Compare, parse
from guanxi.customers.queries import find_party, profile
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.models import AuditEntry
from guanxi.insight.analyses.asking import ask
from guanxi.insight.audience import count_audience
from guanxi.insight.decline_reasons import (
    causes_of,
    code_decline,
    counted_causes,
    decline_reasons_of,
    take_back_decline,
)
from guanxi.insight.models import DeclineReason

pytestmark = pytest.mark.django_db(transaction=True)
PRODUCTS = "product_id,name,category\np1,Tea,tea\np2,Milk,milk\np3,Bread,bread\n"
SALES = [
    # ann comes half as often, bob no longer, cleo lost milk and found bread, dan buys more
    *[("ann", f"2024-0{month}-10", "10.00", "p1") for month in (1, 2, 3, 4)],
    *[("ann", f"2025-0{month}-10", "10.00", "p1") for month in (1, 2)],
    ("bob", "2024-02-01", "50.00", "p1"),
    ("cleo", "2024-03-01", "20.00", "p1"), ("cleo", "2024-03-01", "30.00", "p2"),
    ("cleo", "2025-03-01", "20.00", "p1"), ("cleo", "2025-03-01", "5.00", "p3"),
    ("dan", "2024-04-01", "10.00", "p1"), ("dan", "2025-04-15", "90.00", "p1"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def two_years(home: Path) -> None:
    bring("products", file_of(home, PRODUCTS, "products.csv"))
    orders = [
        (f"{customer}-{day}", customer, day, amount, product) for customer, day, amount, product in SALES
    ]
    sell(home, orders, columns="order,customer,time,amount,product")
    refresh()


@pytest.mark.requirement("ANA-60")
def test_decliners_are_told_with_their_difference_in_five_parts() -> None:
    answer = ask("decliners", {}, actor=MIA)
    assert answer.raw
    parts = ("orders_part", "products_part", "price_part", "lost_part", "new_part")
    assert columns(answer.raw["people"], "yearly_sales_difference", *parts, "main_reason") == [
        (-5000, -5000, 0, 0, 0, 0, "orders_part"),
        (-2500, 0, 0, 0, -3000, 500, "lost_part"),
        (-2000, -2000, 0, 0, 0, 0, "orders_part"),
    ]
    assert columns(answer.raw["reasons"], "main_reason", "customers", "yearly_sales_difference") == [
        ("orders_part", 2, -7000), ("lost_part", 1, -2500),
    ]  # fmt: skip
    assert answer.shown
    people, reasons, made_of, causes = answer.shown.sheets
    assert [row[-1] for row in made_of.rows] == [-7000, 0, 0, -3000, 500, -9500]
    assert [count_audience(parse(where)) for where in reasons.opens] == [2, 1]
    assert count_audience(Compare(answer.field, "=", "lost_part")) == 1
    assert answer.shown.reaches
    assert count_audience(parse(answer.shown.reaches)) == 3
    assert [row[6:8] for row in people.rows] == [
        ["fewer orders", "not coded"], ["categories lost", "not coded"], ["fewer orders", "not coded"],
    ]  # fmt: skip
    assert not causes.rows


@pytest.mark.requirement("ANA-60")
def test_thresholds_period_and_what_everybody_fell_narrow_the_list() -> None:
    def fallen(**asked: Any) -> list[int]:
        raw = ask("decliners", asked, actor=MIA).raw
        assert raw
        return [row["yearly_sales_difference"] for row in raw["people"]]

    assert fallen(least_drop=25) == [-5000, -2500]
    assert fallen(least_share=60) == [-5000]
    assert fallen(days=50) == [
        -2500,
        -2000,
    ]  # from 25 February: cleo as before, ann missed 10 March and 10 April
    # 150 last year, 135 this year: from 90 % of last year ann fell by 16, cleo by 20, bob by 45.
    assert fallen(allow_for_base="yes", least_drop=17) == [-5000, -2500]


@pytest.mark.requirement("LIFE-05", "ANA-60")
def test_why_somebody_declines_is_coded_counted_told_and_taken_back() -> None:
    ann, bob = find_party("shop:ann"), find_party("shop:bob")
    code_decline(customer=ann, cause="own circumstances", actor=MIA)
    latest = code_decline(customer=ann, cause="competitor's offer", note=" cheaper at the corner ", actor=MIA)
    code_decline(customer=bob, cause="competitor's offer", actor=MIA)
    assert causes_of([ann.pk, bob.pk]) == dict.fromkeys([ann.pk, bob.pk], "competitor's offer")
    assert counted_causes() == [{"cause": "competitor's offer", "customers": 2}]
    told = columns(decline_reasons_of([ann.pk]), "as_of", "cause", "note", "by")
    assert told == [
        ("2025-04-15", "competitor's offer", "cheaper at the corner", "Mia"),
        ("2025-04-15", "own circumstances", "", "Mia"),
    ]
    assert len(profile(ann.public_id)["decline_reasons"]) == 2
    answer = ask("decliners", {}, actor=MIA)
    assert answer.shown
    assert [row[7] for row in answer.shown.sheets[0].rows] == [
        "competitor's offer", "not coded", "competitor's offer",
    ]  # fmt: skip
    take_back_decline(reason_id=latest.pk, actor=MIA)
    assert causes_of([ann.pk]) == {ann.pk: "own circumstances"}
    with pytest.raises(NotFound):
        take_back_decline(reason_id=latest.pk, actor=MIA)
    assert list(AuditEntry.objects.filter(object_kind="decline").order_by("id").values_list("verb", flat=True)) == [
        "coded", "coded", "coded", "removed",
    ]  # fmt: skip


@pytest.mark.requirement("LIFE-05")
def test_a_decline_has_one_of_three_causes() -> None:
    ann = find_party("shop:ann")
    with pytest.raises(DomainError, match="Choose the cause: every decline has one of the three"):
        code_decline(customer=ann, cause="weather", actor=MIA)
    with pytest.raises(DomainError, match="at most 500 letters"):
        code_decline(customer=ann, cause="own circumstances", note="x" * 501, actor=MIA)
    assert not DeclineReason.objects.exists()

"""From an order file to the indicators of each customer, through the commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from insight.analysing import assume, guanxi, insight_of, refresh, sell, shown

pytestmark = pytest.mark.django_db(transaction=True)

LINES = "order,customer,time,product,quantity,amount,cost,discount"
SALES = [
    ("A1", "ann", "2026-01-01", "tea", 2, "100.00", "60.00", "5.00"),
    ("A1", "ann", "2026-01-01", "cup", 1, "20.00", "10.00", 0),
    ("A2", "ann", "2026-01-11", "tea", 1, "80.00", "50.00", 0),
    ("A3", "ann", "2026-01-21", "tea", 1, "60.00", "30.00", 0),
    ("A4", "ann", "2026-02-10", "tea", -1, "-30.00", "-20.00", 0),
    ("B1", "bob", "2026-01-05", "tea", 1, "50.00", None, 0),
    ("E1", "eve", "2026-01-05", "cup", 1, "10.00", "4.00", 0),
    ("E2", "eve", "2026-01-07", "cup", -1, "-10.00", "-4.00", 0),
    ("D1", "dan", "2026-02-01", "cup", -1, "-8.00", "-4.00", 0),
    ("L1", "late", "2026-03-01", "tea", 1, "999.00", "1.00", 0),
    ("N1", None, "2026-01-09", "tea", 1, "70.00", "10.00", 0),
]
AS_OF = "2026-02-28"


def measures(customer: str, *names: str) -> list[Any]:
    row = insight_of(customer)
    return [row[name] for name in names]


@pytest.mark.requirement(
    "ANA-02", "ANA-03", "ANA-04", "ANA-05", "ANA-06", "ANA-07", "ANA-08", "ANA-09", "ANA-10"
)
def test_each_customer_has_the_ten_transaction_indicators(home: Path) -> None:
    sell(home, SALES, columns=LINES)
    refresh(AS_OF)

    ann = insight_of("shop:ann")
    assert ann["as_of"] == AS_OF
    assert ann["transaction_count"] == 3
    assert (ann["sales_amount"], ann["profit_amount"]) == (23_000, 10_000)  # returns netted in both
    assert ann["gross_margin_rate"] == 10_000 / 23_000
    assert ann["average_transaction_amount"] == 23_000 / 3
    assert ann["largest_transaction_amount"] == 12_000
    assert (ann["return_amount"], ann["return_count"]) == (3_000, 1)
    assert (ann["tenure_days"], ann["recency_days"]) == (58, 38)
    assert ann["average_cycle_days"] == 10.0
    assert (ann["product_count"], ann["discount_amount"]) == (2, 500)


@pytest.mark.requirement("ANA-04", "ANA-05", "ANA-09", "ANA-10")
def test_what_nothing_defines_is_null_and_not_zero(home: Path) -> None:
    sell(home, SALES, columns=LINES)
    refresh(AS_OF)

    assert measures("shop:bob", "transaction_count", "average_cycle_days", "tenure_days") == [1, None, 54]
    assert measures("shop:eve", "sales_amount", "profit_amount", "gross_margin_rate") == [0, 0, None]
    undefined = (
        "average_transaction_amount",
        "largest_transaction_amount",
        "tenure_days",
        "recency_days",
        "bill_band",
    )
    assert measures("shop:dan", "transaction_count", "sales_amount", *undefined) == [0, -800, *[None] * 5]
    assert measures("shop:dan", "p_alive", "lifetime_value", "value_layer", "tier") == [
        None,
        None,
        None,
        "BZ",
    ]


@pytest.mark.requirement("ANA-03")
@pytest.mark.parametrize(
    ("costs", "profits", "stated"),
    [
        (("60", "30"), (4_000, 2_000), ""),
        ((None, None), (2_500, 1_250), "Profit rests on a stated margin of 25 % for 100.0 % of sales"),
        (("60", None), (4_000, 1_250), "Profit rests on a stated margin of 25 % for 33.3 % of sales"),
    ],
)
def test_profit_takes_the_known_cost_or_a_stated_margin_and_says_which(
    home: Path, costs: tuple[str | None, str | None], profits: tuple[int, int], stated: str
) -> None:
    assume(margin_rate=0.25)
    sales = [("ann", "2026-01-01", "100", costs[0]), ("bob", "2026-01-02", "50", costs[1])]
    sell(home, sales, columns="customer,time,amount,cost")
    refresh("2026-01-31")

    assert [measures(f"shop:{name}", "profit_amount") for name in ("ann", "bob")] == [
        [profit] for profit in profits
    ]
    for report in ("money-deciles", "purchase-deciles", "tiers", "layers", "acquisition"):
        told = " ".join(shown("insight", "show", report).split())
        assert (stated in told) if stated else ("stated margin" not in told)


def test_only_what_was_known_at_the_date_counts(home: Path) -> None:
    sell(home, SALES, columns=LINES)
    early = refresh("2026-01-04")
    assert (early["customers"], early["totals"]["sales_minor"], early["totals"]["lines"]) == (1, 12_000, 2)
    assert guanxi("customers", "show", "shop:bob")["insight"] == []

    whole = refresh()
    assert (whole["as_of"], whole["customers"]) == ("2026-03-01", 5)
    assert measures("shop:ann", "recency_days", "tenure_days") == [39, 59]


def test_sales_without_a_customer_are_counted_and_belong_to_nobody(home: Path) -> None:
    sell(home, SALES, columns=LINES)
    totals = refresh(AS_OF)["totals"]

    assert (totals["lines_without_customer"], totals["sales_without_customer_minor"]) == (1, 7_000)
    assert (totals["lines"], totals["orders"], totals["sales_minor"], totals["profit_minor"]) == (
        9,
        8,
        27_200,
        11_100,
    )
    assert (totals["first_day"], totals["last_day"], totals["currency"]) == ("2026-01-01", AS_OF, "USD")


def test_a_customer_without_orders_has_a_profile_and_no_measures(home: Path) -> None:
    from customers.importing import bring, file_of

    bring("customers", file_of(home, "customer,city\nann,Rome\nzoe,Oslo\n", "people.csv"))
    sell(home, [("ann", "2026-01-01", 10)])

    assert refresh()["customers"] == 1
    assert guanxi("customers", "show", "shop:zoe")["insight"] == []


def test_the_measures_of_a_merged_customer_are_those_of_all_source_records(home: Path) -> None:
    sell(home, [("ann", "2026-01-01", 10), ("annie", "2026-01-11", 30)])
    guanxi("customers", "merge", "shop:annie", "shop:ann")
    assert refresh("2026-01-31")["customers"] == 1
    assert measures("shop:annie", "transaction_count", "sales_amount", "average_cycle_days") == [
        2,
        4_000,
        10.0,
    ]

    guanxi("customers", "unmerge", "shop:annie")
    assert refresh("2026-01-31")["customers"] == 2
    assert measures("shop:annie", "transaction_count", "sales_amount") == [1, 3_000]
    assert measures("shop:ann", "transaction_count", "sales_amount") == [1, 1_000]

"""`guanxi insight show`: money deciles, purchase deciles and bill bands, from order files to literal figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from insight.analysing import columns, guanxi, refresh, sell, shown

pytestmark = pytest.mark.django_db(transaction=True)

ELEVEN = [500, 200, 100, 50, 50, 40, 20, 20, 10, 10, 0]
COSTS = [520, 100, 90, 10, 30, 30, 15, 10, 5, 5, 0]  # the best customer loses money: profit is 185 in all


def shop_of(home: Path, amounts: list[int], costs: list[int] | None = None) -> None:
    """Customer c00 bought for the first amount, c01 for the second …"""
    sales = [
        (f"c{number:02}", "2026-01-05", amount, cost)
        for number, (amount, cost) in enumerate(zip(amounts, costs or [0] * len(amounts), strict=True))
    ]
    sell(home, sales, columns="customer,time,amount,cost")
    refresh("2026-01-31")


@pytest.mark.requirement("ANA-24")
def test_money_deciles_by_sales_give_each_tenth_of_customers_its_share_of_sales_and_of_profit(
    home: Path,
) -> None:
    shop_of(home, ELEVEN, COSTS)
    rows = guanxi("insight", "show", "money-deciles", "--by", "sales")

    assert columns(
        rows, "decile", "customers", "lowest", "sales_amount", "sales_share", "cumulative_sales_share"
    ) == [
        (1, 2, 20_000, 70_000, 0.70, pytest.approx(0.70)),  # eleven customers: the first tenth holds one more
        (2, 1, 10_000, 10_000, 0.10, pytest.approx(0.80)),
        (3, 1, 5_000, 5_000, 0.05, pytest.approx(0.85)),
        (4, 1, 5_000, 5_000, 0.05, pytest.approx(0.90)),
        (5, 1, 4_000, 4_000, 0.04, pytest.approx(0.94)),
        (6, 1, 2_000, 2_000, 0.02, pytest.approx(0.96)),
        (7, 1, 2_000, 2_000, 0.02, pytest.approx(0.98)),
        (8, 1, 1_000, 1_000, 0.01, pytest.approx(0.99)),
        (9, 1, 1_000, 1_000, 0.01, pytest.approx(1.00)),
        (10, 1, 0, 0, 0.0, pytest.approx(1.00)),
    ]
    assert columns(rows, "profit_amount") == [
        (8_000,), (1_000,), (4_000,), (2_000,), (1_000,), (500,), (1_000,), (500,), (500,), (0,),
    ]  # fmt: skip
    assert [row["profit_share"] for row in rows[:3]] == [8_000 / 18_500, 1_000 / 18_500, 4_000 / 18_500]


@pytest.mark.requirement("ANA-24")
def test_money_deciles_by_profit_sort_customers_anew_and_put_the_loss_last(home: Path) -> None:
    shop_of(home, ELEVEN, COSTS)
    rows = guanxi("insight", "show", "money-deciles", "--by", "profit")

    assert columns(rows, "decile", "customers", "lowest", "highest", "profit_amount", "sales_amount") == [
        (1, 2, 4_000, 10_000, 14_000, 25_000),
        (2, 1, 2_000, 2_000, 2_000, 5_000),
        (3, 1, 1_000, 1_000, 1_000, 10_000),
        (4, 1, 1_000, 1_000, 1_000, 4_000),
        (5, 1, 1_000, 1_000, 1_000, 2_000),
        (6, 1, 500, 500, 500, 2_000),
        (7, 1, 500, 500, 500, 1_000),
        (8, 1, 500, 500, 500, 1_000),
        (9, 1, 0, 0, 0, 0),
        (10, 1, -2_000, -2_000, -2_000, 50_000),
    ]
    assert [row["cumulative_profit_share"] for row in rows[-2:]] == pytest.approx([20_500 / 18_500, 1.0])


@pytest.mark.requirement("ANA-24")
def test_the_tenth_of_each_customer_is_published_with_the_customer(home: Path) -> None:
    from insight.analysing import insight_of

    shop_of(home, ELEVEN, COSTS)
    found = {key: insight_of(f"shop:{key}") for key in ("c00", "c01", "c02", "c10")}
    assert {key: (row["sales_decile"], row["profit_decile"]) for key, row in found.items()} == {
        "c00": (1, 10), "c01": (1, 1), "c02": (2, 3), "c10": (10, 9),
    }  # fmt: skip


@pytest.mark.requirement("BEN-01", "BEN-02", "ANA-24")
def test_the_first_tenth_brings_45_and_the_first_two_80_percent_where_the_seeds_claims_hold(
    home: Path,
) -> None:
    shop_of(home, [45, 35, 6, 4, 3, 2, 2, 1, 1, 1])
    rows = guanxi("insight", "show", "money-deciles")

    assert [row["cumulative_sales_share"] for row in rows[:2]] == pytest.approx([0.45, 0.80])
    assert 0.30 <= rows[0]["sales_share"] <= 0.50
    assert "1          1  45.00  45.00  45.0 %      45.0 %        45.0 %" in shown(
        "insight", "show", "money-deciles"
    )


@pytest.mark.requirement("BEN-03", "ANA-25")
def test_a_tenth_of_sales_needs_one_customer_of_a_hundred(home: Path) -> None:
    shop_of(home, [1000, *[100] * 90, *[0] * 9])
    rows = guanxi("insight", "show", "purchase-deciles")

    assert columns(rows, "slice", "customers", "cumulative_customers", "amount") == [
        (1, 1, 1, 100_000),
        *((number, 10, 10 * number - 9, 100_000) for number in range(2, 11)),
        (11, 9, 100, 0),  # nobody needs these to reach the total
    ]
    assert columns(rows[:2], "customer_share", "cumulative_customer_share") == [(0.01, 0.01), (0.1, 0.11)]


@pytest.mark.requirement("ANA-25")
def test_purchase_deciles_by_profit_are_not_those_by_sales(home: Path) -> None:
    shop_of(home, [400, 300, 200, 100], [390, 200, 110, 100])
    by_sales = guanxi("insight", "show", "purchase-deciles", "--by", "sales")
    by_profit = guanxi("insight", "show", "purchase-deciles", "--by", "profit")

    filled = [row for row in by_sales if row["customers"]]
    assert columns(filled, "slice", "amount") == [(1, 40_000), (5, 30_000), (8, 20_000), (10, 10_000)]
    filled = [row for row in by_profit if row["customers"]]
    assert columns(filled, "slice", "amount") == [(1, 10_000), (6, 9_000), (10, 1_000), (11, 0)]


@pytest.mark.requirement("ANA-27", "BEN-04")
def test_ten_thousand_bills_fall_into_the_printed_bands(home: Path) -> None:
    bills = {"50.00": 2_856, "50.50": 4_536, "200.00": 1_978, "300.00": 409, "500.00": 151, "500.01": 70}
    amounts = [bill for bill, customers in bills.items() for _ in range(customers)]
    sell(home, [(f"c{number}", "2026-01-05", amount) for number, amount in enumerate(amounts)])
    refresh("2026-01-31")

    assert columns(guanxi("insight", "show", "bands"), "label", "customers", "share") == [
        ("<=50", 2_856, 0.2856),
        ("51-100", 4_536, 0.4536),  # 50.50 is above 50, so it is here and nowhere else
        ("101-200", 1_978, 0.1978),
        ("201-300", 409, 0.0409),
        ("301-500", 151, 0.0151),
        (">=501", 70, 0.0070),
        ("total", 10_000, 1.0),
    ]
    told = shown("insight", "show", "bands")
    for share in ("28.6 %", "45.4 %", "19.8 %", "4.1 %", "1.5 %", "0.7 %", "100.0 %"):
        assert share in told

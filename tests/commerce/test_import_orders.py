"""Order files become orders, lines, customers and products; the same key again is an update."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, error_lines, file_of, whole_database

from guanxi.commerce.datasets import ORDER_LINES
from guanxi.commerce.models import Order, OrderLine, Product, ProductDetail
from guanxi.customers.imports.running import ImportOptions, ImportRefused, preview_import
from guanxi.customers.models import ImportBatch, Party
from guanxi.foundation.engine.duck import rows, workspace
from guanxi.foundation.engine.truth import copy_truth
from guanxi.foundation.models import Job

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = """\
order_id,customer_id,time,sku,description,qty,amount,cost,discount,channel,store
A1,ann,2026-03-01 10:00:00,tea,Green tea,2,19.90,8.00,1.10,web,
A1,ann,2026-03-01 10:00:00,cup,Cup,1,5,2,,web,
A2,bob,2026-03-02,tea,Green tea,1,"1,234.56",4,,shop,Main Street
A3,,2026-03-03 23:59:59,cup,Cup,1,5.00,,,shop,Main Street
A4,ann,2026-03-04,cup,Cup,-1,-5.00,-2,,web,
"""


def lines() -> list[tuple[Any, ...]]:
    """The lines that count: order, customer, product, quantity, minor units, cost, returned."""
    found = OrderLine.objects.filter(order__in=Order.objects.visible()).order_by(
        "order__source_key", "position"
    )
    values = found.values_list(
        "order__source_key",
        "order__party__source_key",
        "product_id",
        "quantity",
        "amount",
        "cost",
        "is_return",
    )
    keys = dict(Product.objects.values_list("id", "source_key"))
    return [(order, party, keys.get(product), *rest) for order, party, product, *rest in values]


@pytest.mark.requirement("DATA-03")
def test_lines_carry_customer_product_quantity_amount_cost_and_return_flag(home: Path) -> None:
    result = bring("orders", file_of(home, ORDERS))

    assert lines() == [
        ("A1", "ann", "tea", 2.0, 1990, 800, False),
        ("A1", "ann", "cup", 1.0, 500, 200, False),
        ("A2", "bob", "tea", 1.0, 123456, 400, False),
        ("A3", None, "cup", 1.0, 500, None, False),
        ("A4", "ann", "cup", -1.0, -500, -200, True),
    ]
    assert list(OrderLine.objects.values_list("discount", flat=True).order_by("order_id", "position")) == [
        110,
        0,
        0,
        0,
        0,
    ]
    assert (result["rows_read"], result["rows_good"], result["rows_bad"]) == (5, 5, 0)
    assert {name: result["notes"][name] for name in ("orders", "new customers", "new products")} == {
        "orders": 4,
        "new customers": 2,
        "new products": 2,
    }
    assert (result["notes"]["lines without a customer"], result["notes"]["returned lines"]) == (1, 1)
    order = Order.objects.get(source_key="A3")
    assert (order.placed_at, order.business_date) == (
        datetime(2026, 3, 3, 23, 59, 59, tzinfo=UTC),
        date(2026, 3, 3),
    )
    assert (order.channel, order.store, order.currency, order.source) == (
        "shop",
        "Main Street",
        "USD",
        "shop",
    )
    assert dict(ProductDetail.objects.visible().values_list("product__source_key", "name")) == {
        "tea": "Green tea",
        "cup": "Cup",
    }


@pytest.mark.requirement("DATA-03")
def test_count_and_amount_per_customer_and_month_follow_from_the_lines(home: Path) -> None:
    march = "order,customer,time,amount\n1,ann,2026-03-01,10\n2,ann,2026-03-31 23:59,20\n3,bob,2026-03-05,7\n"
    bring("orders", file_of(home, march + "4,ann,2026-04-01,40\n5,ann,2026-04-02,-15\n"))

    with workspace() as duck:
        copy_truth(duck, "truth", ORDER_LINES.rows.replace("{where}", "TRUE"))
        copy_truth(duck, "party", "SELECT id, source_key FROM customers_party")
        monthly = rows(
            duck,
            """SELECT source_key, month(business_date::DATE), count(DISTINCT order_id), sum(amount)::BIGINT
               FROM truth JOIN party ON party.id = party_id GROUP BY ALL ORDER BY ALL""",
        )
    assert monthly == [("ann", 3, 2, 3000), ("ann", 4, 2, 2500), ("bob", 3, 1, 700)]


def test_the_same_order_again_replaces_the_whole_order_and_doubles_nothing(home: Path) -> None:
    bring("orders", file_of(home, ORDERS))
    again = "order,customer,time,product,amount\nA1,bob,2026-03-01,tea,3.00\nA9,ann,2026-03-09,tea,1\n"

    result = bring("orders", file_of(home, again, "again.csv"))

    assert [line for line in lines() if line[0] in {"A1", "A9"}] == [
        ("A1", "bob", "tea", 1.0, 300, None, False),
        ("A9", "ann", "tea", 1.0, 100, None, False),
    ]
    assert Order.objects.visible().count() == 5
    assert (Party.objects.count(), Product.objects.count()) == (2, 2)
    assert (result["notes"]["new customers"], result["notes"]["new products"]) == (0, 0)


def test_the_same_key_in_another_source_is_another_order_customer_and_product(home: Path) -> None:
    bring("orders", file_of(home, ORDERS), source="shop")
    bring("orders", file_of(home, ORDERS), source="web")

    assert Order.objects.visible().count() == 8
    assert (Party.objects.count(), Product.objects.count()) == (4, 4)


def test_rounding_is_exact_to_half_a_unit_whether_amount_or_price_is_given(home: Path) -> None:
    text = (
        "order,customer,time,quantity,unit_price,amount\n"
        "1,ann,2026-01-01,3,0.335,\n"  # 1.005 exactly
        "2,ann,2026-01-01,,2.675,\n"
        "3,ann,2026-01-01,1,,1.005\n"
        "4,ann,2026-01-01,1,,1.00499999\n"
        "5,ann,2026-01-01,1,,-1.005\n"
        "6,ann,2026-01-01,1,9.99,5\n"
        "7,ann,2026-01-01,1,,$1 234.50\n"
        "8,ann,2026-01-01,1,,0.30000000000000004\n"
    )
    bring("orders", file_of(home, text))

    assert [line[4] for line in lines()] == [101, 268, 101, 100, -101, 500, 123450, 30]


@pytest.mark.parametrize(
    ("quantity", "amount", "flag", "expected"),
    [
        ("2", "10", "", (2.0, 1000, False)),
        ("-2", "10", "", (-2.0, -1000, True)),
        ("2", "-10", "", (-2.0, -1000, True)),
        ("-2", "-10", "yes", (-2.0, -1000, True)),
        ("2", "10", "是", (-2.0, -1000, True)),
        ("2", "10", "no", (2.0, 1000, False)),
        ("", "0", "1", (-1.0, 0, True)),
    ],
)
def test_a_return_is_a_negative_quantity_a_negative_amount_or_a_flag(
    home: Path, quantity: str, amount: str, flag: str, expected: tuple[float, int, bool]
) -> None:
    text = f"order,customer,time,quantity,amount,is_return\n1,ann,2026-01-01,{quantity},{amount},{flag}\n"
    bring("orders", file_of(home, text))

    ((*_, units, minor, _cost, returned),) = lines()
    assert (units, minor, returned) == expected


@pytest.mark.parametrize(
    ("written", "zone", "instant", "business_date"),
    [
        ("2018-01-01 04:01:20", "UTC", "2018-01-01 04:01:20", "2017-12-31"),
        ("2017-12-31 23:01:20", "America/New_York", "2018-01-01 04:01:20", "2017-12-31"),
        ("2018-01-01T04:01:20Z", "Asia/Shanghai", "2018-01-01 04:01:20", "2017-12-31"),
        ("2018-01-01 12:01:20+08:00", "UTC", "2018-01-01 04:01:20", "2017-12-31"),
        ("2018-01-01 12:01+08", "UTC", "2018-01-01 04:01:00", "2017-12-31"),
        ("2018-01-01 4:01Z", "Asia/Shanghai", "2018-01-01 04:01:00", "2017-12-31"),
        ("2018-01-01 12:01:20 Asia/Shanghai", "UTC", "2018-01-01 04:01:20", "2017-12-31"),
        ("2018-01-01 05:00:00.25", "UTC", "2018-01-01 05:00:00.250000", "2018-01-01"),
        ("2018/1/5 4:05", "UTC", "2018-01-05 04:05:00", "2018-01-04"),
        ("20180105", "America/New_York", "2018-01-05 05:00:00", "2018-01-05"),
        ("2018年01月05日", "America/New_York", "2018-01-05 05:00:00", "2018-01-05"),
    ],
)
def test_times_are_stored_as_instants_beside_the_business_date_of_the_shop(
    home: Path, settings: Any, written: str, zone: str, instant: str, business_date: str
) -> None:
    settings.TIME_ZONE = "America/New_York"
    bring("orders", file_of(home, f"order,customer,time,amount\n1,ann,{written},1\n"), time_zone=zone)

    order = Order.objects.get()
    assert str(order.placed_at.astimezone(UTC)).removesuffix("+00:00") == instant
    assert str(order.business_date) == business_date


def test_a_shop_with_chinese_headers_goes_in_by_guess_and_one_with_its_own_words_by_map(home: Path) -> None:
    chinese = "订单编号,会员号,下单时间,商品编码,商品名称,数量,实付金额,退货\n1,王,2026-05-01 09:30,茶,绿茶,2,25.5,否\n"
    own = "票号;谁;何时;何物;几个;多少钱\n2;李;01.05.2026 10:00;茶;1;12\n"
    bring("orders", file_of(home, chinese))
    bring(
        "orders",
        file_of(home, own, "own.csv"),
        mapping={
            "order": "票号",
            "customer": "谁",
            "time": "何时",
            "product": "何物",
            "quantity": "几个",
            "amount": "多少钱",
        },
        date_format="%d.%m.%Y %H:%M",
    )

    assert lines() == [("1", "王", "茶", 2.0, 2550, None, False), ("2", "李", "茶", 1.0, 1200, None, False)]


def test_good_rows_land_and_bad_rows_go_to_a_file_that_no_spreadsheet_executes(home: Path) -> None:
    text = (
        "order,customer,time,amount,store\n"
        "1,ann,2026-01-01,10,\n"
        "2,\"=cmd|' /C calc'!A0\",never,=1+1,\n"
        "3,bob,2026-01-01,@x,\n"
        f"4,bob,2026-01-01,1,{'x' * 301}\n"
    )
    result = bring("orders", file_of(home, text))

    assert [line[0] for line in lines()] == ["1"]
    assert (result["rows_good"], result["rows_bad"]) == (1, 3)
    assert error_lines(result) == [
        ["3", "amount", "'=1+1", "is not a number (write 1234.50 or 1,234.50)"],
        [
            "3",
            "time",
            "never",
            "is not a date (2026-11-21 or 2026-11-21 14:30:00; other shapes need a date format)",
        ],
        ["4", "amount", "'@x", "is not a number (write 1234.50 or 1,234.50)"],
        ["5", "store", "x" * 200, "is longer than 300 characters"],
    ]


def test_strict_refuses_a_file_with_a_bad_row_and_leaves_nothing(home: Path) -> None:
    before = whole_database()
    text = "order,customer,time,amount\n1,ann,2026-01-01,10\n2,ann,2026-01-01,ten\n"

    with pytest.raises(
        ImportRefused,
        match=r"^1 of 2 rows are bad, and such a file is to be refused .+ For example row 3: amount is ",
    ):
        bring("orders", file_of(home, text), strict=True)

    assert whole_database() == before
    assert ImportBatch.objects.get().state == "failed"


def test_a_dry_run_says_what_would_happen_and_writes_nothing_at_all(home: Path) -> None:
    path = file_of(home, "Order No,Member ID,Date,Sales\n1,ann,2026-01-01,10\n2,ann,soon,10\n")
    before = whole_database()

    preview = preview_import(kind="orders", path=path, options=ImportOptions())

    assert preview.mapping == {
        "order": "Order No",
        "customer": "Member ID",
        "time": "Date",
        "amount": "Sales",
    }
    assert (preview.rows_read, preview.rows_good, preview.rows_bad) == (2, 1, 1)
    assert preview.complaints[0]["row"] == 3
    assert whole_database() == before
    assert (ImportBatch.objects.count(), Job.objects.count()) == (0, 0)
    assert list(home.rglob("*.*")) == [path]


def test_parquet_goes_in_like_csv(home: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet

    table = pa.table(
        {
            "basket_id": pa.array([1, 1, 2]),
            "household_id": pa.array(["ann", "ann", None]).dictionary_encode(),
            "transaction_timestamp": pa.array([datetime(2018, 1, 1, 4, 1, 20, tzinfo=UTC)] * 3),
            "product_id": pa.array([7, 8, 7]),
            "quantity": pa.array([1.0, 2.0, 1.0]),
            "sales_value": pa.array([1.5, 2.25, 0.1 + 0.2]),
        }
    )
    pyarrow.parquet.write_table(table, home / "orders.parquet")
    result = bring("orders", home / "orders.parquet")

    assert lines() == [
        ("1", "ann", "7", 1.0, 150, None, False),
        ("1", "ann", "8", 2.0, 225, None, False),
        ("2", None, "7", 1.0, 30, None, False),
    ]
    assert result["notes"]["lines without a customer"] == 1


@pytest.mark.requirement("DATA-16")
def test_gather_build_load_and_target_are_steps_whose_source_stays_traceable(home: Path) -> None:
    fair = "customer,email,city\nann,ann@example.com,Rome\n,lost@example.com,Oslo\n"
    gathered = preview_import(kind="customers", path=file_of(home, fair, "fair.csv"), options=ImportOptions())
    loaded = bring("customers", home / "fair.csv", source="fair")
    bring(
        "orders",
        file_of(home, "order,customer,time,amount\n1,ann,2026-03-01,20\n", "till.csv"),
        source="fair",
    )

    assert (gathered.rows_good, gathered.rows_bad, loaded["rows_good"], loaded["rows_bad"]) == (1, 1, 1, 1)
    targeted = Order.objects.visible().filter(party__facts__value_text="Rome")
    assert [(o.party.batch.file_name, o.party.source, o.batch.file_name) for o in targeted] == [
        ("fair.csv", "fair", "till.csv")
    ]
    batch = ImportBatch.objects.get(file_name="fair.csv")
    assert (batch.created_by, len(batch.file_sha256), batch.rows_read) == ("Mia", 64, 2)

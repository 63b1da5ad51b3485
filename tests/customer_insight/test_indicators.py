"""Order lines in, one row of measures per customer out."""

import duckdb
import pyarrow as pa
import pytest

from customer_insight.indicators import INDICATORS, sales_between, transaction_indicators
from customer_insight.margin import Margin
from customer_insight.tables import TableError

TYPES = {
    "customer_id": pa.int64(),
    "order_id": pa.int64(),
    "day": pa.int64(),
    "product_id": pa.int64(),
    "quantity": pa.int64(),
    "amount": pa.int64(),
    "cost": pa.int64(),
    "discount": pa.int64(),
    "is_return": pa.bool_(),
}
QUARTER = Margin(assumed_rate=0.25)

LINES = [
    dict(zip(TYPES, values, strict=True))
    for values in [
        # customer, order, day, product, quantity, amount, cost, discount, return
        # Alice: three orders, one thing back at its own till slip, one line of unknown cost and product
        (1, 101, 100, 7, 1, 3000, 2000, 100, False),
        (1, 101, 100, 8, 1, 1000, None, 0, False),
        (1, 102, 110, 7, 1, 3000, 2000, 50, False),
        (1, 103, 130, None, 1, 500, 400, 0, False),
        (1, 104, 131, 7, -1, -3000, -2000, 100, True),
        # Bob: one order, part of it returned under the same order a week later
        (2, 201, 120, 9, 2, 800, 500, 0, False),
        (2, 201, 127, 9, -1, -400, -250, 0, True),
        # Carol: everything she bought went back, at a lower cost than it left
        (3, 301, 90, 7, 1, 700, 500, 0, False),
        (3, 302, 95, 7, -1, -700, -450, 0, True),
        # Dave: only a return is on file
        (4, 401, 99, 7, -1, -250, -200, 30, True),
        # Erin: two orders on one day, a gift of zero
        (5, 501, 140, 7, 1, 0, 100, 0, False),
        (5, 502, 140, 8, 1, 900, 600, 0, False),
        # after the as-of day, and without a customer
        (1, 105, 141, 7, 1, 99999, 1, 0, False),
        (None, 601, 100, 7, 1, 5000, 1, 0, False),
    ]
]


def measured(engine, **window):
    rows = engine.rows(transaction_indicators(engine.table(LINES, TYPES), margin=QUARTER, **window))
    return {row.pop("customer_id"): row for row in rows}


def column(rows, name):
    return {customer: row[name] for customer, row in rows.items()}


@pytest.mark.requirement(
    "ANA-02", "ANA-03", "ANA-04", "ANA-05", "ANA-06", "ANA-07", "ANA-08", "ANA-09", "ANA-10"
)
def test_alice_s_row_reads_as_her_till_slips_do(engine):
    assert measured(engine, as_of=140)[1] == {
        "transaction_count": 3,
        "sales_amount": 4500,  # 3000 + 1000 + 3000 + 500 - 3000
        "profit_amount": 1350,  # 1000 + 250 assumed + 1000 + 100 - 1000
        "gross_margin_rate": 0.3,
        "average_transaction_amount": 1500.0,
        "largest_transaction_amount": 4000,
        "return_amount": 3000,
        "return_count": 1,
        "tenure_days": 40,
        "average_cycle_days": 15.0,  # 10 and 20 days
        "recency_days": 10,
        "first_day": 100,
        "last_day": 130,
        "product_count": 2,
        "discount_amount": 150,
        "unknown_cost_share": pytest.approx(1000 / 7500),
    }


@pytest.mark.requirement("ANA-02", "ANA-08")
def test_an_order_counts_once_however_many_lines_and_a_slip_of_returns_is_no_transaction(engine):
    rows = measured(engine, as_of=140)
    assert column(rows, "transaction_count") == {1: 3, 2: 1, 3: 1, 4: 0, 5: 2}
    assert column(rows, "return_count") == {1: 1, 2: 1, 3: 1, 4: 1, 5: 0}


@pytest.mark.requirement("ANA-03", "ANA-07")
def test_sales_and_profit_are_net_of_returns(engine):
    rows = measured(engine, as_of=140)
    assert column(rows, "sales_amount") == {1: 4500, 2: 400, 3: 0, 4: -250, 5: 900}
    assert column(rows, "profit_amount") == {1: 1350, 2: 150, 3: -50, 4: -50, 5: 200}
    assert column(rows, "return_amount") == {1: 3000, 2: 400, 3: 700, 4: 250, 5: 0}


@pytest.mark.requirement("ANA-04")
def test_margin_of_no_sales_is_undefined_not_zero(engine):
    rates = column(measured(engine, as_of=140), "gross_margin_rate")
    assert rates == {1: 0.3, 2: 0.375, 3: None, 4: 0.2, 5: pytest.approx(2 / 9)}


@pytest.mark.requirement("ANA-05", "ANA-06")
def test_average_is_amount_over_count_and_largest_leaves_returned_lines_aside(engine):
    rows = measured(engine, as_of=140)
    assert column(rows, "average_transaction_amount") == {1: 1500.0, 2: 400.0, 3: 0.0, 4: None, 5: 450.0}
    assert column(rows, "largest_transaction_amount") == {1: 4000, 2: 800, 3: 700, 4: None, 5: 900}


@pytest.mark.requirement("ANA-09", "ANA-10")
def test_times_are_undefined_without_a_transaction_and_cycles_with_fewer_than_two(engine):
    rows = measured(engine, as_of=140)
    assert column(rows, "tenure_days") == {1: 40, 2: 20, 3: 50, 4: None, 5: 0}
    assert column(rows, "recency_days") == {1: 10, 2: 20, 3: 50, 4: None, 5: 0}
    assert column(rows, "average_cycle_days") == {1: 15.0, 2: None, 3: None, 4: None, 5: 0.0}
    assert column(rows, "last_day") == {1: 130, 2: 120, 3: 90, 4: None, 5: 140}


def test_both_ends_of_the_window_count_and_nothing_beyond(engine):
    rows = measured(engine, since=100, as_of=127)
    assert column(rows, "sales_amount") == {1: 7000, 2: 400}
    assert column(rows, "tenure_days") == {1: 27, 2: 7}
    assert column(measured(engine, since=101, as_of=126), "sales_amount") == {1: 3000, 2: 800}


def test_a_window_without_lines_has_no_customers(engine):
    assert measured(engine, since=200, as_of=300) == {}


def test_products_are_counted_once_and_unknown_ones_not_at_all(engine):
    rows = measured(engine, as_of=140)
    assert column(rows, "product_count") == {1: 2, 2: 1, 3: 1, 4: 0, 5: 2}
    assert column(rows, "unknown_cost_share")[4] is None


def test_sales_between_two_days_are_the_outcome_of_a_campaign(engine):
    table = engine.table(LINES, TYPES)
    rows = engine.rows(sales_between(table, start=100, end=120, margin=QUARTER))
    assert sorted(rows, key=lambda row: row["customer_id"]) == [
        {"customer_id": 1, "sales_amount": 7000, "profit_amount": 2250, "transaction_count": 2},
        {"customer_id": 2, "sales_amount": 800, "profit_amount": 300, "transaction_count": 1},
    ]


def test_windows_that_meet_add_up_to_the_whole(engine):
    table = engine.table(LINES, TYPES)

    def total(start, end):
        rows = engine.rows(sales_between(table, start=start, end=end, margin=QUARTER))
        return [sum(row[name] for row in rows) for name in ("sales_amount", "profit_amount")]

    parts = [total(90, 109), total(110, 126), total(127, 140)]
    assert [sum(column) for column in zip(*parts, strict=True)] == total(90, 140) == [5550, 1600]


def test_the_catalogue_explains_every_column_and_only_those(engine):
    [row] = engine.rows(transaction_indicators(engine.table(LINES[5:7], TYPES), as_of=140, margin=QUARTER))
    assert list(row) == ["customer_id", *INDICATORS]
    assert {i.requirement for i in INDICATORS.values()} >= {f"ANA-{number:02}" for number in range(2, 11)}
    for indicator in INDICATORS.values():
        never = all(other[indicator.name] is not None for other in measured(engine, as_of=140).values())
        assert never == (indicator.undefined == "never null"), indicator.name
        assert indicator.label_zh not in {"", indicator.label_en}


@pytest.mark.requirement("ANA-02", "ANA-03")
def test_complete_journey_adds_up(journey_lines):
    table = duckdb.connect().from_arrow(journey_lines)
    measures = transaction_indicators(table, as_of=17532, margin=QUARTER).to_arrow_table()
    assert measures.num_rows == 2469
    assert (
        measures["sales_amount"].to_numpy().sum() == journey_lines["amount"].to_numpy().sum() == 459_603_958
    )
    orders = journey_lines["order_id"].to_numpy()
    assert measures["transaction_count"].to_numpy().sum() == len(set(orders)) == 155_848


def test_a_window_that_ends_before_it_starts_is_refused(engine):
    table = engine.table(LINES, TYPES)
    with pytest.raises(ValueError, match=r"since \(150\) lies after as_of \(140\)"):
        transaction_indicators(table, as_of=140, since=150, margin=QUARTER)
    with pytest.raises(ValueError, match=r"end \(9\) lies before start \(10\)"):
        sales_between(table, start=10, end=9, margin=QUARTER)


def test_a_missing_column_is_named(engine):
    table = engine.table([{"customer_id": 1, "order_id": 1, "day": 1}])
    with pytest.raises(TableError, match="product_id, amount, cost, discount, is_return"):
        transaction_indicators(table, as_of=140, margin=QUARTER)

"""What customers paid, how long it took, what they owed: figures worked out by hand."""

import pyarrow as pa
import pytest

from customer_insight.indicators import financial_indicators
from customer_insight.indicators.financial_entries import FINANCIAL

WHOLE = pa.int64()
# Alice: two invoices of 100; pays 150 on day 10 and 50 on day 30. Bob: 60, never pays. Carol pays 40 ahead.
INVOICES = [
    {"customer_id": 1, "invoice_id": 1, "day": 0, "due_day": 5, "amount": 100},
    {"customer_id": 1, "invoice_id": 2, "day": 10, "due_day": None, "amount": 100},
    {"customer_id": 2, "invoice_id": 3, "day": 20, "due_day": 30, "amount": 60},
    {"customer_id": 3, "invoice_id": 4, "day": 24, "due_day": 24, "amount": 100},
    {"customer_id": 1, "invoice_id": 5, "day": 99, "due_day": 99, "amount": 9999},
]
RECEIPTS = [
    {"customer_id": 1, "receipt_id": 1, "day": 10, "amount": 150},
    {"customer_id": 1, "receipt_id": 2, "day": 30, "amount": 50},
    {"customer_id": 3, "receipt_id": 3, "day": 20, "amount": 40},
    {"customer_id": 4, "receipt_id": 4, "day": 30, "amount": 7},
    {"customer_id": 1, "receipt_id": 5, "day": 98, "amount": 8888},
]


def measured(engine, allocations=None, invoices=INVOICES, receipts=RECEIPTS, **parameters):
    tables = {"invoices": engine.table(invoices) if invoices else None}
    if allocations:
        tables["allocations"] = engine.table(
            [dict(zip(("receipt_id", "invoice_id", "amount"), row, strict=True)) for row in allocations]
        )
    rows = engine.rows(financial_indicators(engine.table(receipts), **tables, **parameters))
    return {row.pop("customer_id"): row for row in rows}


def column(rows, name):
    return {customer: row[name] for customer, row in rows.items()}


@pytest.mark.requirement("ANA-12", "ANA-13")
def test_receipts_are_counted_summed_and_averaged_and_their_largest_found(engine):
    rows = measured(engine, as_of=39)
    assert column(rows, "receipt_count") == {1: 2, 2: 0, 3: 1, 4: 1}
    assert column(rows, "received_amount") == {1: 200, 2: 0, 3: 40, 4: 7}
    assert column(rows, "largest_receipt_amount") == {1: 150, 2: None, 3: 40, 4: 7}
    assert column(rows, "average_receipt_amount") == {1: 100.0, 2: None, 3: 40.0, 4: 7.0}


@pytest.mark.requirement("ANA-14")
def test_without_allocations_money_pays_the_oldest_invoice_first(engine):
    # Alice: 100 after 10 days, 50 after 0, 50 after 20: 2,000 money-days over 200. Carol paid 4 days ahead.
    assert column(measured(engine, as_of=39), "average_collection_days") == {
        1: 10.0,
        2: None,
        3: -4.0,
        4: None,
    }


@pytest.mark.requirement("ANA-14")
def test_allocated_parts_count_by_their_amounts_and_money_not_allocated_does_not(engine):
    parts = [(1, 2, 100), (1, 1, 30), (2, 1, 50)]  # 20 of the first receipt went nowhere
    rows = measured(engine, parts, as_of=39)
    # 100 x 0 + 30 x 10 + 50 x 30 = 1,800 over 180
    assert column(rows, "average_collection_days") == {1: 10.0, 2: None, 3: None, 4: None}


@pytest.mark.requirement("ANA-14")
def test_days_can_be_counted_from_the_due_day(engine):
    rows = measured(engine, as_of=39, counted_from="due")
    # 100 after 5 days, 50 after 0, 50 after 20
    assert column(rows, "average_collection_days") == {1: 7.5, 2: None, 3: -4.0, 4: None}


@pytest.mark.requirement("ANA-14")
def test_only_money_of_the_window_is_timed_and_it_pays_what_is_left(engine):
    rows = measured(engine, since=11, as_of=39)
    assert column(rows, "average_collection_days") == {1: 20.0, 2: None, 3: -4.0, 4: None}
    parts = [(1, 1, 100), (2, 2, 50)]
    assert column(measured(engine, parts, since=11, as_of=39), "average_collection_days")[1] == 20.0


@pytest.mark.requirement("ANA-15", "ANA-16")
def test_arrears_are_the_mean_balance_of_the_days_and_its_share_of_what_was_billed(engine):
    rows = measured(engine, as_of=39)
    # Alice, days 0 to 39: 100 for 10 days, 50 for 20, 0 for 10; of 100, 200 and 200 billed
    assert column(rows, "average_arrears_amount") == {1: 50.0, 2: 60.0, 3: 60.0, 4: None}
    shares = column(rows, "average_arrears_rate")
    assert shares == {1: pytest.approx((10 * 1 + 20 * 0.25) / 40), 2: 1.0, 3: 0.6, 4: None}
    assert column(rows, "outstanding_amount") == {1: 0, 2: 60, 3: 60, 4: None}


@pytest.mark.requirement("ANA-15", "ANA-16")
def test_a_window_starts_with_the_balance_it_found(engine):
    rows = measured(engine, since=20, as_of=39)
    # Alice: 50 for 10 of 20 days. Carol: paid ahead (no arrears) for 4 days, then 60 for 16; shares from day 24
    assert column(rows, "average_arrears_amount") == {1: 25.0, 2: 60.0, 3: 48.0, 4: None}
    assert column(rows, "average_arrears_rate") == {1: 0.125, 2: 1.0, 3: 0.6, 4: None}


@pytest.mark.requirement("ANA-15")
def test_arrears_from_the_due_day_do_not_count_money_that_is_not_due(engine):
    rows = measured(engine, as_of=39, counted_from="due")
    # Alice: 100 for days 5 to 9, 50 for days 10 to 29, of 35 days. Bob: 60 from day 30
    assert column(rows, "average_arrears_amount") == {1: pytest.approx(1500 / 35), 2: 60.0, 3: 60.0, 4: None}


def test_without_invoices_what_rests_on_them_is_unknown_not_zero(engine):
    rows = measured(engine, invoices=None, as_of=39)
    assert sorted(rows) == [1, 3, 4]
    for name in (
        "average_collection_days",
        "average_arrears_amount",
        "average_arrears_rate",
        "outstanding_amount",
    ):
        assert set(column(rows, name).values()) == {None}
    assert list(rows[1]) == list(FINANCIAL)


def test_amounts_that_are_not_above_zero_are_left_aside(engine):
    more = [*RECEIPTS, {"customer_id": 2, "receipt_id": 9, "day": 21, "amount": -5}]
    assert column(measured(engine, receipts=more, as_of=39), "receipt_count")[2] == 0


def test_allocations_without_invoices_and_windows_without_days_are_refused(engine):
    with pytest.raises(ValueError, match="pass the invoices too"):
        measured(engine, [(1, 1, 1)], invoices=None, as_of=39)
    with pytest.raises(ValueError, match=r"since \(40\) lies after as_of \(39\)"):
        measured(engine, since=40, as_of=39)

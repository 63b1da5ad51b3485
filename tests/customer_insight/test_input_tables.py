"""What is wrong with a table is said at the door: which column, how many rows, what to do."""

import math

import polars as pl
import pyarrow as pa
import pytest

from customer_insight.indicators import financial_indicators, transaction_indicators
from customer_insight.inputs import (
    INTERACTIONS,
    ORDER_LINES,
    RECEIPTS,
    Column,
    TableDefinition,
    check_table,
    typed,
)
from customer_insight.margin import Margin
from customer_insight.tables import TableError

GOOD = [
    {"customer_id": 1, "receipt_id": 1, "day": 10, "amount": 500},
    {"customer_id": 2, "receipt_id": 2, "day": 11, "amount": 300},
]
TYPES = {name: pa.int64() for name in ("customer_id", "receipt_id", "day", "amount")}
MEASURES = TableDefinition(
    name="measures",
    columns={
        "customer_id": Column(kind="key", meaning="who"),
        "score": Column(kind="number", meaning="how much", nullable=True),
    },
)


def told(table, definition=RECEIPTS, **parameters):
    with pytest.raises(TableError) as refused:
        check_table(table, definition, **parameters)
    return str(refused.value)


def test_a_good_table_passes(engine):
    check_table(engine.table(GOOD), RECEIPTS, as_of=11)


def test_every_fault_is_named_with_its_count_and_its_remedy(engine):
    bad = [
        {"customer_id": None, "receipt_id": 3, "day": 10, "amount": 1},
        {"customer_id": 3, "receipt_id": 3, "day": 12, "amount": -5},
        {"customer_id": 3, "receipt_id": 4, "day": 13, "amount": 0},
    ]
    message = told(engine.table([*GOOD, *bad], TYPES), as_of=11)
    assert message.startswith("table 'receipts': ")
    for fault in (
        "column 'customer_id' is empty in 1 row(s), leave them out or fill it in",
        "column 'day' lies after as_of (11) in 2 row(s), leave them out",
        "column 'amount' is not above 0 in 2 row(s), enter them on the other side",
        "column 'receipt_id' holds 1 value(s) more than once, number the rows anew",
    ):
        assert fault in message


def test_infinite_numbers_are_refused(engine):
    rows = [
        {"customer_id": 1, "score": math.inf},
        {"customer_id": 2, "score": 1.5},
        {"customer_id": 3, "score": None},
    ]
    assert "column 'score' is infinite or no number in 1 row(s)" in told(engine.table(rows), MEASURES)


def test_amounts_of_several_currencies_are_refused(engine):
    rows = [row | {"currency": currency} for row, currency in zip(GOOD, ("CNY", "EUR"), strict=True)]
    assert "column 'currency' holds 1 more than one currency, convert to one" in told(engine.table(rows))


def test_a_column_of_the_wrong_type_is_refused_wherever_the_table_is_used(engine):
    words = engine.table([row | {"day": "2026-01-01"} for row in GOOD])
    with pytest.raises(
        TableError, match=r"column 'day' of 'receipts' is .*, not day; give days since 1970-01-01"
    ):
        financial_indicators(words, as_of=11)
    euros = engine.table([row | {"amount": "5.00"} for row in GOOD])
    with pytest.raises(TableError, match=r"column 'amount' .* not money; give whole minor units"):
        financial_indicators(euros, as_of=11)


def test_fractions_of_a_minor_unit_are_refused():
    with pytest.raises(TableError, match="column 'amount' of 'receipts' is Float64, not money"):
        typed(pl.DataFrame(GOOD).with_columns(pl.col("amount") / 7), RECEIPTS)
    floats = pl.DataFrame(GOOD).with_columns(pl.col("amount") / 7).to_pandas()  # pandas keeps gaps as floats
    assert "column 'amount' is not whole in 2 row(s), round it" in told(floats)


def test_a_missing_column_is_named_with_those_that_are_there(engine):
    with pytest.raises(TableError, match=r"table 'receipts' lacks column\(s\) day, amount; it has"):
        check_table(engine.table([{"customer_id": 1, "receipt_id": 1}]), RECEIPTS)


def test_a_column_without_any_value_takes_its_type(engine):
    rows = [
        {
            "customer_id": 1,
            "interaction_id": 1,
            "day": 1,
            "channel": None,
            "direction": "in",
            "feedback_kind": None,
        }
    ]
    check_table(engine.table(rows), INTERACTIONS)


def test_order_lines_of_the_wrong_type_are_refused():
    lines = pl.DataFrame(
        {"customer_id": [1], "order_id": [1], "day": [1], "product_id": [1], "quantity": [1], "amount": [1],
         "cost": [1], "discount": [0], "is_return": ["no"]}
    )  # fmt: skip
    with pytest.raises(TableError, match="column 'is_return' of 'order_lines' is String, not boolean"):
        transaction_indicators(lines, as_of=3, margin=Margin(assumed_rate=0.3))
    assert set(ORDER_LINES.required) == set(lines.columns)

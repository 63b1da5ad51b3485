"""What the demo makes up is alike on every machine, says so in every key, and goes in without a bad row."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from customers.importing import bring

from guanxi.demo.made_up import MADE_UP, write_made_up

pytestmark = pytest.mark.django_db(transaction=True)
TRANSACTIONS = pa.table(
    {
        "household_id": [2, 2, 2, 7, 13, 3, 40],
        "sales_value": [10.0, 2.5, 99.0, 7.0, 24.0, 12.0, 1.0],
        "transaction_timestamp": [
            datetime(2017, month, 5, 12, tzinfo=UTC) for month in (1, 1, 12, 3, 2, 4, 5)
        ],
    }
)


def lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def test_accounts_are_billed_for_what_was_really_bought_and_paid_by_habit(home: Path) -> None:
    files = write_made_up(TRANSACTIONS, home)
    assert lines(files["invoices"]) == [
        ["made-up-2-bill-1", "2", "2017-02-01", "2017-02-15", "12.50"],
        ["made-up-7-bill-3", "7", "2017-04-01", "2017-04-15", "7.00"],
    ]
    assert lines(files["receipts"]) == [
        ["made-up-2-bill-1-paid", "2", "2017-03-01", "6.25", "made-up-2-bill-1"],
        ["made-up-7-bill-3-paid", "7", "2017-04-29", "7.00", "made-up-7-bill-3"],
    ]
    assert lines(files["opportunities"]) == [
        ["made-up-3-deal", "3", "made-up-standing order", "2017-02-09", "", "1.00", ""],
        ["made-up-13-deal", "13", "made-up-standing order", "2017-06-19", "2017-08-01", "2.00", "lost"],
    ]


def test_every_key_says_that_it_is_made_up_and_every_row_goes_in(home: Path) -> None:
    for kind, path in write_made_up(TRANSACTIONS, home).items():
        assert all(row[0].startswith(MADE_UP) for row in lines(path))
        result = bring(kind, path)
        assert (result["rows_bad"], result["rows_good"]) == (0, len(lines(path)))


def test_the_order_of_the_real_lines_changes_nothing(home: Path) -> None:
    other = home / "other"
    other.mkdir()
    one = write_made_up(TRANSACTIONS, home)
    again = write_made_up(TRANSACTIONS.take(list(range(6, -1, -1))), other)
    assert {kind: path.read_bytes() for kind, path in one.items()} == {
        kind: path.read_bytes() for kind, path in again.items()
    }

"""Bad cells and bad rows: each in the error file with its row, its column, its value and the reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from customers.importing import bring, error_lines, file_of

pytestmark = pytest.mark.django_db(transaction=True)

NOT_A_NUMBER = "is not a number (write 1234.50 or 1,234.50)"
NOT_A_COMMA = "is not a number (write 1234.50 or 1,234.50; for 1.234,50 say --decimal ,)"
NOT_A_DATE = "is not a date (2026-11-21 or 2026-11-21 14:30:00; other shapes need a date format)"
NOT_A_FLAG = "is neither yes nor no (write yes, no, true, false, 1 or 0)"
OUTSIDE = "is a date outside 1900 to 2199"

ORDER_CELLS: dict[str, tuple[str, str, str]] = {
    "infinite amount": ("amount", "inf", "is not a finite number"),
    "amount that is no number": ("amount", "NaN", "is not a finite number"),
    "amount beyond floats": ("amount", "1e400", "is not a finite number"),
    "amount too large": ("amount", "100000000000000", "is too large an amount"),
    "amount far too large": ("amount", "1e300", "is too large an amount"),
    "misplaced thousands": ("amount", "1,23", NOT_A_COMMA),
    "underscored number": ("amount", "1_000", NOT_A_NUMBER),
    "decimal comma": ("amount", "1234,50", NOT_A_COMMA),
    "number of words": ("quantity", "two", NOT_A_NUMBER),
    "infinite quantity": ("quantity", "Infinity", "is not a finite number"),
    "infinite debt": ("quantity", "'-Infinity", "is not a finite number"),
    "huge quantity": ("quantity", "1000000000", "is too large a quantity"),
    "formula": ("amount", "'=1+1", NOT_A_NUMBER),
    "wide formula": ("amount", "'＝1+1", NOT_A_NUMBER),
    "year 0": ("time", "0000-01-01", OUTSIDE),
    "year 1899": ("time", "1899-12-31 23:59:59", OUTSIDE),
    "year 2200": ("time", "2200-01-01", OUTSIDE),
    "far future": ("time", "2199-12-31", "lies in the future"),
    "no such day": ("time", "2026-02-30", NOT_A_DATE),
    "German date": ("time", "31.12.2017", NOT_A_DATE),
    "American date": ("time", "12/31/2017", NOT_A_DATE),
    "no such zone": ("time", "2026-01-01 10:00 Mars", NOT_A_DATE),
    "key too long": ("order", "k" * 121, "is longer than 120 characters"),
    "customer key too long": ("customer", "k" * 121, "is longer than 120 characters"),
    "NUL in a key": ("customer", "a\0b", "holds a NUL byte"),
    "no such flag": ("is_return", "perhaps", NOT_A_FLAG),
    "other currency": (
        "currency",
        "EUR",
        "is not USD, the currency this installation sums in (GUANXI_CURRENCY)",
    ),
}


def _with_one_bad_cell_each(cells: dict[str, tuple[str, str, str]], good: dict[str, str]) -> str:
    """A good row, then one row per case that is good but for one cell; the first column numbers them."""
    key, *_ = good
    rows = [good | {key: f"{key} {number}", **bad} for number, bad in enumerate([{}, *_cells(cells)])]
    return "\n".join("\t".join(row) for row in [list(good), *(list(row.values()) for row in rows)])


def _cells(cells: dict[str, tuple[str, str, str]]) -> list[dict[str, str]]:
    return [{column: shown.removeprefix("'") or "x" * 4001} for column, shown, _ in cells.values()]


def _expected(cells: dict[str, tuple[str, str, str]]) -> list[list[str]]:
    """The error file: every case on its own row, below the header and the good row."""
    return [
        [str(row), column, shown.replace("\0", ""), reason]
        for row, (column, shown, reason) in enumerate(cells.values(), start=3)
    ]


def test_every_bad_cell_of_an_order_file_is_reported_and_the_good_row_lands(home: Path) -> None:
    good = {"order": "", "customer": "ann", "time": "2026-01-01", "amount": "1"}
    good |= {"quantity": "", "is_return": "", "currency": "", "store": ""}

    result = bring("orders", file_of(home, _with_one_bad_cell_each(ORDER_CELLS, good)))

    assert error_lines(result) == _expected(ORDER_CELLS)
    assert (result["rows_good"], result["rows_bad"]) == (1, len(ORDER_CELLS))


CUSTOMER_CELLS: dict[str, tuple[str, str, str]] = {
    "no at sign": ("email", "ann.example.com", "is not an e-mail address"),
    "two addresses": ("email", "a@x.org;b@x.org", "is not an e-mail address"),
    "letters in a phone": ("mobile", "call me", "is not a phone number"),
    "short phone": ("mobile", "12345", "is not a phone number"),
    "consent unclear": ("consent_email", "maybe", NOT_A_FLAG),
    "second of a key": ("customer", "customer 0", "occurs already in row 2, which was taken"),
    "date of no shape": ("acquired_on", "spring", NOT_A_DATE),
    "long cell of its own": ("city", "", "is longer than 4,000 characters"),
}


def test_every_bad_cell_of_a_customer_file_is_reported_and_the_good_row_lands(home: Path) -> None:
    good = {"customer": "", "email": "", "mobile": "", "consent_email": "", "acquired_on": "", "city": ""}

    result = bring("customers", file_of(home, _with_one_bad_cell_each(CUSTOMER_CELLS, good)))

    assert error_lines(result) == _expected(CUSTOMER_CELLS)
    assert (result["rows_good"], result["rows_bad"]) == (1, len(CUSTOMER_CELLS))


def test_a_required_cell_that_is_empty_is_reported_and_an_empty_customer_is_not(home: Path) -> None:
    result = bring("orders", file_of(home, "order,customer,time,amount\n,,,1\n1,,2026-01-01,1\n"))

    assert error_lines(result) == [["2", "order", "", "is missing"], ["2", "time", "", "is missing"]]
    assert result["notes"]["lines without a customer"] == 1


def test_an_order_with_two_customers_is_bad_as_a_whole(home: Path) -> None:
    text = "order,customer,time,amount\n1,ann,2026-01-01,1\n1,bob,2026-01-01,1\n1,,2026-01-01,1\n2,ann,2026-01-01,1\n"
    result = bring("orders", file_of(home, text))

    reason = "is not the only customer of this order"
    assert error_lines(result) == [
        ["2", "customer", "ann", reason],
        ["3", "customer", "bob", reason],
        ["4", "customer", "", reason],
    ]


def test_an_amount_or_a_unit_price_must_be_there_and_their_product_must_be_small_enough(home: Path) -> None:
    text = (
        "order,customer,time,amount,unit_price,quantity\n"
        "1,ann,2026-01-01,1,,\n"
        "2,ann,2026-01-01,,,\n"
        "3,ann,2026-01-01,,1e12,1000\n"
        "4,ann,2026-01-01,,1e300,1\n"
        "5,ann,2026-01-01,1,1e300,1\n"
    )
    result = bring("orders", file_of(home, text))

    assert error_lines(result) == [
        ["3", "amount", "", "is missing, and there is no unit price either"],
        ["4", "unit_price", "1e12", "times the quantity is too large an amount"],
        ["5", "unit_price", "1e300", "times the quantity is too large an amount"],
    ]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(home: Path) -> None:
    text = (
        "\ncustomer,email,note\n"  # rows 1 and 2
        "1,a@x.org,one\n"
        '2,b@x.org,"two\nlines"\n'  # row 4, with a line break in a cell
        "3,c@x.org\n"  # row 5: too short
        "\n"  # row 6: blank
        ",,\n"  # row 7: blank
        "4,d@x.org,four,4\n"  # row 8: too long
        "5,nonsense,five\n"  # row 9
        "6,f@x.org,six\n\n\n"
    )
    result = bring("customers", file_of(home, text))

    assert error_lines(result) == [
        ["5", "", "3,c@x.org", "has 2 cells, the header has 3"],
        ["8", "", "4,d@x.org,four,4", "has 4 cells, the header has 3"],
        ["9", "email", "nonsense", "is not an e-mail address"],
    ]
    assert (result["rows_read"], result["rows_good"], result["rows_bad"]) == (6, 3, 3)
    assert result["notes"]["blank rows"] == 4


def test_many_ragged_rows_among_good_ones_keep_every_row_number_right(home: Path) -> None:
    rows = [f"{n},x" if n % 3 else f"{n}" for n in range(2, 3002)]
    rows[2999] = "2,again"  # row 3001 repeats the key of row 2
    result = bring("customers", file_of(home, "customer,city\n" + "\n".join(rows)))

    lines = error_lines(result)
    assert [int(line[0]) for line in lines] == [*range(3, 3001, 3), 3001]
    assert lines[-1] == ["3001", "customer", "2", "occurs already in row 2, which was taken"]


def test_a_cell_of_many_megabytes_neither_lands_nor_breaks_the_machine(home: Path) -> None:
    result = bring(
        "customers", file_of(home, f"customer,city\n1,Rome\n2,{'x' * (10 << 20)}\n{'3' * (10 << 20)},Oslo\n")
    )

    assert error_lines(result) == [
        ["3", "city", "", "is longer than 4,000 characters"],
        ["4", "customer", "3" * 200, "is longer than 4,000 characters"],
    ]
    assert result["rows_good"] == 1


def test_dates_of_another_shape_go_in_with_their_format(home: Path) -> None:
    text = "order;customer;time;amount\n1;ann;31.12.2017;1\n2;ann;32.12.2017;1\n3;ann;2017-12-31;1\n"
    result = bring("orders", file_of(home, text), date_format="%d.%m.%Y")

    assert error_lines(result) == [
        ["3", "time", "32.12.2017", "is not a date (%d.%m.%Y)"],
        ["4", "time", "2017-12-31", "is not a date (%d.%m.%Y)"],
    ]


def test_columns_without_a_name_are_kept_under_their_position(home: Path) -> None:
    from guanxi.customers.models import Fact

    bring("customers", file_of(home, ", customer ,\n0,ann,x\n"))
    assert sorted(Fact.objects.values_list("attribute__code", "value_text")) == [
        ("column_1", "0"),
        ("column_3", "x"),
    ]

"""Amounts, dates and flags as other countries write them, and days that have not come yet."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from customers.importing import bring, error_lines, file_of

from guanxi.commerce.models import OrderLine
from guanxi.customers.imports.columns import MappingError
from guanxi.customers.imports.options import BadOption
from guanxi.customers.imports.running import ImportOptions, preview_import
from guanxi.customers.models import Consent, Fact
from guanxi.foundation import clock

pytestmark = pytest.mark.django_db(transaction=True)

COMMA_AMOUNTS = {
    "1.234": 123_400,
    "159,87": 15_987,
    "1.234,50": 123_450,
    "1234,50": 123_450,
    "1 234,50": 123_450,
    "1\u00a0234,50": 123_450,
    "1\u202f234,50": 123_450,
    "1'234,50": 123_450,
    "1’234’567,5": 123_456_750,
    "-1.234.567,89": -123_456_789,
    "€ 12,345": 1_235,
    "12,50 €": 1_250,
    "7": 700,
    ",5": 50,
}
NO_COMMA_AMOUNTS = ("12.34", "1,234.50", "1.23.456", "1.234.5", "12 34", "1,2,3", "1_000", "two")


def _orders(amounts: object) -> str:
    rows = (f"{n};ann;2026-01-01;{amount}" for n, amount in enumerate(list(amounts), start=100))  # type: ignore[call-overload]
    return "order;customer;time;amount\n" + "\n".join(rows) + "\n"


def test_with_a_decimal_comma_points_spaces_and_apostrophes_group_thousands(home: Path) -> None:
    result = bring("orders", file_of(home, _orders([*COMMA_AMOUNTS, *NO_COMMA_AMOUNTS])), decimal=",")

    lines = OrderLine.objects.order_by("order__source_key").values_list("amount", flat=True)
    assert list(lines) == list(COMMA_AMOUNTS.values())
    said = "is not a number (write 1234,50 or 1.234,50)"
    assert [(value.lstrip("'"), reason) for _, _, value, reason in error_lines(result)] == [
        (amount, said) for amount in NO_COMMA_AMOUNTS
    ]


def test_facts_of_a_file_with_a_decimal_comma_are_numbers_too(home: Path) -> None:
    bring("customers", file_of(home, "customer;points\nann;1.234\nbob;0,5\n"), decimal=",")
    facts = Fact.objects.filter(attribute__code="points").order_by("party__source_key")
    assert list(facts.values_list("value_number", "attribute__datatype")) == [
        (1234, "number"),
        (0.5, "number"),
    ]


def test_the_numbers_of_a_parquet_file_have_no_mark_to_mistake(home: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet

    table = pa.table({"order": ["1"], "customer": ["ann"], "time": ["2026-01-01"], "amount": [1.234]})
    pyarrow.parquet.write_table(table, home / "a.parquet")
    with pytest.raises(BadOption, match=r"^The mark before the decimals is for text files"):
        bring("orders", home / "a.parquet", decimal=",")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"decimal": ";"}, r"^The mark before the decimals is \. or , and not ';'\.$"),
        (
            {"observed_on": "2999-01-01"},
            r"^The date as of which facts are true, 2999-01-01, lies in the future\.$",
        ),
    ],
)
def test_an_option_that_cannot_be_is_refused(home: Path, options: dict[str, str], said: str) -> None:
    with pytest.raises(BadOption, match=said):
        bring("customers", file_of(home, "customer,city\nann,Rome\n"), **options)


def test_what_has_not_happened_yet_is_reported_but_for_a_day_of_tolerance(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))
    times = ["2026-03-01 13:00", "2026-03-02 23:59:59", "2026-03-03", "2099-01-01"]
    rows = [f"{n},ann,{time},1" for n, time in enumerate(times)]
    result = bring("orders", file_of(home, "order,customer,time,amount\n" + "\n".join(rows)))
    assert error_lines(result) == [
        ["4", "time", "2026-03-03", "lies in the future"],
        ["5", "time", "2099-01-01", "lies in the future"],
    ]

    told = "customer,city,observed_on,acquired_on\nann,Rome,2026-03-02,2027-01-01\nbob,Oslo,2026-03-03,\n"
    result = bring("customers", file_of(home, told))
    assert error_lines(result) == [["3", "observed_on", "2026-03-03", "lies in the future"]]


def test_contacts_and_responses_that_have_not_happened_yet_are_reported(home: Path) -> None:
    for kind in ("contacts", "responses"):
        text = "campaign,customer,time\nspring,ann,2026-03-01\nspring,bob,2099-03-01\n"
        result = bring(kind, file_of(home, text, f"{kind}.csv"))
        assert error_lines(result) == [["3", "time", "2099-03-01", "lies in the future"]]


def test_yes_and_no_are_understood_in_the_neighbours_languages(home: Path) -> None:
    words = {
        "ja": True,
        "Nein": False,
        "oui": True,
        "NON": False,
        "sí": True,
        "si": True,
        "sì": True,
        "no": False,
    }
    rows = "\n".join(f"{n},{word}" for n, word in enumerate(words))
    bring("customers", file_of(home, f"customer,consent_email\n{rows}\n"))
    granted = Consent.objects.order_by("party__source_key").values_list("granted", flat=True)
    assert list(granted) == list(words.values())


def test_the_hint_for_a_missing_column_names_one_that_is_still_free(home: Path) -> None:
    path = file_of(home, "单号,Kunde,日期,金额\n1,ann,2026-01-01,1\n")
    with pytest.raises(MappingError, match=r"\(in commands: --map customer='Kunde'\)\.$"):
        preview_import(kind="orders", path=path, options=ImportOptions())

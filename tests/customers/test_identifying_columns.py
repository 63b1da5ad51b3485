"""Columns that say who somebody is become facts of the profile, and never reach the analytic copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of

from guanxi.customers.imports.columns import MappingError
from guanxi.customers.imports.running import ImportOptions, preview_import
from guanxi.customers.models import Attribute, Fact
from guanxi.insight.audience import audience_fields

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 30


def people(home: Path, **columns: list[Any]) -> Path:
    """A file of thirty customers with these columns."""
    head = ",".join(["customer", *columns])
    rows = [
        ",".join([f"c{n}", *(str(values[n % len(values)]) for values in columns.values())])
        for n in range(PEOPLE)
    ]
    return file_of(home, "\n".join([head, *rows]) + "\n", "people.csv")


UNIQUE = range(PEOPLE)
IDENTIFYING = {
    "second_email": [f"c{n}@example.com" for n in UNIQUE],
    "home_phone": [f"021-5555{n:04}" for n in UNIQUE],
    "Remarks": ["met at the fair", "write to a@b.org"],
    "reach": [f"+39 06 1234{n:04}" for n in UNIQUE],
    "handy": [f"1380000{n:04}" for n in UNIQUE],
    "paper": [f"11010519491231{n:04}" for n in UNIQUE],
    "家庭住址": [f"上海市 {n} 号" for n in UNIQUE],
    "what": [f"long story {n}" for n in UNIQUE],
    "loyalty_id": [f"{90_000_000 + n}" for n in UNIQUE],
}
PLAIN = {
    "city": ["Lisbon", "Porto"],
    "birth_year": [1950 + n for n in UNIQUE],
    "income": [f"{1000 + n}.50" for n in UNIQUE],
    "emails_opened": list(UNIQUE),
    "member_since": [f"2020-01-{n + 1:02}" for n in UNIQUE],
    "address_type": ["flat", "house"],
    "has_mobile": ["yes", "no"],
}


@pytest.mark.requirement("DATA-03")
@pytest.mark.parametrize("column", [*IDENTIFYING, *PLAIN])
def test_a_column_is_judged_by_its_name_and_its_values(home: Path, column: str) -> None:
    told = bring("customers", people(home, **{column: (IDENTIFYING | PLAIN)[column]}))

    attribute = Attribute.objects.get()
    assert attribute.identifying is (column in IDENTIFYING)
    assert told["notes"].get("kept out of analyses") == (column if column in IDENTIFYING else None)
    assert (f"fact.{attribute.code}" in audience_fields()) is (column in PLAIN)
    assert Fact.objects.count() == PEOPLE


def test_the_importer_is_told_before_and_may_know_better(home: Path) -> None:
    path = people(home, what=IDENTIFYING["what"], city=PLAIN["city"])
    assert preview_import(kind="customers", path=path, options=ImportOptions()).kept_out_of_analyses == [
        "what"
    ]

    options = ImportOptions(not_identifying=["what"])
    assert preview_import(kind="customers", path=path, options=options).kept_out_of_analyses == []
    bring("customers", path, not_identifying=["what"])
    assert not Attribute.objects.filter(identifying=True).exists()

    with pytest.raises(
        MappingError, match=r"^The file has no column 'that'; it has: customer, what, city\.$"
    ):
        bring("customers", path, not_identifying=["that"])


def test_an_analysed_attribute_does_not_take_in_what_says_who_somebody_is(home: Path) -> None:
    bring("customers", people(home, hint=["blue", "red"]))
    leak = people(home, hint=IDENTIFYING["second_email"])

    with pytest.raises(
        MappingError, match=r"^The column 'hint' seems to say who somebody is \(e-mail addresses\)"
    ):
        bring("customers", leak)
    assert set(Fact.objects.values_list("value_text", flat=True)) == {"blue", "red"}

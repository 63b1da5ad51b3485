"""A file may say who looks after its customers; undoing it gives them back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli.commands import guanxi
from customers.importing import bring, error_lines, file_of, undo, whole_database
from staff.cast import MAY, person, sales_department

from guanxi.customers.imports.running import ImportOptions, preview_import
from guanxi.customers.models import Assignment, Fact, Handover, Party
from guanxi.customers.queries import is_seen, profile
from guanxi.customers.services import assign_customers, merge
from guanxi.foundation.models import ChangeRow
from guanxi.staff.models import User
from guanxi.staff.roles import Role
from guanxi.staff.visibility import visible_to

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(home: Path) -> dict[str, User]:
    return sales_department()


def come(home: Path, *lines: str, head: str = "customer,owner", source: str = "shop") -> dict[str, Any]:
    return bring("customers", file_of(home, "\n".join([head, *lines]), "owners.csv"), source)


def party(key: str) -> Party:
    return Party.objects.get(source_key=key)


def owners() -> dict[str, str]:
    found = Assignment.objects.exclude(owner=None).values_list("party__source_key", "owner__first_name")
    return dict(sorted(found))


def test_an_owner_is_named_by_address_or_name_and_an_empty_cell_says_nothing(
    home: Path, people: dict[str, User]
) -> None:
    result = come(home, "c1,zhou@example.com", "c2, BEN ", "c3,", "c4,Ann", head="客户编号,负责人")
    assert owners() == {"c1": "Zhou", "c2": "Ben", "c4": "Ann"}
    assert result["notes"]["customers given to an owner"] == 3
    assert not Fact.objects.exists()  # the column is no fact
    assert [is_seen(party(key), visible_to(people["zhou"])) for key in ("c1", "c2", "c3")] == [
        True,
        False,
        True,
    ]
    told = profile("shop:c1")
    assert [(row["owner"], row["by"]) for row in told["assignments"]] == [("Zhou", "Mia")]
    assert told["handovers"] == [{"import": result["import"], "owner": "Zhou", "before": None}]

    come(home, "c1,", "c2,Zhou")
    assert owners() == {"c1": "Zhou", "c2": "Zhou", "c4": "Ann"}


def test_an_owner_whom_there_is_not_is_a_bad_row_that_says_what_to_do(
    home: Path, people: dict[str, User]
) -> None:
    person("Zhou2", Role.SALESPERSON)
    User.objects.filter(email="zhou2@example.com").update(first_name="Zhou")
    User.objects.filter(pk=people["ann"].pk).update(is_active=False)
    lines = ["c1,Nobody Known", "c2,Zhou", "c3,eve@example.com", "c4,Ann", "c5,zhou2@example.com"]
    result = come(home, *lines)
    unknown = (
        "is nobody who looks after customers (write the e-mail address or name of a salesperson, "
        "sales manager or service agent under People, or leave it empty)"
    )
    several = "is what several colleagues are called (write the e-mail address)"
    assert error_lines(result) == [
        ["2", "owner", "Nobody Known", unknown],
        ["3", "owner", "Zhou", several],
        ["4", "owner", "eve@example.com", unknown],
        ["5", "owner", "Ann", unknown],
    ]
    assert owners() == {"c5": "Zhou"}
    tried = preview_import(kind="customers", path=home / "owners.csv", options=ImportOptions())
    assert tried.rows_bad == 4
    assert Handover.objects.count() == 1


def test_undone_customers_are_whose_they_were_and_new_ones_are_gone(
    home: Path, people: dict[str, User]
) -> None:
    come(home, "c1,", "c2,", "c3,Ben")
    assign_customers(customer_ids=[party("c1").pk], owner=people["ben"], actor=MAY)
    before = whole_database()
    ChangeRow.objects.all().delete()
    second = come(home, "c1,Zhou", "c2,Ann", "c3,Ben", "new,Zhou")
    assert owners() == {"c1": "Zhou", "c2": "Ann", "c3": "Ben", "new": "Zhou"}
    assert Handover.objects.filter(batch=second["import"]).count() == 3  # c3 was Ben's before
    assert ChangeRow.objects.filter(dataset="assignments").count() == 3
    assert undo(second["import"])["kept"] == 0
    assert whole_database() == before
    assert ChangeRow.objects.filter(dataset="assignments").count() == 6


def test_undone_what_was_given_on_since_stays(home: Path, people: dict[str, User]) -> None:
    empty = whole_database()
    first = come(home, "c1,Ben", "c2,Ben", "c3,Ben", "c4,Ben")["import"]
    second = come(home, "c1,Zhou", "c2,Zhou")["import"]
    assign_customers(customer_ids=[party("c3").pk], owner=people["ann"], actor=MAY)

    assert undo(first)["kept"] == 3
    assert owners() == {"c1": "Zhou", "c2": "Zhou", "c3": "Ann"}
    undo(second)
    assert owners() == {"c3": "Ann"}  # not Ben: the import that said so is gone
    Assignment.objects.all().delete()
    Party.objects.all().delete()
    assert whole_database() == empty


def test_all_records_of_a_customer_go_to_one_owner(home: Path, people: dict[str, User]) -> None:
    head = "customer,email,owner"
    come(home, "c1,c1@example.org,Ben", "c2,c2@example.org,", head=head)
    come(home, "w2,w2@example.org,", head=head, source="web")
    merge(party="web:w2", into="shop:c2", reason="same", actor=MAY)
    come(home, "w1,c1@example.org,Zhou", "w2,,Ann", head=head, source="web")  # w1 is c1, by its address
    assert owners() == {"c1": "Zhou", "c2": "Ann", "w1": "Zhou", "w2": "Ann"}
    come(home, "c1,,Ann", head=head)
    assert owners() == {"c1": "Ann", "c2": "Ann", "w1": "Ann", "w2": "Ann"}


def test_the_column_can_stay_a_fact(home: Path, people: dict[str, User]) -> None:
    path = file_of(home, "customer,owner\nc1,The bank\n", "owners.csv")
    guanxi("import", "customers", str(path), "--map", "owner=")
    assert list(Fact.objects.values_list("attribute__code", "value_text")) == [("owner", "The bank")]
    assert owners() == {}


def test_many_owners_are_given_and_given_back_in_blocks(
    home: Path, people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("loading", "handing_over"):
        monkeypatch.setattr(f"guanxi.customers.imports.{module}.BLOCK", 3)
    come(home, *(f"c{n}," for n in range(10)))
    before = whole_database()
    result = come(home, *(f"c{n},{'Zhou' if n % 2 else 'Ben'}" for n in range(10)))
    assert sorted(owners().values()) == ["Ben"] * 5 + ["Zhou"] * 5
    undo(result["import"])
    assert whole_database() == before

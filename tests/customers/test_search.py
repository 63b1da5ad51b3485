"""Finding customers: by everything a person types, only those that count and are seen, the likeliest first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli.commands import guanxi
from customers.importing import MIA, bring, file_of, undo, whole_database
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guanxi.customers import search, services
from guanxi.customers.models import ImportBatch, NameToken, Party
from guanxi.customers.search import By, search_customers
from guanxi.staff.models import User
from guanxi.staff.visibility import Sees

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = """customer,name,email,mobile
K1,王伟,wei.wang@example.com,+86 138 0013 1234
K2,王小明,ming@example.com,13912341234
K3,María López,mlopez@example.org,+34600111222
K4,Seán O'Brien,sean@example.ie,
K5,李乐,,
"""


@pytest.fixture
def people(home: Path) -> Path:
    bring("customers", file_of(home, PEOPLE))
    return home


def found(text: str, **asked: Any) -> list[str]:
    """The keys of those who are found, in order."""
    options = {"sees_addresses": True, **asked}
    return [each.customer.source_key for each in search_customers(text, **options).found]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("王伟", ["K1"]),
        ("王", ["K2", "K1"]),
        ("wangwei", ["K1"]),
        ("Wang Wei", ["K1"]),
        ("ww", ["K1"]),
        ("小明", ["K2"]),
        ("liyue", ["K5"]),
        ("mari", ["K3"]),
        ("lopez", ["K3"]),
        ("o'brien", ["K4"]),
        ("1234", ["K2", "K1"]),
        ("１２３４", ["K2", "K1"]),
        ("0013 1234", ["K1"]),
        ("+86 138", ["K1"]),
        ("+86 139 1234 1234", ["K2"]),
        ("13800131234", ["K1"]),
        ("600111222", ["K3"]),
        ("139123", ["K2"]),
        ("wei.wang@example.com", ["K1"]),
        ("WEI.WANG@", ["K1"]),
        ("wei.w", ["K1"]),
        ("mlop", ["K3"]),
        ("K4", ["K4"]),
        ("k4", ["K4"]),
        ("shop:K4", ["K4"]),
        ("w", []),
        ("234", []),
        ("%", []),
        ("_ang", []),
        ("wei_wang@", []),
        ("", []),
        ("\0", []),
        ("x" * 5_000, []),
    ],
)
def test_customers_are_found_by_what_people_type(people: Path, text: str, keys: list[str]) -> None:
    assert found(text) == keys


def test_a_public_id_finds_and_it_is_said_by_what(people: Path) -> None:
    public_id = Party.objects.get(source_key="K1").public_id
    by = {text: [each.by for each in search_customers(text, sees_addresses=True).found] for text in
          (public_id.upper(), "1234", "mlopez@example.org", "王伟")}  # fmt: skip
    assert list(by.values()) == [[By.KEY], [By.MOBILE, By.MOBILE], [By.EMAIL], [By.NAME]]


def test_who_may_not_see_addresses_learns_nothing_but_by_the_whole_key(people: Path) -> None:
    for text in ("王伟", "王", "ww", "mari", "1234", "13912341234", "wei.wang@example.com", "K"):
        assert found(text, sees_addresses=False) == []
    assert found("K1", sees_addresses=False) == found("shop:K1", sees_addresses=False) == ["K1"]


def test_the_surest_come_first_then_the_newest(home: Path) -> None:
    rows = ["old,Mariana Silva", "new,Maria Smith", "key,Tom Becker", "maria,Zoë Quinn"]
    bring("customers", file_of(home, "customer,name\n" + "\n".join(rows[:1]), "1.csv"))
    bring("customers", file_of(home, "customer,name\n" + "\n".join(rows[1:]), "2.csv"))
    assert found("maria") == ["maria", "old", "new"]  # a key; then names, by how they go on

    bring("customers", file_of(home, "customer,name\na1,李雷\na2,李雷\na3,李雷霆\n", "3.csv"))
    assert found("李雷") == ["a2", "a1", "a3"]


def test_a_page_is_full_at_its_limit_and_says_that_there_are_more(home: Path) -> None:
    lines = "".join(f"c{number},王{'伟芳娜'[number % 3]}\n" for number in range(50))
    bring("customers", file_of(home, "customer,name\n" + lines))
    for text in ("王", "wang", "wa", "w娜"):
        findings = search_customers(text, sees_addresses=True, limit=5)
        assert (len(findings.found), findings.has_more) == ((5, True) if text != "w娜" else (0, False))
    assert search_customers("王伟", sees_addresses=True, limit=17) == search_customers(
        "王伟", sees_addresses=True
    )
    assert not search_customers("王伟", sees_addresses=True, limit=17).has_more


def test_a_new_name_replaces_the_old_one_and_undoing_brings_it_back(people: Path) -> None:
    before = whole_database()
    second = bring("customers", file_of(people, "customer,name,mobile\nK1,张芳,13700009999\n", "new.csv"))
    assert (found("王伟"), found("张芳"), found("zhangf"), found("00131234"), found("9999")) == (
        [], ["K1"], ["K1"], [], ["K1"],
    )  # fmt: skip

    undo(second["import"])
    assert (found("王伟"), found("张芳"), found("00131234"), found("9999")) == (["K1"], [], ["K1"], [])
    assert whole_database() == before


def test_nobody_is_found_by_an_import_that_is_under_way_or_was_taken_back(people: Path) -> None:
    first = ImportBatch.objects.get()
    ImportBatch.objects.filter(pk=first.pk).update(state=ImportBatch.State.WORKING)
    assert [found(text) for text in ("王伟", "1234", "mlop", "K4")] == [[], [], [], []]

    ImportBatch.objects.filter(pk=first.pk).update(state=ImportBatch.State.PUBLISHED)
    undo(first.pk)
    assert [found(text) for text in ("王伟", "1234", "mlop", "K4")] == [[], [], [], []]
    assert not NameToken.objects.exists()


def test_a_merged_record_leads_to_its_customer_once(people: Path) -> None:
    services.merge(party="shop:K1", into="shop:K2", reason="same person", actor=MIA)
    assert found("王伟") == found("王") == found("1234") == found("K1") == ["K2"]


def test_somebody_finds_the_customers_that_they_see(people: Path) -> None:
    ann, bob = (
        User.objects.create_user(username=name, email=f"{name}@example.com", role="salesperson")
        for name in ("ann", "bob")
    )
    services.assign_customers(
        customer_ids=[Party.objects.get(source_key="K1").pk], owner=ann, actor=MIA
    )  # K2 stays in the pool
    assert found("王", sees=Sees(frozenset({ann.pk}))) == ["K2", "K1"]
    for sees in (Sees(frozenset({bob.pk})), Sees(frozenset())):
        assert found("王", sees=sees) == found("1234", sees=sees) == ["K2"]
        assert found("K1", sees=sees) == found("wei.wang@example.com", sees=sees) == []


def test_the_command_line_finds_them_too(people: Path) -> None:
    found_there = guanxi("customers", "find", "wang", "--limit", 1, "--json").json
    newest = Party.objects.get(source_key="K2")
    assert found_there == {
        "found": [{"customer": newest.public_id, "name": "王小明", "key": "shop:K2", "by": "name"}],
        "has_more": True,
    }
    shown = guanxi("customers", "find", "wang", "--limit", 1).out
    assert "王小明" in shown
    assert "There are more" in shown


def test_names_that_differ_only_by_reading_or_repeat_are_told_once(home: Path) -> None:
    bring("customers", file_of(home, "customer,name\nc1,单单单\n"))
    assert found("单") == found("dan") == found("shan") == ["c1"]


def test_a_frequent_surname_costs_as_few_queries_and_rows_as_a_rare_one(home: Path) -> None:
    lines = "".join(f"c{number},{'王' if number else '谌'}伟\n" for number in range(300))
    bring("customers", file_of(home, "customer,name\n" + lines))
    with CaptureQueriesContext(
        connection,
    ) as frequent:
        assert len(found("王伟")) == 20
    with CaptureQueriesContext(connection) as rare:
        assert found("谌伟") == ["c0"]
    assert len(frequent) <= len(rare) <= 16
    assert all("LIMIT 63" in query["sql"] for query in frequent if "nametoken" in query["sql"])


def test_a_surname_that_other_peoples_customers_bear_is_not_walked_through(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "LOOKED_AT", 20)
    lines = "".join(f"c{number},{'王伟' if number % 2 else '王芳'},138{number:08}\n" for number in range(60))
    bring("customers", file_of(home, "customer,name,mobile\n" + lines))
    ann, ben = (
        User.objects.create_user(username=name, email=f"{name}@example.com", role="salesperson")
        for name in ("ann", "ben")
    )
    everybody = list(Party.objects.order_by("pk").values_list("pk", flat=True))
    services.assign_customers(customer_ids=everybody[:2], owner=ann, actor=MIA)
    services.assign_customers(customer_ids=everybody[2:], owner=ben, actor=MIA)
    sees = Sees(frozenset({ann.pk}))

    def looked(text: str) -> tuple[list[str], bool, bool]:
        findings = search_customers(text, sees_addresses=True, sees=sees)
        return (
            [each.customer.source_key for each in findings.found],
            findings.has_more,
            findings.is_cut,
        )

    assert looked("王") == (["c1", "c0"], False, True)  # one's own are found, however many others there are
    assert looked("wangwei") == looked("wangw") == (["c1"], False, True)
    assert looked("138") == ([], False, False)
    assert looked("1380") == (["c0", "c1"], False, True)
    assert looked("13800000001") == (["c1"], False, False)
    assert looked("谌") == ([], False, False)
    with CaptureQueriesContext(connection) as queries:
        looked("王")
    walks = [query["sql"] for query in queries if "nametoken" in query["sql"]]
    assert walks
    assert all("LIMIT 20" in sql for sql in walks)

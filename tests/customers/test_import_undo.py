"""An undone import leaves the database as it was before it, byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from customers.importing import MIA, bring, file_of, undo, whole_database

from guanxi.commerce.models import Order, Product
from guanxi.customers.imports.running import ImportRefused, start_undo
from guanxi.customers.models import Attribute, Fact, ImportBatch, Party, PartyLink
from guanxi.customers.queries import profile
from guanxi.foundation import audit
from guanxi.foundation.errors import NotFound
from guanxi.foundation.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)

FILES: dict[str, tuple[str, str]] = {
    "customers": ("customers", "customer,name,email,city\nann,Ann,a@x.org,Rome\nbob,Bob,b@x.org,Oslo\n"),
    "moved": ("customers", "customer,name,city,shoe size\nann,Ann,Kyiv,38\ncy,Cy,Bari,44\n"),
    "products": ("products", "product,name,unit cost\ntea,Green tea,1.20\ncup,Cup,2\n"),
    "renamed": ("products", "product,name,unit cost\ntea,Black tea,1.50\njug,Jug,3\n"),
    "orders": (
        "orders",
        "order,customer,time,product,amount\n1,ann,2026-01-01,tea,10\n2,dan,2026-01-02,pot,5\n",
    ),
    "corrected": (
        "orders",
        "order,customer,time,product,amount\n1,bob,2026-01-01,cup,11\n3,dan,2026-01-03,,7\n",
    ),
}


def step(home: Path, name: str, source: str = "shop") -> int:
    kind, text = FILES[name]
    return int(bring(kind, file_of(home, text, f"{name}.csv"), source)["import"])


@pytest.mark.parametrize("name", FILES)
def test_undone_on_an_empty_database_nothing_is_left(home: Path, name: str) -> None:
    empty = whole_database()
    undo(step(home, name))
    assert whole_database() == empty


@pytest.mark.parametrize("name", FILES)
def test_undone_after_everything_else_all_that_it_replaced_is_back(home: Path, name: str) -> None:
    for earlier in FILES:
        step(home, earlier)
    before = whole_database()
    last = step(home, name)
    assert whole_database() != before
    result = undo(last)
    assert whole_database() == before
    assert result == {"import": last, "state": "undone", "kept": 0}


def _visible(name: str) -> Any:
    if name == "orders":
        orders = Order.objects.visible().order_by("source_key", "lines__position")
        return list(orders.values_list("source_key", "party__source_key", "lines__amount"))
    facts = Fact.objects.visible().order_by("party__source_key", "attribute__code")
    return list(facts.values_list("party__source_key", "attribute__code", "value_text"))


def test_what_a_later_import_replaced_stays_replaced_and_what_it_built_on_stays(home: Path) -> None:
    empty = whole_database()
    first, second = step(home, "orders"), step(home, "corrected")

    undo(first)

    assert _visible("orders") == [("1", "bob", 1100), ("3", "dan", 700)]
    assert sorted(Party.objects.values_list("source_key", flat=True)) == ["bob", "dan"]
    assert [o["order"] for o in profile("shop:dan")["orders"]] == ["shop:3"]
    undo(second)
    assert whole_database() == empty


def test_the_middle_of_three_versions_can_go_and_then_the_first_and_the_last(home: Path) -> None:
    empty = whole_database()
    versions = ["Rome", "Oslo", "Bari", "Kyiv"]
    ids = [
        bring("customers", file_of(home, f"customer,city\nann,{city}\n", f"{city}.csv"))["import"]
        for city in versions
    ]
    undo(ids[1])
    undo(ids[2])
    assert _visible("facts") == [("ann", "city", "Kyiv")]
    undo(ids[3])
    assert _visible("facts") == [("ann", "city", "Rome")]
    undo(ids[0])
    assert whole_database() == empty


def test_customers_products_and_attributes_that_others_refer_to_pass_to_them_and_go_with_the_last(
    home: Path,
) -> None:
    empty = whole_database()
    customers, products = step(home, "customers"), step(home, "products")
    orders, moved = step(home, "orders"), step(home, "moved")
    ann = Party.objects.get(source_key="ann").public_id

    assert undo(customers)["kept"] == 3  # ann, and the attributes name and city
    assert profile("shop:ann")["customer"] == ann
    with pytest.raises(NotFound):
        profile("shop:bob")
    undo(products)
    assert sorted(Product.objects.values_list("source_key", flat=True)) == ["pot", "tea"]
    undo(moved)
    assert profile("shop:ann")["facts"] == []
    assert sorted(Attribute.objects.values_list("code", flat=True)) == []
    undo(orders)
    assert whole_database() == empty


def test_a_customer_linked_by_another_source_stays_while_the_link_does(home: Path) -> None:
    empty = whole_database()
    crm = bring("customers", file_of(home, "customer,email\nc1,ann@x.org\n"), "crm")["import"]
    web = bring("customers", file_of(home, "customer,email\nw1,ann@x.org\n"), "web")["import"]
    assert PartyLink.objects.count() == 1

    undo(crm)
    assert [r["key"] for r in profile("web:w1")["source_records"]] == ["c1", "w1"]
    undo(web)
    assert whole_database() == empty


def test_undo_refuses_what_is_undone_or_unknown_and_is_in_the_audit(home: Path) -> None:
    only = step(home, "orders")
    undo(only)

    with pytest.raises(ImportRefused, match=rf"^Import {only} is undone already\.$"):
        start_undo(only, actor=MIA)
    with pytest.raises(NotFound, match=r"^There is no import 999999; `guanxi imports` lists them\.$"):
        start_undo(999999, actor=MIA)
    written = AuditEntry.objects.filter(object_kind="import", object_id=only).order_by("id")
    assert list(written.values_list("actor", "verb")) == [("Mia", "imported"), ("Mia", "undone")]
    assert list(audit.broken_links()) == []
    assert ImportBatch.objects.get(pk=only).lane is None


def test_an_undone_file_can_come_again(home: Path) -> None:
    undo(step(home, "orders"))
    again = step(home, "orders")
    assert _visible("orders") == [("1", "ann", 1000), ("2", "dan", 500)]
    assert ImportBatch.objects.get(pk=again).state == "published"

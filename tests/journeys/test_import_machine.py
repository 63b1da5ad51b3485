"""Random imports and undos by two shops: what is visible is what a plain model says, and undoing all leaves nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of, undo, whole_database
from django.conf import settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from guanxi.commerce.models import Order, Product, ProductDetail
from guanxi.customers.models import Fact, Party
from guanxi.customers.queries import born

Rows = dict[Any, Any]
SOURCES = st.sampled_from(["crm", "web"])
CUSTOMERS = st.sampled_from(["ann", "bob", "cy"])
PRODUCTS = st.sampled_from(["tea", "cup"])
ORDER = st.tuples(st.none() | CUSTOMERS, PRODUCTS, st.integers(-9, 99))
NAMES = st.dictionaries(
    CUSTOMERS, st.tuples(st.sampled_from(["Ann", "Bob"]), st.sampled_from(["", "Rome"])), min_size=1
)


class Imports(RuleBasedStateMachine):
    """The model: the imports that were not undone, in their order; the last that says something is right."""

    @initialize()
    def begin(self) -> None:
        self.home = Path(tempfile.mkdtemp(dir=settings.HOME))
        self.live: dict[int, tuple[str, str, Rows]] = {}
        self.empty = whole_database()

    @rule(source=SOURCES, orders=st.dictionaries(st.sampled_from("123"), ORDER, min_size=1))
    def import_orders(self, source: str, orders: Rows) -> None:
        rows = [
            f"{key},{who or ''},2026-01-01,{what},{amount}" for key, (who, what, amount) in orders.items()
        ]
        self._bring("orders", source, orders, "order,customer,time,product,amount", rows)

    @rule(source=SOURCES, names=NAMES)
    def import_customers(self, source: str, names: Rows) -> None:
        rows = [f"{key},{name},{city}" for key, (name, city) in names.items()]
        self._bring("customers", source, names, "customer,name,city", rows)

    @rule(source=SOURCES, brands=st.dictionaries(PRODUCTS, st.sampled_from(["Lu", "Mo"]), min_size=1))
    def import_products(self, source: str, brands: Rows) -> None:
        self._bring(
            "products", source, brands, "product,brand", [f"{key},{brand}" for key, brand in brands.items()]
        )

    def _bring(self, kind: str, source: str, said: Rows, header: str, rows: list[str]) -> None:
        path = file_of(self.home, "\n".join([header, *rows]))
        self.live[bring(kind, path, source)["import"]] = (kind, source, said)

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def undo_one(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(sorted(self.live)))
        undo(chosen)
        del self.live[chosen]

    def _said(self, kind: str) -> Rows:
        return {
            (source, key): value
            for live_kind, source, said in self.live.values()
            if live_kind == kind
            for key, value in said.items()
        }

    @invariant()
    def the_visible_state_is_what_the_model_says(self) -> None:
        if not hasattr(self, "live"):
            return
        orders, brands = self._said("orders"), self._said("products")
        assert _orders() == {key: (who, what, 100 * amount) for key, (who, what, amount) in orders.items()}
        assert _facts() == self._facts_said()
        assert dict(_details()) == brands
        everything = [(kind, source, said) for kind, source, said in self.live.values()]
        mentioned = {
            (source, key) for kind, source, said in everything if kind == "customers" for key in said
        }
        assert set(_keys(Party)) == mentioned | {
            (s, who) for (s, _), (who, _, _) in self._ever("orders") if who
        }
        assert set(_keys(Product)) == set(brands) | {
            (s, what) for (s, _), (_, what, _) in self._ever("orders")
        }

    def _facts_said(self) -> Rows:
        said = {}
        for kind, source, names in self.live.values():
            for key, (name, city) in names.items() if kind == "customers" else ():
                said[source, key, "name"] = name
                if city:
                    said[source, key, "city"] = city
        return said

    def _ever(self, kind: str) -> list[tuple[Any, Any]]:
        """What live imports say, replaced since or not: a replaced order still holds its customer."""
        live = [(source, said) for live_kind, source, said in self.live.values() if live_kind == kind]
        return [((source, key), value) for source, said in live for key, value in said.items()]

    def teardown(self) -> None:
        if hasattr(self, "live"):
            for import_id in list(self.live):
                undo(import_id)
            assert whole_database() == self.empty


def _keys(model: Any) -> list[tuple[str, str]]:
    return list(model.objects.filter(born()).values_list("source", "source_key"))


def _orders() -> Rows:
    products = dict(Product.objects.values_list("id", "source_key"))
    columns = ("source", "source_key", "party__source_key", "lines__product_id", "lines__amount")
    found = list(Order.objects.visible().values_list(*columns))
    assert len(found) == len({row[:2] for row in found})
    return {(source, key): (who, products[what], amount) for source, key, who, what, amount in found}


def _facts() -> Rows:
    columns = ("party__source", "party__source_key", "attribute__code", "value_text")
    found = list(Fact.objects.visible().values_list(*columns))
    assert len(found) == len({row[:3] for row in found})
    return {row[:3]: row[3] for row in found}


def _details() -> list[tuple[tuple[str, str], str]]:
    found = ProductDetail.objects.visible().values_list("product__source", "product__source_key", "brand")
    assert len(found) == len({row[:2] for row in found})
    return [(row[:2], row[2]) for row in found]


@pytest.mark.django_db(transaction=True)
def test_any_sequence_of_imports_and_undos_shows_what_a_plain_model_shows(home: Path, settings: Any) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    run_state_machine_as_test(
        Imports,
        settings=hypothesis_settings(
            max_examples=12,
            stateful_step_count=7,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

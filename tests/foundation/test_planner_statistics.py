"""After many rows came in at once the server knows of them before it plans the next query."""

from __future__ import annotations

from pathlib import Path

import pytest
from customers.importing import bring, file_of
from django.db import connection
from insight.analysing import refresh

from guanxi.commerce.models import Order
from guanxi.customers.models import Party
from guanxi.foundation.engine import planner
from guanxi.foundation.engine.planner import look_again

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite plans without statistics"
)
TABLES = ["customers_party", "commerce_order", "commerce_orderline", "insight_customerinsight"]


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    """The tables are as large as the statistics say: empty."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"VACUUM (ANALYZE) {table}")


def known() -> dict[str, int]:
    """Table → rows, as the planner believes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, reltuples::int FROM pg_class WHERE oid = ANY (%s::regclass[])", [TABLES]
        )
        return dict(cursor.fetchall())


def orders(first: int, count: int) -> str:
    lines = (f"{number},c{number % 10},2026-01-01,1\n" for number in range(first, first + count))
    return "order,customer,time,amount\n" + "".join(lines)


@on_postgresql
def test_an_import_of_many_rows_is_known_and_one_of_few_changes_nothing(home: Path) -> None:
    bring("orders", file_of(home, orders(0, 999)))
    assert set(known().values()) == {0}
    bring("orders", file_of(home, orders(1_000, 1_500), "more.csv"))
    assert (known()["customers_party"], known()["commerce_order"], known()["commerce_orderline"]) == (
        0,
        2_499,
        2_499,
    )


@on_postgresql
def test_a_tenth_of_what_was_known_is_many_and_less_is_not(home: Path) -> None:
    bring("orders", file_of(home, orders(0, 12_000)))
    assert known()["commerce_order"] == 12_000
    assert look_again({Order: 1_199, Party: 5_000}) == ["customers_party"]
    assert look_again({Order: 1_200}) == ["commerce_order"]


@on_postgresql
def test_a_refresh_leaves_its_figures_known(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner, "MANY_ROWS", 10)
    bring("orders", file_of(home, orders(0, 40)))
    refresh()
    assert known()["insight_customerinsight"] == 10


@pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite alone")
def test_sqlite_is_left_alone() -> None:
    assert look_again({Order: 1_000_000}) == []

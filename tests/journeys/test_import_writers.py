"""While a big import is loaded, or taken back, everybody else can write: no transaction of it writes many rows.

Rows, not seconds, which are the machine's: how long others wait is measured by `make bench`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of, undo
from django.db import connection
from django.db.transaction import Atomic

pytestmark = pytest.mark.django_db(transaction=True)
LINES = 300_000
MOST = 25_000
"""A block, and what is written beside it."""
WRITES = {"INSERT", "UPDATE", "DELETE"}


@pytest.fixture(autouse=True)
def dollars_and_utc(settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


@contextmanager
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many rows each outermost transaction wrote.

    SQLite counts them all; on PostgreSQL what is loaded in columns goes by uncounted.
    """
    rows: list[int] = []
    counted, began = [0], [0]
    enter, leave = Atomic.__enter__, Atomic.__exit__

    def so_far() -> int:
        return connection.connection.total_changes if connection.vendor == "sqlite" else counted[0]

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result = execute(sql, params, many, context)
        if sql.split(None, 1)[0].upper() in WRITES:
            counted[0] += max(context["cursor"].rowcount, 0)
        return result

    def counting_enter(self: Atomic) -> Any:
        outermost = not connection.in_atomic_block
        result = enter(self)
        if outermost:
            began[0] = so_far()
        return result

    def counting_leave(self: Atomic, *error: Any) -> Any:
        try:
            return leave(self, *error)
        finally:
            if not connection.in_atomic_block:
                rows.append(so_far() - began[0])

    with monkeypatch.context() as patch, connection.execute_wrapper(count):
        patch.setattr(Atomic, "__enter__", counting_enter)
        patch.setattr(Atomic, "__exit__", counting_leave)
        yield rows


def _orders(amount: int) -> str:
    rows = (
        f"o{n // 3},c{n // 3 % 20000},2026-01-{n // 3 % 28 + 1:02},p{n % 500},{amount}" for n in range(LINES)
    )
    return "order,customer,time,product,amount\n" + "\n".join(rows) + "\n"


@pytest.mark.slow
def test_no_transaction_of_an_import_a_replacement_or_an_undo_writes_many_rows(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = file_of(home, _orders(1), "first.csv")
    again = file_of(home, _orders(2), "again.csv")

    with written(monkeypatch) as loaded:
        bring("orders", first)
    with written(monkeypatch) as replaced:
        batch = bring("orders", again)["import"]
    with written(monkeypatch) as undone:
        undo(batch)

    assert max(loaded) < MOST
    assert max(replaced) < MOST
    assert max(undone) < MOST
    assert min(len(loaded), len(replaced), len(undone)) > LINES / 20_000
    assert sum(undone) > LINES

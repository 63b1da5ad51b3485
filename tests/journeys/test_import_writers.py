"""While a big import is loaded, or taken back, everybody else can write: no transaction of it lasts half a second."""

from __future__ import annotations

import time
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
LONGEST = 0.5


@pytest.fixture(autouse=True)
def dollars_and_utc(settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


@contextmanager
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """For how long each outermost transaction held the database, in seconds of this process's own work.

    Processor time, not wall time: a machine that is busy with other things must not fail the test. Waiting for the disk
    is the rest; a block's pages are few.
    """
    times: list[float] = []
    began: list[float] = []
    enter, leave = Atomic.__enter__, Atomic.__exit__

    def timed_enter(self: Atomic) -> Any:
        outermost = not connection.in_atomic_block
        result = enter(self)
        if outermost:
            began.append(time.thread_time())
        return result

    def timed_leave(self: Atomic, *error: Any) -> Any:
        try:
            return leave(self, *error)
        finally:
            if not connection.in_atomic_block:
                times.append(time.thread_time() - began.pop())

    with monkeypatch.context() as patch:
        patch.setattr(Atomic, "__enter__", timed_enter)
        patch.setattr(Atomic, "__exit__", timed_leave)
        yield times


def _orders(amount: int) -> str:
    rows = (
        f"o{n // 3},c{n // 3 % 20000},2026-01-{n // 3 % 28 + 1:02},p{n % 500},{amount}" for n in range(LINES)
    )
    return "order,customer,time,product,amount\n" + "\n".join(rows) + "\n"


def _longest(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> tuple[float, int, Any]:
    with held(monkeypatch) as times:
        result = act()
    return max(times), len(times), result


@pytest.mark.slow
def test_no_transaction_of_an_import_a_replacement_or_an_undo_holds_others_up(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = file_of(home, _orders(1), "first.csv")
    again = file_of(home, _orders(2), "again.csv")

    longest, count, _ = _longest(monkeypatch, lambda: bring("orders", first))
    assert longest < LONGEST
    assert count > LINES / 20_000

    longest, _, replaced = _longest(monkeypatch, lambda: bring("orders", again))
    assert longest < LONGEST

    longest, _, _ = _longest(monkeypatch, lambda: undo(replaced["import"]))
    assert longest < LONGEST

"""An import or an undo that is killed shows nothing half-done, and the same command again completes it."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from customers.importing import MIA, bring, file_of, undo, whole_database
from journeys.import_process import finish, start

from guanxi.commerce.models import Order, OrderLine
from guanxi.customers.imports import loading, undoing
from guanxi.customers.imports.running import ImportOptions, start_import
from guanxi.customers.models import ImportBatch
from guanxi.customers.queries import born
from guanxi.foundation import audit, jobs
from guanxi.foundation.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
KILLED = -signal.SIGKILL
LINES = 50_000


@pytest.fixture(autouse=True)
def dollars_and_utc(settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


@pytest.fixture
def big(home: Path) -> Path:
    """50,000 lines of 25,000 orders by 2,000 customers, of which the first 30 orders were there before."""
    bring("orders", file_of(home, _orders(60, amount=1), "small.csv"))
    return file_of(home, _orders(LINES, amount=2), "big.csv")


def _orders(lines: int, amount: int) -> str:
    rows = (
        f"o{n // 2},c{n // 2 % 2000},2026-01-{n // 2 % 28 + 1:02},p{n % 50},{amount}" for n in range(lines)
    )
    return "order,customer,time,product,amount\n" + "\n".join(rows) + "\n"


def visible() -> dict[str, Any]:
    """What readers see."""
    orders = Order.objects.visible()
    lines = OrderLine.objects.filter(order__in=orders)
    return {
        "orders": orders.count(),
        "lines": lines.count(),
        "minor units": sum(lines.values_list("amount", flat=True)),
        "customers": type(orders.first().party).objects.filter(born()).count(),
    }


BEFORE = {"orders": 30, "lines": 60, "minor units": 6_000, "customers": 30}
AFTER = {"orders": 25_000, "lines": 50_000, "minor units": 10_000_000, "customers": 2_000}


class Death(BaseException):
    """Ends a run as SIGKILL would: nothing catches it, and the database rolls back what was not committed."""


def _die_in_every_step(
    monkeypatch: pytest.MonkeyPatch, run: Callable[[], Any], **allowed: dict[str, Any]
) -> int:
    """Run again and again, dying one step later each time, until it ends; return how often it died."""
    monkeypatch.setattr(jobs, "_runner_is_dead", lambda worker: True)
    advance = jobs.RunningJob.advance
    for deaths in range(100):
        steps = iter(range(deaths, -1, -1))

        def dying(self: Any, *step: Any, steps: Iterator[int] = steps) -> None:
            advance(self, *step)
            if next(steps) == 0:
                raise Death

        monkeypatch.setattr(jobs.RunningJob, "advance", dying)
        try:
            run()
        except Death:
            assert visible() in allowed.values()
        else:
            return deaths
    raise AssertionError("it never ends")


def test_an_import_that_dies_in_every_step_shows_nothing_until_it_is_whole(
    big: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "BLOCK", 5_000)
    deaths = _die_in_every_step(monkeypatch, lambda: bring("orders", big), before=BEFORE)

    assert visible() == AFTER
    assert deaths >= 6
    assert ImportBatch.objects.count() == 2
    assert not list((big.parent / "staging").iterdir())


def test_an_undo_that_dies_in_every_step_shows_all_or_nothing_and_leaves_what_was_before(
    big: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = whole_database()
    last = bring("orders", big)["import"]
    monkeypatch.setattr(undoing, "BLOCK", 5_000)
    deaths = _die_in_every_step(monkeypatch, lambda: undo(last), before=BEFORE, after=AFTER)

    assert whole_database() == before
    assert deaths >= 6
    assert ImportBatch.objects.get(pk=last).state == "undone"
    assert list(audit.broken_links()) == []


def _kill_in_steps(steps: list[int], command: list[str | Path], **allowed: dict[str, Any]) -> None:
    """Run a command in processes of its own that SIGKILL themselves in these steps, then once to its end."""
    for step in steps:
        assert finish(start(*command, KILL_AT=str(step)))[0] == KILLED
        assert visible() in allowed.values()
    code, said = finish(start(*command))
    assert code == 0, said


def test_a_process_killed_while_it_imports_is_completed_by_the_same_command(big: Path) -> None:
    _kill_in_steps([2, 6, 3], ["import", "orders", big, "--source", "shop"], before=BEFORE)
    assert visible() == AFTER


def test_a_process_killed_while_it_undoes_is_completed_by_the_same_command(big: Path) -> None:
    before = whole_database()
    last = bring("orders", big)["import"]
    _kill_in_steps([1, 4], ["imports", "undo", str(last)], before=BEFORE, after=AFTER)
    assert whole_database() == before


def test_an_undo_of_a_killed_import_leaves_what_was_before_and_no_worker_brings_it_back(big: Path) -> None:
    before = whole_database()
    code, _ = finish(start("import", "orders", big, "--source", "shop", KILL_AT="5"))
    batch = ImportBatch.objects.get(state="working")
    assert (code, batch.file_name) == (KILLED, "big.csv")

    result = undo(batch.pk)

    assert result == {"import": batch.pk, "state": "undone", "kept": 0}
    assert jobs.run_next() is None
    assert whole_database() == before


def test_killed_at_random_instants_the_same_command_completes_it_once(big: Path) -> None:
    command: list[str | Path] = ["import", "orders", big, "--source", "shop"]
    chance = random.Random(20261121)
    for _ in range(3):
        process = start(*command)
        while process.poll() is None and not Job.objects.filter(state="running").exclude(step="").exists():
            time.sleep(0.02)  # it has begun
        time.sleep(chance.uniform(0, 1.5))
        process.kill()
        finish(process)
        assert visible() in (BEFORE, AFTER)
    code, said = finish(start(*command))

    assert code == 0, said
    assert visible() == AFTER


def test_a_running_import_that_is_cancelled_takes_everything_back(big: Path) -> None:
    before = whole_database()
    job = start_import(kind="orders", path=big, source="shop", options=ImportOptions(), actor=MIA)

    def cancel_amid_loading(step: str, done: int, total: int) -> None:
        if step == "loading" and done >= total // 2:
            jobs.cancel(job.pk)

    with pytest.raises(jobs.JobCancelled):
        jobs.run_now(job, cancel_amid_loading)

    assert whole_database() == before
    job.refresh_from_db()
    assert (job.state, ImportBatch.objects.get(file_name="big.csv").state) == ("cancelled", "failed")


def test_while_one_imports_another_file_is_told_so_and_the_same_file_follows_it(big: Path) -> None:
    other = file_of(big.parent, "order,customer,time,amount\nx,y,2026-01-01,1\n", "other.csv")
    job = start_import(kind="orders", path=big, source="shop", options=ImportOptions(), actor=MIA)
    batch = ImportBatch.objects.get(state="working")
    told: list[str] = []
    followers: list[subprocess.Popen[str]] = []

    def meanwhile(step: str, done: int, total: int) -> None:
        if step == "staging" and not told:
            told.append(finish(start("import", "orders", other, "--source", "shop"))[1])
            followers.append(start("import", "orders", big, "--source", "shop"))

    jobs.run_now(job, meanwhile)

    assert told[0].strip() == (
        f"Error: Import {batch.pk} (big.csv) is not finished. Wait for it, finish it with "
        f"`guanxi imports resume {batch.pk}` or drop it with `guanxi imports undo {batch.pk}`."
    )
    # Whether it still found the first at work or began after it: nothing is doubled.
    assert finish(followers[0])[0] == 0
    assert visible() == AFTER


def test_an_undo_of_a_running_import_stops_it_and_waits_for_it(big: Path) -> None:
    before = whole_database()
    job = start_import(kind="orders", path=big, source="shop", options=ImportOptions(), actor=MIA)
    undoing_process: list[subprocess.Popen[str]] = []

    def undo_amid_staging(step: str, done: int, total: int) -> None:
        if step == "staging" and not undoing_process:
            undoing_process.append(start("imports", "undo", job.key))
            while not Job.objects.filter(kind="undo import", step="").exclude(worker="").exists():
                time.sleep(0.02)
            time.sleep(0.5)

    with pytest.raises(jobs.JobCancelled):
        jobs.run_now(job, undo_amid_staging)

    code, said = finish(undoing_process[0])
    assert code == 0, said
    assert whole_database() == before

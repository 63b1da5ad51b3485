"""A refresh that is killed leaves the old figures whole; the same command again completes it and clears up."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from insight.analysing import guanxi, refresh, sell
from insight.copying import copied, rebuilt
from journeys.import_process import finish, start

from guanxi.foundation import configuration, jobs
from guanxi.foundation.actor import Actor
from guanxi.foundation.engine.duck import scratch, value
from guanxi.foundation.models import ChangeRow, Job
from guanxi.insight.models import ClassMove, CustomerInsight, InsightRun
from guanxi.insight.queries import published

pytestmark = pytest.mark.django_db(transaction=True)
KILLED = -signal.SIGKILL


@pytest.fixture(autouse=True)
def dollars_and_utc(settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


@pytest.fixture
def shop(home: Path) -> Path:
    """300 customers, analysed; then 60 of them and 40 new ones buy again."""
    sell(home, [(f"c{n % 300}", f"2026-01-{n % 28 + 1:02}", n % 50 + 1) for n in range(900)])
    refresh("2026-01-31")
    sell(home, [(f"c{n}", "2026-02-10", 75) for n in range(240, 340)])
    return home


def figures() -> dict[str, Any]:
    """What readers see, in the truth and in the copy; both must be of one run and whole."""
    run = InsightRun.objects.get(state=InsightRun.State.PUBLISHED)
    rows = CustomerInsight.objects.filter(run=run)
    with published() as duck:
        copy = value(duck, "SELECT (count(*), sum(sales_amount)::BIGINT) FROM measures")
    assert copy == (rows.count(), sum(rows.values_list("sales_amount", flat=True)))
    assert rows.count() == run.customers
    return {"as of": run.as_of.isoformat(), "customers": run.customers, "sales": copy[1]}


OLD = {"as of": "2026-01-31", "customers": 300, "sales": 2_295_000}
NEW = {"as of": "2026-02-10", "customers": 340, "sales": 3_045_000}


def assert_nothing_is_left(home: Path) -> None:
    """No rows of unpublished runs, no moves of them, no files of processes that are gone."""
    (run,) = InsightRun.objects.exclude(state=InsightRun.State.SUPERSEDED)
    assert not CustomerInsight.objects.exclude(run=run).exists()
    assert not ClassMove.objects.filter(run__state=InsightRun.State.BUILDING).exists()
    assert {place.name for place in (home / "spill").iterdir()} <= {"lock", scratch().name}
    assert ChangeRow.objects.count() == 0
    assert copied() == rebuilt()


class Death(BaseException):
    """Ends a run as SIGKILL would: nothing catches it, and the database rolls back what was not committed."""


def _refresh_and_die() -> str | None:
    """The step in which a refresh died; None when it did not."""
    try:
        refresh()
    except Death as death:
        return str(death)
    return None


def test_dying_in_every_step_one_after_the_other_never_shows_half_a_refresh(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_runner_is_dead", lambda worker: True)
    advance, seen = jobs.RunningJob.advance, []
    for deaths in range(60):
        left = iter(range(deaths, -1, -1))

        def dying(self: Any, *step: Any, left: Any = left) -> None:
            advance(self, *step)
            if next(left) == 0:
                raise Death(step[0])

        monkeypatch.setattr(jobs.RunningJob, "advance", dying)
        died_in = _refresh_and_die()
        if died_in is None:
            break
        seen.append(died_in)
        assert figures() == (NEW if died_in.startswith("removing") else OLD)
    assert figures() == NEW
    assert {
        "copying order lines",
        "copied",
        "classes",
        "writing the copy",
        "publishing",
        "removing old figures",
    } <= {*seen}
    assert_nothing_is_left(shop)


@pytest.mark.slow
def test_killed_at_any_instant_it_leaves_the_old_figures_and_the_next_run_completes(shop: Path) -> None:
    chance, killed = random.Random(20260210), 0
    for _ in range(3):
        process = start("insight", "refresh")
        while process.poll() is None and not Job.objects.filter(
            state=Job.State.RUNNING, worker__contains=f":{process.pid}:"
        ):
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 1.2))
        family = psutil.Process(process.pid).children() if process.poll() is None else []
        process.kill()
        killed += finish(process)[0] == KILLED
        assert figures() in (OLD, NEW)
        assert psutil.wait_procs(family, timeout=20)[1] == []
    assert killed > 0

    status, said = finish(start("insight", "refresh"))
    assert (status, figures()) == (0, NEW), said
    assert_nothing_is_left(shop)


def test_a_refresh_that_is_cancelled_stops_and_leaves_the_old_figures(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance = jobs.RunningJob.advance

    def cancelled(self: Any, step: str, *units: int) -> None:
        if step == "publishing":
            jobs.cancel(self.job.pk)
        advance(self, step, *units)

    with monkeypatch.context() as patched:
        patched.setattr(jobs.RunningJob, "advance", cancelled)
        with pytest.raises(jobs.JobCancelled):
            refresh()
    assert figures() == OLD
    assert Job.objects.latest("id").state == "cancelled"

    refresh()
    assert figures() == NEW
    assert_nothing_is_left(shop)


@pytest.mark.slow
def test_an_import_a_refresh_and_a_small_writer_at_once_neither_lock_nor_lose(shop: Path) -> None:
    lines = "".join(f"x{n},c{n % 500},2026-03-01,{n % 9 + 1}\n" for n in range(20_000))
    (shop / "big.csv").write_text("order,customer,time,amount\n" + lines)
    processes = [start("import", "orders", shop / "big.csv", "--source", "shop"), start("insight", "refresh")]
    waited, written = 0.0, 0
    while any(process.poll() is None for process in processes):
        began = time.monotonic()
        configuration.write("insight_assumptions", {"trend_days": 30 + written % 60}, actor=Actor("Mia"))
        waited, written = max(waited, time.monotonic() - began), written + 1
        time.sleep(0.05)
    for process in processes:
        status, said = finish(process)
        assert status == 0, said
    assert written > 5
    assert waited < 5

    refresh()
    assert figures() == {
        "as of": "2026-03-01",
        "customers": 500,
        "sales": 3_045_000 + sum(n % 9 + 1 for n in range(20_000)) * 100,
    }
    assert_nothing_is_left(shop)
    assert guanxi("insight", "show", "money-deciles")[0]["customers"] == 50

"""A job has one runner at a time; one that lost its lease writes nothing; one that died is replaced."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from guanxi.foundation import clock, jobs
from guanxi.foundation.actor import Actor
from guanxi.foundation.jobs import JobBusy, JobCancelled, JobFailed, LeaseLost, RunningJob
from guanxi.foundation.models import Job, Setting
from guanxi.foundation.registry import JobKind, registry

pytestmark = pytest.mark.django_db(transaction=True)
MIA = Actor("Mia")
ELSEWHERE = "another-host:1:abc"


@pytest.fixture
def runs() -> Iterator[list[Callable[[RunningJob], dict[str, Any]]]]:
    """What a job of the kind `errand` does, one entry per run."""
    queue: list[Callable[[RunningJob], dict[str, Any]]] = []
    registry.job_kinds["errand"] = JobKind("errand", lambda running: queue.pop(0)(running))
    yield queue
    del registry.job_kinds["errand"]


def errand(key: str = "1") -> Job:
    return jobs.enqueue("errand", key, {"far": True}, MIA)


def test_a_job_runs_with_its_arguments_and_keeps_its_result(runs: list[Any]) -> None:
    told: list[tuple[str, int, int]] = []

    def walk(running: RunningJob) -> dict[str, Any]:
        running.advance("walking", 1, 2)
        return {"far": running.arguments["far"], "who": running.actor.name}

    runs.append(walk)
    job = jobs.run_now(errand(), lambda *step: told.append(step))

    assert (job.state, job.result, job.attempts) == ("done", {"far": True, "who": "Mia"}, 1)
    assert told == [("walking", 1, 2)]
    assert (job.step, job.done_units, job.total_units, job.lease_until) == ("walking", 1, 2, None)


def test_one_open_job_per_kind_and_key(runs: list[Any]) -> None:
    assert errand().pk == errand().pk
    assert errand("2").pk != errand().pk
    runs.append(lambda running: {})
    first = jobs.run_now(errand())
    assert errand().pk != first.pk


def test_a_live_job_is_busy_for_everybody_else(runs: list[Any]) -> None:
    job = errand()

    def try_again(running: RunningJob) -> dict[str, Any]:
        with pytest.raises(
            JobBusy, match=rf"^Job {job.pk} \(errand 1\) is running in another process; see `guanxi jobs`\.$"
        ):
            jobs.run_now(job)
        assert jobs.run_next() is None
        return {}

    runs.append(try_again)
    assert jobs.run_now(job).state == "done"


def test_one_that_lost_its_lease_writes_nothing_more(runs: list[Any]) -> None:
    job = errand()

    def stalled(running: RunningJob) -> dict[str, Any]:
        Job.objects.filter(pk=job.pk).update(
            worker=ELSEWHERE, lease_until=clock.now() + timedelta(seconds=60)
        )
        with transaction.atomic():
            Setting.objects.create(name="late", value=1, changed_at=clock.now())
            running.advance("writing")
        return {}

    runs.append(stalled)
    with pytest.raises(LeaseLost, match=rf"^Job {job.pk} was taken over by another process\.$"):
        jobs.run_now(job)

    assert not Setting.objects.filter(name="late").exists()
    job.refresh_from_db()
    assert (job.state, job.worker) == ("running", ELSEWHERE)


def _running(worker: str, lease: timedelta) -> Job:
    job = errand()
    Job.objects.filter(pk=job.pk).update(state="running", worker=worker, lease_until=clock.now() + lease)
    return Job.objects.get(pk=job.pk)


def test_an_expired_lease_is_taken_over_and_a_valid_one_elsewhere_is_not(runs: list[Any]) -> None:
    runs.append(lambda running: {})
    assert jobs.run_next() is None
    job = _running(ELSEWHERE, timedelta(seconds=30))
    with pytest.raises(JobBusy):
        jobs.run_now(job)
    Job.objects.filter(pk=job.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    assert jobs.run_now(job).state == "done"


def test_a_runner_that_died_on_this_machine_is_replaced_at_once(runs: list[Any]) -> None:
    import socket

    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    runs.append(lambda running: {"attempt": running.job.attempts})
    job = jobs.run_now(_running(f"{socket.gethostname()}:{gone.pid}:abc", timedelta(seconds=60)))
    assert job.state == "done"


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_at_its_next_step(runs: list[Any]) -> None:
    waiting = errand()
    assert jobs.cancel(waiting.pk).state == "cancelled"

    def cancelled_midway(running: RunningJob) -> dict[str, Any]:
        jobs.cancel(running.job.pk)
        running.advance("on")
        raise AssertionError("it went on")

    runs.append(cancelled_midway)
    with pytest.raises(JobCancelled):
        jobs.run_now(errand())
    assert list(Job.objects.order_by("id").values_list("state", flat=True)) == ["cancelled", "cancelled"]


def test_what_must_go_to_its_end_no_longer_heeds_a_cancel(runs: list[Any]) -> None:
    def tidy(running: RunningJob) -> dict[str, Any]:
        running.go_to_the_end()
        jobs.cancel(running.job.pk)
        running.advance("on")
        return {"tidy": True}

    runs.append(tidy)
    assert jobs.run_now(errand()).result == {"tidy": True}


def test_a_failed_job_says_why_and_a_worker_goes_on_to_the_next(runs: list[Any]) -> None:
    def fail(running: RunningJob) -> dict[str, Any]:
        raise ValueError("the shop is shut")

    runs.extend([fail, lambda running: {}])
    errand("1"), errand("2")
    first, second = jobs.run_next(), jobs.run_next()
    assert first is not None
    assert second is not None
    assert [(first.state, first.error), (second.state, second.error)] == [
        ("failed", "the shop is shut"),
        ("done", ""),
    ]


def test_withdrawing_ends_a_waiting_job_and_a_dead_one_and_waits_for_a_live_one(
    runs: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = errand()
    jobs.withdraw(waiting)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.error) == ("cancelled", "withdrawn")

    live = _running(ELSEWHERE, timedelta(seconds=60))
    with pytest.raises(JobBusy, match=r"was asked to stop and has not stopped yet\.$"):
        jobs.withdraw(live, patience=timedelta(0))
    monkeypatch.setattr(
        jobs.time, "sleep", lambda seconds: Job.objects.filter(pk=live.pk).update(state="cancelled")
    )
    jobs.withdraw(live)
    assert Job.objects.get(pk=live.pk).cancel_requested


def test_a_job_that_a_worker_took_is_followed_to_its_end(
    runs: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = _running(ELSEWHERE, timedelta(seconds=60))
    Job.objects.filter(pk=taken.pk).update(step="walking", done_units=1, total_units=2)
    told: list[tuple[str, int, int]] = []

    def ends_as(state: str, **columns: Any) -> None:
        monkeypatch.setattr(
            jobs.time, "sleep", lambda _: Job.objects.filter(pk=taken.pk).update(state=state, **columns)
        )

    ends_as("done", result={"far": 3})
    assert jobs.run_or_follow(taken, lambda *step: told.append(step)).result == {"far": 3}
    assert told == [("walking", 1, 2)]

    Job.objects.filter(pk=taken.pk).update(state="running")
    ends_as("failed", error="the shop is shut")
    with pytest.raises(JobFailed, match=r"^the shop is shut$"):
        jobs.run_or_follow(taken)

    Job.objects.filter(pk=taken.pk).update(state="running")
    ends_as("cancelled")
    with pytest.raises(JobCancelled, match=rf"^Job {taken.pk} was cancelled\.$"):
        jobs.run_or_follow(taken)


def test_a_followed_job_whose_runner_dies_is_run_here(
    runs: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = _running(ELSEWHERE, timedelta(seconds=60))
    runs.append(lambda running: {"far": 3})
    monkeypatch.setattr(
        jobs.time,
        "sleep",
        lambda _: Job.objects.filter(pk=taken.pk).update(lease_until=clock.now() - timedelta(1)),
    )
    assert jobs.run_or_follow(taken).result == {"far": 3}

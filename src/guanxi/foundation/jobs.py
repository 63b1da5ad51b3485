"""Long work as Job rows: written with the caller's data, run under a lease, resumed after a crash."""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import close_old_connections, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from guanxi.foundation import clock
from guanxi.foundation.actor import Actor
from guanxi.foundation.engine.duck import was_interrupted
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.models import Job
from guanxi.foundation.registry import registry

LEASE = timedelta(seconds=60)
RENEW_EVERY = 15.0
POLL_EVERY = 0.2
MAKE_WAY = 0.05
"""Seconds at most between two transactions of a job. SQLite has no queue: a writer that waits looks again every 0.1
seconds at worst, and must find the door open soon."""
Progress = Callable[[str, int, int], None]


class JobCancelled(DomainError):
    """Somebody asked for the job to stop."""


class LeaseLost(DomainError):
    """Another process has taken the job over; this one must stop without writing."""


class JobBusy(DomainError):
    """Another live process is running the job."""


class JobFailed(DomainError):
    """The job went wrong in another process; the message is what that process wrote down."""


class RunningJob:
    """A job in the hands of the process that runs it."""

    def __init__(self, job: Job, on_progress: Progress | None = None) -> None:
        self.job = job
        self.arguments: dict[str, Any] = job.arguments
        self._tell = on_progress or (lambda step, done, total: None)
        self._to_the_end = False
        self._held = 0.0
        """Seconds that the last transaction took."""

    @property
    def actor(self) -> Actor:
        return Actor(self.job.actor)

    def advance(self, step: str, done: int = 0, total: int = 0) -> None:
        """Note progress and renew the lease. Inside a transaction it is also the fence: it fails when the job is lost.

        Raises JobCancelled or LeaseLost; the caller's transaction is then rolled back.
        """
        changed = _mine(self.job).update(
            step=step, done_units=done, total_units=total, lease_until=clock.now() + LEASE
        )
        if not changed:
            raise LeaseLost(_("Job %(id)s was taken over by another process.") % {"id": self.job.pk})
        if not self._to_the_end and Job.objects.filter(pk=self.job.pk, cancel_requested=True).exists():
            raise JobCancelled(_("Job %(id)s was cancelled.") % {"id": self.job.pk})
        self._tell(step, done, total)

    @contextmanager
    def writing(self, step: str, done: int = 0, total: int = 0) -> Iterator[None]:
        """One of the job's transactions, with advance() as its fence. Those of others get their turn before it."""
        if connection.vendor == "sqlite":
            time.sleep(min(MAKE_WAY, self._held))
        began = time.perf_counter()
        with transaction.atomic():
            self.advance(step, done, total)
            yield
        self._held = time.perf_counter() - began

    def go_to_the_end(self) -> None:
        """From here on the job no longer heeds a request to cancel: stopping half-way would leave a mess."""
        self._to_the_end = True


def enqueue(kind: str, key: str, arguments: dict[str, Any], actor: Actor) -> Job:
    """Write a job in the caller's transaction; an open job of the same kind and key is returned instead."""
    job, _ = Job.objects.get_or_create(
        kind=kind,
        key=key,
        state__in=Job.OPEN,
        defaults={
            "arguments": arguments,
            "actor": actor.name,
            "created_at": clock.now(),
            "state": Job.State.WAITING,
        },
    )
    return job


def run_now(job: Job, on_progress: Progress | None = None) -> Job:
    """Run a job in this process and return it when it has ended; raise what went wrong.

    Raises JobBusy when a live process has it.
    """
    claimed = _claim(Job.objects.filter(pk=job.pk))
    if claimed is None:
        raise JobBusy(
            _("Job %(id)s (%(kind)s %(key)s) is running in another process; see `guanxi jobs`.")
            % {"id": job.pk, "kind": job.kind, "key": job.key}
        )
    return _run(claimed, on_progress)


def run_or_follow(job: Job, on_progress: Progress | None = None) -> Job:
    """Run a job in this process, or watch the live process that has it; return it when it has ended.

    Raises what went wrong here; JobFailed or JobCancelled for what went wrong there.
    """
    while True:
        if claimed := _claim(Job.objects.filter(pk=job.pk, state__in=Job.OPEN)):
            return _run(claimed, on_progress)
        job.refresh_from_db()
        if job.state not in Job.OPEN:
            return _ended_well(job)
        if on_progress:
            on_progress(job.step, job.done_units, job.total_units)
        time.sleep(POLL_EVERY)


def _ended_well(job: Job) -> Job:
    if job.state == Job.State.CANCELLED:
        raise JobCancelled(_("Job %(id)s was cancelled.") % {"id": job.pk})
    if job.state == Job.State.FAILED:
        raise JobFailed(job.error)
    return job


def run_next(on_progress: Progress | None = None) -> Job | None:
    """Claim and run the oldest job that waits or whose runner died; None when there is none."""
    job = _claim(Job.objects.filter(state__in=Job.OPEN))
    if job is None:
        return None
    try:
        return _run(job, on_progress)
    except Exception:  # the row carries the error; a worker goes on with the next job
        job.refresh_from_db()
        return job


def withdraw(job: Job, *, patience: timedelta = timedelta(minutes=10)) -> None:
    """End an open job: one that waits or whose runner died at once; a live one is asked to stop and waited for.

    Raises JobBusy when it does not stop in time.
    """
    Job.objects.filter(pk=job.pk, state__in=Job.OPEN).update(cancel_requested=True)
    give_up = clock.now() + patience
    while Job.objects.filter(pk=job.pk, state__in=Job.OPEN).exists():
        if claimed := _claim(Job.objects.filter(pk=job.pk, state__in=Job.OPEN)):
            _finish(claimed, Job.State.CANCELLED, error="withdrawn")
        elif clock.now() > give_up:
            raise JobBusy(
                _("Job %(id)s (%(kind)s %(key)s) was asked to stop and has not stopped yet.")
                % {"id": job.pk, "kind": job.kind, "key": job.key}
            )
        else:
            time.sleep(POLL_EVERY)


def cancel(job_id: int) -> Job:
    """Ask a job to stop; a waiting one stops at once."""
    job = Job.objects.filter(pk=job_id, state__in=Job.OPEN).first()
    if job is None:
        raise NotFound(_("There is no open job %(job_id)s; `guanxi jobs` lists them.") % {"job_id": job_id})
    Job.objects.filter(pk=job_id).update(cancel_requested=True)
    Job.objects.filter(pk=job_id, state=Job.State.WAITING).update(
        state=Job.State.CANCELLED, finished_at=clock.now()
    )
    job.refresh_from_db()
    return job


def _run(job: Job, on_progress: Progress | None) -> Job:
    running = RunningJob(job, on_progress)
    try:
        with _heartbeat(job):
            result = registry.job_kinds[job.kind].run(running)
    except JobCancelled:
        _finish(job, Job.State.CANCELLED, error="cancelled")
        raise
    except LeaseLost:
        raise
    except KeyboardInterrupt:
        _let_go(job)
        raise
    except Exception as error:
        if was_interrupted(error):
            _let_go(job)
            raise KeyboardInterrupt from None
        _finish(job, Job.State.FAILED, error=str(error) or type(error).__name__)
        raise
    _finish(job, Job.State.DONE, result=result)
    return job


def _let_go(job: Job) -> None:
    """Ctrl-C: the job stays open, and whoever asks for it next need not wait for the lease to run out."""
    _mine(job).update(lease_until=clock.now())


def _finish(job: Job, state: Job.State, *, result: dict[str, Any] | None = None, error: str = "") -> None:
    _mine(job).update(
        state=state, result=result or {}, error=error, finished_at=clock.now(), lease_until=None
    )
    job.refresh_from_db()


def _mine(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, worker=job.worker, state=Job.State.RUNNING)


def _claim(candidates: Any) -> Job | None:
    """Take the oldest free job. The conditional update decides, so two processes cannot both have it."""
    for job in candidates.order_by("created_at", "id")[:20]:
        free = Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, lease_until__lt=clock.now())
        if job.state == Job.State.RUNNING and _runner_is_dead(job.worker):
            free |= Q(state=Job.State.RUNNING, worker=job.worker)
        me = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
        with transaction.atomic():
            taken = Job.objects.filter(free, pk=job.pk).update(
                state=Job.State.RUNNING, worker=me, attempts=job.attempts + 1, lease_until=clock.now() + LEASE
            )
        if taken:
            job.refresh_from_db()
            return Job(**{f.attname: getattr(job, f.attname) for f in Job._meta.concrete_fields})
    return None


def _runner_is_dead(worker: str) -> bool:
    """True when the runner was on this host and its process is gone: no need to wait for the lease."""
    host, _, rest = worker.partition(":")
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(rest.partition(":")[0]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@contextmanager
def _heartbeat(job: Job) -> Iterator[None]:
    """Renew the lease from a thread of its own while a long computation runs."""
    stop = threading.Event()

    def renew() -> None:
        while not stop.wait(RENEW_EVERY):
            _mine(job).update(lease_until=clock.now() + LEASE)
            close_old_connections()
        connection.close()

    thread = threading.Thread(target=renew, daemon=True, name=f"lease of job {job.pk}")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()

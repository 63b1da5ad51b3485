"""A worker process: it takes over from dead ones, runs the jobs that wait, delivers, and tells other systems."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from guanxi.foundation import clock
from guanxi.foundation.errors import DomainError
from guanxi.foundation.jobs import Progress, run_next
from guanxi.outreach.delivery.running import Delivery
from guanxi.outreach.delivery.workers import recover
from guanxi.outreach.policy import read_policy
from guanxi.outreach.queries import LATER, QUIET, next_due, waiting_counts
from guanxi.webhooks.worker import Messenger

POLL = 0.1
RECOVER_EVERY = 10.0
TRIES_ONCE = 3
"""How often one run tries to reach the mail server; a standing worker tries for ever."""


@dataclass
class WorkDone:
    """What a worker did: the jobs it ended by state, the messages by what became of them; and what it left."""

    jobs: Counter[str] = field(default_factory=Counter)
    messages: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    """Reason → messages that are left for later."""
    quiet_until: str = ""
    """The wall-clock time at which quiet hours end, where messages wait for it."""
    next_due: datetime | None = None
    """When the next of those that are not due yet is."""


@dataclass(frozen=True)
class _Threads:
    """What works beside the jobs."""

    delivery: Delivery
    messenger: Messenger

    @property
    def error(self) -> BaseException | None:
        return self.delivery.error or self.messenger.error

    @property
    def passes(self) -> tuple[int, int]:
        return self.delivery.passes, self.messenger.passes

    def have_been_idle_since(self, passes: tuple[int, int]) -> bool:
        """Whether both have looked since and found nothing left to do now."""
        delivered, told = passes
        return self.delivery.has_been_idle_since(delivered) and self.messenger.has_been_idle_since(told)


class Interrupted(BaseException):
    """The worker was told to stop inside a job; the next worker goes on with it."""


def run_worker(
    *,
    once: bool,
    connections: int,
    now: Callable[[], datetime] = clock.now,
    on_progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> WorkDone:
    """Work until stopped, or, with `once`, until no job waits and nothing that may be sent now is left.

    `now` says what is due and stamps the ledger, so a replay may run at another date. SIGTERM, SIGINT and
    `stop` end it cleanly: messages in hand are finished, a running job stays for the next worker. Raises what
    broke delivery or webhooks; with `once`, also DomainError when the mail server cannot be reached.
    """
    if connections < 1:
        raise DomainError(_("A worker needs at least one connection."))
    stopping = stop or threading.Event()
    tell = on_progress or (lambda step, done, total: None)
    done = WorkDone()
    recover(at=now())
    delivery = Delivery(
        connections=connections, now=now, tell=tell, patience=TRIES_ONCE if once else float("inf")
    )
    threads = _Threads(delivery, Messenger())
    with _signals(stopping):
        delivery.start()
        threads.messenger.start()
        try:
            _work(threads, once, now, _until(stopping, tell), stopping, done.jobs)
        except Interrupted:
            pass
        finally:
            delivery.stop()
            threads.messenger.stop()
    if threads.error:
        raise threads.error
    done.messages = delivery.ended
    _leave(done, now())
    return done


def _leave(done: WorkDone, at: datetime) -> None:
    """Say what waits and why."""
    policy = read_policy()
    done.waiting = waiting_counts(at, policy)
    if QUIET in done.waiting:
        done.quiet_until = policy.quiet_until.strftime("%H:%M")
    if LATER in done.waiting:
        done.next_due = next_due(at)


def _work(
    threads: _Threads,
    once: bool,
    now: Callable[[], datetime],
    tell: Progress,
    stopping: threading.Event,
    ended: Counter[str],
) -> None:
    recovered, passes = time.monotonic(), threads.passes
    while not stopping.is_set() and not threads.error:
        if job := run_next(tell):
            ended[job.state] += 1
            passes = threads.passes  # the job may have left something to deliver
        elif once and threads.have_been_idle_since(passes):
            return
        else:
            stopping.wait(POLL)
        if time.monotonic() - recovered > RECOVER_EVERY:
            recover(at=now())
            recovered = time.monotonic()


def _until(stopping: threading.Event, tell: Progress) -> Progress:
    """Progress of a job that is interrupted, between two of its steps, when the worker is to stop."""

    def told(step: str, done: int, total: int) -> None:
        if stopping.is_set():
            raise Interrupted
        tell(step, done, total)

    return told


@contextmanager
def _signals(stopping: threading.Event) -> Iterator[None]:
    """SIGTERM and SIGINT ask to stop; only the main thread can be asked."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(*_: Any) -> None:
        stopping.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

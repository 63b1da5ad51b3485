"""The thread of a worker that tells other systems what happened; a slow receiver holds up nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection

from guanxi.foundation import clock
from guanxi.webhooks.delivery import LIMITS, announce, call, claim, forget_old, write_down

POLL = 0.2
AFTER_TROUBLE = 1.0
"""Seconds until the database is asked again after it did not answer."""
TIDY_EVERY = 3600.0
CALLS = 8
"""Endpoints called at the same time."""


class Messenger(threading.Thread):
    """Announces events and delivers them until it is stopped. Real time, whatever the worker is told the time is."""

    def __init__(self, now: Callable[[], datetime] = clock.now) -> None:
        super().__init__(name="webhooks", daemon=True)
        self.error: BaseException | None = None
        self.passes = 0
        self._idle_pass = 0
        """The last pass, if it found nothing to do; 0 otherwise."""
        self._now = now
        self._stopping = threading.Event()
        self._tidied = float("-inf")

    def has_been_idle_since(self, passes: int) -> bool:
        """Whether a look that began after `passes` looks found nothing left to do now."""
        return self._idle_pass > passes

    def run(self) -> None:
        try:
            with ThreadPoolExecutor(CALLS, thread_name_prefix="webhook") as pool:
                while not self._stopping.is_set():
                    self._patient_pass(pool)
        except BaseException as error:
            self.error = error
        finally:
            connection.close()

    def stop(self) -> None:
        """End after the calls in hand; one that does not end is made again when its lease has run out."""
        self._stopping.set()
        self.join(LIMITS.seconds + AFTER_TROUBLE)

    def _patient_pass(self, pool: ThreadPoolExecutor) -> None:
        """What a database that is away or busy kept from being written is done again: leases see to it."""
        try:
            did = self._pass(pool)
        except (OperationalError, InterfaceError):
            connection.close()
            self._stopping.wait(AFTER_TROUBLE)
        else:
            if not did:
                self._stopping.wait(POLL)

    def _pass(self, pool: ThreadPoolExecutor) -> bool:
        self.passes += 1
        self._tidy()
        announced = announce(self._now())
        claimed = claim(self._now())
        outcomes = pool.map(call, claimed, [self._now()] * len(claimed))
        for delivery, outcome in zip(claimed, outcomes, strict=True):
            write_down(delivery, outcome, self._now())
        did = bool(announced or claimed)
        self._idle_pass = 0 if did else self.passes
        return did

    def _tidy(self) -> None:
        if time.monotonic() - self._tidied > TIDY_EVERY:
            self._tidied = time.monotonic()
            while forget_old(self._now()):
                pass

"""Who delivers, and what becomes of the work of those that died."""

from __future__ import annotations

import os
import socket
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from guanxi.foundation import clock
from guanxi.foundation.errors import DomainError
from guanxi.outreach.models import Contact, DeliveryWorker

State = Contact.State
LEASE = timedelta(seconds=30)
"""Real time, whatever the worker is told the time is."""


class LeaseLost(DomainError):
    """Another process has taken this worker's contacts over; it must stop without writing."""


@dataclass(frozen=True)
class Recovered:
    """What dead workers left."""

    unknown: int
    put_back: int


def register() -> str:
    """Put a new worker on the list and return its name."""
    name = f"{socket.gethostname()[:24]}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
    started = clock.now()
    DeliveryWorker.objects.create(name=name, started_at=started, lease_until=started + LEASE)
    return name


def leave(name: str) -> None:
    """Put back what a worker claimed and has not handed over, and take it off the list."""
    with transaction.atomic():
        _put_back(name)
        DeliveryWorker.objects.filter(name=name).delete()


def recover(*, at: datetime) -> Recovered:
    """Take over from dead workers: what they handed over is unknown for ever, what they claimed goes back."""
    unknown = put_back = 0
    for worker in DeliveryWorker.objects.all():
        if worker.lease_until > clock.now() and not _process_is_gone(worker.name):
            continue
        with transaction.atomic():
            # The lease as we saw it: a worker that is alive after all has renewed it in the meantime.
            if not DeliveryWorker.objects.filter(name=worker.name, lease_until=worker.lease_until).delete()[
                0
            ]:
                continue
            handed_over = Contact.objects.filter(worker=worker.name, state=State.HANDED_OVER)
            unknown += handed_over.update(
                state=State.UNKNOWN, finished_at=at, error="the worker died before the channel had answered"
            )
            put_back += _put_back(worker.name)
    return Recovered(unknown, put_back)


def _put_back(name: str) -> int:
    claimed = Contact.objects.filter(worker=name, state=State.CLAIMED)
    return claimed.update(state=State.PLANNED, worker="", line=None)


def _process_is_gone(name: str) -> bool:
    """True when the worker was on this host and its process is gone: no need to wait for the lease."""
    host, pid, _ = name.rsplit(":", 2)
    if host != socket.gethostname()[:24]:
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False

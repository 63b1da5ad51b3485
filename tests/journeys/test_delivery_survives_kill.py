"""Fifty times within one campaign the worker is killed as a power cut would; nobody gets two copies (CAMP-09)."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from outreach.smtp_sink import running_sink
from outreach.world import NOON, launch

from guanxi.customers.models import Consent, ContactPoint, Party
from guanxi.outreach.models import Contact, DeliveryWorker, Dispatch
from guanxi.outreach.queries import counts

RECIPIENTS, KILLS, CONNECTIONS, SEED = 3000, 50, 4, 20261121


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("CAMP-09", "CAMP-17")
def test_delivery_survives_fifty_kills(tmp_path: Path) -> None:
    launch(*customers())
    sink = tmp_path / "accepted"
    with running_sink(sink, delay=0.001) as port, workers(port, tmp_path) as launcher:
        for accepted, pause in instants():
            worker = start(launcher)
            wait_for(sink, accepted)
            time.sleep(pause)
            os.kill(worker, 9)
            assert ended(launcher) == -9
            assert Contact.objects.filter(state="handed_over").count() <= CONNECTIONS
        start(launcher)
        assert ended(launcher) == 0
    copies = Counter(sink.read_text().split())
    ledger = dict(Contact.objects.values_list("address", "state"))
    unknown = {address for address, state in ledger.items() if state == "unknown"}

    assert len(ledger) == RECIPIENTS
    assert max(copies.values()) == 1
    assert set(ledger.values()) == {"delivered", "unknown"}
    assert 0 < len(unknown) <= CONNECTIONS * KILLS
    assert {address for address in ledger if address not in copies} <= unknown
    assert (counts(1).open, Dispatch.objects.get().state) == (0, "finished")
    assert not DeliveryWorker.objects.exists()


def customers() -> list[Party]:
    parties = Party.objects.bulk_create(
        Party(public_id=f"p{n}", source="crm", source_key=str(n), created_at=NOON) for n in range(RECIPIENTS)
    )
    ContactPoint.objects.bulk_create(
        ContactPoint(party=party, kind="email", value=f"c{n}@example.com") for n, party in enumerate(parties)
    )
    Consent.objects.bulk_create(
        Consent(party=party, channel="email", granted=True, source="crm", recorded_on=NOON.date())
        for party in parties
    )
    return parties


def instants() -> list[tuple[int, float]]:
    """When to kill: at so many messages accepted, and up to 10 ms later."""
    draw = random.Random(SEED)
    return [
        (accepted, draw.uniform(0, 0.01))
        for accepted in sorted(draw.sample(range(1, RECIPIENTS - 100), KILLS))
    ]


@contextmanager
def workers(port: int, home: Path) -> Iterator[subprocess.Popen[str]]:
    """The launcher of workers on the test's own database."""
    environment = {
        **os.environ,
        "GUANXI_HOME": str(home),
        "GUANXI_TIME_ZONE": "UTC",
        "GUANXI_SECRET_KEY": "test",
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "guanxi.settings",
        "GUANXI_EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "GUANXI_EMAIL_HOST": "127.0.0.1",
        "GUANXI_EMAIL_PORT": str(port),
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    command = [
        sys.executable,
        str(Path(__file__).parents[1] / "outreach" / "worker_process.py"),
        str(CONNECTIONS),
    ]
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.stdin.close()
    process.wait()


def database_url() -> str:
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    login = f"{quote(at['USER'])}:{quote(at['PASSWORD'])}" if at["PASSWORD"] else quote(at["USER"])
    return f"postgresql://{login}@{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"


def start(launcher: subprocess.Popen[str]) -> int:
    launcher.stdin.write("go\n")
    launcher.stdin.flush()
    return int(launcher.stdout.readline())


def ended(launcher: subprocess.Popen[str]) -> int:
    return int(launcher.stdout.readline())


def wait_for(sink: Path, accepted: int) -> None:
    end = time.monotonic() + 30
    while sink.read_bytes().count(b"\n") < accepted:
        assert time.monotonic() < end, "delivery stands still"
        time.sleep(0.001)

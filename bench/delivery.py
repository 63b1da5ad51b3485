"""Messages per second: a durable ledger row for every recipient, e-mail to a mail server on this machine.

    python bench/delivery.py [--messages N] [--connections N] [--database-url URL]

The database (SQLite, or the PostgreSQL server that the URL names) and GUANXI_HOME are made for the run and thrown away.
The mail server is tests/outreach/smtp_sink.py, in a process of its own. Timed is the work of one worker, from its start
to the last row; planning the contacts is timed apart.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[1]


def run() -> dict[str, Any]:
    """The figures on SQLite, and on PostgreSQL where DATABASE_URL names a server."""
    server = os.environ.get("DATABASE_URL", "")
    measured = {"sqlite": deliver()}
    return measured | ({"postgresql": deliver(database_url=server)} if server.startswith("postgres") else {})


def deliver(messages: int = 20_000, connections: int = 8, database_url: str | None = None) -> dict[str, Any]:
    """Deliver to so many recipients; seconds, rates and the ledger's counts."""
    with tempfile.TemporaryDirectory(prefix="guanxi-bench-") as home, _database(database_url) as url:
        environment = {
            **os.environ,
            "GUANXI_HOME": home,
            "DATABASE_URL": url or f"sqlite:///{home}/bench.sqlite3",
            "DJANGO_SETTINGS_MODULE": "guanxi.settings",
            "GUANXI_EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "PYTHONPATH": str(ROOT / "tests"),
        }
        command = [
            sys.executable,
            __file__,
            "--measure",
            "--messages",
            str(messages),
            "--connections",
            str(connections),
        ]
        subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=environment, check=True)
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


@contextmanager
def _database(url: str | None) -> Iterator[str | None]:
    """A PostgreSQL database of its own on the server that the URL names; None stays None."""
    if url is None:
        yield None
        return
    import psycopg

    name = f"guanxi_bench_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def measure(messages: int, connections: int) -> dict[str, Any]:
    """In a process of its own, with the environment that run() made."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from outreach.smtp_sink import running_sink

    from guanxi.outreach.queries import counts
    from guanxi.outreach.worker import run_worker

    ids = _customers(messages)
    planned, seconds_planning = _timed(lambda: _plan(ids))
    accepted = Path(settings.HOME) / "accepted"
    with running_sink(accepted) as port:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        _, seconds = _timed(lambda: run_worker(once=True, connections=connections, now=lambda: planned))
    copies = accepted.read_text().split()
    return {
        "database": connection.vendor,
        "messages": messages,
        "connections": connections,
        "seconds": seconds,
        "messages_per_second": messages / seconds,
        "admitted_per_second": messages / seconds_planning,
        "accepted_by_the_server": len(copies),
        "distinct_recipients": len(set(copies)),
        "ledger": {state: n for state, n in counts(1).contacts.items() if n},
    }


def _customers(messages: int) -> list[int]:
    """So many customers with address and consent; their ids."""
    from outreach.world import NOON

    from guanxi.customers.models import Consent, ContactPoint, Party

    parties = Party.objects.bulk_create(
        Party(public_id=f"p{n}", source="bench", source_key=str(n), created_at=NOON) for n in range(messages)
    )
    ContactPoint.objects.bulk_create(
        ContactPoint(party=party, kind="email", value=f"c{n}@example.com") for n, party in enumerate(parties)
    )
    Consent.objects.bulk_create(
        Consent(party=party, channel="email", granted=True, source="bench", recorded_on=NOON.date())
        for party in parties
    )
    return [party.pk for party in parties]


def _plan(ids: list[int]) -> Any:
    """A campaign to these customers, started; the instant it is due."""
    from outreach.world import NOON

    from guanxi.foundation.actor import SYSTEM
    from guanxi.outreach import services
    from guanxi.outreach.policy import ContactPolicy

    services.prepare(campaign_id=1, actor=SYSTEM)
    services.write_messages(1, {"a": ("Hello $name", "Dear $name,\n\nwe have an offer for you.\n" * 10)})
    for start in range(0, len(ids), 5000):
        services.admit(
            campaign_id=1,
            step=1,
            channel="email",
            candidates=[(pk, "a") for pk in ids[start : start + 5000]],
            at=NOON,
            due_at=NOON,
            cost=5,
            policy=ContactPolicy(),
        )
    services.start(campaign_id=1, actor=SYSTEM)
    return NOON


def _timed(work: Any) -> tuple[Any, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--database-url", help="a PostgreSQL server; SQLite without it")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.messages, options.connections)))
        return
    for name, value in deliver(options.messages, options.connections, options.database_url).items():
        print(f"{name:25} {value:,.1f}" if isinstance(value, float) else f"{name:25} {value}")


if __name__ == "__main__":
    main()

"""kill -9 in the middle of a call loses no event and holds up none."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from foundation.web_servers import answering, serving
from webhooks.world import ADA, happened, one_pass

from guanxi.foundation import clock
from guanxi.webhooks import services
from guanxi.webhooks.models import Attempt, Delivery

PROCESS = Path(__file__).with_name("messenger_process.py")


def database_url() -> str:
    """The test's own database, as a process of its own reaches it."""
    at: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    who = f"{quote(at['USER'])}:{quote(at['PASSWORD'])}@" if at["PASSWORD"] else f"{quote(at['USER'])}@"
    return f"postgresql://{who}{at['HOST']}:{at['PORT']}/{at['NAME']}"


def wait_until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_an_event_survives_the_death_of_the_worker_that_was_telling_it(settings: Any) -> None:
    settings.WEBHOOK_HOSTS = frozenset({"localhost"})
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "GUANXI_WEBHOOK_HOSTS": "localhost",
        "GUANXI_WEBHOOK_HTTP": "1",
        "PYTHONPATH": str(PROCESS.parents[1]),
    }
    with serving(lambda handler: time.sleep(8), ip="127.0.0.1") as server:
        address = f"http://localhost:{server.port}/"
        services.add_endpoint(address=address, events=["campaign.closed"], actor=ADA)
        happened("campaign.closed")
        worker = subprocess.Popen([sys.executable, PROCESS], env=environment, stdout=subprocess.PIPE)
        wait_until(lambda: len(server.seen) == 1)
        worker.kill()
        worker.wait()

        left = Delivery.objects.get()
        assert (left.state, left.tries, Attempt.objects.exists()) == ("pending", 1, False)
        server.answer = answering()
        happened("campaign.closed")
        assert len(one_pass(clock.now())) == 1  # the next event does not wait for the lease of the first
        assert len(one_pass(clock.now() + timedelta(seconds=61))) == 1
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
    assert [path for _, path, *_ in server.seen] == ["/", "/", "/"]

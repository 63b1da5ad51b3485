"""`guanxi webhooks`: the same as the pages, at a terminal."""

from __future__ import annotations

from typing import Any

import pytest
from cli.commands import guanxi, told
from foundation.web_servers import NAME, Resolver, serving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def near(monkeypatch: pytest.MonkeyPatch, settings: Any, home: Any) -> None:
    settings.WEBHOOK_HOSTS, settings.WEBHOOK_HTTP = frozenset({NAME}), True
    settings.EMAIL_BACKEND = "guanxi.outreach.outbox.OutboxBackend"
    Resolver(monkeypatch).answers[NAME] = [["127.0.0.1"]]


def test_an_endpoint_from_its_first_day_to_its_last() -> None:
    assert told("webhooks") == []
    with serving() as server:
        address = f"http://{NAME}:{server.port}/hook"
        added = told("webhooks", "add", address, "--event", "campaign.launched")
        number = str(added["id"])
        assert added["secret"].startswith("gxs_")
        assert added["secret"] not in guanxi("webhooks").out
        tried = told("webhooks", "test", number)
        told("worker", "--once")
        (row,) = told("webhooks", "deliveries", number)
        assert (row["event"], row["state"], row["status"], row["attempts"]) == (
            tried["event"],
            "delivered",
            200,
            1,
        )
        told("webhooks", "again", str(row["id"]))
        told("worker", "--once")
    assert len(server.seen) == 2
    assert told("webhooks", "deliveries", number)[0]["attempts"] == 2
    (listed,) = told("webhooks")
    assert (listed["state"], listed["events"], listed["waiting"]) == ("active", ["campaign.launched"], 0)
    assert "webhook.test" in guanxi("webhooks", "deliveries", number).out
    assert told("webhooks", "switch-on", number) == {"switched_on": added["id"]}
    assert told("webhooks", "remove", number) == {"removed": added["id"]}
    assert told("webhooks") == []

"""Every event is written by what it tells of, names things as others know them, and holds nothing about a person."""

from __future__ import annotations

import json
from typing import Any

import pytest
from campaigns.world import AFTER, MIA, NOON, delivered, keys, launched, measured, orders, planned, shop
from customers.importing import undo

from guanxi.campaigns.services.measure import close
from guanxi.customers.models import ContactPoint, ImportBatch
from guanxi.foundation import jobs
from guanxi.foundation.events import TYPES
from guanxi.foundation.models import Event
from guanxi.outreach import services as outreach
from guanxi.outreach.models import Contact

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_home(home: Any, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    settings.EMAIL_BACKEND = "guanxi.outreach.outbox.OutboxBackend"


def test_the_whole_loop_is_told() -> None:
    shop(dict.fromkeys(keys(10), 100))
    planned()
    launched()
    delivered()
    orders([(key, AFTER, 100.0) for key in keys(10)])
    verdict = measured()["verdict"]
    close(code="spring", analysis="As before.", lesson="Write less.", actor=MIA)
    outreach.unsubscribe(contact_id=Contact.objects.earliest("pk").pk)
    last = ImportBatch.objects.latest("pk")
    undo(last.pk)

    told = [(event.type, event.data) for event in Event.objects.order_by("pk")]
    assert [kind for kind, _ in told] == [
        "import.published",
        "import.published",
        "insight.refreshed",
        "campaign.launched",
        "campaign.finished",
        "import.published",
        "campaign.measured",
        "campaign.closed",
        "customer.unsubscribed",
        "import.undone",
    ]
    assert {kind for kind, _ in told} == set(TYPES)
    data = dict(told)
    assert data["import.published"] == {"import": last.pk, "kind": "orders", "source": "shop", "rows": 10}
    assert data["import.undone"] == {"import": last.pk, "kind": "orders", "source": "shop", "kept": 0}
    assert data["insight.refreshed"]["customers"] == 10
    members = {"target": 5, "control": 5, "holdout": 0, "suppressed": 0}
    assert data["campaign.launched"] == {"campaign": "spring", "members": members}
    assert data["campaign.finished"] == data["campaign.closed"] == {"campaign": "spring"}
    assert data["campaign.measured"] == {"campaign": "spring", "verdict": verdict}
    party = Contact.objects.earliest("pk").party
    assert data["customer.unsubscribed"] == {"customer": party.public_id, "channel": "email"}

    everything = json.dumps(told)
    assert not [
        value for value in ContactPoint.objects.values_list("value", flat=True) if value in everything
    ]


def test_a_job_that_runs_again_after_a_crash_tells_once() -> None:
    shop(dict.fromkeys(keys(10), 100))
    planned()
    launched()
    again = jobs.enqueue("campaign launch", "spring", {"code": "spring", "at": NOON.isoformat()}, MIA)
    assert jobs.run_now(again).state == "done"
    assert Event.objects.filter(type="campaign.launched").count() == 1

"""Pausing, resuming and stopping, with the exact counts of the ledger. Five of ten customers get the coupon."""

from __future__ import annotations

import pytest
from campaigns.world import MIA, customers, delivered, keys, launched, measured, orders, planned, shop

from guanxi.campaigns.models import Campaign
from guanxi.campaigns.plan_fields import PlanError
from guanxi.campaigns.queries import campaign_rows, status
from guanxi.campaigns.services import control
from guanxi.foundation import clock
from guanxi.foundation.models import AuditEntry
from guanxi.outreach.models import Contact

pytestmark = pytest.mark.django_db(transaction=True)


def counts() -> dict[str, int]:
    return {state: n for state, n in status(Campaign.objects.get())["contacts"].items() if n}


def state() -> str:
    return str(status(Campaign.objects.get())["state"])


@pytest.mark.requirement("CAMP-09", "CAMP-06")
def test_paused_resumed_and_delivered() -> None:
    shop(dict.fromkeys(keys(10), 100))
    planned()
    with pytest.raises(PlanError, match="Campaign spring is planned and cannot be paused"):
        control.pause(code="spring", actor=MIA)
    launched()
    assert (state(), counts()) == ("running", {"planned": 5})
    control.pause(code="spring", actor=MIA)
    delivered()
    assert (state(), counts()) == ("paused", {"planned": 5})
    with pytest.raises(PlanError, match="Campaign spring is paused and cannot be paused"):
        control.pause(code="spring", actor=MIA)
    control.resume(code="spring", actor=MIA)
    delivered()
    assert (state(), counts()) == ("delivered", {"delivered": 5})
    assert Campaign.objects.get().state == "running"
    assert campaign_rows(clock.business_date(clock.now()))[0]["state"] == "delivered"
    # Nothing is left to hold or to cancel, and what went out stays as it was.
    control.pause(code="spring", actor=MIA)
    control.resume(code="spring", actor=MIA)
    control.stop(code="spring", actor=MIA)
    assert (state(), counts()) == ("stopped", {"delivered": 5})
    verbs = AuditEntry.objects.filter(object_kind="campaign").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["planned", "launched", "paused", "resumed", "paused", "resumed", "stopped"]


@pytest.mark.requirement("CAMP-09")
def test_stopped_half_way() -> None:
    """Two of five had gone out; one more withdrew consent after the launch and is not written to."""
    shop(dict.fromkeys(keys(10), 100))
    planned(cost_per_contact=1)
    launched()
    Contact.objects.filter(party__source_key__in=["c01", "c02"]).update(due_at="2026-03-01T12:00:00Z")
    Contact.objects.filter(party__source_key__in=["c09", "c10"]).update(due_at="2026-04-01T12:00:00Z")
    customers(["c08"], consent="no")
    delivered()
    assert counts() == {"delivered": 2, "planned": 2, "cancelled": 1}
    control.stop(code="spring", actor=MIA)
    delivered()
    assert (state(), counts()) == ("stopped", {"delivered": 2, "cancelled": 3})
    with pytest.raises(PlanError, match="Campaign spring is stopped and cannot be resumed"):
        control.resume(code="spring", actor=MIA)
    orders([("c01", "2026-03-20", 100.0)])
    result = measured()
    assert (result["overall"]["treated"], result["overall"]["cost"]) == (5, 200)
    assert result["attributed"][0]["contacts"] == 2

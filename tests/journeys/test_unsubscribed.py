"""From a letter to the next campaign: who pressed the button of their mail program is written to no more."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from campaigns.world import NOON, delivered, keys, launched, party, planned, refresh, shop
from django.test import Client

from guanxi.campaigns.models import Member
from guanxi.foundation import clock
from guanxi.outreach.models import Contact, Suppression


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("CAMP-17")
def test_from_the_letter_to_the_next_campaign(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE, settings.PUBLIC_URL = "USD", "UTC", "http://testserver"
    settings.EMAIL_BACKEND = "guanxi.outreach.outbox.OutboxBackend"
    shop(dict.fromkeys(keys(10), 100))
    planned()
    launched()
    delivered()
    files = [
        message_from_bytes(file.read_bytes(), policy=policy.default) for file in (home / "outbox").iterdir()
    ]
    mail = next(mail for mail in files if mail["To"] == "c01@example.com")
    leave = str(mail["List-Unsubscribe"]).strip("<>")
    assert Client(enforce_csrf_checks=True).post(leave, {"List-Unsubscribe": "One-Click"}).status_code == 200

    refresh()  # the replica follows the change row
    Contact.objects.update(contacted_at=NOON.replace(year=2025), due_at=NOON.replace(year=2025))
    agreed = {"op": "=", "field": "consent.email", "value": True}
    assert planned(code="summer", audience=agreed).estimate["reach"] == 9
    everybody = planned(code="winter").estimate
    assert (everybody["reach"], everybody["suppressed"]) == (10, {"consent": 1})
    launched("winter")
    held = Member.objects.get(campaign__code="winter", role="suppressed")
    assert (held.party, held.reason) == (party("c01"), "consent")
    why = Suppression.objects.get(
        party=held.party
    )  # the same salt as in spring: c01 is in the coupon's cell again
    assert why.detail == f"refused on {clock.business_date(clock.now())} (unsubscribe)"

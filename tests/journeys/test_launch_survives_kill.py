"""A launch that is killed again and again writes to nobody twice, misses nobody, and sends nothing before its end."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from campaigns.world import BEFORE, EARLY, MIA, customers, delivered, orders, planned, refresh
from journeys.import_process import finish, start

from guanxi.campaigns.models import Campaign, Member
from guanxi.foundation import configuration
from guanxi.foundation.models import Job
from guanxi.outreach.models import Contact, Suppression

pytestmark = pytest.mark.django_db(transaction=True)
KILLED = -signal.SIGKILL
CUSTOMERS = 5_000
LAUNCH = ("campaign", "launch", "spring", "--at", "2026-03-16T12:00")


@pytest.fixture
def planned_campaign(home: Path, settings: Any) -> Path:
    """5,000 customers, of whom a twentieth is in the universal hold-out, a tenth does not agree, a fifth is control."""
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    settings.EMAIL_BACKEND = "guanxi.outreach.outbox.OutboxBackend"
    configuration.write("universal_holdout", {"share": 0.05, "salt": "universal"}, actor=MIA)
    names = [f"c{number}" for number in range(CUSTOMERS)]
    customers(names[::10], consent="no")
    customers([name for number, name in enumerate(names) if number % 10])
    orders([(name, day, 10.0) for name in names for day in (EARLY, BEFORE)])
    refresh()
    planned(control_share=0.2)
    return home


def decided() -> int:
    return Member.objects.count()


def wait_for(step: str, process: Any) -> None:
    """Wait until the launch has come to a step, or has ended."""
    while process.poll() is None and not Job.objects.filter(kind="campaign launch", step=step).exists():
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.requirement("CAMP-06")
def test_killed_at_every_kind_of_step_and_at_random_instants(planned_campaign: Path) -> None:
    """Steps: drawing, five batches of 1,000, starting. KILL_AT dies inside the step's transaction.

    In the end a worker takes the launch up and delivers.
    """
    estimate = Campaign.objects.get().estimate
    assert finish(start(*LAUNCH, KILL_AT="1"))[0] == KILLED
    assert decided() == 0
    assert finish(start(*LAUNCH, KILL_AT="3"))[0] == KILLED
    assert decided() == 1_000
    process = start(*LAUNCH)
    wait_for("deciding about customers", process)
    time.sleep(random.Random(20260316).random() * 0.3)
    process.kill()
    process.communicate()
    assert 1_000 <= decided() <= CUSTOMERS
    assert set(Contact.objects.values_list("state", flat=True)) == {"planned"}
    assert not list((planned_campaign / "outbox").glob("*.eml"))
    delivered()

    roles = Counter(Member.objects.values_list("role", flat=True))
    assert (decided(), Member.objects.values("party").distinct().count()) == (CUSTOMERS, CUSTOMERS)
    assert roles["target"] == estimate["cells"]["coupon"]
    assert roles["control"] == estimate["control"]
    assert roles["holdout"] == estimate["holdout"]
    assert roles["suppressed"] == estimate["suppressed"]["consent"]
    written_to = list(Contact.objects.values_list("party_id", flat=True))
    targets = Member.objects.filter(role="target").values_list("party_id", flat=True)
    assert sorted(written_to) == sorted(targets)
    suppressed = Member.objects.filter(role="suppressed").exclude(cell="control")
    assert Suppression.objects.count() == suppressed.count()
    assert Counter(Contact.objects.values_list("state", flat=True)) == {"delivered": roles["target"]}
    assert len(list((planned_campaign / "outbox").glob("*.eml"))) == roles["target"]

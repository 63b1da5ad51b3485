"""A shop of invented customers for the tests of campaigns: files in, figures published, plans by a few words."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from built_once import built_once
from customers.importing import bring
from django.conf import settings
from django.db.models import F

from guanxi.campaigns.models import Campaign, Member
from guanxi.campaigns.services.launch import start_launch
from guanxi.campaigns.services.measure import start_measurement
from guanxi.campaigns.services.plan import plan_campaign
from guanxi.customers.models import Party
from guanxi.foundation import configuration, jobs
from guanxi.foundation.actor import Actor
from guanxi.insight.services import start_refresh
from guanxi.outreach.worker import run_worker

MIA = Actor("Mia")
NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)
"""A Monday. Campaigns start here; orders before it are history, those from this day on are what came of it."""
EARLY, BEFORE, AFTER = "2025-11-01", "2026-03-10", "2026-03-20"
"""Days before the pre-period, in it, and in the measured window."""
EVERYBODY = {"op": "known", "field": "indicator.transaction_count"}
PLAN: dict[str, Any] = {
    "code": "spring",
    "name": "Spring coupon",
    "goal": "return",
    "audience": EVERYBODY,
    "offer": "5 off",
    "channel": "email",
    "start": "2026-03-16T12:00:00+00:00",
    "budget": 1000,
    "expected_response_rate": 0.1,
    "expected_margin_per_response": 20,
    "control_share": 0.5,
    "salt": "spring 2026",
    "cells": [{"code": "coupon", "subject": "Hello $name", "body": "5 off"}],
}


def keys(count: int, prefix: str = "c") -> list[str]:
    """c01, c02, … as many as wanted."""
    return [f"{prefix}{number:02d}" for number in range(1, count + 1)]


def file_of(name: str, header: str, lines: Iterable[Sequence[object]]) -> Path:
    """A CSV file in the home folder."""
    path = Path(settings.HOME) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *lines])
    return path


def customers(names: Iterable[str], *, consent: str = "yes", email: bool = True) -> None:
    """Customers who agree to e-mail (or do not) at their own address (or have none)."""
    lines = [[key, f"{key}@example.com" if email else "", consent] for key in names]
    bring("customers", file_of("customers.csv", "customer,email,consent_email", lines), "shop")


def orders(lines: Iterable[tuple[str, str, float]], source: str = "shop") -> int:
    """Orders (customer, day, amount), one line each; the margin is 30 % of it. The number of the import."""
    rows = [
        [f"{key}-{day}-{number}", key, f"{day} 15:00", amount]
        for number, (key, day, amount) in enumerate(lines)
    ]
    return int(bring("orders", file_of("orders.csv", "order,customer,time,amount", rows), source)["import"])


def refresh(as_of: date | None = date(2026, 3, 15)) -> None:
    """Publish the figures as of the evening before the campaigns."""
    jobs.run_now(start_refresh(as_of=as_of, actor=MIA))


def shop(spent_before: Mapping[str, float], *, holdout: float = 0.0) -> None:
    """Customers with consent and address who each spent something in the pre-period; figures are published.

    Each also bought for 10 long before it, since a model of lifetime value wants repeat buyers. The public id is the
    key, so that the cell of everybody is known.
    """
    built_once(("shop", *spent_before.items(), holdout), lambda: _build_shop(spent_before, holdout))


def _build_shop(spent_before: Mapping[str, float], holdout: float) -> None:
    configuration.write("universal_holdout", {"share": holdout, "salt": "universal"}, actor=MIA)
    customers(spent_before)
    Party.objects.update(public_id=F("source_key"))
    history = [(key, EARLY, 10.0) for key in spent_before]
    orders(history + [(key, BEFORE, amount) for key, amount in spent_before.items() if amount])
    refresh()


def planned(**changes: Any) -> Campaign:
    """The plan above, with some words changed, kept."""
    return plan_campaign(document=PLAN | changes, actor=MIA)


def launched(code: str = "spring", at: datetime = NOON) -> dict[str, Any]:
    return jobs.run_now(start_launch(code=code, at=at, actor=MIA)).result


def delivered(at: datetime = NOON) -> None:
    """What is due goes out into the outbox."""
    run_worker(once=True, connections=1, now=lambda: at)


def measured(code: str = "spring") -> dict[str, Any]:
    return jobs.run_now(start_measurement(code=code, actor=MIA)).result


def contacts(
    lines: Iterable[Sequence[object]], header: str = "campaign,customer,time,cell,cost"
) -> dict[str, Any]:
    """A file of contacts of campaigns made elsewhere."""
    return bring("contacts", file_of("contacts.csv", header, lines), "shop")


def responses(
    lines: Iterable[Sequence[object]], header: str = "campaign,customer,time,reference"
) -> dict[str, Any]:
    """A file of responses."""
    return bring("responses", file_of("responses.csv", header, lines), "shop")


def roles(code: str = "spring") -> dict[str, str]:
    """Customer key → role in a campaign."""
    members = Member.objects.filter(campaign__code=code)
    return dict(members.order_by("party__source_key").values_list("party__source_key", "role"))


def party(key: str) -> Party:
    return Party.objects.get(source_key=key)

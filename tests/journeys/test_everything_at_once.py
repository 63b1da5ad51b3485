"""A worker that delivers, an import and a refresh, three processes at once: none stops another and nothing is lost."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from campaigns.world import (
    AFTER,
    BEFORE,
    EARLY,
    MIA,
    customers,
    file_of,
    launched,
    measured,
    orders,
    planned,
    refresh,
)
from journeys.import_process import finish, start

from guanxi.commerce.models import OrderLine
from guanxi.customers.models import ImportBatch
from guanxi.foundation import audit, configuration
from guanxi.foundation.models import Job
from guanxi.insight.queries import published_run
from guanxi.outreach.models import Contact

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CUSTOMERS, NEW_LINES = 1_000, 20_000


@pytest.mark.requirement("CAMP-09")
def test_delivery_import_and_refresh_at_once(home: Path, settings: Any) -> None:
    """1,000 customers of whom 80 % are to be written to, 20,000 more orders on the way in, and new figures."""
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    settings.EMAIL_BACKEND = "guanxi.outreach.outbox.OutboxBackend"
    configuration.write("universal_holdout", {"share": 0, "salt": "universal"}, actor=MIA)
    names = [f"c{number}" for number in range(CUSTOMERS)]
    customers(names)
    orders([(name, day, 10.0) for name in names for day in (EARLY, BEFORE)])
    refresh()
    planned(control_share=0.2, cost_per_contact=0.01)
    targets = launched()["target"]
    lines = [[f"o{n}", names[n % CUSTOMERS], f"{AFTER} 10:00", 1] for n in range(NEW_LINES)]
    file = file_of("new.csv", "order,customer,time,amount", lines)

    processes = [
        start("worker", "--once", "--connections", "2", "--at", "2026-03-16T12:00"),
        start("import", "orders", file, "--source", "shop", "--json"),
        start("insight", "refresh", "--as-of", "2026-03-15", "--json"),
    ]
    ended = [finish(process) for process in processes]

    # The worker runs whatever waits: it may have taken a job before the command that wrote it could.
    assert [said for code, said in ended if code and "is running in another process" not in said] == []
    assert Counter(Job.objects.values_list("kind", "state")) == {
        ("import", "done"): 3,
        ("insight refresh", "done"): 2,
        ("campaign launch", "done"): 1,
    }
    assert Counter(Contact.objects.values_list("state", flat=True)) == {"delivered": targets}
    assert len(list((home / "outbox").glob("*.eml"))) == targets
    assert Counter(ImportBatch.objects.values_list("state", flat=True)) == {"published": 3}
    assert OrderLine.objects.count() == 2 * CUSTOMERS + NEW_LINES
    assert published_run().totals["sales_minor"] == 2_000_000
    assert list(audit.broken_links()) == []
    # What came in meanwhile is measured: 20 orders of 1.00 each, 30 % of it ours.
    result = measured()
    assert result["overall"]["margin"]["treated_mean"] == result["overall"]["margin"]["control_mean"] == 600
    refresh(None)
    assert published_run().totals["sales_minor"] == 2_000_000 + NEW_LINES * 100

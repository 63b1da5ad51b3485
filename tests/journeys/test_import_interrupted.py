"""Ctrl-C anywhere is one line and exit status 130; an import that it stops is resumed or taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli.commands import told
from customers.importing import bring, file_of, whole_database
from journeys.interrupted_process import press_ctrl_c_in

from guanxi.commerce.models import Order
from guanxi.customers.models import ImportBatch
from guanxi.foundation.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def dollars_and_utc(settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


@pytest.fixture
def orders(home: Path) -> Path:
    """Orders of customers of whom one is known already: the import has to read the truth."""
    bring("orders", file_of(home, "order,customer,time,amount\n0,c0,2026-01-01,1\n", "first.csv"))
    rows = "".join(f"{n},c{n},2026-01-02,1\n" for n in range(50))
    return file_of(home, f"order,customer,time,amount\n{rows}", "orders.csv")


@pytest.mark.parametrize("hang", ["checking", "staging", "loading", "publishing"])
def test_an_import_stopped_by_ctrl_c_says_how_it_goes_on_and_does(orders: Path, hang: str) -> None:
    ended = press_ctrl_c_in(hang, "import", "orders", orders, "--source", "shop")

    batch = ImportBatch.objects.get(file_name="orders.csv")
    said = (
        f"Interrupted. Import {batch.pk} is not finished: `guanxi imports resume {batch.pk}` finishes it, "
        f"`guanxi imports undo {batch.pk}` takes it back.\n"
    )
    assert ended == (130, said)
    assert batch.state == "working"
    assert Job.objects.get(kind="import", key=str(batch.pk)).state == "running"
    assert Order.objects.visible().count() == 1

    assert told("imports", "resume", batch.pk)["state"] == "published"
    assert Order.objects.visible().count() == 50


def test_an_import_stopped_by_ctrl_c_can_be_taken_back(orders: Path) -> None:
    before = whole_database()
    press_ctrl_c_in("loading", "import", "orders", orders, "--source", "shop")
    batch = ImportBatch.objects.get(file_name="orders.csv")
    code, said = press_ctrl_c_in("hiding", "imports", "undo", str(batch.pk))
    assert code == 0, said  # nothing was visible: nothing is hidden
    assert whole_database() == before


def test_an_undo_and_a_refresh_stopped_by_ctrl_c_say_how_they_go_on(orders: Path) -> None:
    bring("orders", orders)
    number = ImportBatch.objects.get(file_name="orders.csv").pk
    assert press_ctrl_c_in("hiding", "imports", "undo", str(number)) == (
        130,
        f"Interrupted. Import {number} is being taken back: `guanxi imports resume {number}` finishes that.\n",
    )
    assert told("imports", "resume", number)["state"] == "undone"
    ended = press_ctrl_c_in("indicators", "insight", "refresh")
    assert ended == (130, "Interrupted. The same command again completes it.\n")
    assert told("insight", "refresh")["customers"] == 1


def test_ctrl_c_before_any_work_and_in_a_dry_run_is_one_line(orders: Path) -> None:
    assert press_ctrl_c_in("starting", "imports") == (130, "Interrupted.\n")
    assert press_ctrl_c_in("checking", "import", "orders", orders, "--dry-run") == (130, "Interrupted.\n")

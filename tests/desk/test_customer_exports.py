"""The customer list as a file: at once or as a job, as it is filtered, sorted and seen; and on record."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from campaigns import world
from customers.importing import bring, file_of
from desk.files import csv_rows, xlsx_rows
from desk.test_customer_pages import somebody, text_of, three, where
from django.test import Client

from guanxi.customers.models import Party
from guanxi.customers.services import assign_customers
from guanxi.desk.customers import exports
from guanxi.foundation import clock, jobs
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError
from guanxi.foundation.models import AuditEntry, Job
from guanxi.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)
RICH = where(op=">=", field="indicator.sales_amount", value=20_000)


@pytest.fixture(autouse=True)
def own_home(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


@pytest.fixture
def every_list_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 0)


def named() -> None:
    three()
    text = "customer,name,mobile\nc01,=王伟,+8613812345678\nc02,Bo,\n"
    bring("customers", file_of(Path(world.settings.HOME), text, "people.csv"))


def exported(browser: Client, **asked: Any) -> Any:
    return browser.post("/customers/export/", {"format": "csv", **asked})


def test_the_list_is_exported_as_it_is_filtered_sorted_and_arranged() -> None:
    named()
    asked = {
        "where": RICH,
        "sort": "sales_amount",
        "columns": ["sales_amount", "gross_margin_rate", "class.tier"],
    }
    header, *rows = csv_rows(exported(somebody(), **asked))
    assert header == ["Customer", "Transaction amount (USD)", "Gross margin rate", "Value tier"]
    assert [row[:3] for row in rows] == [["c02", "210.00", "0.3"], ["c01", "310.00", "0.3"]]

    asked |= {"columns": ["sales_amount", "contact.mobile"], "format": "xlsx"}
    assert xlsx_rows(exported(somebody("sales_manager"), **asked)) == [
        ["Customer", "Name", "Transaction amount (USD)", "Mobile"],
        ["c02", "Bo", 210.0],
        ["c01", "=王伟", 310.0, "+8613812345678"],
    ]
    assert csv_rows(exported(somebody("data_steward"), **asked | {"format": "csv"}))[2] == [
        "c01", "'=王伟", "310.00", "'+8613812345678",
    ]  # fmt: skip


def test_whom_somebody_may_not_see_is_in_no_file_of_theirs() -> None:
    three()
    ann = User.objects.create_user("ann", "ann@example.com", role="salesperson")
    ids = list(Party.objects.filter(source_key__in=["c01", "c02"]).values_list("pk", flat=True))
    assign_customers(customer_ids=ids, owner=ann, actor=Actor("Ada"))
    assert [row[0] for row in csv_rows(exported(somebody("service_agent")))[1:]] == ["c01", "c02", "c03"]
    assert [row[0] for row in csv_rows(exported(somebody("salesperson")))[1:]] == ["c03"]
    entry = AuditEntry.objects.latest("pk")
    assert (entry.actor, entry.verb, entry.object_kind) == (
        "salesperson@example.com",
        "exported",
        "customers",
    )
    assert (entry.values.body["rows"], entry.values.body["format"]) == (1, "csv")


@pytest.mark.usefixtures("every_list_is_long")
def test_a_long_list_is_written_by_a_job_and_kept_for_the_one_who_asked() -> None:
    named()
    manager, analyst = somebody("sales_manager"), somebody(language="zh-hans")
    answer = exported(manager, where=RICH, columns=["sales_amount"], format="xlsx")
    assert (answer.status_code, answer.url) == (302, "/customers/exports/")
    job = Job.objects.get(kind="customer export")
    assert "waiting 2" in text_of(manager, "/customers/exports/")
    assert manager.get(f"/customers/exports/{job.pk}/").status_code == 404

    done = jobs.run_now(job)
    assert done.result == {"file": f"{job.pk}.xlsx", "rows": 2}
    assert "done 2" in text_of(manager, "/customers/exports/")
    rows = xlsx_rows(manager.get(f"/customers/exports/{job.pk}/"))
    assert [row[:2] for row in rows] == [["Customer", "Name"], ["c01", "=王伟"], ["c02", "Bo"]]
    assert analyst.get(f"/customers/exports/{job.pk}/").status_code == 404
    assert analyst.post(f"/customers/exports/{job.pk}/cancel/").status_code == 404
    assert AuditEntry.objects.latest("pk").values.body["rows"] == 2

    exported(analyst)
    theirs = jobs.run_now(Job.objects.latest("pk"))
    assert csv_rows(analyst.get(f"/customers/exports/{theirs.pk}/"))[0][:2] != ["Customer", "Name"]
    assert csv_rows(analyst.get(f"/customers/exports/{theirs.pk}/"))[0][2] == "交易额 (USD)"


@pytest.mark.usefixtures("every_list_is_long")
def test_files_go_after_seven_days_and_one_that_is_not_wanted_is_cancelled(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    three()
    manager = somebody("sales_manager")
    exported(manager)
    done = jobs.run_now(Job.objects.latest("pk"))
    exported(manager)
    waiting = Job.objects.latest("pk")
    assert manager.post(f"/customers/exports/{waiting.pk}/cancel/").status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"

    later = clock.now() + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "kept no longer" in text_of(manager, "/customers/exports/")
    assert list((home / "exports").iterdir()) == []
    assert manager.get(f"/customers/exports/{done.pk}/").status_code == 404


@pytest.mark.usefixtures("every_list_is_long")
def test_who_may_no_more_gets_no_file_and_leaves_none_behind(home: Path) -> None:
    three()
    exported(somebody("sales_manager"))
    User.objects.update(is_active=False)
    with pytest.raises(DomainError, match="may not see customers any more"):
        jobs.run_now(Job.objects.latest("pk"))
    assert list((home / "exports").iterdir()) == []


def test_a_kind_of_file_that_is_none_is_refused() -> None:
    three()
    assert exported(somebody(), format="exe").status_code == 422

"""The table behind an analysis as a file of one's own, with the customers whom one sees."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from desk.test_insight_pages import page_of, somebody, words
from django.test import Client
from insight.analysing import refresh, sell

from guanxi.customers.models import Party
from guanxi.foundation import jobs
from guanxi.foundation.models import AuditEntry, Job

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/insight/analyses/variables/"


@pytest.fixture(autouse=True)
def two_customers(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    sell(home, [("a", "2025-01-03", "10.50"), ("a", "2025-02-03", "20.00"), ("b", "2025-02-11", "7.00")])
    refresh()


def table_of(browser: Client, asked: str) -> list[dict[str, str]]:
    answer = browser.post(f"{PAGE}table/", {"asked": asked, "format": "csv"}, follow=True)
    assert "My files" in answer.content.decode()
    job = Job.objects.get(kind="table export")
    jobs.run_now(job)
    file = browser.get(f"/customers/exports/{job.pk}/")
    assert file.status_code == 200
    text = b"".join(file.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.requirement("DATA-09")
def test_the_table_of_a_subject_is_taken_along() -> None:
    browser = somebody("analyst")
    assert "The table, one row per customer:" in words(page_of(browser, f"{PAGE}?subject=value"))
    rows = table_of(browser, "subject=value")
    assert [row["Customer"] for row in rows] == sorted(Party.objects.values_list("public_id", flat=True))
    assert sorted(row["Transaction amount (USD)"] for row in rows) == ["30.50", "7.00"]
    assert "Number of transactions" not in rows[0]
    assert AuditEntry.objects.filter(verb="exported", object_id="variables").exists()


def test_only_of_the_customers_that_were_chosen() -> None:
    among = '{"op": ">", "field": "indicator.sales_amount", "value": 1000}'
    rows = table_of(somebody("analyst"), f"subject=churn&days=20&among={among}")
    assert [(row["Number of transactions"], row["Days since last transaction"]) for row in rows] == [
        ("1", "8")
    ]


def test_another_person_does_not_get_the_file_and_others_have_no_table() -> None:
    browser = somebody("analyst")
    table_of(browser, "")
    job = Job.objects.get(kind="table export")
    assert somebody("decision_maker").get(f"/customers/exports/{job.pk}/").status_code == 404
    browser.post("/insight/analyses/rfm/table/", {})
    assert Job.objects.filter(kind="table export").count() == 1

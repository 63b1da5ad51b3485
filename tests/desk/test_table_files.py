"""Every table of a page as an Excel workbook and as CSV: whole, safe to open, under the page's rule, and on record."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from campaigns import world
from desk.files import csv_rows, file_links, sheet_rows, xlsx_rows
from django.test import Client

from guanxi.foundation import audit
from guanxi.foundation.actor import Actor
from guanxi.foundation.models import AuditEntry
from guanxi.shell import exports
from guanxi.shell.exports import Sheet, write_sheet
from guanxi.staff.models import User

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PAGES = [
    "/insight/", "/insight/?by=profit", "/insight/tiers/", "/insight/bands/", "/insight/layers/",
    "/insight/acquisition/", "/insight/indicators/", "/campaigns/", "/campaigns/named/spring/people/target/",
    "/imports/", "/jobs/", "/audit/",
]  # fmt: skip
"""Pages that show tables."""


@pytest.fixture(autouse=True)
def own_home(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    settings.EMAIL_BACKEND = "guanxi.outreach.outbox.OutboxBackend"


def somebody(role: str = "administrator", language: str = "en") -> Client:
    user = User.objects.create_user(username=role, email=f"{role}@example.com", role=role, language=language)
    browser = Client()
    browser.force_login(user)
    return browser


def told(audit_entry: AuditEntry) -> dict[str, Any]:
    return dict(audit_entry.values.body)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_table_of_every_page_can_be_had_as_a_workbook_and_as_csv(language: str) -> None:
    world.shop({"c01": 300, "c02": 200, "c03": 100, "c04": 50, "c05": 20})
    world.planned(control_share=0.2)
    world.launched()
    browser = somebody(language=language)
    for path in PAGES:
        page = browser.get(path).content.decode()
        tables = len(re.findall(r"<table>", page)) - page.count('class="gx-empty"')
        links = file_links(page)
        assert len(links) == 2 * tables > 0, path
        for workbook, text in zip(links[::2], links[1::2], strict=True):
            sheet, lines = xlsx_rows(browser.get(workbook)), csv_rows(browser.get(text))
            # The first export stands in the audit when the second is asked for.
            assert len(sheet) == len(lines) - (path == "/audit/") > 1, workbook
            assert len(sheet[0]) == len(lines[0])


def test_numbers_stay_numbers_in_their_columns_unit_and_text_is_never_a_formula() -> None:
    rows: list[list[Any]] = [
        ["=HYPERLINK(1)", -5, Decimal("-20.50"), 0.25, date(2026, 4, 1), None],
        ["@王伟", 7, Decimal("1.00"), None, datetime(2026, 4, 1, 9, 30), "+86 138"],
    ]
    given = Sheet("t", ["who", "n", "sales", "rate", "on", "x"], ["", "", "USD", "share", "", ""], rows)
    text, book = io.BytesIO(), io.BytesIO()

    assert (write_sheet(given, text, "csv"), write_sheet(given, book, "xlsx")) == (2, 2)
    assert text.getvalue().decode("utf-8-sig").splitlines() == [
        "who,n,sales (USD),rate,on,x",
        "'=HYPERLINK(1),-5,-20.50,0.25,2026-04-01,",
        "'@王伟,7,1.00,,2026-04-01 09:30,'+86 138",
    ]
    day = 46113.0  # 2026-04-01 as Excel counts
    assert sheet_rows(book.getvalue()) == [
        ["who", "n", "sales (USD)", "rate", "on", "x"],
        ["=HYPERLINK(1)", -5, -20.5, 0.25, day],
        ["@王伟", 7, 1, pytest.approx(day + 9.5 / 24), "+86 138"],
    ]


def test_what_one_sheet_cannot_hold_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "ROWS_PER_SHEET", 2)
    book = io.BytesIO()
    assert write_sheet(Sheet("t", ["n"], [""], ([n] for n in range(5))), book, "xlsx") == 5
    assert [sheet_rows(book.getvalue(), sheet) for sheet in (1, 2, 3)] == [
        [["n"], [0], [1]], [["n"], [2], [3]], [["n"], [4]],
    ]  # fmt: skip


def test_a_file_holds_all_rows_though_the_page_shows_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    world.shop({"c01": 300, "c02": 200, "c03": 100, "c04": 50, "c05": 20})
    world.planned(control_share=0.2)
    world.launched()
    monkeypatch.setattr("guanxi.desk.campaigns.views.PAGE", 1)
    monkeypatch.setattr("guanxi.desk.work.views.PAGE", 1)
    monkeypatch.setattr("guanxi.desk.imports.views.PAGE", 1)
    browser = somebody()
    people = "/campaigns/named/spring/people/target/"

    assert "1 to 1 of 4" in browser.get(people).content.decode()
    lines = csv_rows(browser.get(people + "?format=csv"))
    assert lines[0] == ["customer", "source", "key", "file", "cell", "reason"]
    assert len(lines) == 5
    assert len(csv_rows(browser.get(people + "?page=3&cell=nobody&format=csv"))) == 1
    entries = AuditEntry.objects.count()
    assert len(csv_rows(browser.get("/audit/?format=csv"))) == entries + 1
    assert len(csv_rows(browser.get("/imports/?format=csv"))) == 3


def test_money_is_a_number_in_whole_units_and_counts_are_counts() -> None:
    world.shop({"c01": 300, "c02": 200, "c03": 100})
    browser = somebody()
    header, *rows = csv_rows(browser.get("/insight/tiers/?format=csv&table=1"))

    assert header[2:6] == ["customers", "sales (USD)", "contribution (USD)", "lifetime value (USD)"]
    assert sum(int(row[2]) for row in rows) == 3
    assert sum(Decimal(row[3]) for row in rows) == 630
    assert "价值" in csv_rows(somebody("analyst", "zh-hans").get("/insight/tiers/?format=csv"))[0][5]


def test_an_export_is_on_record_with_who_what_and_how_many() -> None:
    audit.record(Actor("Ada"), "set", "setting", "x")
    before = AuditEntry.objects.count()
    somebody().get("/audit/?before=99999&format=xlsx&table=1")

    entry = AuditEntry.objects.latest("pk")
    assert AuditEntry.objects.count() == before + 1
    assert (entry.actor, entry.verb, entry.object_kind) == ("administrator@example.com", "exported", "table")
    assert told(entry) == {
        "path": "/audit/", "asked": {"before": "99999", "table": "1"}, "format": "xlsx", "rows": before,
    }  # fmt: skip


def test_a_file_is_refused_with_the_page_and_an_unknown_one_is_the_page() -> None:
    audit.record(Actor("Ada"), "set", "setting", "x")
    assert somebody("salesperson").get("/audit/?format=csv").status_code == 403
    assert Client().get("/audit/?format=csv").url.startswith("/accounts/login/")
    administrator = somebody()
    for wrong in ("format=pdf", "format=csv&table=9", "format=csv&table=x", "format=csv&table=٣"):
        assert administrator.get(f"/audit/?{wrong}").headers["Content-Type"].startswith("text/html")
    assert AuditEntry.objects.filter(verb="exported").count() == 0

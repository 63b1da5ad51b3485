"""What people do on the pages, by clicking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from guanxi.customers.models import ImportBatch
from guanxi.foundation import jobs

pytestmark = pytest.mark.django_db(transaction=True)
ORDERS = """Bon,Kunde,Tag,Betrag
1,ann,2026-01-02,10.00
2,ann,2026-02-03,20.00
3,bob,soon,5.00
4,bob,2026-03-01,7.50
"""


def test_a_steward_brings_a_file_with_a_mistake_sees_it_and_takes_the_import_back(
    sign_in: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "bons.csv").write_text(ORDERS, encoding="utf-8")
    page = sign_in("data_steward")

    page.click("nav >> text=Imports")
    page.select_option("select[name=kind]", "orders")
    page.set_input_files("input[type=file]", tmp_path / "bons.csv")
    page.click("main button.btn-primary")
    for field, column in {"order": "Bon", "customer": "Kunde", "time": "Tag", "amount": "Betrag"}.items():
        page.select_option(f"select[name=field-{field}]", column)
    page.click("main button:has-text('Check again')")
    page.wait_for_selector("input[name^=fix-][value=soon]")

    with page.expect_navigation():
        page.click("main button:has-text('Import 3 rows')")
    jobs.run_next()
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.rows_good, batch.rows_bad) == ("published", 3, 1)
    page.goto(f"/imports/{batch.pk}/")
    assert "is not a date" in page.inner_text("main")

    with page.expect_navigation():
        page.click("main button:has-text('Undo')")
    jobs.run_next()
    batch.refresh_from_db()
    assert batch.state == "undone"


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(sign_in: Callable[..., Any]) -> None:
    page = sign_in("analyst", width=390)
    assert not page.is_visible("nav >> text=Insight")
    page.focus("[data-menu]")
    page.keyboard.press("Enter")
    assert page.is_visible("nav >> text=Insight")
    page.keyboard.press("Escape")
    page.wait_for_selector("nav >> text=Insight", state="hidden")


def test_the_theme_is_kept_by_the_browser(sign_in: Callable[..., Any]) -> None:
    page = sign_in("analyst")
    page.click("[data-theme-toggle]")
    page.goto("/insight/")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"

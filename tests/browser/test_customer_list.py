"""The customer list in a browser: counting while somebody types, ticking, and a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from campaigns import world

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_filter_counts_while_it_is_typed_but_not_what_an_input_method_composes(
    sign_in: Callable[..., Any],
) -> None:
    world.shop({"c01": 300, "c02": 200, "c03": 100})
    page = sign_in("analyst", width=390)
    page.goto("/customers/")
    page.click("text=Add a filter")
    page.select_option("select[name=field]", "indicator.sales_amount")
    page.wait_for_selector("text=In whole money")
    with page.expect_response("**/filter/**"):
        page.select_option("select[name=op]", ">=")
    page.wait_for_load_state("networkidle")
    page.type("input[name=value]", "20")
    page.wait_for_selector("#filter-count >> text=3 customers")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/count/" in request.url else None)
    page.evaluate(
        """() => { const input = document.querySelector("input[name=value]"); input.value = "2000";
        input.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true })); }"""
    )
    page.wait_for_timeout(600)
    assert asked == []
    page.evaluate(
        """document.querySelector("input[name=value]").dispatchEvent(
        new CompositionEvent("compositionend", { bubbles: true }))"""
    )
    page.wait_for_selector("#filter-count >> text=0 customers")
    page.fill("input[name=value]", "200")
    page.wait_for_selector("#filter-count >> text=2 customers")
    page.keyboard.press("Enter")
    page.wait_for_selector(".gx-filter >> text=is at least 200")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.complaints == []


def test_ticked_customers_are_counted_and_downloaded(sign_in: Callable[..., Any]) -> None:
    world.shop({"c01": 300, "c02": 200, "c03": 100})
    page = sign_in("analyst")
    page.goto("/customers/?sort=-sales_amount")
    page.check("[data-choose-all]")
    page.uncheck("input[value=c03]")
    assert page.inner_text("[data-chosen]") == "2 ticked"
    page.click("button[value=export]")
    page.wait_for_selector("h1 >> text=Export 2 customers")
    page.check("input[value=csv]")
    with page.expect_download() as download:
        page.click("main button.btn-primary")
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines()] == ["Customer", "c01", "c02"]
    assert page.complaints == []

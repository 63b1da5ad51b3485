"""The business calls its indicators as it likes: everywhere, in both languages, and leaves out what it does not use."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk.test_insight_pages import page_of, somebody, words
from insight.analysing import refresh, sell

from guanxi.insight.audience import audience_fields
from guanxi.insight.catalogue import RENAMED
from guanxi.insight.models import IndicatorName

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/settings/indicators/"


@pytest.fixture(autouse=True)
def renamed_in_one_test_only(home: Path, settings: Any) -> Iterator[None]:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    yield
    RENAMED.clear()


def form_of(page: str) -> dict[str, str]:
    inputs = re.findall(r'<input[^>]*name="((?:en|zh)-[^"]+|version)" value="([^"]*)"', page)
    shown = re.findall(r'name="(shown-[^"]+)"[^>]* checked', page)
    return {name: html.unescape(value) for name, value in inputs} | dict.fromkeys(shown, "on")


@pytest.mark.requirement("ANA-01", "DATA-09")
def test_a_name_is_changed_everywhere_and_set_back(home: Path) -> None:
    sell(home, [("a", "2025-01-03", "10.00")])
    refresh()
    browser = somebody("administrator")
    typed = form_of(page_of(browser, PAGE))
    browser.post(PAGE, typed | {"en-sales_amount": "Turnover", "zh-sales_amount": "营业额"})
    assert "营业额" in page_of(somebody("analyst", "zh-hans"), "/insight/analyses/indicator/")
    assert "Turnover" in words(page_of(browser, "/insight/analyses/rfm/"))
    assert audience_fields()["indicator.sales_amount"].label_en == "Turnover"
    browser.post(
        PAGE,
        form_of(page_of(browser, PAGE))
        | {"en-sales_amount": typed["en-sales_amount"], "zh-sales_amount": typed["zh-sales_amount"]},
    )
    assert not IndicatorName.objects.exists()
    assert "Turnover" not in words(page_of(browser, "/insight/analyses/rfm/"))


def test_an_indicator_that_is_not_offered_is_no_choice(home: Path) -> None:
    sell(home, [("a", "2025-01-03", "10.00")])
    refresh()
    browser = somebody("administrator")
    typed = form_of(page_of(browser, PAGE))
    assert 'value="usual_hour"' in page_of(browser, "/insight/analyses/indicator/")
    typed.pop("shown-usual_hour")
    browser.post(PAGE, typed)
    assert 'value="usual_hour"' not in page_of(browser, "/insight/analyses/indicator/")


def test_an_empty_name_is_refused_and_stays() -> None:
    browser = somebody("administrator")
    typed = form_of(page_of(browser, PAGE))
    refused = browser.post(PAGE, typed | {"en-sales_amount": " ", "zh-recency_days": "未购天数"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "An indicator needs a name in both languages: sales_amount." in page
    assert form_of(page)["zh-recency_days"] == "未购天数"
    assert not IndicatorName.objects.exists()
    assert somebody("analyst").post(PAGE, typed).status_code == 403

"""The schemes of classes: read in words, edited as a form or as data, refused without losing what was typed."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from desk.test_insight_pages import page_of, somebody, words
from insight.analysing import refresh, sell

from customer_insight.classifications import SHIPPED
from guanxi.insight.class_schemes import read_scheme, scheme_document

pytestmark = pytest.mark.django_db(transaction=True)
STAGE = "/settings/schemes/trade_stage/"
VOLUME = "/settings/schemes/trade_volume/"


@pytest.fixture(autouse=True)
def dollars_and_utc(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


def form_of(page: str) -> dict[str, str]:
    """The values of the first form of a page."""
    form = re.findall(r"<form method=\"post\">(.*?)</form>", page, flags=re.S)[0]
    inputs = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in inputs if name != "csrfmiddlewaretoken"}


@pytest.mark.requirement("ANA-53", "ANA-55")
@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Number of transactions is at most 2"), ("zh-hans", "交易次数不超过2")],
)
def test_rules_are_told_in_the_readers_language(language: str, said: str) -> None:
    listed = page_of(somebody("decision_maker", language), "/settings/schemes/")
    assert said in words(listed)
    assert listed.count('href="/settings/schemes/') == len(SHIPPED)


@pytest.mark.requirement("ANA-55")
def test_a_threshold_is_edited_in_whole_money_and_taken_back() -> None:
    browser = somebody("administrator")
    typed = form_of(page_of(browser, VOLUME))
    assert typed["value-1-1"] == "10000"
    answer = browser.post(VOLUME, typed | {"value-1-1": "500.50", "label_en-1": "Big ones"}, follow=True)
    page = answer.content.decode()
    assert "Transaction amount (USD) is at least 500.5" in html.unescape(page)
    assert scheme_document("trade_volume")["rules"][0]["condition"]["of"][1]["value"] == 50_050
    assert read_scheme("trade_volume").classes[0].label_en == "Big ones"
    (offer,) = re.findall(r'name="offer" value="([^"]+)"', page) or re.findall(r'value="([^"]{80,})"', page)
    browser.post("/undo/", {"offer": offer})
    assert read_scheme("trade_volume") == SHIPPED["trade_volume"].scheme


def test_a_refused_form_keeps_what_was_typed() -> None:
    browser = somebody("administrator")
    typed = form_of(page_of(browser, STAGE))
    answer = browser.post(STAGE, typed | {"value-1-0": "soon", "label_en-2": "Nearly there"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "soon is not a number." in page
    assert (form_of(page)["value-1-0"], form_of(page)["label_en-2"]) == ("soon", "Nearly there")
    assert read_scheme("trade_stage") == SHIPPED["trade_stage"].scheme


def test_the_whole_scheme_is_edited_as_data_and_set_back() -> None:
    browser = somebody("administrator")
    seen = form_of(page_of(browser, STAGE))["version"]
    document = scheme_document("trade_stage")
    document["rules"].pop(1)
    told = json.dumps(document)
    broken = browser.post(STAGE, {"version": seen, "document": told + "}"})
    assert (broken.status_code, "This is not JSON" in broken.content.decode()) == (422, True)
    browser.post(STAGE, {"version": seen, "document": told})
    assert [each.code for each in read_scheme("trade_stage").classes] == ["TRADING", "HAS_TRADED", "NO_TRADE"]
    late = browser.post(STAGE, {"version": seen, "document": told})
    assert late.status_code in {409, 422}
    now = form_of(page_of(browser, STAGE))["version"]
    browser.post(STAGE, {"version": now, "default": "true"})
    assert read_scheme("trade_stage") == SHIPPED["trade_stage"].scheme


def test_who_may_not_change_settings_reads_them_only() -> None:
    browser = somebody("analyst")
    assert "An administrator changes these." in words(page_of(browser, STAGE))
    assert browser.post(STAGE, {"default": "true"}).status_code == 403
    assert somebody("decision_maker").get("/settings/schemes/shoes/").status_code == 404


@pytest.mark.requirement("ANA-53")
def test_an_analysis_leads_to_the_customers_of_the_edited_class(home: Path) -> None:
    sell(home, [("a", "2025-01-03", "10.00"), ("b", "2025-03-03", "10.00")])
    refresh()
    browser = somebody("administrator")
    before = words(page_of(browser, "/insight/analyses/classes/?scheme=trade_stage"))
    assert "1 Trading 2 " in before
    browser.post(STAGE, form_of(page_of(browser, STAGE)) | {"value-1-0": "30"})
    assert "1 Trading 1 " in words(page_of(browser, "/insight/analyses/classes/?scheme=trade_stage"))

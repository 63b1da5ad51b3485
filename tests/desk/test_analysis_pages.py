"""The pages of analyses: what can be asked, answers with their customers, and the questions that are kept."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from desk.test_insight_pages import chart, counted, page_of, somebody, words
from insight.analysing import refresh, sell
from insight.test_analyses import SALES

from guanxi.insight.analyses import asking
from guanxi.insight.analyses.offered import ANALYSES
from guanxi.insight.models import AnalysisRecord

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = {"asked": "groups=3", "name": "Who slips", "goal": "Fewer lapse", "department": "marketing", "owner": "Mia Chen",
        "action": "Call the best"}  # fmt: skip


@pytest.fixture(autouse=True)
def dollars_and_utc(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


def test_before_the_first_refresh_the_pages_say_what_to_do() -> None:
    browser = somebody()
    assert "Nothing is analysed yet" in words(page_of(browser, "/insight/analyses/"))
    assert "Nothing is analysed yet" in words(page_of(browser, "/insight/analyses/rfm/"))


@pytest.mark.requirement("ANA-67")
@pytest.mark.parametrize("language", ["zh-hans", pytest.param("en", marks=pytest.mark.slow)])
def test_every_analysis_answers_without_a_word_typed(home: Path, language: str) -> None:
    sell(home, SALES)
    refresh()
    browser = somebody("marketing_manager", language)
    listed = page_of(browser, "/insight/analyses/")
    links = set(re.findall(r'href="(/insight/analyses/[\w-]+/)"', listed))
    assert links == {f"/insight/analyses/{code}/" for code in ANALYSES}
    for link in sorted(links):
        page = page_of(browser, link)
        assert 'gx-error" role="alert"' not in page, link


@pytest.mark.requirement("ANA-70")
def test_a_heat_map_stands_beside_its_table_and_numbers_open_their_customers(home: Path) -> None:
    sell(home, SALES)
    refresh()
    browser = somebody("decision_maker")
    page = page_of(browser, "/insight/analyses/retention/?months=2")
    drawn = chart(page, "retention-0")
    assert drawn["yAxis"]["data"] == ["2025-01", "2025-02"]
    assert drawn["series"][0]["data"] == [[0, 0, 100], [1, 0, 100], [2, 0, 50], [0, 1, 100], [1, 1, 0]]
    assert counted(browser, page, 1) == [2, 1]


def test_what_does_not_fit_is_said_beside_the_form(home: Path) -> None:
    sell(home, SALES)
    refresh()
    page = words(page_of(somebody(), "/insight/analyses/rfm/?groups=77"))
    assert "Scores is a number from 2 to 9, not 77." in page
    assert somebody("decision_maker").get("/insight/analyses/shoes/").status_code == 404


def test_the_choice_of_customers_is_told_and_narrows_every_number(home: Path) -> None:
    sell(home, SALES)
    refresh()
    browser = somebody()
    among = '{"op": ">", "field": "indicator.sales_amount", "value": 10000}'
    page = page_of(browser, f"/insight/analyses/retention/?months=1&among={among}")
    assert "Only of these customers: Transaction amount (USD) is above 100" in words(page)
    assert counted(browser, page, 1) == [1]


def test_a_job_is_shown_while_it_works(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sell(home, SALES)
    refresh()
    monkeypatch.setattr(asking, "AT_ONCE", 1)
    page = page_of(somebody(), "/insight/analyses/second-purchase/")
    assert re.search(r"Job \d+ is working this out", words(page))
    assert 'hx-trigger="every 2s"' in page


@pytest.mark.requirement("ANA-67")
def test_a_question_is_kept_with_goal_owner_and_action(home: Path) -> None:
    sell(home, SALES)
    refresh()
    browser = somebody("marketing_manager")
    page_of(browser, "/insight/analyses/rfm/?groups=3")
    answer = browser.post("/insight/analyses/rfm/keep/", KEPT, follow=True)
    page = html.unescape(answer.content.decode())
    for said in ("Who slips", "Fewer lapse", "Mia Chen", "Call the best", "(Scores 3)"):
        assert said in page
    assert 'href="/insight/analyses/rfm/?groups=3"' in page
    record = AnalysisRecord.objects.get()
    assert somebody("decision_maker").post(f"/insight/analyses/kept/{record.pk}/remove/").status_code == 403
    browser.post(f"/insight/analyses/kept/{record.pk}/remove/")
    assert not AnalysisRecord.objects.exists()


@pytest.mark.requirement("ANA-72")
def test_the_list_of_customers_leads_to_analyses_of_those_it_shows(home: Path) -> None:
    sell(home, SALES)
    refresh()
    browser = somebody()
    where = '{"op": ">", "field": "indicator.sales_amount", "value": 10000}'
    (link,) = re.findall(
        r'href="(/insight/analyses/\?among=[^"]+)"', page_of(browser, f"/customers/?where={where}")
    )
    listed = page_of(browser, html.unescape(link))
    assert "Only of these customers: Transaction amount (USD) is above 100" in words(listed)
    (retention,) = re.findall(r'href="(/insight/analyses/retention/\?among=[^"]+)"', listed)
    assert counted(browser, page_of(browser, html.unescape(retention)), 1) == [1]
    assert "among" not in page_of(browser, "/customers/")

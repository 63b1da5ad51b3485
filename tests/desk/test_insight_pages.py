"""The pages of insight: the figures of the commands, their charts, the people behind each number, and who may look."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from insight.analysing import assume, refresh, sell
from insight.test_shown_deciles import COSTS, ELEVEN, shop_of
from insight.test_shown_layers_and_tiers import shop, weekly

from guanxi.foundation.models import Job
from guanxi.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)
REPORTS = ["tiers", "bands", "layers", "lifetime-value", "acquisition", "indicators"]


@pytest.fixture(autouse=True)
def dollars_and_utc(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


def somebody(role: str = "analyst", language: str = "en") -> Client:
    """A browser in which a person of this role has signed in."""
    user = User.objects.create_user(username=role, email=f"{role}@example.com", role=role, language=language)
    browser = Client()
    browser.force_login(user)
    return browser


def page_of(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    page = answer.content.decode()
    return page[page.index("<main") :]


def words(page: str) -> str:
    """A page without its tags."""
    return html.unescape(" ".join(re.sub(r"<script.*?</script>|<[^>]+>", " ", page, flags=re.S).split()))


def chart(page: str, identifier: str) -> dict[str, Any]:
    """What ECharts is given."""
    (found,) = re.findall(rf'<script id="{identifier}" type="application/json">(.*?)</script>', page)
    return dict(json.loads(found))


def counted(browser: Client, page: str, number: int) -> list[int]:
    """How many customers stand behind each linked number of the nth table, as their lists say."""
    table = page.split("<table>")[number]
    lists = [html.unescape(link) for link in re.findall(r'<a href="(/customers/[^"]+)"', table)]
    found = [re.search(r"([\d,]+) customers?\b", words(page_of(browser, link))) for link in lists]
    return [int(each.group(1).replace(",", "")) for each in found if each]


@pytest.mark.requirement("ANA-24", "ANA-25")
def test_both_decile_analyses_stand_side_by_side_with_charts_and_lead_to_their_customers(home: Path) -> None:
    shop_of(home, ELEVEN, COSTS)
    analyst = somebody()
    page = page_of(analyst, "/insight/")

    assert "Customers analysed 11" in words(page)
    assert "Sales 1,000.00 USD" in words(page)
    assert "Profit 185.00 USD" in words(page)
    assert "1 2 200.00 USD 700.00 USD 70.0 % 70.0 % 43.2 %" in words(page)
    assert chart(page, "money-deciles")["series"][0]["data"] == [70, 10, 5, 5, 4, 2, 2, 1, 1, 0]
    assert chart(page, "money-deciles")["series"][1]["data"][:3] == [43.2, 5.4, 21.6]
    assert counted(analyst, page, 1) == [2, 1, 1, 1, 1, 1, 1, 1, 1, 1]
    assert chart(page, "purchase-deciles")["xAxis"]["data"][-1] == "no slice needs"

    by_profit = page_of(analyst, "/insight/?by=profit")
    assert "1 2 40.00 USD 250.00 USD" in words(by_profit)
    assert "10 1 -20.00 USD 500.00 USD" in words(by_profit)
    assert counted(analyst, by_profit, 1) == [2, 1, 1, 1, 1, 1, 1, 1, 1, 1]
    assert analyst.get("/insight/?by=weight").status_code == 422


@pytest.mark.requirement("ANA-33", "ANA-34", "ANA-35", "ANA-36", "ANA-37")
def test_tiers_show_size_rule_and_goal_in_both_languages_and_lead_to_their_customers(home: Path) -> None:
    assume(margin_rate=0.30, cost_to_serve_per_order=2_000)
    shop(home)
    sell(home, [("loss", day, 50) for day in weekly(3)])
    refresh("2026-04-30")
    analyst = somebody()
    page = page_of(analyst, "/insight/tiers/")

    assert "BZ Below-zero customers 1 200.00 USD -20.00 USD" in words(page)
    assert "MVC Most valuable customers 3 4,500.00 USD 450.00 USD" in words(page)
    assert "Actual value layer (1 is highest) is at most 1 keep" in words(page)
    assert "everybody else decide" in words(page)
    assert counted(analyst, page, 1) == [1, 3, 2, 5]
    assert "Nobody has moved yet" in words(page)
    assert "Profit rests on a stated margin of 30 % for 100.0 % of sales" in words(page)

    User.objects.update(language="zh-hans")
    assert "最有价值客户 3 4,500.00 USD 450.00 USD" in words(page_of(analyst, "/insight/tiers/"))
    assert "实际价值层（1为最高）不超过1 保住这些客户" in words(page_of(analyst, "/insight/tiers/"))


@pytest.mark.requirement("ANA-27", "ANA-29")
def test_bands_and_layers_show_shares_and_lead_to_their_customers(home: Path) -> None:
    shop(home)
    sell(home, [("big", day, 600) for day in weekly(2)])
    refresh("2026-04-30")
    analyst = somebody()

    bands = page_of(analyst, "/insight/bands/")
    assert "51-100 10 90.9 %" in words(bands)
    assert "total 11 100.0 %" in words(bands)
    assert chart(bands, "bands")["series"][0]["data"] == [0, 90.9, 0, 0, 0, 9.1]
    assert counted(analyst, bands, 1) == [10, 1, 11]
    layers = page_of(analyst, "/insight/layers/")
    assert counted(analyst, layers, 1) == [3, 2, 2, 2, 2]
    assert sum(chart(layers, "layers")["series"][0]["data"]) == pytest.approx(100, abs=0.3)


def test_lifetime_value_shows_the_model_its_findings_and_its_back_test(home: Path) -> None:
    shop(home)
    refresh("2026-04-30")
    page = page_of(somebody(), "/insight/lifetime-value/")

    assert "customers 10 repeat buyers 10" in words(page)
    assert "margin after cost to serve" in words(page)
    assert "What the model found" in words(page)
    assert "Profit rests on a stated margin" in words(page)
    if "Back-test" in page:
        assert len(chart(page, "calibration")["series"]) == 2


def test_nobody_coming_back_is_said_instead_of_a_model(home: Path) -> None:
    sell(home, [("c0", "2026-01-05", 10), ("c1", "2026-01-06", 10)])
    refresh("2026-01-31")
    analyst = somebody()
    assert "Nobody has come back to buy again yet" in words(page_of(analyst, "/insight/lifetime-value/"))
    assert 'aria-sort="descending"><a href="/customers/?sort=sales_amount"' in page_of(analyst, "/customers/")


@pytest.mark.requirement("ANA-02")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_report_can_be_read_before_and_after_the_first_refresh(home: Path, language: str) -> None:
    analyst = somebody(language=language)
    for report in ("", *(f"{report}/" for report in REPORTS)):
        assert 'action="/insight/refresh/"' in page_of(analyst, f"/insight/{report}")
    shop_of(home, ELEVEN)
    for report in ("", *(f"{report}/" for report in REPORTS)):
        page = page_of(analyst, f"/insight/{report}")
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*(src=|application/json))", page)
    indicators = words(page_of(analyst, "/insight/indicators/"))
    assert ("sales_amount / transaction_count" if language == "en" else "交易额÷交易次数") in indicators
    assert analyst.get("/insight/horoscope/").status_code == 404


def test_a_refresh_is_a_job_in_the_persons_name_as_of_the_day_that_was_given(home: Path) -> None:
    analyst = somebody()
    sell(home, [("c0", "2026-01-05", 10)])
    for typed, kept in (("", None), ("2026-01-31", "2026-01-31")):
        answer = analyst.post("/insight/refresh/", {"as_of": typed})
        assert (answer.status_code, answer.url) == (302, "/jobs/")
        job = Job.objects.get(kind="insight refresh")
        assert (job.arguments["as_of"], job.actor) == (kept, "analyst@example.com")
    assert analyst.post("/insight/refresh/", {"as_of": "yesterday"}).status_code == 422
    assert analyst.get("/insight/refresh/").status_code == 405


def test_only_those_whose_work_it_is_see_insight_and_refresh_it(home: Path) -> None:
    salesperson, manager = somebody("salesperson"), somebody("sales_manager")
    for address in ("/insight/", "/insight/tiers/"):
        assert salesperson.get(address).status_code == 403
        assert manager.get(address).status_code == 200
        assert Client().get(address).url.startswith("/accounts/login/")
    for browser in (salesperson, manager):
        assert browser.post("/insight/refresh/").status_code == 403
    assert not Job.objects.filter(kind="insight refresh").exists()

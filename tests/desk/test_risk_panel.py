"""What a customer's page says of leaving, and coding why somebody declines, from its form to its undo."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from desk.test_insight_pages import page_of, somebody, words
from insight.analysing import MIA
from insight.test_decliner_analysis import two_years  # noqa: F401  # the shop of two years

from guanxi.customers.queries import find_party
from guanxi.insight.analyses.asking import ask
from guanxi.insight.decline_reasons import causes_of
from guanxi.insight.models import AnalysisAnswer
from guanxi.staff.models import User

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def dollars_and_utc(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


def address(name: str) -> str:
    return f"/customers/{find_party(f'shop:{name}').public_id}/"


@pytest.mark.requirement("ANA-60", "LIFE-05")
def test_a_cause_is_coded_on_the_customers_page_seen_in_the_analysis_and_taken_back() -> None:
    ask("decliners", {}, actor=MIA)
    sales = somebody("sales_manager")
    page = words(page_of(sales, address("ann")))
    assert "Risk of leaving" in page
    assert "Buys less than last year fewer orders" in page
    assert "No cause is coded yet." in page
    assert "Risk of leaving" not in words(page_of(sales, address("dan")))

    told = {"cause": "competitor's offer", "note": "cheaper at the corner"}
    answer = sales.post(f"{address('ann')}decline/", told, follow=True).content.decode()
    assert "The cause is noted: competitor&#x27;s offer." in answer
    assert "competitor&#x27;s offer: cheaper at the corner" in answer
    listed = words(page_of(sales, "/insight/analyses/decliners/"))
    assert "fewer orders competitor's offer" in listed
    assert "Why customers decline, as coded so far" in listed

    (offer,) = re.findall(r'name="offer" value="([^"]+)"', answer)
    back = sales.post("/undo/", {"offer": offer, "next": address("ann")}, follow=True).content.decode()
    assert "The cause is taken back." in back
    assert not causes_of([find_party("shop:ann").pk])


@pytest.mark.requirement("LIFE-05")
def test_a_cause_is_compulsory_and_only_for_those_who_speak_with_customers() -> None:
    ask("decliners", {}, actor=MIA)
    sales = somebody("sales_manager")
    refused = sales.post(f"{address('bob')}decline/", {"note": "?"})
    assert refused.status_code == 422
    assert "Choose the cause" in refused.content.decode()
    analyst = somebody("analyst")
    assert 'name="cause"' not in page_of(analyst, address("bob"))
    assert analyst.post(f"{address('bob')}decline/", {"cause": "own circumstances"}).status_code == 403
    assert not causes_of([find_party("shop:bob").pk])


def test_the_page_computes_nothing_and_says_nothing_before_an_analysis_was_asked() -> None:
    sales = somebody("sales_manager")
    assert "Risk of leaving" not in words(page_of(sales, address("ann")))
    assert not AnalysisAnswer.objects.exists()


@pytest.mark.requirement("ANA-59")
def test_how_overdue_a_customer_is_stands_on_the_page_in_either_language() -> None:
    ask("overdue", {"most_days": 3650}, actor=MIA)
    sales = somebody("sales_manager")
    # Six purchases lie 397 days apart; the last was 64 days ago: 64 x 5 / 397.
    assert "Times the usual interval 0.8 since the last purchase" in words(page_of(sales, address("ann")))
    User.objects.update(language="zh-hans")
    assert page_of(sales, address("ann"))


@pytest.mark.requirement("ANA-60")
def test_a_campaign_is_planned_for_the_decliners_from_their_list() -> None:
    marketing = somebody("marketing_manager")
    page = page_of(marketing, "/insight/analyses/decliners/")
    (plan,) = re.findall(r'<a class="btn" href="(/campaigns/plan/\?where=[^"]+)"', page)
    begun = words(page_of(marketing, plan.replace("&amp;", "&")))
    assert "For the customers chosen" in begun
    assert "3 customers" in begun
    assert "/campaigns/plan/?where" not in page_of(somebody("decision_maker"), "/insight/analyses/decliners/")

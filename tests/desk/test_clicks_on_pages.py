"""Who followed a link of a campaign: counted per cell, listed, and on the customer's own line of time."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from campaigns.world import PLAN, delivered, keys, launched, planned, shop
from desk.test_campaign_pages import person, text
from django.test import Client
from django.urls import reverse

from guanxi.campaigns.models import Campaign
from guanxi.campaigns.remarks import remarks
from guanxi.outreach.models import Contact, Link

pytestmark = pytest.mark.django_db(transaction=True)
SHOP = "https://shop.example.com/spring"
CELL = {"code": "coupon", "subject": "Hello", "body": "Look: ${link:shop} ${unsubscribe}"}


@pytest.fixture(autouse=True)
def own_home(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE, settings.PUBLIC_URL = "USD", "UTC", "http://testserver"
    settings.EMAIL_BACKEND = "guanxi.outreach.outbox.OutboxBackend"


def letters(home: Path) -> dict[str, str]:
    """Address → what the letter says."""
    files = [
        message_from_bytes(file.read_bytes(), policy=policy.default) for file in (home / "outbox").iterdir()
    ]
    return {str(mail["To"]): mail.get_content() for mail in files}


def sent(home: Path) -> dict[str, str]:
    """Ten customers; c01, c02, c08, c09 and c10 get the coupon."""
    shop(dict.fromkeys(keys(10), 100))
    planned(links={"shop": SHOP}, cells=[CELL])
    launched()
    delivered()
    return letters(home)


def test_from_the_letter_to_the_numbers_of_the_campaign(home: Path) -> None:
    mail = sent(home)
    assert len(mail) == 5
    for customer, times in (("c01", 2), ("c02", 1)):
        link = re.search(r"http://testserver/c/\S+", mail[f"{customer}@example.com"])[0]
        for _time in range(times):
            assert Client().get(link).headers["Location"] == SHOP
    assert Link.objects.get().address == SHOP

    client = person("analyst")
    page = text(client, reverse("campaign", args=["spring"]))
    clicks = reverse("campaign_members", args=["spring", "clicks"])
    assert "Links followed" in page
    assert f'<a href="{clicks}?cell=coupon">2</a>' in page
    assert "40.0 %" in page
    assert "Attributed: a click shows interest" in page
    people = text(client, f"{clicks}?cell=coupon")
    assert "1 to 2 of 2" in people
    assert [customer in people for customer in ("c01", "c02", "c08")] == [True, True, False]
    assert "Nothing yet." in text(client, f"{clicks}?cell=other")
    timeline = text(client, reverse("customer", args=["c01"]))
    assert "Spring coupon: shop" in timeline
    assert timeline.count(">Click<") == 1


def test_a_campaign_without_links_shows_none() -> None:
    shop(dict.fromkeys(keys(10), 100))
    planned()
    launched()
    assert "Links followed" not in text(person(), reverse("campaign", args=["spring"]))


def test_a_click_on_a_letter_that_may_not_have_arrived_is_not_in_the_share(home: Path) -> None:
    mail = sent(home)
    link = re.search(r"http://testserver/c/\S+", mail["c01@example.com"])[0]
    Client().get(link)
    Contact.objects.filter(party__source_key="c01").update(state="unknown")
    page = text(person(), reverse("campaign", args=["spring"]))
    assert "0.0 %" in page
    assert reverse("campaign_members", args=["spring", "clicks"]) not in page


def test_a_plan_says_that_its_letters_will_have_no_way_out(settings: Any) -> None:
    shop(dict.fromkeys(keys(10), 100))
    estimate = planned(cells=PLAN["cells"]).estimate
    said = "Letters will hold no unsubscribe link, and clicks will not be counted: set GUANXI_PUBLIC_URL."
    assert said not in remarks(estimate)
    settings.PUBLIC_URL = ""
    assert said in remarks(estimate)
    assert said in text(person(), reverse("campaign", args=[Campaign.objects.get().code]))

"""The one menu: what fits what somebody types, and only what they may."""

from __future__ import annotations

import re
from typing import Any

import pytest
from campaigns.world import customers
from shell.people import person

from guanxi.customers.models import Party
from guanxi.staff.roles import GRANTED, May, Role

pytestmark = pytest.mark.django_db(transaction=True)
PART = {"HX-Request": "true"}


def options(client: Any, **asked: str) -> list[str]:
    """What the menu offers, in order."""
    page = client.get("/find/", asked, headers=PART).content.decode()
    return re.findall(r'role="option".*?<span>(.*?)</span>', page)


def test_pages_and_actions_are_found_by_any_of_their_words() -> None:
    client = person("administrator")
    assert options(client, wanted="camp") == ["Campaigns", "Plan a campaign"]
    assert options(client, wanted="a file import") == ["Import a file"]
    assert options(client, wanted="value lifetime") == ["Lifetime value"]
    assert options(client, wanted="no such thing") == []


def test_both_languages_find_the_same() -> None:
    client = person("administrator", language="zh-hans")
    assert options(client, wanted="campaigns") == options(client, wanted="活动")[:1]


def test_a_customer_is_found_by_key_and_named_only_to_those_who_may_know(home: Any) -> None:
    customers(["no-7", "no-8"])
    seven = Party.objects.get(source_key="no-7")

    assert options(person("analyst"), wanted="no-7") == [seven.public_id]
    page = person("service_agent", "Sam").get("/find/", {"wanted": "no-7"}, headers=PART).content.decode()
    assert f'href="/customers/{seven.public_id}/"' in page
    assert "no-8" not in page


@pytest.mark.parametrize("role", Role)
def test_the_menu_leads_nobody_before_a_closed_door(role: Role) -> None:
    client = person(role)
    page = client.get("/find/", headers=PART).content.decode()
    leads = re.findall(r'role="option"[^>]*href="([^"]+)"', page)

    assert leads
    assert [address for address in leads if client.get(address).status_code == 403] == []
    assert ("/insight/refresh/" in page) == (May.REFRESH_INSIGHT in GRANTED[role])


def test_what_can_be_created_has_a_menu_of_its_own() -> None:
    assert options(person("administrator"), only="new") == ["Import a file", "Plan a campaign"]
    assert options(person("salesperson", "Sam"), only="new") == []


def test_without_scripts_the_menu_is_a_page() -> None:
    page = person("analyst").get("/find/", {"wanted": "cust"}).content.decode()
    assert "<html" in page
    assert 'name="wanted" value="cust"' in page
    assert 'href="/customers/"' in page


def test_what_is_typed_is_never_html() -> None:
    page = person("analyst").get("/find/", {"wanted": "<b>x</b>"}, headers=PART).content.decode()
    assert "<b>" not in page


def test_nobody_signed_in_finds_nothing(client: Any) -> None:
    assert client.get("/find/", {"wanted": "ann"}).status_code == 302


def test_every_key_is_listed_with_the_pages_that_a_person_may_open() -> None:
    page = person("salesperson").get("/keys/").content.decode()
    assert "<kbd>g</kbd> <kbd>c</kbd>" in page
    assert "<kbd>g</kbd> <kbd>a</kbd>" not in page
    letters = re.findall(
        r"<kbd>g</kbd> <kbd>(.)</kbd>", person("administrator", "Root").get("/keys/").content.decode()
    )
    assert (len(letters), len(set(letters))) == (8, 8)

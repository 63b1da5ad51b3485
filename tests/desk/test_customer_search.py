"""Finding customers on pages: the box, what it suggests, the page of those found, and what nobody may learn by it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of
from django.test import Client

from guanxi.customers.models import Party
from guanxi.desk.customers.views import search
from guanxi.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = """customer,name,email,mobile
K1,王伟,wei.wang@example.com,13800131234
K2,王小明,ming@example.com,13912341234
K3,<b>María</b> López,mlopez@example.org,
"""


@pytest.fixture(autouse=True)
def people(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    bring("customers", file_of(home, PEOPLE))


def somebody(role: str, language: str = "en") -> Client:
    """A browser in which a person of this role has signed in."""
    user = User.objects.create_user(username=role, email=f"{role}@example.com", role=role, language=language)
    browser = Client()
    browser.force_login(user)
    return browser


def suggested(browser: Client, typed: str) -> str:
    """What appears under the box."""
    answer = browser.get("/customers/find/", {"find": typed}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def address_of(key: str) -> str:
    return f"/customers/{Party.objects.get(source_key=key).public_id}/"


@pytest.mark.parametrize("typed", ["王伟", "wangwei", "Wei Wang", "00131234", "wei.wang@", "K1", "shop:K1"])
def test_the_only_customer_who_fits_is_opened_at_once(typed: str) -> None:
    answer = somebody("service_agent").get("/customers/", {"find": typed})
    assert (answer.status_code, answer.url) == (302, address_of("K1"))


def test_several_who_fit_are_listed_with_name_key_and_what_they_were_found_by() -> None:
    page = somebody("service_agent").get("/customers/", {"find": "1234"}).content.decode()
    rows = re.findall(r'<tr data-row><td><a href="([^"]+)">(.*?)</a></td><td>(.*?)</td><td>(.*?)</td>', page)
    assert rows == [
        (address_of("K2"), "王小明", "shop:K2", "mobile number"),
        (address_of("K1"), "王伟", "shop:K1", "mobile number"),
    ]


def test_what_is_typed_is_suggested_for_and_the_rest_is_a_key_away(monkeypatch: pytest.MonkeyPatch) -> None:
    agent = somebody("service_agent")
    assert suggested(agent, "wang") == "王小明 shop:K2 · name 王伟 shop:K1 · name"
    assert suggested(agent, "zz") == "Nobody found yet."
    assert suggested(agent, "") == suggested(agent, " ") == ""
    monkeypatch.setattr(search, "SUGGESTED", 1)
    assert suggested(agent, "wang") == "王小明 shop:K2 · name There are more; press Enter or type on."
    assert (
        "&lt;b&gt;María&lt;/b&gt; López"
        in agent.get("/customers/find/", {"find": "mlop"}, headers={"HX-Request": "true"}).content.decode()
    )


def test_without_javascript_the_suggestions_are_the_page() -> None:
    agent = somebody("service_agent")
    assert agent.get("/customers/find/", {"find": "K1"}).url == address_of("K1")
    assert "“wang”" in agent.get("/customers/find/", {"find": "wang"}).content.decode()


def test_those_who_see_no_names_learn_none_by_searching() -> None:
    analyst = somebody("analyst")
    for typed in ("王伟", "wang", "1234", "wei.wang@example.com", "mari"):
        assert suggested(analyst, typed) == "Nobody found yet."
        page = analyst.get("/customers/", {"find": typed}).content.decode()
        assert "Names and numbers are for those who speak with customers." in page
    public_id = Party.objects.get(source_key="K1").public_id
    assert suggested(analyst, "K1") == f"{public_id} shop:K1 · key"


def test_the_menu_for_everything_finds_the_same_customers() -> None:
    menu = {role: somebody(role).get("/find/", {"wanted": "wangwei"}).content.decode() for role in
            ("service_agent", "analyst")}  # fmt: skip
    assert "王伟" in menu["service_agent"]
    assert address_of("K1") not in menu["analyst"]

"""The list of customers and a customer's page, in a browser's place: figures, filters, places, masks, languages."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from campaigns import world
from customers.importing import bring, file_of
from django.test import Client
from insight.analysing import guanxi

from guanxi.desk.customers import listing
from guanxi.desk.customers.profile import masked
from guanxi.foundation import clock
from guanxi.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_home(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    settings.EMAIL_BACKEND = "guanxi.outreach.outbox.OutboxBackend"


@pytest.fixture(autouse=True)
def a_day_in_april(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 4, 20, 12, tzinfo=UTC))


def somebody(role: str = "analyst", language: str = "en") -> Client:
    """A browser in which a person of this role has signed in."""
    user = User.objects.create_user(username=role, email=f"{role}@example.com", role=role, language=language)
    browser = Client()
    browser.force_login(user)
    return browser


def text_of(browser: Client, address: str, status: int = 200) -> str:
    """What stands on a page below its frame, tags left out."""
    answer = browser.get(address, follow=True)
    assert answer.status_code == status
    page = answer.content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") :]).split())


def listed(browser: Client, **state: str) -> list[str]:
    """The public ids of a list, in its order."""
    return re.findall(r'<td><a href="/customers/(\w+)/"', browser.get("/customers/", state).content.decode())


def links(browser: Client, address: str, said: str) -> list[str]:
    """The addresses of a page behind this text for screen readers."""
    page = browser.get(address).content.decode()
    found = re.findall(
        rf'<a [^>]*href="([^"]+)"><svg.+?</svg><span class="visually-hidden">{said}</span>', page
    )
    return [link.replace("&amp;", "&") for link in found]


def where(**condition: Any) -> str:
    return json.dumps(condition)


def three() -> None:
    """Each bought for 10 in November and for the rest on 10 March; the figures are of 15 March."""
    world.shop({"c01": 300, "c02": 200, "c03": 100})


@pytest.mark.requirement("ANA-02")
def test_the_list_shows_what_each_customer_is_worth_the_best_first_and_sorts_by_every_measure() -> None:
    three()
    analyst = somebody()
    page = text_of(analyst, "/customers/")

    assert "3 customers" in page
    assert "as of 2026-03-15" in page
    for row in (
        r"c01 \w+ 310\.00 USD 93\.00 USD",
        r"c02 \w+ 210\.00 USD 63\.00 USD",
        r"c03 \w+ 110\.00 USD 33\.00 USD",
    ):
        assert re.search(row + r" [\d.]+ USD 5 days ", page)
    assert "Profit rests on a stated margin of 30 % for 100.0 % of sales, whose cost is unknown." in page
    assert listed(analyst, sort="-sales_amount") == ["c01", "c02", "c03"]
    assert listed(analyst, sort="sales_amount") == ["c03", "c02", "c01"]
    assert listed(analyst) == listed(analyst, sort="-lifetime_value")


def test_filters_stand_as_sentences_in_both_languages_and_each_can_be_taken_off() -> None:
    three()
    rich = {"op": ">=", "field": "indicator.sales_amount", "value": 20_000}
    poor = {"op": "<", "field": "indicator.sales_amount", "value": 30_050}
    address = "/customers/?" + urlencode({"where": json.dumps({"op": "all", "of": [rich, poor]})})
    analyst = somebody()
    page = text_of(analyst, address)

    assert "Transaction amount (USD) is at least 200 2 or remove this filter" in page
    assert "Transaction amount (USD) is below 300.5 2 or remove this filter" in page
    assert "1 customer " in page
    without_rich, without_poor = links(analyst, address, "remove this filter")
    assert "2 customers" in text_of(analyst, without_rich)  # c02 and c03
    assert "2 customers" in text_of(analyst, without_poor)  # c01 and c02
    User.objects.update(language="zh-hans")
    assert "交易额 (USD)不低于200" in text_of(analyst, address)


def test_the_form_adds_a_condition_in_the_readers_units() -> None:
    three()
    analyst = somebody()
    have = where(op="=", field="consent.email", value=True)
    added = analyst.get(
        "/customers/", {"where": have, "field": "indicator.sales_amount", "op": ">=", "value": "0,200.00"}
    )

    assert added.status_code == 302
    assert "2 customers" in text_of(analyst, added.url)
    assert "Consent to email is yes" in text_of(analyst, added.url)
    for field, op, value, count in [
        ("indicator.gross_margin_rate", "=", "30 %", 3),
        ("class.tier", "in", "MVC, MGC, MIGRATOR", 3),
        ("consent.sms", "unknown", "", 3),
        ("consent.email", "=", "no", 0),
    ]:
        query = urlencode({"field": field, "op": op, "value": value})
        assert f"{count} customers" in text_of(analyst, f"/customers/?{query}")


WRONG = [
    ("indicator.sales_amount", ">=", "lots", "lots is not a number."),
    ("indicator.sales_amount", ">=", "nan", "nan is not a number."),
    ("indicator.sales_amount", ">=", "", "Say which value to compare with."),
    ("nonsense", "=", "1", "Choose what to filter by."),
    ("indicator.sales_amount", "~", "1", "This condition makes no sense"),
]


def test_what_does_not_fit_is_said_and_what_was_typed_stays() -> None:
    three()
    analyst = somebody()
    for field, op, value, said in WRONG:
        answer = analyst.get("/customers/", {"field": field, "op": op, "value": value})
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert f'name="value" value="{value}"' in answer.content.decode()
        assert "3 customers" in answer.content.decode()
    for op, value, said in (
        ("=", "perhaps", "perhaps is neither yes nor no."),
        (">", "yes", "makes no sense"),
    ):
        answer = analyst.get("/customers/", {"field": "consent.email", "op": op, "value": value})
        assert (answer.status_code, said in answer.content.decode()) == (422, True)


BROKEN = [
    ({"where": "{broken"}, "The filter in the address cannot be read"),
    ({"where": where(op="=", field="indicator.nothing", value=1)}, "unknown field"),
    ({"where": "[" * 100_000}, "The filter in the address cannot be read"),
    ({"sort": "-shoe_size"}, "Customers cannot be sorted by"),
    ({"sort": 'tier"; DROP TABLE parties'}, "Customers cannot be sorted by"),
    ({"after": "[1]"}, "The address names no place in the list"),
    ({"after": '["x", 1]'}, "The address names no place in the list"),
    ({"after": "[NaN, 1]"}, "The address names no place in the list"),
    ({"after": f"[1, {10**30}]"}, "The address names no place in the list"),
]


def test_a_broken_address_is_explained() -> None:
    three()
    analyst = somebody()
    for state, said in BROKEN:
        answer = analyst.get("/customers/", state)
        assert answer.status_code == 422
        assert said in answer.content.decode()


def test_pages_follow_each_other_without_gap_or_double_through_ties_and_unknown_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # c04 to c06 tie; c07 and c08 bought in November only.
    world.shop({"c01": 9, "c02": 8, "c03": 7, "c04": 5, "c05": 5, "c06": 5, "c07": 0, "c08": 0})
    world.customers(["new"])  # never bought: no measure is known
    world.refresh()
    analyst = somebody()
    sorts = ("-sales_amount", "sales_amount", "-sales_change", "sales_change", "-lifetime_value")
    whole = {sort: listed(analyst, sort=sort) for sort in sorts}
    assert [len(customers) for customers in whole.values()] == [9] * 5

    monkeypatch.setattr(listing, "PAGE", 2)
    assert {sort: walked(analyst, f"/customers/?sort={sort}") for sort in sorts} == whole


def walked(browser: Client, address: str) -> list[str]:
    """The public ids of a list, read page after page."""
    seen: list[str] = []
    while address:
        page = browser.get(address).content.decode()
        seen += re.findall(r'<td><a href="/customers/(\w+)/"', page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found.group(1).replace("&amp;", "&") if found else ""
    return seen


def test_a_customer_is_found_by_key_by_source_and_key_and_by_public_id() -> None:
    three()
    people = file_of(Path(world.settings.HOME), "customer,email\nc01,other@example.com\n", "web.csv")
    bring("customers", people, "web")
    analyst = somebody()

    for reference in ("shop:c02", "c02"):
        assert analyst.get("/customers/", {"find": reference}).url == "/customers/c02/"
    assert "Several customers have the key “c01”" not in text_of(analyst, "/customers/?find=shop:c01")
    assert analyst.get("/customers/", {"find": "c01"}).url == "/customers/c01/"  # its public id here
    guanxi("customers", "merge", "web:c01", "shop:c03")
    assert analyst.get("/customers/", {"find": "web:c01"}).url == "/customers/c03/"
    assert "Nobody was found as “&lt;b&gt;”" in text_of(analyst, "/customers/?find=%3Cb%3E")


def test_before_anything_is_imported_or_analysed_the_list_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    analyst = somebody()
    assert "No customers yet Import a file of customers or of orders" in text_of(analyst, "/customers/")

    world.customers(["c01", "c02", "c03"])
    page = text_of(analyst, "/customers/")
    assert "Nothing is analysed yet" in page
    assert "Refresh the figures" in page
    assert "3 customers" in page

    monkeypatch.setattr(listing, "PAGE", 2)
    first = analyst.get("/customers/").content.decode()
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    both = [
        re.findall(r'<td><a href="/customers/(\w+)/"', page)
        for page in (first, analyst.get(following).content.decode())
    ]
    assert [len(page) for page in both] == [2, 1]
    (reference, *_rest) = both[0]
    assert "Not analysed yet" in text_of(analyst, f"/customers/{reference}/")


def test_names_and_addresses_are_masked_for_those_who_do_not_speak_with_customers() -> None:
    three()
    people = "customer,name,email,mobile,town\nc01,Ann Lee,ann@example.com,+8613812345678,Bath\n"
    bring("customers", file_of(Path(world.settings.HOME), people, "people.csv"), "shop")
    analyst, salesperson = somebody(), somebody("salesperson")

    for address in ("/customers/", "/customers/c01/"):
        assert "Ann Lee" not in analyst.get(address).content.decode()
        assert "Ann Lee" in text_of(salesperson, address)
    hidden, open_to = text_of(analyst, "/customers/c01/"), text_of(salesperson, "/customers/c01/")
    assert "a••••@example.com" in hidden
    assert "••••78" in hidden
    assert "ann@example.com" not in hidden
    assert "13812345678" not in hidden
    assert "Bath shop, " in hidden
    assert "a••••@example.com" in open_to
    assert "••••78" in open_to  # shown on demand: test_customer_changes
    assert masked("7") == "••••7"


def test_a_customers_page_tells_worth_tier_contact_and_what_happened() -> None:
    world.shop({"c01": 300, "c02": 200, "c03": 100, "c04": 50, "c05": 20})
    world.planned(control_share=0.2)
    world.launched()
    assert world.roles()["c01"] == "target"
    world.delivered()
    world.responses([["spring", "c01", "2026-03-20 10:00", "r-1"]])
    page = text_of(somebody(), "/customers/c01/")

    assert "Transaction amount 310.00 USD Why? = sum of amount, returns netted" in page
    assert "Profit 93.00 USD Why?" in page
    assert "Why this tier? Most valuable customers: highest layer of actual value" in page
    assert "Next contact An e-mail may go out now." in page
    assert "email: agreed" in page
    order = ["2026-03-20 10:00 Response Spring coupon r-1", "Contact Spring coupon: email, delivered",
             "2026-03-10 15:00 Purchase", "2025-11-01 15:00 Purchase"]  # fmt: skip
    assert [page.index(said) for said in order] == sorted(page.index(said) for said in order)
    assert ": 300.00 USD, lines: 1" in page
    assert "Campaign Spring coupon: target, coupon" in page
    assert "Source records shop:c01" in page


def test_who_may_not_be_written_to_is_shown_with_the_reason_in_both_languages() -> None:
    world.customers(["no"], consent="no")
    world.customers(["never"], consent="")
    analyst = somebody()
    refused = text_of(analyst, "/customers/?find=no")
    assert "No e-mail may go out now. consent Why? refused on" in refused
    assert "No e-mail may go out now. consent Why? no consent to email on record" in text_of(
        analyst, "/customers/?find=never"
    )
    User.objects.update(language="zh-hans")
    assert "没有" in text_of(analyst, "/customers/?find=never")


def test_a_merged_record_leads_to_the_customer_it_is_and_nobody_to_a_clear_page() -> None:
    three()
    guanxi("customers", "merge", "shop:c02", "shop:c01")
    analyst = somebody()
    assert analyst.get("/customers/c02/").url == "/customers/c01/"
    assert "merged by hand" in text_of(analyst, "/customers/c01/")
    assert "There is no customer" in text_of(analyst, "/customers/nobody/", status=404)


def test_who_has_not_signed_in_sees_nothing() -> None:
    for address in ("/customers/", "/customers/c01/"):
        answer = Client().get(address)
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/accounts/login/")


def test_pages_hold_no_script_or_style_of_their_own() -> None:
    three()
    analyst = somebody()
    for address in ("/customers/", "/customers/c01/", "/customers/?find=nobody"):
        page = analyst.get(address).content.decode()
        assert not re.search(
            r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*(src=|application/json))", page
        )

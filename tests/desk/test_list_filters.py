"""Filters, order, columns and places of the customer list, through its pages."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from campaigns import world
from customers.importing import bring, file_of
from desk.test_customer_pages import links, listed, somebody, text_of, three, where
from django.test import Client

from guanxi.customers.models import Attribute, Party
from guanxi.customers.services import assign_customers
from guanxi.desk.customers import listing
from guanxi.foundation.actor import Actor
from guanxi.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)
RICH = {"op": ">=", "field": "indicator.sales_amount", "value": 20_000}
SOME = {"op": "=", "field": "consent.email", "value": True}


@pytest.fixture(autouse=True)
def own_home(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


def known() -> None:
    """Three customers of whom town, age, birthday and mobile are known."""
    three()
    text = "customer,name,town,age,mobile\nc01,王伟,Bath,41,+8613812345678\nc02,Bo,York,35,\n"
    bring("customers", file_of(Path(world.settings.HOME), text, "people.csv"))
    dates = "customer,acquisition_channel,acquired_on\nc01,Web,2025-10-01\nc02,Web,2025-11-15\n"
    bring("customers", file_of(Path(world.settings.HOME), dates, "dates.csv"))
    world.refresh()


def got(browser: Client, **asked: str) -> str:
    """Where a form that makes sense leads."""
    answer = browser.get("/customers/", asked)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.url)


def ids(browser: Client, address: str) -> list[str]:
    return re.findall(r'<td><a href="/customers/(\w+)/"', browser.get(address).content.decode())


def test_numbers_texts_dates_and_what_is_known_are_filtered_as_they_are_typed() -> None:
    known()
    analyst = somebody()
    for field, op, value, until, found in [
        ("indicator.sales_amount", "between", "310", "200", ["c01", "c02"]),
        ("indicator.gross_margin_rate", "between", "10 %", "30%", ["c01", "c02", "c03"]),
        ("fact.age", ">", "35", "", ["c01"]),
        ("fact.town", "in", "Bath，York", "", ["c01", "c02"]),
        ("fact.town", "!=", "Bath", "", ["c02"]),
        ("fact.town", "unknown", "", "", ["c03"]),
        ("fact.acquired_on", "<=", "2025-10-31", "", ["c01"]),
        ("fact.acquired_on", "between", "2025-10-02", "2025-12-31", ["c02"]),
        ("customer.public_id", "=", "c03", "", ["c03"]),
    ]:
        address = got(analyst, field=field, op=op, value=value, until=until)
        assert sorted(ids(analyst, address)) == found, (field, op)
    for field, op, value, said in [
        ("fact.acquired_on", "<=", "soon", "soon is not a date such as 2026-11-21."),
        ("indicator.sales_amount", "between", "5", "Say which value to compare with."),
    ]:
        answer = analyst.get("/customers/", {"field": field, "op": op, "value": value})
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert f'name="value" value="{value}"' in answer.content.decode()


def test_the_form_offers_what_fits_the_field_with_the_values_that_customers_have() -> None:
    known()
    analyst = somebody()
    shown = {
        field: analyst.get("/customers/filter/", {"field": field, "op": op}).content.decode()
        for field, op in [
            ("fact.town", "="), ("fact.acquired_on", "between"), ("consent.email", "="),
            ("indicator.sales_amount", "known"),
        ]
    }  # fmt: skip
    assert re.findall(r'<option value="([^"]+)">\w+</option></datalist>', shown["fact.town"]) == ["York"]
    assert shown["fact.acquired_on"].count('type="date"') == 2
    assert '<select name="value"><option value="yes"' in shown["consent.email"]
    assert 'name="value"' not in shown["indicator.sales_amount"]
    assert "In whole money" in shown["indicator.sales_amount"]


def test_while_it_is_typed_a_filter_tells_how_many_would_stay_or_what_is_wrong() -> None:
    three()
    analyst = somebody()

    def told(**typed: str) -> str:
        page = analyst.get("/customers/count/", typed).content.decode()
        return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))

    rich, have = {"field": "indicator.sales_amount", "op": ">="}, where(**SOME)
    assert told(**rich, value="200", where=have) == "2 customers would stand in the list."
    assert told(**rich, value="300") == "1 customer would stand in the list."
    assert told(**rich, value="a lot") == "a lot is not a number."
    assert told(field="", op="=") == ""


def test_a_filter_is_switched_off_and_on_changed_in_place_and_given_another_way() -> None:
    three()
    analyst = somebody()
    address = f"/customers/?where={json.dumps({'op': 'all', 'of': [RICH, SOME]})}"
    page = analyst.get(address).content.decode()
    assert re.findall(r"fulfil this filter alone\">(\d+)<", page) == ["2", "3"]

    (off, _other) = links(analyst, address, "switch this filter off")
    assert len(ids(analyst, off)) == 3
    assert "(off)" in text_of(analyst, off)
    (on,) = links(analyst, off, "switch this filter on again")
    assert len(ids(analyst, on)) == 2
    without_consent, without_what_is_off = links(analyst, off, "remove this filter")
    assert ("off=" in without_consent, "off=" in without_what_is_off) == (True, False)

    (change, _consent) = re.findall(r'<a href="([^"]+)" title="Change this filter"', page)
    form = analyst.get(html.unescape(change)).content.decode()
    assert 'name="value" value="200"' in form
    assert "Save the filter" in form
    hidden = {"where": json.dumps({"op": "all", "of": [RICH, SOME]}), "at": "0"}
    typed = {"field": "indicator.sales_amount", "op": ">=", "value": "300"}
    assert ids(analyst, got(analyst, **hidden, **typed, how="change")) == ["c01"]
    poor = {"field": "indicator.sales_amount", "op": "<", "value": "200"}
    either = got(analyst, **hidden, **poor, how="or")
    assert sorted(ids(analyst, either)) == ["c01", "c02", "c03"]
    assert "is at least 200 or Transaction amount (USD) is below 200" in text_of(analyst, either)


def test_columns_are_chosen_and_ordered_and_the_list_is_sorted_by_any_of_them() -> None:
    known()
    Attribute.objects.filter(code="age").update(label="Age")
    analyst = somebody()
    moved = analyst.get(
        "/customers/", {"set": "columns", "columns": ["fact.town", "fact.age"], "up": "fact.age"}
    )
    assert moved.url == "/customers/?columns=fact.age&columns=fact.town&panel=columns"

    address = (
        "/customers/?columns=fact.age&columns=fact.town&columns=consent.email&columns=tier_on.2026-03-15"
    )
    page = text_of(analyst, address + "&sort=-fact.age")
    assert re.search(r"c01 41 Bath yes \w+", page)
    assert ids(analyst, address + "&sort=-fact.age") == ["c01", "c02", "c03"]
    assert ids(analyst, address + "&sort=fact.town") == ["c01", "c02", "c03"]
    assert ids(analyst, address + "&sort=-fact.town") == ["c02", "c01", "c03"]
    assert 'aria-sort="descending"' in analyst.get(address + "&sort=-fact.town").content.decode()
    for wrong, said in (
        ("columns=fact.nothing", "There is no column"),
        ("sort=contact.email", "cannot be sorted"),
    ):
        answer = analyst.get(f"/customers/?{wrong}")
        assert (answer.status_code, said in answer.content.decode()) == (422, True)


def test_owners_and_addresses_are_columns_for_those_who_may_see_them() -> None:
    known()
    ann = User.objects.create_user("ann", "ann@example.com", first_name="Ann", role="salesperson")
    ann_s = Party.objects.get(source_key="c01").pk
    assign_customers(customer_ids=[ann_s], owner=ann, actor=Actor("Ada"))
    address = (
        "/customers/?columns=customer.owner&columns=contact.mobile&columns=contact.email&sort=-sales_amount"
    )
    steward = text_of(somebody("data_steward"), address)
    assert "c01 王伟 Ann +8613812345678" in steward
    analyst = text_of(somebody("analyst"), address)
    assert "c01 Ann" in analyst
    assert "138" not in analyst
    assert "王伟" not in analyst


@pytest.mark.parametrize(
    "sort", ["-sales_amount", "sales_amount", "fact.town", "-fact.town", "consent.email"]
)
def test_pages_lead_forth_and_back_and_say_where_they_are(monkeypatch: pytest.MonkeyPatch, sort: str) -> None:
    world.shop({f"c{n:02}": [9, 8, 7, 5, 5, 5, 3][n] for n in range(7)})
    towns = "customer,town\nc01,York\nc02,York\nc03,Bath\nc05,Ulm\n"
    bring("customers", file_of(Path(world.settings.HOME), towns, "people.csv"))
    world.refresh()
    monkeypatch.setattr(listing, "PAGE", 2)
    analyst, forth, back = somebody(), [], []
    address = f"/customers/?sort={sort}"
    while address:
        page = analyst.get(address).content.decode()
        forth.append((re.findall(r'<td><a href="/customers/(\w+)/"', page), place_in(page)))
        last, address = page, link(page, "next")
    while address := link(last, "prev"):
        last = analyst.get(address).content.decode()
        back.append((re.findall(r'<td><a href="/customers/(\w+)/"', last), place_in(last)))

    assert [said for _ids, said in forth] == ["1–2 of 7", "3–4 of 7", "5–6 of 7", "7–7 of 7"]
    assert sorted(each for shown, _said in forth for each in shown) == [f"c{n:02}" for n in range(7)]
    assert back[::-1] == forth[:-1]


def place_in(page: str) -> str:
    (found,) = re.findall(r"\d+–\d+ of \d+", page)
    return str(found)


def link(page: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return html.unescape(found.group(1)) if found else ""


def test_nobody_fulfilling_the_filters_is_explained() -> None:
    three()
    page = text_of(
        somebody(), f"/customers/?where={where(op='>', field='indicator.sales_amount', value=10**9)}"
    )
    assert "Nobody fulfils all of these filters" in page
    assert listed(somebody("sales_manager"), sort="-sales_amount") == ["c01", "c02", "c03"]

"""Saved views of the customer list: kept, shared, opened first, removed and brought back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from desk.test_customer_pages import somebody, text_of, three, where
from django.test import Client

from guanxi.desk.models import SavedView
from guanxi.foundation.models import AuditEntry
from guanxi.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)
RICH = where(op=">=", field="indicator.sales_amount", value=20_000)


@pytest.fixture(autouse=True)
def own_home(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


def saved(browser: Client, name: str = "Rich ones", **more: Any) -> SavedView:
    asked = {"where": RICH, "sort": "sales_amount", "columns": ["sales_amount"], "name": name, **more}
    answer = browser.post("/customers/views/", asked)
    assert answer.status_code == 302
    return SavedView.objects.latest("pk")


def views(page: str) -> list[str]:
    return re.findall(r"<li data-row><span><a [^>]+>([^<]+)</a>", page)


def test_a_view_keeps_filters_order_and_columns_and_opens_as_it_was() -> None:
    three()
    analyst = somebody()
    view = saved(analyst)
    opened = analyst.get(f"/customers/?{view.query}&view={view.pk}")
    page = opened.content.decode()

    assert parse_qs(view.query) == {"where": [RICH], "sort": ["sales_amount"], "columns": ["sales_amount"]}
    assert re.findall(r'<td><a href="/customers/(\w+)/"', page) == ["c02", "c01"]
    assert "<h1>Rich ones</h1>" in page
    assert views(page) == ["Rich ones"]
    assert "Save what the list shows now" not in page
    changed = analyst.get(f"/customers/?{view.query}&view={view.pk}&columns=profit_amount").content.decode()
    assert "Save what the list shows now" in changed
    analyst.post(f"/customers/views/{view.pk}/change/", {"sort": "-profit_amount"})
    view.refresh_from_db()
    assert view.query == "sort=-profit_amount"


def test_a_name_is_needed_and_taken_once_by_each_and_what_was_typed_stays() -> None:
    three()
    analyst, steward = somebody(), somebody("data_steward")
    saved(analyst)
    answer = analyst.post("/customers/views/", {"where": RICH, "name": " Rich  ones "}, follow=True)
    page = answer.content.decode()
    assert "You have a view called “Rich ones” already." in page
    assert 'name="name" value=" Rich  ones "' in page
    assert parse_qs(urlsplit(answer.request["QUERY_STRING"]).path)["where"] == [RICH]
    analyst.post("/customers/views/", {"name": "  "})
    assert SavedView.objects.count() == 1
    saved(steward)
    assert SavedView.objects.count() == 2

    other = saved(analyst, "Others")
    again = analyst.post(f"/customers/views/{other.pk}/rename/", {"name": "Rich ones"}, follow=True)
    assert "already" in again.content.decode()
    analyst.post(f"/customers/views/{other.pk}/rename/", {"name": "The others"})
    assert set(SavedView.objects.values_list("name", flat=True)) == {"Rich ones", "The others"}


def test_a_shared_view_is_opened_by_colleagues_and_changed_by_nobody_else() -> None:
    three()
    analyst, steward, campaigner = somebody(), somebody("data_steward"), somebody("marketing_manager")
    view = saved(analyst)
    assert views(steward.get("/customers/").content.decode()) == []
    analyst.post(f"/customers/views/{view.pk}/share/", {"is_shared": "yes"})

    page = steward.get(f"/customers/?{view.query}&view={view.pk}").content.decode()
    assert views(page) == ["Rich ones"]
    assert "A colleague" in page
    for verb, asked in (("change", {}), ("rename", {"name": "x"}), ("share", {}), ("remove", {})):
        assert steward.post(f"/customers/views/{view.pk}/{verb}/", asked).status_code == 404
    view.refresh_from_db()
    assert (view.name, view.is_shared, view.removed_at) == ("Rich ones", True, None)

    campaigner.post(f"/customers/views/{view.pk}/default/", {"is_default": "yes"})
    assert f"view={view.pk}" in campaigner.get("/customers/").url
    analyst.post(f"/customers/views/{view.pk}/share/", {"is_shared": "no"})
    assert campaigner.get("/customers/").status_code == 200
    assert views(campaigner.get("/customers/").content.decode()) == []


def test_the_list_opens_with_the_view_that_somebody_chose_and_all_are_one_click_away() -> None:
    three()
    analyst = somebody()
    view = saved(analyst)
    analyst.post(f"/customers/views/{view.pk}/default/", {"is_default": "yes"})
    assert analyst.get("/customers/").url == f"/customers/?{view.query}&view={view.pk}"
    assert "3 customers" in text_of(analyst, "/customers/?view=all")
    assert "opens first" in text_of(analyst, "/customers/?view=all")
    analyst.post(f"/customers/views/{view.pk}/default/", {"is_default": "no"})
    assert analyst.get("/customers/").status_code == 200


def test_a_removed_view_is_brought_back_from_its_message() -> None:
    three()
    analyst = somebody()
    view = saved(analyst)
    answer = analyst.post(f"/customers/views/{view.pk}/remove/", follow=True)
    page = answer.content.decode()
    assert "The view “Rich ones” is removed." in page
    assert views(page) == []
    (offer,) = re.findall(r'name="offer" value="([^"]+)"', page)
    back = analyst.post("/undo/", {"offer": offer, "next": "/customers/"}, follow=True).content.decode()
    assert "The view “Rich ones” is back." in back
    assert views(back) == ["Rich ones"]
    verbs = AuditEntry.objects.filter(object_kind="saved view").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["created", "removed", "restored"]


def test_a_removed_views_name_may_be_given_again_and_then_it_stays_away() -> None:
    three()
    analyst = somebody()
    view = saved(analyst)
    page = analyst.post(f"/customers/views/{view.pk}/remove/", follow=True).content.decode()
    saved(analyst)
    (offer,) = re.findall(r'name="offer" value="([^"]+)"', page)
    assert "already" in analyst.post("/undo/", {"offer": offer}, follow=True).content.decode()
    assert SavedView.objects.filter(removed_at=None).count() == 1


def test_a_view_whose_owner_left_and_one_that_is_none_open_the_whole_list() -> None:
    three()
    analyst, steward = somebody(), somebody("data_steward")
    view = saved(analyst, is_shared="on")
    User.objects.filter(username="analyst").update(is_active=False)
    for number in (str(view.pk), "99999", "x", "٣"):
        assert "3 customers" in text_of(steward, f"/customers/?view={number}")
    assert views(steward.get("/customers/").content.decode()) == []

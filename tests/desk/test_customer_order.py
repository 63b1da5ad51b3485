"""The list in the order of names, as people read them."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from campaigns import world
from customers.importing import bring, file_of, undo
from desk.test_customer_pages import listed, somebody, walked
from desk.test_list_filters import ids
from insight.analysing import guanxi

from guanxi.desk.customers import listing

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = {"c0": "王伟", "c1": "单雄", "c2": "Zoë", "c3": "李雷", "c4": "ann lee", "c5": "王伟"}
READ = ["c4", "c3", "c1", "c0", "c5", "c2", "c6"]
"""ann lee, li lei, shan xiong (the surname's own reading), wang wei twice, zoe; then who has no name."""


@pytest.fixture(autouse=True)
def named(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    world.shop({f"c{n}": 10.0 for n in range(7)})
    call(NAMES)
    world.refresh()


def call(names: dict[str, str], source: str = "shop") -> int:
    lines = ["customer,name", *(f"{key},{name}" for key, name in names.items())]
    number: int = bring(
        "customers", file_of(Path(world.settings.HOME), "\n".join(lines), "names.csv"), source
    )["import"]
    return number


def test_names_stand_as_they_are_read_forth_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    steward = somebody("data_steward")
    down = ["c2", "c0", "c5", "c1", "c3", "c4", "c6"]
    assert listed(steward, sort="customer.name") == READ
    assert listed(steward, sort="-customer.name") == down
    monkeypatch.setattr(listing, "PAGE", 2)
    assert walked(steward, "/customers/?sort=customer.name") == READ
    assert walked(steward, "/customers/?sort=-customer.name") == down
    page = steward.get("/customers/?sort=customer.name").content.decode()
    (following,) = re.findall(r'rel="next" href="([^"]+)"', page)
    second = steward.get(html.unescape(following)).content.decode()
    (back,) = re.findall(r'rel="prev" href="([^"]+)"', second)
    assert ids(steward, html.unescape(back)) == READ[:2]
    assert "wang" not in following.lower()  # an address names nobody


def test_the_heading_sorts_by_name_for_those_who_see_names() -> None:
    steward, analyst = somebody("data_steward"), somebody("analyst")
    page = steward.get("/customers/").content.decode()
    (leads,) = re.findall(r'<a href="([^"]+)" title="Sort by name"', page)
    assert ids(steward, html.unescape(leads)) == READ
    assert "Sort by name" not in analyst.get("/customers/").content.decode()
    assert listed(analyst, sort="customer.name") == listed(
        analyst
    )  # nobody learns an order that they may not see


def test_a_customer_stands_by_the_name_that_the_list_shows() -> None:
    steward = somebody("data_steward")
    merged = call({"x": "Zz Top"}, "web")
    guanxi("customers", "merge", "web:x", "shop:c6")
    renamed = call({"c2": "Aaron"})
    world.refresh()
    assert listed(steward, sort="customer.name") == ["c2", *READ[:-2], "c6"]
    undo(renamed)
    undo(merged)
    world.refresh()
    assert listed(steward, sort="customer.name") == READ


def test_a_file_is_written_in_the_same_order() -> None:
    answer = somebody("data_steward").post("/customers/export/", {"format": "csv", "sort": "customer.name"})
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == READ

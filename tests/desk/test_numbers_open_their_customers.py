"""Every number of customers on the reports of insight opens exactly those customers."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of
from desk.test_insight_pages import page_of, somebody, words
from django.test import Client
from insight.analysing import guanxi, refresh, sell
from insight.test_tiers_of_then import grown

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def dollars_and_utc(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


def numbers(page: str) -> list[tuple[int, str]]:
    """The numbers of a page that lead to customers, and where to."""
    found = re.findall(r'<a href="(/customers/\?[^"]+)">([\d,]+)</a>', page)
    return [(int(number.replace(",", "")), html.unescape(link)) for link, number in found]


def listed(browser: Client, address: str) -> int:
    found = re.search(r"([\d,]+) customers?\b", words(page_of(browser, address)))
    assert found
    return int(found.group(1).replace(",", ""))


@pytest.mark.requirement("ANA-33", "ANA-35")
def test_every_number_opens_exactly_those_whom_it_counts(home: Path) -> None:
    people = "customer,acquisition_channel\nc0,Shop\nc1,Web\nc2,Web\nnever,Web\n"
    bring("customers", file_of(home, people, "people.csv"))
    bring("customers", file_of(home, "customer,acquisition_channel\nx,Fair\n", "fair.csv"), source="fair")
    guanxi("customers", "merge", "fair:x", "shop:c2")
    grown(home)
    analyst, seen = somebody(), 0
    for report in (
        "",
        "?by=profit",
        "tiers/",
        "tiers/?since=2026-04-30",
        "bands/",
        "layers/",
        "acquisition/",
    ):
        for number, address in numbers(page_of(analyst, f"/insight/{report}")):
            assert number == listed(analyst, address) > 0, (report, address)
            seen += 1
    assert seen > 50


def test_movements_are_crossed_between_the_two_dates_that_are_chosen(home: Path) -> None:
    first, second, third = grown(home)
    analyst = somebody()
    page = page_of(analyst, "/insight/tiers/")
    assert "From which tier on 2026-05-31 to which on 2026-06-30" in words(page)
    assert sum(n for n, link in matrix(page)) == len(third)

    page = page_of(analyst, "/insight/tiers/?since=2026-04-30&until=2026-05-31")
    assert "From which tier on 2026-04-30 to which on 2026-05-31" in words(page)
    assert sum(n for n, link in matrix(page)) == len(second) == len(first)
    stayed = sum(first[key] == second[key] for key in first)
    same = [n for n, link in matrix(page) if len(set(re.findall(r"%22value%22%3A\+%22(\w+)%22", link))) == 1]
    assert sum(same) == stayed
    for wrong in ("since=2026-06-30&until=2026-04-30", "since=2026-01-01", "since=x"):
        assert analyst.get(f"/insight/tiers/?{wrong}").status_code == 422


def matrix(page: str) -> list[tuple[int, str]]:
    """The numbers of the matrix; hrefs stay quoted."""
    part = page[page.index('id="moves"') : page.index("</section>", page.index('id="moves"'))]
    return [
        (int(number), link) for link, number in re.findall(r'<a href="(/customers/[^"]+)">(\d+)</a>', part)
    ]


def test_before_a_second_refresh_there_is_nothing_to_cross(home: Path) -> None:
    sell(home, [("c0", "2026-01-05", 10)])
    refresh("2026-01-31")
    page = words(page_of(somebody(), "/insight/tiers/"))
    assert "Nobody has moved yet" in page
    assert "Movements between two dates" not in page

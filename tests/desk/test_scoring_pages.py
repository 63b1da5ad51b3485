"""Scoring tables: criteria and scores of one's own, totals against their mean, and stars."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of
from desk.test_insight_pages import page_of, somebody, words
from django.test import Client

from guanxi.customers.models import Party
from guanxi.foundation.actor import Actor
from guanxi.foundation.models import AuditEntry
from guanxi.insight import scoring_tables
from guanxi.insight.models import ScoringTable

pytestmark = pytest.mark.django_db(transaction=True)
MIA = Actor("Mia")
TOTALS = [42, 46, 32, 28, 28, 24, 22]
"""The legible totals of the source; the two lost ones add up to 40."""


@pytest.fixture(autouse=True)
def three_customers(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    bring("customers", file_of(home, "customer,kind\na,x\nb,x\nc,x\n", "people.csv"))


def begun() -> ScoringTable:
    return scoring_tables.create("Key accounts", "Relation = 2\nPolicy", actor=MIA)


def number(key: str) -> int:
    return Party.objects.get(source_key=key).pk


def form_of(browser: Client, table: ScoringTable) -> dict[str, str]:
    page = page_of(browser, f"/insight/scoring/{table.pk}/")
    hidden = re.findall(r'<input type="hidden" name="((?:version|shown-\d+))" value="([^"]*)"', page)
    return dict(hidden)


@pytest.mark.requirement("ANA-22", "ANA-23", "KEY-01")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_candidates_are_scored_and_whoever_reaches_the_mean_has_a_star(language: str) -> None:
    browser = somebody("analyst", language)
    answer = browser.post(
        "/insight/scoring/", {"name": "Key accounts", "criteria": "Relation = 2\nPolicy"}, follow=True
    )
    assert answer.status_code == 200
    table = ScoringTable.objects.get()
    address = f"/insight/scoring/{table.pk}/"
    browser.post(address, form_of(browser, table) | {"candidates": "shop:a, shop:b shop:c"})
    a, b, c = map(number, "abc")
    scored = {
        f"score-{a}-0": "7", f"score-{a}-1": "9", f"score-{b}-0": "5", f"score-{b}-1": "5", f"score-{c}-0": "9",
    }  # fmt: skip
    browser.post(address, form_of(browser, table) | scored)
    found = scoring_tables.results(ScoringTable.objects.get())
    assert {pk: (row["total"], row["rank"], row["starred"]) for pk, row in found.items()} == {
        a: (23.0, 1, True), b: (15.0, 2, False), c: (None, None, None),
    }  # fmt: skip
    page = page_of(browser, address)
    assert "19" in words(page)
    assert page.count("★") == 1
    (starred,) = re.findall(r'href="(/customers/\?where=[^"]+)"', page)
    assert "1" in words(page_of(browser, html.unescape(starred)))
    assert AuditEntry.objects.filter(object_kind="scoring table").count() == 3


@pytest.mark.requirement("BEN-05")
def test_the_rule_of_the_source_stars_three_of_its_seven_legible_candidates() -> None:
    totals = [*TOTALS, 20, 20]
    # nine criteria of 1 to 9 make every even total up to 46 out of six scores and one
    table = ScoringTable(criteria=[{"name": f"c{n}", "weight": 1.0} for n in range(6)], scores={})
    for customer, total in enumerate(totals, start=1):
        table.scores[str(customer)] = {f"c{n}": score for n, score in enumerate(_six(total))}
    found = scoring_tables.results(table)
    assert [int(found[n]["total"]) for n in range(1, 10)] == totals
    assert round(found[1]["mean_total"], 1) == 29.1
    assert [found[n]["starred"] for n in range(1, 8)] == [True, True, True, False, False, False, False]


def _six(total: int) -> list[int]:
    """Six odd scores from 1 to 9 that make an even total."""
    scores, left = [], total
    for remaining in range(5, -1, -1):
        scores.append(min(9, left - remaining))
        left -= scores[-1]
    return scores


def test_what_is_refused_stays_in_the_form() -> None:
    browser = somebody("analyst")
    refused = browser.post("/insight/scoring/", {"name": "X", "criteria": "Relation = much"})
    page = html.unescape(refused.content.decode())
    assert (refused.status_code, "“Relation = much” is no criterion" in page) == (422, True)
    assert ">Relation = much</textarea>" in page
    table = begun()
    address = f"/insight/scoring/{table.pk}/"
    browser.post(address, form_of(browser, table) | {"candidates": "shop:a"})
    typed = form_of(browser, table) | {f"score-{number('a')}-0": "9", "candidates": "shop:nobody"}
    refused = browser.post(address, typed)
    page = refused.content.decode()
    assert refused.status_code in {404, 422}
    assert "<option selected>9</option>" in page
    assert 'value="shop:nobody"' in page
    assert browser.post(address, form_of(browser, table) | {f"score-{number('a')}-0": "4"}).status_code == 422


def test_two_who_score_at_once_overwrite_nothing() -> None:
    browser, table = somebody("analyst"), begun()
    old = form_of(browser, table)
    browser.post(f"/insight/scoring/{table.pk}/", old | {"candidates": "shop:a"})
    late = browser.post(f"/insight/scoring/{table.pk}/", old | {"candidates": "shop:b"})
    assert late.status_code in {409, 422}
    assert list(ScoringTable.objects.get().scores) == [str(number("a"))]


def test_candidates_and_tables_are_removed_by_those_who_may() -> None:
    browser, table = somebody("analyst"), begun()
    address = f"/insight/scoring/{table.pk}/"
    browser.post(address, form_of(browser, table) | {"candidates": "shop:a, shop:b"})
    browser.post(address, form_of(browser, table) | {f"remove-{number('a')}": "on"})
    assert list(ScoringTable.objects.get().scores) == [str(number("b"))]
    reader = somebody("decision_maker")
    assert "Save" not in words(page_of(reader, address))
    assert reader.post(address, {}).status_code == 403
    assert reader.post("/insight/scoring/", {"name": "Y"}).status_code == 403
    assert reader.post(f"{address}remove/").status_code == 403
    browser.post(f"{address}remove/")
    assert not ScoringTable.objects.exists()

"""Counting who fulfils a condition: the same answer warm and cold, and always of the figures that count now."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of
from insight.analysing import guanxi, refresh, sell

from customer_insight.conditions import parse
from guanxi.foundation.errors import DomainError
from guanxi.insight import audience
from guanxi.insight.audience import audience_fields, browse_audience, count_audience, open_audience

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = """customer,city,children,consent_email
ann,Rome,2,yes
bob,Rome,0,no
cas,Oslo,1,yes
dan,Oslo,3,
"""
SALES = [
    ("ann", "2026-01-05", 90),
    ("bob", "2026-01-06", 70),
    ("cas", "2026-01-07", 50),
    ("dan", "2026-01-08", 30),
]


@pytest.fixture
def shop(home: Path) -> Path:
    bring("customers", file_of(home, PEOPLE, "people.csv"), observed_on="2026-01-01")
    sell(home, SALES)
    refresh("2026-01-31")
    return home


def where(op: str, field: str, value: Any) -> dict[str, Any]:
    return {"op": op, "field": field, "value": value}


def both(*parts: dict[str, Any], op: str = "all") -> int:
    """How many fulfil all of them, by the engine kept open and by a fresh one."""
    condition = parse({"op": op, "of": list(parts)}, audience_fields())
    warm = count_audience(condition)
    with open_audience(condition) as (_, found):
        assert len(found.fetchall()) == warm
    return warm


def test_conditions_over_indicators_classes_facts_and_consent_are_counted_together(shop: Path) -> None:
    rome, agrees = where("=", "fact.city", "Rome"), where("=", "consent.email", True)
    assert both(rome) == 2
    assert both(agrees) == 2
    assert both(rome, agrees) == 1
    assert both(rome, agrees, op="any") == 3
    assert both(where(">=", "indicator.sales_amount", 5_000), where(">", "fact.children", 0), agrees) == 2
    assert both(where("=", "class.tier", "MIGRATOR"), where("<", "indicator.recency_days", 25)) == 2


def test_a_count_notices_a_new_refresh_a_new_consent_and_a_merged_customer(shop: Path) -> None:
    agrees, big = where("=", "consent.email", True), where(">=", "indicator.sales_amount", 6_000)
    assert (both(agrees), both(big)) == (2, 2)

    bring("customers", file_of(shop, "customer,consent_email\nbob,yes\nann,no\ncas,no\n", "later.csv"))
    sell(shop, [("dan", "2026-01-20", 40)])
    assert (both(agrees), both(big)) == (2, 2)  # as of the last refresh
    refresh("2026-01-31")
    assert (both(agrees), both(big)) == (1, 3)

    guanxi("customers", "merge", "shop:bob", "shop:cas")
    refresh("2026-01-31")
    assert both(big) == 3
    assert both(where(">=", "indicator.sales_amount", 0)) == 3


def test_more_fields_than_are_held_at_once_are_answered_too(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience._Warm, "most_fields", 2)
    assert both(where("=", "fact.city", "Oslo"), where(">", "fact.children", 0)) == 2
    assert both(where(">", "indicator.sales_amount", 6_000), where("=", "fact.city", "Rome")) == 2
    assert both(where("=", "fact.city", "Oslo")) == 2


def test_pages_read_the_fields_that_they_show_beside_those_that_choose(shop: Path) -> None:
    rome = parse(where("=", "fact.city", "Rome"))
    for _ in range(2):  # the second time from what is held
        with browse_audience(rome, "indicator.sales_amount", "fact.children") as (_duck, found):
            assert found.columns == ["customer_id", "public_id", "indicator.sales_amount", "fact.children"]
            assert sorted(row[2:] for row in found.fetchall()) == [(7_000, 0.0), (9_000, 2.0)]
    with (
        pytest.raises(DomainError, match=r"indicator\.happiness is no field"),
        browse_audience(rome, "indicator.happiness"),
    ):
        pass
    assert both(where("=", "fact.city", "Rome")) == 2


def test_a_field_that_nobody_has_is_refused(shop: Path) -> None:
    with pytest.raises(DomainError, match=r"weather\.rain is no field of a customer"):
        count_audience(parse(where("=", "weather.rain", 1)))
    with pytest.raises(DomainError, match=r"indicator\.happiness is no field of a customer"):
        count_audience(parse(where("=", "indicator.happiness", 1)))
    assert both(where("=", "fact.city", "Rome")) == 2

"""Where bands and tiers begin is the business's to say; figures say by which thresholds they were made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from customers.importing import MIA
from insight.analysing import columns, guanxi, refresh, sell

from guanxi.foundation import configuration
from guanxi.foundation.errors import DomainError
from guanxi.insight.models import CustomerInsight, InsightRun

pytestmark = pytest.mark.django_db(transaction=True)


def set_thresholds(**values: Any) -> None:
    configuration.write("class_thresholds", values, actor=MIA)


def shop(home: Path) -> None:
    """Ten customers, the first with the most orders; each bill is between 10 and 100."""
    days = [f"2026-0{month}-05" for month in (1, 2, 3, 4)]
    sell(home, [(f"c{n}", day, 10 * (n + 1)) for n in range(10) for day in days[: 1 + (9 - n) // 3]])


def tiers() -> dict[str, int]:
    return dict(columns(guanxi("insight", "show", "tiers"), "tier", "customers"))


@pytest.mark.requirement("ANA-27")
def test_bill_bands_follow_the_setting_from_the_next_refresh_on(home: Path) -> None:
    shop(home)
    refresh("2026-04-30")
    before = columns(guanxi("insight", "show", "bands"), "band", "customers")
    set_thresholds(bill_bands=[20, 70])

    assert columns(guanxi("insight", "show", "bands"), "band", "customers") == before
    refresh("2026-04-30")
    assert columns(guanxi("insight", "show", "bands"), "band", "customers") == [
        (1, 2), (2, 5), (3, 3), (4, 10),
    ]  # fmt: skip
    assert set(CustomerInsight.objects.values_list("bill_band", flat=True)) == {1, 2, 3}


def test_tiers_follow_the_setting_and_each_run_keeps_its_own(home: Path) -> None:
    shop(home)
    refresh("2026-04-30")
    assert tiers()["MVC"] == 2
    set_thresholds(top_layer=2, growth_layer=3)
    assert tiers()["MVC"] == 2
    refresh("2026-04-30")

    assert tiers()["MVC"] == 4
    rules = dict(columns(guanxi("insight", "show", "tiers"), "tier", "rule"))
    assert rules["MVC"] == "Actual value layer (1 is highest) is at most 2"
    kept = InsightRun.objects.order_by("id").values_list("thresholds__top_layer", flat=True)
    assert list(kept) == [1, 2]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"bill_bands": []}, "bill_bands is a list of 1 to 20 whole amounts"),
        ({"bill_bands": "50"}, "bill_bands is a list of 1 to 20 whole amounts"),
        ({"bill_bands": [50, 50]}, "bill_bands must rise"),
        ({"bill_bands": [50, 100.5]}, "bill_bands is a whole number from 1"),
        ({"bill_bands": [0, 10]}, "bill_bands is a whole number from 1"),
        ({"top_layer": 5}, "top_layer is a whole number from 1 to 4"),
        ({"top_layer": 3}, "growth_layer is a whole number from 4 to 5"),
        ({"high_potential_layer": 6}, "high_potential_layer is a whole number from 1 to 5"),
        ({"lowest": 1}, "class_thresholds has no lowest"),
    ],
)
def test_thresholds_that_cannot_be_are_refused(home: Path, values: dict[str, Any], said: str) -> None:
    with pytest.raises(DomainError, match=said):
        configuration.write("class_thresholds", values, actor=MIA)
    assert configuration.read("class_thresholds")["top_layer"] == 1

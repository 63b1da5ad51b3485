"""Conditions over what was so before: the tier of an earlier date, the first channel; and one customer's number."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from customers.importing import bring, file_of
from insight.analysing import assume, guanxi, refresh, sell

from customer_insight.conditions import All, Compare, Condition, In, IsUnknown
from guanxi.customers.models import Party
from guanxi.foundation.errors import DomainError
from guanxi.insight.audience import audience_fields, count_audience, open_audience
from guanxi.insight.columns import tier_dates
from guanxi.insight.models import CustomerInsight

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
APRIL, MAY, JUNE = "tier_on.2026-04-30", "tier_on.2026-05-31", "tier_on.2026-06-30"


def tiers() -> dict[str, str]:
    rows = CustomerInsight.objects.all()
    return {row.party.source_key: row.tier for row in rows.select_related("party")}


def who(condition: Condition) -> set[str]:
    """The keys of those who fulfil a condition; counted and read they are the same."""
    with open_audience(condition) as (_duck, found):
        ids = [customer for customer, _public in found.fetchall()]
    assert count_audience(condition) == len(ids)
    return set(Party.objects.filter(pk__in=ids).values_list("source_key", flat=True))


def grown(home: Path) -> list[dict[str, str]]:
    """The tiers of three refreshes: c5 grows from April on, `new` comes in June."""
    assume(margin_rate=0.30, cost_to_serve_per_order=2_000)
    times = [16, 14, 12, 10, 8, 6]
    days = ["2026-01-05", "2026-03-02", *(f"2026-04-{day:02}" for day in range(1, 17))]
    sell(home, [(f"c{n}", day, 100) for n, most in enumerate(times) for day in days[:most]])
    told = []
    for day, sales in (
        ("2026-04-30", []),
        ("2026-05-31", [("c5", f"2026-05-{day:02}", 900) for day in range(1, 20)]),
        (
            "2026-06-30",
            [("new", "2026-06-05", 100), *(("c4", f"2026-06-{day:02}", 900) for day in range(1, 28))],
        ),
    ):
        if sales:
            sell(home, sales)
        refresh(day)
        told.append(tiers())
    return told


def test_the_tier_on_each_published_date_is_what_was_published_then(home: Path) -> None:
    published = grown(home)
    assert [f"tier_on.{day}" for day in tier_dates()] == [JUNE, MAY, APRIL]
    assert {APRIL, MAY, JUNE} <= set(audience_fields())
    for field, then in zip((APRIL, MAY, JUNE), published, strict=True):
        for tier in ("MVC", "MGC", "MIGRATOR", "BZ"):
            expected = {key for key, was in then.items() if was == tier}
            assert who(Compare(field, "=", tier)) == expected
    assert who(IsUnknown(APRIL)) == {"new"}
    pairs = Counter((published[0][key], published[2][key]) for key in published[0])
    assert any(was != now for was, now in pairs)
    for (was, now), number in pairs.items():
        assert count_audience(All((Compare(APRIL, "=", was), Compare(JUNE, "=", now)))) == number


def test_dates_before_figures_went_back_in_time_are_not_known(home: Path) -> None:
    grown(home)
    refresh("2026-05-15")
    assert [f"{day}" for day in tier_dates()] == ["2026-05-15"]


def test_the_first_channel_counts_though_a_later_file_says_another(home: Path) -> None:
    for channel, day in (("Shop", "2026-01-01"), ("Web", "2026-02-01")):
        text = f"customer,acquisition_channel,acquired_on\nann,{channel},{day}\nbob,Web,{day}\n"
        bring("customers", file_of(home, text, f"{channel}.csv"), source=channel)
    sell(home, [("ann", "2026-03-05", 10)], source="Shop")
    guanxi("customers", "merge", "Web:ann", "Shop:ann")
    refresh()
    assert who(Compare("fact.acquisition_channel", "=", "Web")) == {"ann", "bob"}
    assert who(Compare("first.acquisition_channel", "=", "Shop")) == {"ann"}


def test_one_customer_is_named_by_number_and_nonsense_is_refused(home: Path) -> None:
    sell(home, [("ann", "2026-03-05", 10), ("bob", "2026-03-05", 10)])
    refresh()
    ann = Party.objects.get(source_key="ann")
    assert who(In("customer.public_id", (ann.public_id, "nobody"))) == {"ann"}
    for nonsense in ("tier_on.soon", "customer.name", "first.x'y"):
        condition = IsUnknown(nonsense)
        if nonsense.startswith("first"):
            assert who(condition) == {"ann", "bob"}
        else:
            with pytest.raises(DomainError, match="is no field of a customer"):
                count_audience(condition)

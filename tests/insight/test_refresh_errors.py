"""What a refresh and its reports say when there is nothing to say."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from customers.importing import bring, file_of
from insight.analysing import assume, guanxi, insight_of, refresh, sell

from guanxi.foundation import clock
from guanxi.foundation.errors import DomainError
from guanxi.foundation.models import Job
from guanxi.insight.assumptions import DEFAULT, Assumptions, read_assumptions
from guanxi.insight.models import CustomerInsight, InsightRun

pytestmark = pytest.mark.django_db(transaction=True)

REPORTS = ("money-deciles", "purchase-deciles", "bands", "layers", "tiers", "lifetime-value", "acquisition")


def test_every_report_before_the_first_refresh_says_what_to_do(home: Path) -> None:
    for report in REPORTS:
        with pytest.raises(DomainError, match=r"^Nothing is analysed yet\. Import orders, then run"):
            guanxi("insight", "show", report)


def test_an_empty_database_cannot_be_refreshed_and_says_so(home: Path) -> None:
    with pytest.raises(DomainError, match=r"^There are no orders of known customers yet; import some"):
        guanxi("insight", "refresh")
    assert (InsightRun.objects.count(), CustomerInsight.objects.count()) == (0, 0)
    assert Job.objects.get().state == "failed"


def test_orders_of_nobody_known_are_no_customers(home: Path) -> None:
    sell(home, [(None, "2026-01-01", 10)])
    with pytest.raises(DomainError, match="no orders of known customers"):
        refresh()


def test_a_date_before_the_first_order_says_so_and_leaves_the_old_figures(home: Path) -> None:
    sell(home, [("ann", "2026-01-10", 10)])
    refresh()
    with pytest.raises(
        DomainError, match=r"^Nobody bought anything up to 2026-01-09; choose a later --as-of\.$"
    ):
        refresh("2026-01-09")
    assert insight_of("shop:ann")["as_of"] == "2026-01-10"


def test_a_date_that_has_not_come_is_refused_and_no_figure_bears_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))
    sell(home, [("ann", "2026-02-01", 10), ("ann", "2026-03-02", 10)])
    with pytest.raises(DomainError, match=r"^--as-of 2026-03-02 lies after today, 2026-03-01: "):
        refresh("2026-03-02")
    assert refresh()["as_of"] == "2026-03-01"
    assert refresh("2026-03-01")["totals"]["orders"] == 1


@pytest.mark.parametrize(
    ("assumption", "said"),
    [
        ({"margin_rate": 1.3}, r"^margin_rate is a number from 0 to 1, not 1\.3\.$"),
        ({"margin_rate": "30 %"}, r"^margin_rate is a number from 0 to 1, not '30 %'\.$"),
        ({"margin": 0.3}, r"^insight_assumptions has no margin; it has margin_rate, "),
    ],
)
def test_an_impossible_assumption_is_refused_when_it_is_set(assumption: dict[str, object], said: str) -> None:
    with pytest.raises(DomainError, match=said):
        assume(**assumption)
    assert read_assumptions() == Assumptions(**DEFAULT)


def test_by_takes_sales_or_profit(home: Path) -> None:
    sell(home, [("ann", "2026-01-10", 10)])
    refresh()
    with pytest.raises(DomainError, match=r"^--by takes sales or profit, not 'colour'\.$"):
        guanxi("insight", "show", "money-deciles", "--by", "colour")


@pytest.mark.parametrize(
    "sales",
    [
        [("ann", "2026-01-10", -10)],
        [("ann", "2026-01-10", 0), ("bob", "2026-01-10", 10)],
        [("ann", "2026-01-10", 10), ("ann", "2026-05-11", 0.01), ("bob", "2026-05-11", 9_999_999)],
        [(f"c{n}", f"2026-01-{day:02}", 10) for n in range(3) for day in range(1, 29)],
    ],
    ids=["one return", "nothing paid", "extremes and a gap", "all alike"],
)
def test_a_base_however_small_or_odd_is_refreshed(home: Path, sales: list[tuple[str, str, float]]) -> None:
    sell(home, sales)
    assert refresh()["customers"] == len({customer for customer, *_ in sales})
    for report in REPORTS:
        guanxi("insight", "show", report)


def test_products_without_facts_then_facts_then_a_refresh(home: Path) -> None:
    """A table that was empty when it was first copied takes text later."""
    sell(home, [("ann", "2026-01-10", 10)])
    refresh()
    bring("customers", file_of(home, "customer,city,acquisition_channel\nann,Rome,mall\n", "people.csv"))
    refresh()
    assert [row["channel"] for row in guanxi("insight", "show", "acquisition")] == ["mall"]


def test_an_interrupted_refresh_taken_up_with_another_date_has_that_date(home: Path) -> None:
    from datetime import date

    from insight.analysing import MIA

    from guanxi.insight.services import start_refresh

    sell(home, [("ann", "2026-01-10", 10), ("ann", "2026-02-10", 10)])
    start_refresh(as_of=date(2026, 1, 31), actor=MIA)  # written, and then its process was killed
    assert refresh("2026-02-28")["as_of"] == "2026-02-28"

"""Layers, tiers with their reasons and moves, and where customers came from, through the commands."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from customers.importing import bring, file_of
from insight.analysing import assume, columns, guanxi, insight_of, refresh, sell, shown

from guanxi.insight.models import CustomerInsight

pytestmark = pytest.mark.django_db(transaction=True)

# Ten customers buy for 100 on 5 January and then in the last weeks before May: c0 sixteen times, c9 once. Who buys
# oftener is worth more; who grew most over the 91 days is c2, then c3, c4, c1.
TIMES = [16, 14, 12, 10, 8, 6, 5, 4, 2, 1]


def weekly(times: int) -> list[str]:
    """5 January, and the last so many Mondays before May."""
    return ["2026-01-05", *((date(2026, 4, 27) - timedelta(weeks=week)).isoformat() for week in range(times))]


def shop(home: Path) -> None:
    sell(home, [(f"c{n}", day, 100) for n, times in enumerate(TIMES) for day in weekly(times)])


@pytest.mark.requirement("ANA-29", "BEN-26")
def test_customers_fall_into_five_layers_of_value_without_overlap(home: Path) -> None:
    shop(home)
    refresh("2026-04-30")
    rows = guanxi("insight", "show", "layers")

    published = CustomerInsight.objects.order_by("party_id")
    worth = {row.party_id: row.lifetime_value or 0.0 for row in published}
    assert columns(rows, "layer", "customers", "customer_share") == [(layer, 2, 0.2) for layer in range(1, 6)]
    assert [row.value_layer for row in published] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    best = sorted(worth.values(), reverse=True)
    assert [row["value"] for row in rows] == pytest.approx([best[n] + best[n + 1] for n in range(0, 10, 2)])
    assert [row["value_share"] for row in rows] == pytest.approx([row["value"] / sum(best) for row in rows])
    assert sum(row["value_share"] for row in rows) == pytest.approx(1)


@pytest.mark.requirement("BEN-26")
def test_the_trend_stands_in_for_strategic_value_in_five_layers_and_is_unknown_without_a_past(
    home: Path,
) -> None:
    changes = [400, 300, 200, 150, 100, 90, 70, 50, 20, 10]  # sales of the last 91 days; 100 in the 91 before
    before = [(f"c{n}", "2026-01-05", 100) for n in range(10)]
    sell(
        home,
        [
            *before,
            *((f"c{n}", "2026-04-05", now) for n, now in enumerate(changes)),
            ("new", "2026-04-05", 100),
        ],
    )
    refresh("2026-04-30")

    found = [insight_of(f"shop:c{n}") for n in range(10)]
    assert columns(found, "sales_change", "potential_layer") == [
        (3.0, 1), (2.0, 1), (1.0, 2), (0.5, 2), (0.0, 3),
        (pytest.approx(-0.1), 3), (pytest.approx(-0.3), 4), (-0.5, 4), (-0.8, 5), (-0.9, 5),
    ]  # fmt: skip
    assert columns([insight_of("shop:new")], "sales_change", "potential_layer") == [(None, None)]


@pytest.mark.requirement("ANA-33", "ANA-34", "ANA-35", "ANA-36", "ANA-37")
def test_every_customer_is_in_one_tier_with_its_rule_and_reason(home: Path) -> None:
    assume(margin_rate=0.30, cost_to_serve_per_order=2_000)
    shop(home)
    sell(home, [("loss", day, 50) for day in weekly(3)])  # 15.00 of margin, 20.00 to serve
    refresh("2026-04-30")

    rows = guanxi("insight", "show", "tiers")
    assert columns(rows, "tier", "customers", "sales_amount", "contribution", "goal") == [
        ("BZ", 1, 20_000, -2_000.0, "choose an option"),
        ("MVC", 3, 450_000, 45_000.0, "keep"),
        ("MGC", 2, 200_000, 20_000.0, "grow"),
        ("MIGRATOR", 5, 230_000, 23_000.0, "decide"),
    ]
    assert [row["rule"] for row in rows] == [
        "Contribution after cost to serve is below 0",
        "Actual value layer (1 is highest) is at most 1",
        "Actual value layer (1 is highest) is at most 2 and Strategic value layer (1 is highest) is at most 2",
        "everybody else",
    ]
    found = [insight_of(f"shop:{key}") for key in ("loss", "c0", "c3", "c9")]
    assert columns(found, "tier", "tier_rule") == [("BZ", 1), ("MVC", 2), ("MGC", 3), ("MIGRATOR", 0)]
    assert [row["why"].replace("(", "\n(").splitlines() for row in found] == [
        ["Below-zero customers: cost to serve exceeds marginal revenue ",
         "(contribution -20.00 USD, value layer 4, potential layer 4)"],
        ["Most valuable customers: highest layer of actual value ",
         "(contribution 170.00 USD, value layer 1, potential layer 4)"],
        ["Most growable customers: second in actual value with high strategic value ",
         "(contribution 110.00 USD, value layer 2, potential layer 1)"],
        ["Migrators: neither most valuable, most growable nor below zero ",
         "(contribution 20.00 USD, value layer 5, potential layer 5)"],
    ]  # fmt: skip
    assert max(map(len, shown("insight", "show", "tiers").splitlines())) <= 80


@pytest.mark.requirement("ANA-33", "ANA-35")
def test_moves_between_two_refreshes_are_kept_with_date_rule_and_inputs(home: Path) -> None:
    shop(home)
    refresh("2026-04-30")
    assert guanxi("insight", "show", "moves") == []
    first = insight_of("shop:c3")
    assert (first["tier"], first["tier_since"]) == ("MGC", "2026-04-30")

    sell(home, [("c3", f"2026-05-{day:02}", 100) for day in range(1, 29)])
    refresh("2026-05-31")

    now = insight_of("shop:c3")
    assert (now["tier"], now["tier_since"], now["value_layer"]) == ("MVC", "2026-05-31", 1)
    moves = columns(guanxi("insight", "show", "moves"), "on", "from", "to", "customers")
    assert ("2026-05-31", "MGC", "MVC", 1) in moves
    (move,) = guanxi("customers", "show", "shop:c3")["class_moves"]
    assert (move["scheme"], move["from"], move["to"], move["on"], move["rule"]) == (
        "value tiers", "MGC", "MVC", "2026-05-31", 2,
    )  # fmt: skip
    assert move["inputs"]["indicator.value_layer"] == 1
    assert insight_of("shop:c0")["tier_since"] == "2026-04-30"


@pytest.mark.requirement("ANA-33")
def test_going_back_in_time_makes_no_moves_and_forgets_later_ones(home: Path) -> None:
    shop(home)
    refresh("2026-04-30")
    sell(home, [("c3", f"2026-05-{day:02}", 100) for day in range(1, 29)])
    refresh("2026-05-31")
    once = guanxi("insight", "show", "moves")

    refresh("2026-04-30")
    assert guanxi("insight", "show", "moves") == []
    assert insight_of("shop:c3")["tier"] == "MGC"
    refresh("2026-05-31")
    assert guanxi("insight", "show", "moves") == once != []


@pytest.mark.requirement("DATA-17")
def test_customers_and_their_later_sales_are_reported_by_acquisition_channel(home: Path) -> None:
    people = """customer,acquisition_channel,acquired_on
ann,mall promotion,2026-01-01
bob,mall promotion,2026-01-02
cas,800 hotline,2026-01-03
dan,market event,2026-01-04
eve,internet,2026-01-05
"""
    bring("customers", file_of(home, people, "people.csv"), observed_on="2026-01-05")
    sales = [("ann", 100), ("bob", 20), ("bob", 30), ("cas", 70), ("dan", 40), ("fay", 9)]
    sell(home, [(customer, "2026-02-01", amount) for customer, amount in sales])
    # The hotline's customer says later that it was the internet: what brought the customer stays the hotline.
    later = "customer,acquisition_channel\ncas2,internet\n"
    bring("customers", file_of(home, later, "later.csv"), source="web", observed_on="2026-03-01")
    guanxi("customers", "merge", "web:cas2", "shop:cas")
    refresh()

    assert columns(
        guanxi("insight", "show", "acquisition"),
        "channel",
        "customers",
        "buyers",
        "sales_amount",
        "profit_amount",
    ) == [
        ("mall promotion", 2, 2, 15_000, 4_500),
        ("800 hotline", 1, 1, 7_000, 2_100),
        ("market event", 1, 1, 4_000, 1_200),
        ("(unknown)", 1, 1, 900, 270),
        ("internet", 1, 0, 0, 0),
    ]
    (fact,) = [f for f in guanxi("customers", "show", "shop:ann")["facts"] if f["attribute"] == "acquired_on"]
    assert fact["value"] == "2026-01-01"

"""The files of two other shops, with column names of their own, by --map alone: from orders to a result."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from cli.commands import guanxi, told

pytestmark = pytest.mark.django_db(transaction=True)
PLAN = """
code = "voucher"
name = "Voucher"
goal = "loyalty"
offer = "5 off"
channel = "email"
start = 2026-03-16T09:00:00
budget = 100
cost_per_contact = 0.5
expected_response_rate = 0.2
expected_margin_per_response = 10
control_share = 0.5
salt = "voucher"
[audience]
op = "all"
of = [
  { op = ">=", field = "indicator.transaction_count", value = 2 },
  { op = "=", field = "consent.email", value = true },
]
[[cells]]
code = "letter"
subject = "5 off"
body = "Dear $name, 5 off."
"""
ENGLISH = {
    "orders": ["Bon", "Kunde", "When it was", "Paid", "Sku code"],
    "customers": ["Kunde", "Mail to", "May we write"],
    "map": ["order=Bon", "customer=Kunde", "time=When it was", "amount=Paid", "product=Sku code"],
    "map customers": ["customer=Kunde", "email=Mail to", "consent_email=May we write"],
    "source": "till",
}
CHINESE = {
    "orders": ["流水", "买家", "成交", "付款额", "货品"],
    "customers": ["买家", "信箱", "可否联系"],
    "map": ["order=流水", "customer=买家", "time=成交", "amount=付款额", "product=货品"],
    "map customers": ["customer=买家", "email=信箱", "consent_email=可否联系"],
    "source": "门店",
}


def mapped(pairs: Iterable[str]) -> list[str]:
    return [word for pair in pairs for word in ("--map", pair)]


def written(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.mark.requirement("DATA-16", "CAMP-06", "CAMP-08")
@pytest.mark.parametrize("shop", [ENGLISH, CHINESE], ids=["english", "chinese"])
def test_from_its_orders_to_a_result_by_map_alone(home: Path, settings: Any, shop: dict[str, Any]) -> None:
    """Forty customers bought twice. Whoever then gets the letter buys for 100 to 104, everybody else for 50 to 54."""
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    settings.EMAIL_BACKEND = "guanxi.outreach.outbox.OutboxBackend"
    source, who = ("--source", shop["source"]), [f"k{number}" for number in range(40)]
    agreed = [[key, f"{key}@example.com", "yes"] for key in who]
    before = [[f"{key}-{day}", key, f"2026-{day} 10:00", 20 + n % 7, "p"] for n, key in enumerate(who)
              for day in ("01-10", "03-01")]  # fmt: skip
    first = written(home / "orders.csv", shop["orders"], before)
    people = written(home / "people.csv", shop["customers"], agreed)
    assert told("import", "orders", first, *source, *mapped(shop["map"]))["rows_good"] == 80
    assert told("import", "customers", people, *source, *mapped(shop["map customers"]))["rows_bad"] == 0
    assert told("insight", "refresh", "--as-of", "2026-03-15")["customers"] == 40
    plan = home / "plan.toml"
    plan.write_text(PLAN, encoding="utf-8")
    estimate = told("campaign", "plan", plan)
    reached, control = estimate["cells"]["letter"], estimate["control"]
    assert (estimate["reach"], reached + control + estimate["holdout"]) == (40, 40)
    told("campaign", "launch", "voucher", "--at", "2026-03-16T09:00")
    assert guanxi("worker", "--once", "--at", "2026-03-16T10:00").code == 0
    assert len(list((home / "outbox").glob("*.eml"))) == reached
    chosen = told("campaign", "members", "voucher")
    assert {(row["source"], row["file"]) for row in chosen} == {(shop["source"], "orders.csv")}

    treated = {row["key"] for row in chosen}
    later = [[f"{key}-later", key, "2026-03-20 10:00", (100 if key in treated else 50) + n % 5, "p"]
             for n, key in enumerate(who)]  # fmt: skip
    told(
        "import", "orders", written(home / "later.csv", shop["orders"], later), *source, *mapped(shop["map"])
    )
    result = told("campaign", "results", "voucher")
    assert (result["verdict"], result["overall"]["treated"], result["overall"]["control"]) == (
        "gain",
        reached,
        control,
    )
    effect = result["overall"]["margin"]["difference"]
    # 30 % of 50 more, give or take 30 % of 2
    assert effect["low"] < 1_500 < effect["high"]
    assert effect["high"] - effect["low"] < 100
    assert result["overall"]["cost"] == 50 * reached

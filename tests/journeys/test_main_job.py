"""The main job by commands, from files to a lesson: where customers came from, and what a letter to them earned."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from cli.commands import guanxi, told
from journeys.test_another_shop import PLAN

pytestmark = pytest.mark.django_db(transaction=True)
WHO = [f"k{number:02d}" for number in range(40)]


@pytest.fixture
def shop(home: Path, settings: Any) -> Path:
    """Forty customers, half from the hotline and half from the fair; the last two do not agree to e-mail."""
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    people = [
        [
            key,
            f"{key}@example.com",
            "no" if key >= "k38" else "yes",
            "hotline" if n < 20 else "fair",
            "2026-01-02",
        ]
        for n, key in enumerate(WHO)
    ]
    header = ["customer", "email", "consent_email", "acquisition_channel", "acquired_on"]
    told("import", "customers", _file(home / "people.csv", header, people))
    bought = [
        [f"{key}-{day}", key, f"2026-{day}", 20 + n % 7]
        for n, key in enumerate(WHO)
        for day in ("01-10", "03-01")
    ]
    told("import", "orders", _file(home / "orders.csv", ["order", "customer", "time", "amount"], bought))
    return home


def _file(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.mark.requirement("DATA-16", "DATA-17", "CAMP-06", "CAMP-09", "CAMP-12")
def test_from_files_to_a_lesson(shop: Path) -> None:
    told("insight", "refresh", "--as-of", "2026-03-15")
    # Everybody bought twice for 20 to 26: the twenty of the hotline for 2 · 457, those of the fair for 2 · 458.
    channels = {
        row["channel"]: (row["customers"], row["sales_amount"])
        for row in told("insight", "show", "acquisition")
    }
    assert channels == {
        "hotline": (20, 91_400),
        "fair": (20, 91_600),
    }
    profile = told("customers", "show", "main:k03")
    stated = {fact["attribute"]: (fact["value"], fact["observed_on"]) for fact in profile["facts"]}
    assert stated["acquisition_channel"][0] == "hotline"

    plan = shop / "plan.toml"
    plan.write_text(PLAN, encoding="utf-8")
    estimate = told("campaign", "plan", plan)
    assert (estimate["reach"], estimate["as_of"]) == (38, "2026-03-15")
    told("campaign", "launch", "voucher", "--at", "2026-03-16T09:00")
    guanxi("worker", "--once", "--at", "2026-03-16T10:00")
    chosen = [row["key"] for row in told("campaign", "members", "voucher")]
    assert {row["file"] for row in told("campaign", "members", "voucher")} == {"people.csv"}
    assert set(chosen) <= set(WHO[:38])
    assert told("customers", "show", f"main:{chosen[0]}")["contacts"][0]["state"] == "delivered"

    later = [
        [f"{key}-later", key, "2026-03-20", (100 if key in chosen else 50) + n % 5]
        for n, key in enumerate(WHO)
    ]
    told("import", "orders", _file(shop / "later.csv", ["order", "customer", "time", "amount"], later))
    answers = [["voucher", key, "2026-03-20", "r"] for key in chosen[:3]]
    told(
        "import",
        "responses",
        _file(shop / "answers.csv", ["campaign", "customer", "time", "reference"], answers),
    )
    result = told("campaign", "results", "voucher")
    assert (result["verdict"], result["responses_recorded"]) == ("gain", 3)
    assert result["attributed"][0]["responses"] == 3
    told("campaign", "close", "voucher", "--analysis", "15.00 each", "--lesson", "A letter is worth it")
    row = told("campaign", "list")[0]
    assert (row["state"], row["verdict"], row["contacts"], row["responses"]) == (
        "closed",
        "gain",
        len(chosen),
        3,
    )
    assert told("campaign", "lessons", "letter")[0]["lesson"] == "A letter is worth it"
    assert told("doctor")["audit_chain"] == "whole"

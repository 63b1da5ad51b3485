"""What the environment says wrongly is one line at every command; settings are shown as they are stored and typed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from cli.commands import guanxi, told
from customers.importing import bring, file_of, undo

pytestmark = pytest.mark.django_db(transaction=True)
ORDERS = "order,customer,time,amount\n1,ann,2026-01-01,100\n"


@pytest.fixture(autouse=True)
def dollars_and_utc(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


def _at(home: Path, *words: str, **environment: str) -> tuple[int, str]:
    """A command in a process of its own in another installation: how it ended, and what it said."""
    ours = os.environ | {"GUANXI_HOME": str(home / "elsewhere")} | environment
    command = [sys.executable, "-m", "guanxi.cli", *words]
    ended = subprocess.run(command, env=ours, capture_output=True, text=True, timeout=60)
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        (
            {"GUANXI_TIME_ZONE": "Rom"},
            "Error: GUANXI_TIME_ZONE: there is no time zone 'Rom'; write it like Europe/Rome.\n",
        ),
        (
            {"GUANXI_CURRENCY": "EURO"},
            "Error: GUANXI_CURRENCY: 'EURO' is not an ISO 4217 currency code such as CNY or USD.\n",
        ),
        (
            {"GUANXI_PUBLIC_URL": "crm.example.com"},
            "Error: GUANXI_PUBLIC_URL: 'crm.example.com' is not an address such as https://crm.example.com.\n",
        ),
        (
            {"GUANXI_PUBLIC_URL": "https://me@crm.example.com"},
            (
                "Error: GUANXI_PUBLIC_URL: 'https://me@crm.example.com' is not an address such as "
                "https://crm.example.com.\n"
            ),
        ),
    ],
)
def test_a_setting_that_cannot_be_is_named_in_one_line(
    home: Path, environment: dict[str, str], said: str
) -> None:
    assert _at(home, "imports", **environment) == (1, said)


def test_it_tells_its_version() -> None:
    ended = guanxi("--version")
    assert (ended.code, ended.out) == (0, f"guanxi {version('guanxi')}\n")


def test_a_part_of_a_setting_changes_only_that_part_and_all_of_it_is_shown() -> None:
    whole = told("settings")["contact_policy"]
    assert whole["max_contacts"] == 4
    told("settings", "set", "contact_policy", '{"max_contacts": 7}')
    assert told("settings", "set", "contact_policy", '{"min_gap_days": 1}') == {
        "contact_policy": whole | {"max_contacts": 7, "min_gap_days": 1}
    }
    assert told("settings")["contact_policy"] == whole | {"max_contacts": 7, "min_gap_days": 1}
    ended = guanxi("settings", "set", "contact_policy", '{"max_contact": 7}')
    assert (ended.code, ended.err.startswith("Error: contact_policy has no max_contact; it has ")) == (
        1,
        True,
    )


def test_settings_are_listed_by_the_names_that_set_takes() -> None:
    listed = re.findall(r"^  (\S+)  ", guanxi("settings").out, re.MULTILINE)
    assert listed == [
        "class_thresholds",
        "contact_policy",
        "insight_assumptions",
        "need_rules",
        "universal_holdout",
    ]


def test_stored_money_is_never_called_by_the_name_of_another_currency(home: Path, settings: Any) -> None:
    first = bring("orders", file_of(home, ORDERS))["import"]
    told("insight", "refresh")
    assert told("doctor")["currency"] == "USD"

    settings.BASE_CURRENCY = "EUR"
    said = (
        "The amounts stored here are in USD, and GUANXI_CURRENCY is EUR. Set GUANXI_CURRENCY=USD again; to sum "
        "in EUR, convert the files and import them into a new GUANXI_HOME."
    )
    more = file_of(home, ORDERS.replace("1,ann", "2,ann"), "more.csv")
    for words in (
        ("insight", "refresh"),
        ("insight", "show", "tiers"),
        ("import", "orders", more),
        ("import", "orders", more, "--dry-run"),
    ):
        ended = guanxi(*words)
        assert (ended.code, ended.err) == (1, f"Error: {said}\n")
    doctor = guanxi("doctor", "--json")
    assert (doctor.code, doctor.json["currency"]) == (1, said)

    told("import", "customers", file_of(home, "customer,city\nann,Rome\n", "customers.csv"))
    undo(first)
    told("import", "orders", more)
    assert told("doctor")["currency"] == "EUR"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("show", "tiers", "--by", "sales"),
            "tiers takes no --by; money-deciles and purchase-deciles do.",
        ),
        (("show", "tiers", "--by", "foo"), "tiers takes no --by; money-deciles and purchase-deciles do."),
        (("show", "money-deciles", "--by", "foo"), "--by takes sales or profit, not 'foo'."),
    ],
)
def test_a_report_refuses_a_column_that_it_does_not_take(
    home: Path, words: tuple[str, ...], said: str
) -> None:
    bring("orders", file_of(home, ORDERS))
    told("insight", "refresh")
    ended = guanxi("insight", *words)
    assert (ended.code, ended.err) == (1, f"Error: {said}\n")

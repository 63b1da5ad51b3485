"""Every command of the tree explains itself, speaks JSON where it has something to say, and fails in one line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli.commands import guanxi, told
from typer.main import get_command

from guanxi.cli.app import app
from guanxi.insight.assumptions import DEFAULT

SERVES = "serve"
"""It runs until it is interrupted and has no result."""
WRONG = {
    "import customers": ["nothing.csv"],
    "import products": ["nothing.csv"],
    "import orders": ["nothing.csv"],
    "import contacts": ["nothing.csv"],
    "import invoices": ["nothing.csv"],
    "import receipts": ["nothing.csv"],
    "import costs": ["nothing.csv"],
    "import opportunities": ["nothing.csv"],
    "import interactions": ["nothing.csv"],
    "import responses": ["nothing.csv"],
    "imports undo": ["999"],
    "imports resume": ["999"],
    "customers show": ["nobody:1"],
    "customers find": ["nobody"],
    "customers merge": ["nobody:1", "nobody:2", "--reason", "x"],
    "customers unmerge": ["nobody:1"],
    "insight show": ["tiers"],
    "campaign plan": ["nothing.toml"],
    "campaign launch": ["nothing"],
    "campaign pause": ["nothing"],
    "campaign resume": ["nothing"],
    "campaign stop": ["nothing"],
    "campaign status": ["nothing"],
    "campaign members": ["nothing"],
    "campaign results": ["nothing"],
    "campaign close": ["nothing", "--analysis", "x", "--lesson", "x"],
    "jobs cancel": ["999"],
    "settings set": ["nothing", "1"],
    "webhooks add": ["http://127.1/"],
    "webhooks test": ["999"],
    "webhooks switch-on": ["999"],
    "webhooks remove": ["999"],
    "webhooks deliveries": ["999"],
    "webhooks again": ["999"],
    "insight refresh": [],
    "users add": ["nobody", "--role", "analyst", "--password", "x"],
    "tokens create": ["nobody", "--name", "x"],
    "tokens revoke": ["999"],
}
"""Arguments with which a command must fail in an empty installation."""


def commands(node: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command of the tree and the words that call it."""
    node = node or get_command(app)
    for name, child in getattr(node, "commands", {}).items():
        yield from commands(child, (*path, name))
        if getattr(child, "commands", None) is None or child.invoke_without_command:
            yield " ".join((*path, name)), child


ALL = dict(commands())


@pytest.fixture(autouse=True)
def empty(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


@pytest.mark.parametrize("name", ALL)
def test_it_says_what_it_does_and_explains_every_option(name: str) -> None:
    ended = guanxi(*name.split(), "--help")
    assert ended.code == 0
    assert f"guanxi {name}" in ended.out
    described = [parameter for parameter in ALL[name].params if parameter.param_type_name == "option"]
    assert ALL[name].help
    assert [option.name for option in described if not option.help] == []


@pytest.mark.parametrize("name", sorted(set(ALL) - {SERVES}))
def test_it_speaks_json(name: str) -> None:
    assert "--json" in [opt for parameter in ALL[name].params for opt in parameter.opts]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "name", ["campaign list", "campaign lessons", "imports", "jobs", "settings", "doctor"]
)
def test_its_json_can_be_read_in_an_empty_installation(name: str) -> None:
    assert isinstance(told(*name.split()), list | dict)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", WRONG)
def test_a_failure_is_one_line_and_no_traceback(name: str) -> None:
    ended = guanxi(*name.split(), *WRONG[name])
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("Error: ")
    assert "Traceback" not in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", WRONG)
def test_a_failure_is_json_where_json_was_asked_for(name: str) -> None:
    ended = guanxi(*name.split(), *WRONG[name], "--json")
    assert (ended.code, ended.out) == (1, "")
    assert set(json.loads(ended.err)) == {"error", "message"}


@pytest.mark.django_db(transaction=True)
def test_what_used_to_be_a_sentence_only_is_data_too() -> None:
    assert told("init") == {"database": "ready"}
    assert told("settings", "set", "insight_assumptions", '{"trend_days": 30}') == {
        "insight_assumptions": DEFAULT | {"trend_days": 30}
    }
    idle = told("worker", "--once")
    assert (idle["jobs"], idle["messages"]) == ({}, {})


def test_no_command_that_can_fail_is_forgotten_above() -> None:
    takes = {name for name, command in ALL.items() if any(p.required for p in command.params)}
    assert takes - set(WRONG) == set()

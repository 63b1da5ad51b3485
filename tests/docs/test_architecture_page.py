"""ARCHITECTURE.md lists who fills which list of the registry, and the rooms."""

from __future__ import annotations

import configparser
from typing import Any

from pages import ROOT, read, table_rows

from guanxi.foundation.registry import registry


def room(module: str) -> str:
    return module.split(".")[1]


def filled() -> set[tuple[str, str, str]]:
    """(list, room, entry) of everything that the rooms registered."""
    runs: dict[str, dict[str, Any]] = {
        "datasets": {name: entry.model for name, entry in registry.datasets.items()},
        "job kinds": {name: entry.run for name, entry in registry.job_kinds.items()},
        "import kinds": {name: entry.stage for name, entry in registry.import_kinds.items()},
    }
    found = {
        (title, room(by.__module__), name) for title, entries in runs.items() for name, by in entries.items()
    }
    return found | {("personal data", room(e.model.__module__), e.name) for e in registry.personal_data}


def test_the_page_lists_who_fills_what() -> None:
    rows = [row for row in table_rows(read("ARCHITECTURE.md")) if len(row) == 3 and row[0] != "List"]
    listed = {(row[0], row[1], entry) for row in rows for entry in row[2].split(", ")}

    assert listed == filled()


def test_the_page_lists_the_rooms_from_top_to_bottom() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    layers = contracts["importlinter:contract:rooms"]["layers"].replace("|", " ").split()

    rows = [row[0].strip("`") for row in table_rows(read("ARCHITECTURE.md")) if len(row) == 2]

    assert rows == ["Room", *layers]

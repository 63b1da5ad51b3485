"""The reference pages say what the code says."""

from __future__ import annotations

import json
import re

import pytest
from pages import read, table_rows

from guanxi.cli.reference import pages
from guanxi.foundation.configuration import DEFINITIONS


@pytest.mark.parametrize("name", ["cli.md", "import-files.md"])
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert read(f"docs/reference/{name}") == pages()[name], "run `make docs`"


def test_every_environment_variable_is_listed_with_its_default() -> None:
    source = read("src/guanxi/settings.py")
    listed = {row[0].strip("`"): row[1].strip("`") for row in table_rows(read("docs/reference/settings.md"))}
    variables = set(re.findall(r'"(GUANXI_[A-Z_]+|DATABASE_URL)"', source))
    defaults = dict(re.findall(r'"(GUANXI_[A-Z_]+)", "([^"]+)"\)', source))
    defaults = {name: default for name, default in defaults.items() if not default.endswith("_key")}  # files

    assert variables == {name for name in listed if name.startswith(("GUANXI_", "DATABASE_"))}
    assert {name: listed[name] for name in defaults} == defaults


def test_every_setting_of_the_business_is_listed_with_its_default() -> None:
    listed = {row[0].strip("`"): row[1].strip("`") for row in table_rows(read("docs/reference/settings.md"))}

    assert {name: json.loads(listed[name]) for name in DEFINITIONS} == {
        name: definition.default for name, definition in DEFINITIONS.items()
    }

"""Writes the generated pages of docs/reference: python -m guanxi.cli.reference FOLDER."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COMMANDS = """# The command line

Written by `make docs` from the commands' own help; a test fails when it is out of date.

A command that takes `--json` then prints one JSON document on standard output and nothing else. A failure that you can
mend is one line on standard error, and the exit status is 1; a command that was called wrongly ends with exit status 2.
"""
FILES = """# What files may hold

Written by `make docs` from the import kinds; a test fails when it is out of date.

A column is found by the name of the field or one of the names beside it; upper and lower case, spaces and punctuation
do not matter. `--map FIELD=COLUMN` says otherwise. A file must have the columns of the fields marked `column needed`,
and every row must have a value in those marked `value needed`. In a customer file every further column becomes a fact;
in other files further columns are passed over.

Numbers and amounts are written 1234.50 or 1,234.50; with `--decimal ,` they are written 1234,50 or 1.234,50, and
points, spaces and apostrophes group thousands. A time, and the date as of which a row is true, may not lie in the
future. A text holds up to 300 characters, a long text up to 4,000; a word is one of those that its meaning names, in
English or Chinese. A flag is yes, no, true, false, 1 or 0, or the same in Chinese, French, German, Italian or Spanish.
"""


def pages() -> dict[str, str]:
    """File name → page, for every generated page."""
    from guanxi.api.reference import document

    return {"cli.md": commands_page(), "import-files.md": files_page(), "openapi.json": document()}


def commands_page() -> str:
    """The commands."""
    import typer

    from guanxi.cli.app import app

    sections = [_section(app, names) for names in _commands(typer.main.get_command(app), ())]
    return "\n".join([COMMANDS, *sections])


def _commands(command: Any, names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The words of a command and of all below it, in the order in which the program lists them."""
    yield names
    for name, child in getattr(command, "commands", {}).items():
        yield from _commands(child, (*names, name))


def _section(app: Any, names: tuple[str, ...]) -> str:
    from typer.testing import CliRunner

    asked = CliRunner().invoke(app, [*names, "--help"], prog_name="guanxi", env={"COLUMNS": "80"})
    text = "\n".join(line.rstrip() for line in asked.output.strip().splitlines())
    return f"## {' '.join(['guanxi', *names])}\n\n```text\n{text}\n```\n"


def files_page() -> str:
    """The fields of every kind of file."""
    from guanxi.foundation.registry import registry

    return "\n".join([FILES, *(_kind(registry.import_kinds[name]) for name in sorted(registry.import_kinds))])


def _kind(kind: Any) -> str:
    rows = [
        f"| `{field.name}` | {field.type} | {_need(field)} | {field.help} | {', '.join(field.synonyms)} |"
        for field in kind.fields
    ]
    head = ["| Field | Type | | Meaning | Also found as |", "|---|---|---|---|---|"]
    return "\n".join([f"## guanxi import {kind.name}", "", *head, *rows, ""])


def _need(field: Any) -> str:
    return "value needed" if field.required else "column needed" if field.expected else ""


def main() -> None:
    """Write the pages into the folder that was named."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.settings")
    import django

    django.setup()
    for name, text in pages().items():
        Path(sys.argv[1], name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

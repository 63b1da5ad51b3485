"""The tutorial's commands do what the tutorial says."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

from pages import ROOT, code_blocks, read

TUTORIAL = "docs/tutorial/first-campaign.md"
RUN = """
import json, sys, django
django.setup()
from guanxi.cli.app import app
for words in json.load(sys.stdin):
    app(words, standalone_mode=False)
"""


def lines_of(language: str) -> list[str]:
    return [line for block in code_blocks(read(TUTORIAL), language) for line in block.splitlines()]


def as_read(text: str) -> str:
    """Text without its layout."""
    return " ".join(text.split())


def test_its_commands_run_and_print_what_it_shows(tmp_path: Path) -> None:
    said = lines_of("sh")
    exports = dict(line.removeprefix("export ").split("=", 1) for line in said if line.startswith("export "))
    commands = [shlex.split(line)[1:] for line in said if line.startswith("guanxi ")]
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("GUANXI_", "DATABASE_"))
    }
    environment = kept | exports | {"GUANXI_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "guanxi.settings"}

    ran = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps(commands),
        env=environment | {"COLUMNS": "200"},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 0, ran.stderr
    assert len(commands) > 15
    printed = {as_read(line) for line in ran.stdout.splitlines()}
    assert [line for line in lines_of("text") if as_read(line) not in printed] == []
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == 186

"""A test counts as skipped only where no run of the suite ran it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "never_ran.py"
RAN = '<testcase classname="tests.a" name="{name}" time="0"/>'
SKIPPED = '<testcase classname="tests.a" name="{name}" time="0"><skipped message="{why}"/></testcase>'


def report(folder: Path, database: str, *cases: str) -> Path:
    path = folder / f"tests-{database}.xml"
    path.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
    return path


def asked(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, text=True)


def test_a_test_for_one_database_may_be_skipped_on_the_other(tmp_path: Path) -> None:
    sqlite = report(
        tmp_path, "sqlite", RAN.format(name="one"), SKIPPED.format(name="two", why="PostgreSQL only")
    )
    server = report(
        tmp_path, "postgresql", SKIPPED.format(name="one", why="SQLite only"), RAN.format(name="two")
    )

    told = asked("--strict", sqlite, server)

    assert (told.returncode, told.stdout) == (0, "Tested on SQLite and PostgreSQL; 0 tests ran nowhere.\n")


def test_a_test_skipped_on_both_is_named_and_fails_a_strict_run(tmp_path: Path) -> None:
    sqlite = report(tmp_path, "sqlite", SKIPPED.format(name="three", why="no mail server"))
    server = report(tmp_path, "postgresql", SKIPPED.format(name="three", why="no mail server"))

    told = asked("--strict", sqlite, server)

    assert told.returncode == 1
    assert "NOT RUN tests.a::three: no mail server" in told.stdout
    assert asked(sqlite, server).returncode == 0


def test_a_strict_run_needs_both_databases_and_an_ordinary_one_says_which_is_absent(tmp_path: Path) -> None:
    sqlite = report(tmp_path, "sqlite", RAN.format(name="one"))

    assert asked("--strict", sqlite).returncode == 1
    assert "Skipped: PostgreSQL" in asked(sqlite).stdout
    assert asked(sqlite).returncode == 0

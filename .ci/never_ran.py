"""Say which tests were skipped in every run of the suite: python .ci/never_ran.py [--strict] JUNIT_XML...

A test for one database is skipped on the other, so one run alone cannot tell. With --strict such a test is a failure.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def outcomes(report: Path) -> dict[str, str | None]:
    """Test → why it was skipped, or None where it ran."""
    found: dict[str, str | None] = {}
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - pytest wrote it
        skipped = case.find("skipped")
        name = f"{case.get('classname')}::{case.get('name')}"
        found[name] = None if skipped is None else skipped.get("message") or "no reason given"
    return found


def never_ran(reports: list[Path]) -> dict[str, str]:
    """Tests that no run ran, and why the last one did not."""
    ran: set[str] = set()
    skipped: dict[str, str] = {}
    for report in reports:
        for name, reason in outcomes(report).items():
            if reason is None:
                ran.add(name)
            else:
                skipped[name] = reason
    return {name: reason for name, reason in sorted(skipped.items()) if name not in ran}


def main(arguments: list[str]) -> int:
    strict = "--strict" in arguments
    reports = [Path(name) for name in arguments if name != "--strict"]
    left = never_ran(reports)
    for name, reason in left.items():
        print(f"NOT RUN {name}: {reason}")
    tested = [DATABASES.get(report.stem.rpartition("-")[2], report.stem) for report in reports]
    absent = [name for name in DATABASES.values() if name not in tested]
    print(f"Tested on {' and '.join(tested)}; {len(left)} tests ran nowhere.")
    if absent:
        print(f"Skipped: {', '.join(absent)} (DATABASE_URL names none).")
    return 1 if strict and (left or absent) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

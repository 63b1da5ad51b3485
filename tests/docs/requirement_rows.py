"""Fills the column of tests in docs/reference/requirements.md: python tests/docs/requirement_rows.py PAGE."""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


def marked() -> dict[str, list[str]]:
    """Row → the test files that name it, as paths below tests/."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted(TESTS.rglob("test_*.py")):
        for row in sorted(_rows_named_in(ast.parse(file.read_text(encoding="utf-8")))):
            found[row].append(str(file.relative_to(TESTS)))
    return dict(found)


def _rows_named_in(tree: ast.AST) -> set[str]:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    marks = (call for call in calls if ast.unparse(call.func).endswith("mark.requirement"))
    return {str(arg.value) for mark in marks for arg in mark.args if isinstance(arg, ast.Constant)}


def filled(page: str) -> str:
    """The page with the tests of every row; raises SystemExit for a marked row that it does not describe."""
    tests, lines, described = marked(), [], set()
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 4 and cells[0] in tests:
            described.add(cells[0])
            line = f"| {' | '.join(cells[:3])} | {', '.join(f'`{test}`' for test in tests[cells[0]])} |"
        lines.append(line)
    if left := sorted(tests.keys() - described):
        sys.exit(f"Tests name rows that the page does not describe: {', '.join(left)}. Add a line for each.")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")

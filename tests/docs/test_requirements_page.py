"""docs/reference/requirements.md lists the rows that are proved, and only those."""

from __future__ import annotations

from pages import read, table_rows
from requirement_rows import marked

PAGE = "docs/reference/requirements.md"


def test_every_row_that_a_test_names_is_on_the_page_and_the_other_way_round() -> None:
    listed = [row[0] for row in table_rows(read(PAGE)) if row[0] != "Row"]

    assert sorted(listed) == sorted(marked())


def test_every_test_that_the_page_names_proves_its_row() -> None:
    """A row may have more tests than the page names; `make docs` brings it up to date."""
    proved = marked()
    named = {row[0]: row[3].replace("`", "").split(", ") for row in table_rows(read(PAGE)) if row[0] != "Row"}

    assert [(row, test) for row, tests in named.items() for test in tests if test not in proved[row]] == []

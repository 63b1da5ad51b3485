"""The quotes of a CSV file, judged against Python's own reader in strict mode."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.customers.imports.quoting import CELLS_AT_A_TIME, QUOTES_IN_A_CELL, misquoted_line


def line_of(home: Path, text: str) -> int | None:
    path = home / "a.csv"
    path.write_bytes(text.encode())
    return misquoted_line(path, ",")


@given(st.text(alphabet='a",\n', min_size=1, max_size=40))
def test_it_agrees_with_a_strict_reader(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    try:
        list(csv.reader(io.StringIO(text, newline=""), strict=True))
        good = True
    except csv.Error:
        good = False

    assert (line_of(tmp_path_factory.mktemp("csv"), text) is None) is good


def test_a_quote_left_open_far_down_a_long_file_is_found(tmp_path: Path) -> None:
    rows = CELLS_AT_A_TIME + 1

    assert line_of(tmp_path, '1,"a,b"\n' * rows) is None
    assert line_of(tmp_path, '1,"a,b"\n' * rows + '2,"c\n' + "3,d\n" * rows) == rows + 1


def test_a_cell_that_runs_away_ends_the_search(tmp_path: Path) -> None:
    assert line_of(tmp_path, "a,b\n" + '1,"' + '""' * (QUOTES_IN_A_CELL + 1) + '"\n') == 2

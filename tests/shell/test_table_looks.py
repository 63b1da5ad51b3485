"""How a table stands on a page: which cells keep to one line, and which tables a phone shows row by row."""

from __future__ import annotations

from datetime import date

import pytest

from guanxi.shell.tables import Table, cell_of


@pytest.mark.parametrize(
    ("value", "look"),
    [
        (1234, "gx-number"),
        (None, "gx-number gx-none"),
        (date(2026, 1, 2), "gx-short"),
        ("root (command line)", "gx-short"),
        ("最具增长潜力客户", "gx-short"),
        ("Most growable customers", "gx-text"),
        ("实际价值层（1为最高）", "gx-text"),
        ("Win back valuable households that are slipping", "gx-long"),
        ("至少有一行不是退货的订单的数量，含首尾两天在内", "gx-long"),
    ],
)
def test_a_cell_looks_by_what_it_holds(value: object, look: str) -> None:
    assert cell_of(value).look == look


def test_rows_of_many_words_are_read_one_by_one_and_columns_of_figures_are_compared() -> None:
    campaign = ["spring", "Spring coupon", "return", "measured", 148, 12]
    decile = ["1", 247, 4363.91, 0.351, 0.352]
    pair = ["Roma", "Milano"]

    assert Table(["a", "b", "c", "d", "e", "f"], [campaign]).as_context()["reads_by_row"]
    assert not Table(["a", "b", "c", "d", "e"], [decile]).as_context()["reads_by_row"]
    assert not Table(["a", "b"], [pair]).as_context()["reads_by_row"]

"""Lines of JSON come in like the rows of a table; a line that is none is a bad row and nothing more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, error_lines, file_of, undo, whole_database
from django.utils import translation

from guanxi.commerce.models import OrderLine
from guanxi.customers.imports import ndjson
from guanxi.customers.imports.complaints import complaints
from guanxi.customers.imports.kinds import UnreadableFile
from guanxi.customers.imports.raw import RawFile
from guanxi.customers.imports.reading import read_columns, read_raw
from guanxi.customers.models import Fact
from guanxi.foundation.engine.duck import rows, workspace
from guanxi.wording.words import phrase

ORDERS = [
    {"order": "o1", "customer": "c1", "time": "2026-03-01 10:00", "amount": 12.5},
    {"order": "o2", "customer": "c2", "time": "2026-03-02 10:00", "amount": "1,234.50"},
]


def ndjson_of(folder: Path, *lines: Any, name: str = "orders.ndjson") -> Path:
    """Texts as they are, everything else as JSON."""
    return file_of(folder, "".join(f"{x if isinstance(x, str) else json.dumps(x)}\n" for x in lines), name)


def raw(folder: Path, *lines: Any) -> tuple[RawFile, list[tuple[Any, ...]]]:
    target = folder / "raw.parquet"
    found = read_raw(ndjson_of(folder, *lines), target)
    with workspace() as duck:
        return found, rows(duck, f"SELECT _row, * EXCLUDE (_row) FROM read_parquet('{target}') ORDER BY _row")


@pytest.mark.django_db(transaction=True)
def test_orders_come_in_and_go_again(home: Path) -> None:
    before = whole_database()
    done = bring("orders", ndjson_of(home, *ORDERS))

    assert (done["rows_read"], done["rows_good"], done["rows_bad"]) == (2, 2, 0)
    assert sorted(OrderLine.objects.values_list("amount", flat=True)) == [1250, 123450]
    undo(done["import"])
    assert whole_database() == before


@pytest.mark.django_db(transaction=True)
def test_bad_lines_are_named_by_their_number_and_the_others_come_in(home: Path) -> None:
    bad = ORDERS[1] | {"order": "o3", "amount": "much"}
    lines = [ORDERS[0], '{"order": "o9",', "", "[1, 2]", bad, ORDERS[1] | {"customer": {"key": "c2"}}, "=1+1"]
    done = bring("orders", ndjson_of(home, *lines))

    assert (done["rows_read"], done["rows_good"], done["rows_bad"]) == (6, 1, 5)
    assert [
        (row, column, reason.partition(" (")[0]) for row, column, _value, reason in error_lines(done)
    ] == [
        ("2", "", "is not a JSON object"),
        ("4", "", "is not a JSON object"),
        ("5", "amount", "is not a number"),
        ("6", "", "has a list or an object where one value belongs"),
        ("7", "", "is not a JSON object"),
    ]
    assert done["notes"]["blank rows"] == 1


@pytest.mark.django_db(transaction=True)
def test_names_that_are_no_fields_become_facts(home: Path) -> None:
    bring(
        "customers", ndjson_of(home, {"customer": "c1", "城市/City": "罗马"}, {"customer": "c2", "vip": True})
    )

    assert sorted(Fact.objects.values_list("attribute__code", "value_text")) == [
        ("vip", "true"),
        ("城市_city", "罗马"),
    ]


def test_each_value_is_the_text_that_stands_there(tmp_path: Path) -> None:
    odd = {
        "a~b/c": "x",
        "": "y",
        "n": 12345678901234567890123,
        "f": 1.5,
        "t": True,
        "z": None,
        "q": 'it\'s "so"',
    }
    found, (row,) = raw(tmp_path, odd)

    assert found.columns == ("a~b/c", "column 2", "n", "f", "t", "z", "q")
    assert row == (1, "x", "y", "12345678901234567890123", "1.5", "true", None, 'it\'s "so"')


def test_objects_may_have_different_names_and_none_at_all(tmp_path: Path) -> None:
    found, cells = raw(tmp_path, {"a": 1}, {}, {"b": 2, "a": ""}, {"a": None, "b": ""}, {"b": 3})

    assert (found.columns, found.rows, found.blank) == (("a", "b"), 3, 2)
    assert cells == [(1, "1", None), (3, "", "2"), (5, None, "3")]


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_a_line(tmp_path: Path) -> None:
    path = file_of(tmp_path, b'\xef\xbb\xbf{"a": "1"}\r\n{"a": "2"}', "x.jsonl")
    found = read_raw(path, tmp_path / "raw.parquet")

    assert (found.rows, found.malformed) == (2, ())
    assert read_columns(path, tmp_path) == ("a",)


def test_lines_that_lie_across_two_pieces_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson, "_CHUNK", 7)
    found, cells = raw(tmp_path, {"a": "王伟 and Ann"}, {"a": "short"}, "{", {"a": "last"})

    assert cells == [(1, "王伟 and Ann"), (2, "short"), (4, "last")]
    assert [bad.row for bad in found.malformed] == [3]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["no", "nothing"], "no row that can be read. Row 1 is not a JSON object"),
        ([{}], "no row that can be read"),
        ([{"a": 1, "A": 2}], "two columns called 'a' and 'A'"),
        ([{f"n{number}": 1 for number in range(501)}], "too many different names: 500 are possible"),
        ([{"a": "x" * 300}], "a row longer than"),
    ],
)
def test_a_file_that_no_row_can_be_read_from_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: list[Any], said: str
) -> None:
    if said == "a row longer than":
        monkeypatch.setattr(ndjson, "_CHUNK", 64)
        monkeypatch.setattr(ndjson, "BLOCK", 128)
    with pytest.raises(UnreadableFile, match=said):
        raw(tmp_path, *lines)


@pytest.mark.django_db(transaction=True)
def test_complaints_are_kept_for_programs_in_the_language_of_the_reader(home: Path) -> None:
    done = bring(
        "orders", ndjson_of(home, ORDERS[0], "oh no", {"order": "o2", "customer": "c2", "time": "soon"})
    )

    told = list(complaints(done["import"], with_values=True))
    assert [(row["row"], row["column"], row["value"]) for row in told] == [
        (2, None, "oh no"),
        (3, "amount", None),
        (3, "time", "soon"),
    ]
    assert {row["value"] for row in complaints(done["import"], with_values=False)} == {None}
    with translation.override("zh-hans"):
        assert next(complaints(done["import"], with_values=True))["reason"] == phrase("is not a JSON object")
    assert list(complaints(4711, with_values=True)) == []

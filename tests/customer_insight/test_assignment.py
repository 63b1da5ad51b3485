"""Cells and hold-outs: the same for ever, the same in every engine, and a true partition."""

import hashlib
from decimal import Decimal
from fractions import Fraction

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_insight.assignment import (
    BUCKETS,
    ShareError,
    assign,
    assign_keys,
    assignment_expression,
    bucket,
    cell_boundaries,
    held_out,
    held_out_expression,
    unit_interval,
    unit_interval_expression,
    unit_intervals,
)

# Surrogates cannot be encoded and no store accepts them; NUL ends a DuckDB string constant.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
SHARES = st.decimals(0, 1, places=3)
CELLS = st.dictionaries(
    TEXT.filter(lambda code: code != "control"), st.integers(1, 20), min_size=1, max_size=5
)


def keys(count):
    return [f"C{number:07d}" for number in range(count)]


def in_duckdb(texts, *expressions):
    table = pa.table({"key": pa.array(texts, pa.string())})
    return duckdb.from_arrow(table).select(*expressions).fetchall()


@pytest.mark.requirement("CAMP-13")
def test_the_place_is_the_first_thirteen_hex_digits_of_the_salted_hash():
    digest = hashlib.sha256(b"spring:C0000001").hexdigest()

    assert digest.startswith("f88571beaadd5")
    assert bucket("spring", "C0000001") == 0xF88571BEAADD5
    assert unit_interval("spring", "C0000001") == 0xF88571BEAADD5 / 16**13


@settings(deadline=None, max_examples=60)  # the first query loads the engine
@given(salt=TEXT, texts=st.lists(TEXT, min_size=1, max_size=10), cells=CELLS, control=SHARES)
def test_duckdb_python_and_numpy_agree_on_any_text(salt, texts, cells, control):
    expected = [(unit_interval(salt, text), held_out(text, salt=salt, share=control)) for text in texts]

    assert [row[0] for row in expected] == unit_intervals(salt, texts).tolist()
    place = unit_interval_expression(salt, "key")
    assert in_duckdb(texts, place, held_out_expression("key", salt=salt, share=control)) == expected

    chosen = [assign(text, salt=salt, cells=cells, control_share=control) for text in texts]
    assert chosen == assign_keys(texts, salt=salt, cells=cells, control_share=control)
    expression = assignment_expression("key", salt=salt, cells=cells, control_share=control)
    assert [row[0] for row in in_duckdb(texts, expression)] == chosen


def test_a_salt_is_never_read_as_sql_and_a_null_key_has_no_place():
    salt = "'); DROP TABLE customers; --"

    assert in_duckdb(["客户😀", None], unit_interval_expression(salt, "key")) == [
        (unit_interval(salt, "客户😀"),),
        (None,),
    ]


def test_control_comes_first_and_the_cells_divide_the_rest_in_order():
    codes, uppers = cell_boundaries(cells={"coupon": 1, "letter": 3}, control_share=Decimal("0.2"))

    assert codes == ("control", "coupon", "letter")
    # 0.2, 0.2 + 0.8 / 4 = 0.4, and 1, as numbers of buckets, rounded up: place < bound is exact.
    assert uppers == (-(-BUCKETS // 5), -(-BUCKETS * 2 // 5), BUCKETS)


def test_a_place_on_a_boundary_belongs_to_the_next_cell(monkeypatch):
    half = BUCKETS // 2
    monkeypatch.setattr("customer_insight.assignment.bucket", lambda salt, key: int(key))

    chosen = assign_keys([str(half - 1), str(half)], salt="s", cells={"none": 0, "all": 1}, control_share=0.5)

    assert chosen == ["control", "all"]  # and a cell of share zero gets nobody
    assert assign(str(half), salt="s", cells={"none": 0, "all": 1}, control_share=0.5) == "all"


@given(cells=CELLS, control=SHARES)
def test_cells_partition_the_unit_interval_whatever_the_shares(cells, control):
    _, uppers = cell_boundaries(cells=cells, control_share=control)

    assert uppers[-1] == BUCKETS
    assert list(uppers) == sorted(uppers)
    assert uppers[0] == -(-Fraction(control) * BUCKETS // 1)


@given(cells=CELLS, control=st.decimals(0, "0.5", places=2), more=st.decimals(0, "0.5", places=2))
def test_raising_the_control_share_moves_nobody_out_of_control(cells, control, more):
    before = assign_keys(keys(50), salt="s", cells=cells, control_share=control)
    after = assign_keys(keys(50), salt="s", cells=cells, control_share=control + more)

    assert all(now == "control" for was, now in zip(before, after, strict=True) if was == "control")


def test_shares_come_out_as_asked_within_four_standard_errors():
    chosen = assign_keys(keys(20_000), salt="spring", cells={"a": 0.3, "b": 0.6}, control_share=0.1)

    for code, share in {"control": 0.1, "a": 0.3, "b": 0.6}.items():
        assert chosen.count(code) / 20_000 == pytest.approx(
            share, abs=4 * (share * (1 - share) / 20_000) ** 0.5
        )


def test_the_universal_hold_out_is_independent_of_the_campaign():
    audience = keys(20_000)
    reserve = [held_out(key, salt="universal 2026", share=0.1) for key in audience]
    control = [place < 0.2 for place in unit_intervals("spring", audience)]

    both = sum(a and b for a, b in zip(reserve, control, strict=True))

    # Independent: 20,000 x 0.1 x 0.2 = 400, standard error (20,000 x 0.02 x 0.98) ** 0.5 = 19.8.
    assert both == pytest.approx(400, abs=4 * 19.8)


@pytest.mark.parametrize(
    ("cells", "control_share", "message"),
    [
        ({}, 0.1, "above zero"),
        ({"a": 0}, 0.1, "above zero"),
        ({"a": -1, "b": 2}, 0.1, "negative"),
        ({"control": 1}, 0.1, "named 'control'"),
        ({"a": 1}, 1.1, "between 0 and 1"),
        ({"a": float("nan")}, 0.1, "finite"),
    ],
)
def test_shares_that_are_no_partition_are_refused(cells, control_share, message):
    with pytest.raises(ShareError, match=message):
        cell_boundaries(cells=cells, control_share=control_share)

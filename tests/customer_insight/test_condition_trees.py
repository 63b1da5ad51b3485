"""One tree, two compilers, one answer; and a reader that says what is wrong where."""

import json
from itertools import product

import duckdb
import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest
from condition_trees import COLUMNS, FIELDS, conditions, rows
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_insight.conditions import (
    All,
    Any,
    Between,
    Compare,
    ConditionError,
    Field,
    In,
    IsKnown,
    IsUnknown,
    Not,
    as_dict,
    describe,
    fields_of,
    matches,
    parse,
    to_expression,
)
from customer_insight.tables import same_kind

CONNECTION = duckdb.connect()
SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("indicator_count", pa.int64()),
        ("indicator_rate", pa.float64()),
        ("fact_city", pa.string()),
        ("consent_email", pa.bool_()),
        ("fact_birthday", pa.int64()),
    ]
)


def matched(native, condition):
    """The numbers of the rows an engine finds; the expression must be true or false, never null."""
    frame = nw.from_native(native).lazy()
    found = frame.filter(to_expression(condition, COLUMNS)).select("row").collect("polars")
    marks = frame.select("row", hit=to_expression(condition, COLUMNS)).collect("polars")
    assert set(marks["hit"]) <= {True, False}
    assert sorted(found["row"]) == sorted(marks.filter(nw.col("hit"))["row"])
    return sorted(found["row"])


@settings(max_examples=80, deadline=None)
@given(condition=conditions, people=st.lists(rows, min_size=1, max_size=8))
def test_many_at_once_and_one_by_one_agree_on_every_tree_and_row(condition, people):
    columned = [{COLUMNS[field]: value for field, value in row.items()} for row in people]
    arrow = pa.Table.from_pylist([row | {"row": i} for i, row in enumerate(columned)], schema=SCHEMA)
    one_by_one = [number for number, row in enumerate(people) if matches(condition, row)]
    for native in (CONNECTION.from_arrow(arrow), pl.from_arrow(arrow), arrow.to_pandas(), arrow):
        assert matched(native, condition) == one_by_one, type(native)


@settings(max_examples=100, deadline=None)
@given(condition=conditions)
def test_json_and_back_is_the_same_tree(condition):
    document = json.loads(json.dumps(as_dict(condition)))
    assert parse(document, FIELDS) == condition
    assert set(fields_of(condition)) <= set(FIELDS)


YES, NO, UNKNOWN = (Compare(f"fact.{name}", "=", True) for name in ("yes", "no", "unknown"))
TRUTHS = {"fact.yes": True, "fact.no": False, "fact.unknown": None}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Not(YES), False),
        (Not(NO), True),
        (Not(UNKNOWN), False),
        (Not(Not(UNKNOWN)), False),
        (All((YES, UNKNOWN)), False),
        (Not(All((YES, UNKNOWN))), False),  # unknown, so its Not is no match either
        (Not(All((NO, UNKNOWN))), True),  # false whatever the unknown is
        (Any((YES, UNKNOWN)), True),
        (Any((NO, UNKNOWN)), False),
        (Not(Any((NO, UNKNOWN))), False),
        (IsUnknown("fact.unknown"), True),
        (Not(IsKnown("fact.unknown")), True),
        (Compare("fact.unknown", "!=", True), False),
        (In("fact.unknown", (True, False)), False),
        (Not(In("fact.unknown", (True,))), False),
    ],
)
def test_null_is_unknown_and_unknown_matches_neither_way(condition, expected):
    assert matches(condition, TRUTHS) is expected
    table = nw.from_native(pl.DataFrame({name: [value] for name, value in TRUTHS.items()}).cast(pl.Boolean))
    assert table.select(hit=to_expression(condition, {n: n for n in TRUTHS}))["hit"].to_list() == [expected]


@pytest.mark.parametrize(
    ("op", "hits"), [("=", [2]), ("!=", [1, 3]), ("<", [1]), ("<=", [1, 2]), (">", [3]), (">=", [2, 3])]
)
def test_each_comparison_on_each_engine(engine, op, hits):
    table = engine.table([{"row": n, "income": n} for n in (1, 2, 3)] + [{"row": 4, "income": None}])
    rich = to_expression(Compare("fact.income", op, 2), {"fact.income": "income"})
    rows = engine.rows(same_kind(nw.from_native(table).lazy().filter(rich), table))
    assert sorted(row["row"] for row in rows) == hits


def test_both_ends_of_between_belong_to_it():
    teens = Between("fact.age", 13, 19)
    assert [age for age in range(11, 22) if matches(teens, {"fact.age": age})] == list(range(13, 20))


def test_nan_in_a_row_is_a_gap():
    assert not matches(Compare("fact.income", "!=", 1), {"fact.income": float("nan")})
    assert matches(IsUnknown("fact.income"), {"fact.income": float("nan")})


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "$: [] is not an object with 'op'"),
        (
            {"op": "~", "field": "fact.city"},
            "$.op: '~' is not one of all, any, not, in, between, known, unknown, =,",
        ),
        ({"field": "fact.city"}, "$.op: None is not one of"),
        ({"op": ["all"]}, "$.op: ['all'] is not one of"),
        ({"op": "=", "field": "fact.city"}, "$: '=' lacks value; it takes field, value"),
        (
            {"op": "known", "field": "fact.city", "value": 1},
            "$: 'known' has unexpected value; it takes field",
        ),
        ({"op": "all", "of": {}}, "$.of: {} is not a list of conditions"),
        ({"op": "any", "of": []}, "$.of: a group holds at least one condition"),
        ({"op": "not", "of": {"op": "all", "of": [7]}}, "$.of.of[0]: 7 is not an object with 'op'"),
        ({"op": "=", "field": "", "value": 1}, "$.field: '' is not the name of a field"),
        (
            {"op": "=", "field": "fact.town", "value": 1},
            "unknown field 'fact.town'; known fields are consent.email, ",
        ),
        ({"op": "=", "field": "fact.city", "value": 1}, "$: 'fact.city' is text, the value 1 is not"),
        ({"op": "=", "field": "indicator.count", "value": True}, "is number, the value True is not"),
        ({"op": "=", "field": "fact.birthday", "value": 1.5}, "is a day, the value 1.5 is no whole number"),
        (
            {"op": "<", "field": "consent.email", "value": True},
            "is boolean and has no order; use =, != or in",
        ),
        (
            {"op": "=", "field": "fact.city", "value": None},
            "$.value: value None is not text, a number or a truth",
        ),
        ({"op": "=", "field": "indicator.rate", "value": float("inf")}, "value inf is not a finite number"),
        ({"op": "=", "field": "indicator.count", "value": 2**53 + 1}, "is beyond 9007199254740992"),
        ({"op": "in", "field": "fact.city", "values": []}, "$.values: a list of values holds at least one"),
        ({"op": "in", "field": "fact.city", "values": "Oslo"}, "$.values: 'Oslo' is not a list"),
        ({"op": "in", "field": "fact.city", "values": ["Oslo", 1]}, "$.values: values mix number and text"),
        ({"op": "between", "field": "indicator.rate", "low": 2, "high": 1}, "$: low 2 lies above high 1"),
        (
            {"op": "between", "field": "consent.email", "low": False, "high": True},
            "truth values have no order",
        ),
    ],
)
def test_a_bad_tree_is_refused_with_the_place_the_fault_and_what_is_allowed(document, message):
    with pytest.raises(ConditionError) as refused:
        parse(document, FIELDS)
    assert message in str(refused.value)


def test_trees_and_lists_have_a_limit():
    leaf = {"op": "known", "field": "fact.city"}
    deep = leaf
    for _ in range(19):
        deep = {"op": "not", "of": deep}
    assert matches(parse(deep), {"fact.city": None})
    with pytest.raises(ConditionError, match="deeper than 20 levels"):
        parse({"op": "not", "of": deep})
    assert len(parse({"op": "all", "of": [leaf] * 999}).parts) == 999
    with pytest.raises(ConditionError, match=r"of\[999\]: more than 1000 nodes"):
        parse({"op": "all", "of": [leaf] * 1000})
    with pytest.raises(ConditionError, match="10001 values, at most 10000"):
        parse({"op": "in", "field": "fact.city", "values": ["x"] * 10_001})


def test_a_field_nobody_supplies_is_an_error_for_many_and_for_one():
    condition = Any((IsKnown("fact.city"), Compare("fact.income", ">", 1)))
    with pytest.raises(
        ConditionError, match=r"no column for field 'fact.income'; there are columns for fact.city"
    ):
        to_expression(condition, {"fact.city": "city"})
    with pytest.raises(ConditionError, match=r"the row has no field 'fact.income'; it has fact.city"):
        matches(condition, {"fact.city": "Oslo"})


def test_a_condition_made_in_code_is_checked_too():
    with pytest.raises(ConditionError, match="operator '==' is not one of = != < <= > >="):
        Compare("fact.income", "==", 1)
    for kind in (All, Any):
        with pytest.raises(ConditionError, match="at least one"):
            kind(())
    with pytest.raises(ConditionError, match="half a surrogate pair"):
        Compare("fact.city", "=", "R\ud800me")


def test_a_tree_reads_as_a_sentence_in_both_languages():
    tree = All(
        (
            Between("fact.birthday", 17440, 17441),
            Any((Compare("indicator.count", ">=", 3), In("fact.city", ("Oslo", "北京")))),
            Not(Compare("consent.email", "=", False)),
            IsUnknown("indicator.rate"),
        )
    )
    assert describe(tree, fields=FIELDS) == (
        "Birthday is between 2017-10-01 and 2017-10-02 and (Orders is at least 3 or City is one of "
        "“Oslo”, “北京”) and not (E-mail consent is no) and Rate is not known"
    )
    assert describe(tree, language="zh", fields=FIELDS) == (
        "生日在2017-10-01至2017-10-02之间且（订单数不低于3或城市为“Oslo”、“北京”之一）且并非（邮件许可等于否）且比率未知"
    )


def test_every_kind_of_leaf_has_words_of_its_own():
    leaves = [Compare("x", op, 1) for op in ("=", "!=", "<", "<=", ">", ">=")]
    leaves += [In("x", (1,)), Between("x", 1, 2), IsKnown("x"), IsUnknown("x")]
    for language, fields in product(("en", "zh"), (None, {"x": Field("number")})):
        texts = [describe(leaf, language=language, fields=fields) for leaf in leaves]
        assert len(set(texts)) == len(leaves)
        assert all(text.startswith("x") for text in texts)

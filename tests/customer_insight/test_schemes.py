"""Exactly one class each, the same for many and for one, and the reason with it."""

import json

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from condition_trees import COLUMNS, FIELDS, conditions, rows
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_insight.conditions import Any, Compare, ConditionError, In, IsUnknown
from customer_insight.schemes import (
    Rule,
    Scheme,
    SchemeClass,
    SchemeError,
    classify,
    classify_one,
    moves,
    parse_scheme,
    scheme_as_dict,
)
from customer_insight.tables import TableError


def a_class(code):
    return SchemeClass(code=code, label_en=code, label_zh=f"{code}类", reason_en=f"is {code}", reason_zh="因")


def a_scheme(*conditions_in_order):
    rules = [
        Rule(assigned=a_class(f"C{number}"), condition=condition)
        for number, condition in enumerate(conditions_in_order, start=1)
    ]
    return Scheme(name="test", rules=tuple(rules), default=a_class("REST"))


CONNECTION = duckdb.connect()
MEMBERSHIP = a_scheme(
    Any((In("fact.city", ("Oslo",)), Compare("indicator.sales_amount", ">=", 900))),
    Compare("indicator.sales_amount", ">=", 500),
    IsUnknown("indicator.sales_amount"),
)
PEOPLE = [
    {"customer_id": 1, "sales_amount": 1000, "city": "Bergen"},
    {"customer_id": 2, "sales_amount": 600, "city": "Bergen"},
    {"customer_id": 3, "sales_amount": 600, "city": "Oslo"},
    {"customer_id": 4, "sales_amount": 499, "city": None},
    {"customer_id": 5, "sales_amount": None, "city": "Bergen"},
]


@pytest.mark.requirement("ANA-33")
def test_the_first_rule_that_matches_decides_and_the_default_takes_the_rest(engine):
    rows = engine.rows(classify(engine.table(PEOPLE), MEMBERSHIP))
    assert list(rows[0]) == ["customer_id", "class_code", "rule"]
    assert sorted(tuple(row.values()) for row in rows) == [
        (1, "C1", 1),
        (2, "C2", 2),
        (3, "C1", 1),
        (4, "REST", 0),
        (5, "C3", 3),
    ]


@pytest.mark.requirement("ANA-33")
def test_one_customer_is_told_which_rule_fired_and_on_what():
    decision = classify_one({"indicator.sales_amount": 600, "fact.city": "Bergen"}, MEMBERSHIP)
    assert (decision.assigned.code, decision.rule, decision.assigned.reason_en) == ("C2", 2, "is C2")
    assert decision.inputs == {"indicator.sales_amount": 600}
    first = classify_one({"indicator.sales_amount": 600, "fact.city": "Oslo"}, MEMBERSHIP)
    assert first.inputs == {"fact.city": "Oslo", "indicator.sales_amount": 600}


@pytest.mark.requirement("ANA-33")
def test_the_default_class_shows_all_that_was_looked_at():
    decision = classify_one({"indicator.sales_amount": 1, "fact.city": None, "fact.age": 3}, MEMBERSHIP)
    assert (decision.assigned.code, decision.rule) == ("REST", 0)
    assert decision.inputs == {"fact.city": None, "indicator.sales_amount": 1}


@settings(max_examples=30, deadline=None)
@given(
    trees=st.lists(conditions, max_size=4),
    people=st.lists(rows, min_size=1, max_size=8),
)
def test_many_at_once_and_one_by_one_fall_into_the_same_class_by_the_same_rule(trees, people):
    scheme = a_scheme(*trees)
    types = [pa.int64(), pa.float64(), pa.string(), pa.bool_(), pa.int64()]
    schema = pa.schema([("customer_id", pa.int64()), *zip(COLUMNS.values(), types, strict=True)])
    named = [{COLUMNS[field]: value for field, value in row.items()} for row in people]
    arrow = pa.Table.from_pylist([row | {"customer_id": i} for i, row in enumerate(named)], schema=schema)
    decisions = [classify_one(row, scheme) for row in people]
    expected = [(i, d.assigned.code, d.rule) for i, d in enumerate(decisions)]
    in_duckdb = classify(CONNECTION.from_arrow(arrow), scheme, columns=COLUMNS)
    assert sorted(in_duckdb.fetchall()) == expected
    assert sorted(classify(pl.from_arrow(arrow), scheme, columns=COLUMNS).rows()) == expected
    in_pandas = classify(arrow.to_pandas(), scheme, columns=COLUMNS)
    assert sorted(in_pandas.itertuples(index=False, name=None)) == expected


@pytest.mark.requirement("ANA-33", "ANA-35")
def test_moves_name_whoever_changed_came_or_left(engine):
    june = [{"customer_id": n, "class_code": code} for n, code in enumerate(["MGC", "MVC", "BZ", "BZ"], 1)]
    july = [
        {"customer_id": n, "class_code": code} for n, code in [(1, "MVC"), (2, "MVC"), (3, "BZ"), (5, "BZ")]
    ]
    moved = engine.rows(moves(engine.table(june), engine.table(july)))
    assert sorted(tuple(row.values()) for row in moved) == [
        (1, "MGC", "MVC"),
        (4, "BZ", None),
        (5, None, "BZ"),
    ]
    assert list(moved[0]) == ["customer_id", "from_class", "to_class"]
    assert all(isinstance(row["customer_id"], int) for row in moved)


def test_nobody_moves_between_a_day_and_itself(engine):
    same = [{"customer_id": 1, "class_code": "MVC"}, {"customer_id": 2, "class_code": "BZ"}]
    assert engine.rows(moves(engine.table(same), engine.table(same))) == []


@settings(max_examples=30, deadline=None)
@given(trees=st.lists(conditions, max_size=4))
def test_json_and_back_is_the_same_scheme(trees):
    scheme = a_scheme(*trees)
    assert parse_scheme(json.loads(json.dumps(scheme_as_dict(scheme))), FIELDS) == scheme


GOOD = scheme_as_dict(a_scheme(Compare("fact.city", "=", "Oslo")))


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"rules": None}, "$: name is text and rules is a list"),
        ({"name": 3}, "$: name is text and rules is a list"),
        ({"extra": 1}, "$: not an object of name, rules, default"),
        (
            {"default": {"code": "X"}},
            "$.default: not an object of code, label_en, label_zh, reason_en, reason_zh",
        ),
        ({"default": GOOD["default"] | {"code": 7}}, "$.default.code: 7 is not text"),
        ({"default": GOOD["default"] | {"code": ""}}, "a class needs a code"),
        ({"default": GOOD["default"] | {"code": "C1"}}, "scheme 'test' has more than one class C1"),
        (
            {"rules": [GOOD["rules"][0] | {"condition": {"op": "known", "field": "fact.shoe"}}]},
            "$.rules[0].condition: $.field: unknown field 'fact.shoe'; known fields are consent.email",
        ),
        ({"rules": [GOOD["default"]]}, "$.rules[0]: not an object of code"),
    ],
)
def test_a_bad_scheme_is_refused_with_the_place(fault, message):
    with pytest.raises(SchemeError) as refused:
        parse_scheme(GOOD | fault, FIELDS)
    assert message in str(refused.value)


def test_what_a_scheme_needs_must_be_there():
    with pytest.raises(TableError, match=r"lacks column\(s\) city"):
        classify(pl.DataFrame({"customer_id": [1], "sales_amount": [1]}), MEMBERSHIP)
    with pytest.raises(ConditionError, match=r"no column for field 'indicator.sales_amount'"):
        classify(pl.DataFrame({"customer_id": [1], "city": [""]}), MEMBERSHIP, columns={"fact.city": "city"})
    with pytest.raises(ConditionError, match=r"the row has no field 'fact.city'"):
        classify_one({"indicator.sales_amount": 1}, MEMBERSHIP)
    twins = a_scheme(Compare("fact.rate", ">", 1), Compare("indicator.rate", ">", 1))
    with pytest.raises(SchemeError, match=r"fact.rate, indicator.rate would share a column"):
        classify(pl.DataFrame({"customer_id": [1], "rate": [1]}), twins)

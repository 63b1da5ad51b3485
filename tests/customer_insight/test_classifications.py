"""The classifications of the requirements: each customer in exactly one class, by the one evaluator."""

import json

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_insight.classifications import SHIPPED
from customer_insight.classifications.b2b import RUNGS, ladder_position
from customer_insight.classifications.development import EXITS, STAGES
from customer_insight.classifications.offered import Shipped
from customer_insight.schemes import (
    classify,
    classify_one,
    default_columns,
    moves,
    parse_scheme,
    scheme_as_dict,
)
from customer_insight.schemes.scheme import SchemeError

KINDS = {"number": pa.float64(), "boolean": pa.bool_(), "text": pa.string(), "day": pa.int64()}


def classes(engine, code, names, *people):
    """Class of each of the people, numbered from 1; ``names`` are the columns given, others are unknown."""
    shipped = SHIPPED[code]
    columns = default_columns(shipped.scheme.fields)
    types = {columns[field]: KINDS[shipped.fields[field].kind] for field in shipped.scheme.fields}
    empty = dict.fromkeys(columns.values())
    rows = [
        {"customer_id": number} | empty | dict(zip(names, values, strict=True))
        for number, values in enumerate(people, start=1)
    ]
    found = engine.rows(classify(engine.table(rows, types), shipped.scheme))
    return [row["class_code"] for row in sorted(found, key=lambda row: row["customer_id"])]


@pytest.mark.requirement("ANA-42")
def test_current_high_and_potential_low_is_the_maintenance_type(engine):
    found = classes(
        engine, "core_matrix", ("value_layer", "potential_layer"), (1, 1), (2, 3), (1, None), (3, 2), (5, 5)
    )
    assert found == ["HIGH_HIGH", "MAINTENANCE", "MAINTENANCE", "LOW_HIGH", "LOW_LOW"]
    names = {one.code: one.label_zh for one in SHIPPED["core_matrix"].scheme.classes}
    assert names["MAINTENANCE"] == "维持型核心客户"


@pytest.mark.requirement("ANA-38")
def test_the_bank_treats_each_class_differently_and_asks_for_causes_below_marginal_cost(engine):
    names = ("value_layer", "potential_layer", "contribution")
    found = classes(
        engine, "bank_variant", names, (1, 1, -1), (1, 5, 9), (2, 1, 9), (4, 2, 9), (4, 4, 9), (4, None, None)
    )
    assert found == ["BELOW_COST", "MVC", "MGC", "POTENTIAL", "GENERAL", "GENERAL"]
    treatments = SHIPPED["bank_variant"].treatments
    assert {code: treatment.cause_needed for code, treatment in treatments.items()} == {
        "MVC": False, "MGC": False, "GENERAL": False, "POTENTIAL": False, "BELOW_COST": True,
    }  # fmt: skip
    assert treatments["MVC"] == treatments["MGC"] != treatments["GENERAL"] == treatments["POTENTIAL"]


@pytest.mark.requirement("ANA-53")
def test_trading_about_to_trade_has_traded_or_none_of_them(engine):
    names = ("recency_days", "open_opportunity_count", "transaction_count")
    found = classes(
        engine, "trade_stage", names, (90, 3, 5), (91, 1, 5), (91, 0, 5), (None, 1, 0), (None, None, 0)
    )
    assert found == ["TRADING", "ABOUT_TO_TRADE", "HAS_TRADED", "ABOUT_TO_TRADE", "NO_TRADE"]


@pytest.mark.requirement("ANA-54")
def test_old_new_and_future_customers(engine):
    assert classes(engine, "trade_time", ("tenure_days",), (0,), (365,), (366,), (None,)) == [
        "NEW", "NEW", "OLD", "FUTURE",
    ]  # fmt: skip


@pytest.mark.requirement("ANA-55")
def test_major_ordinary_and_scattered_customers_each_with_their_policy(engine):
    names = ("tenure_days", "sales_amount", "transaction_count")
    found = classes(
        engine, "trade_volume", names, (730, 1_000_000, 9), (729, 1_000_000, 9), (999, 999_999, 3), (999, 500_000, 2),
        (999, 99_999, 9),
    )  # fmt: skip
    assert found == ["MAJOR", "ORDINARY", "ORDINARY", "SCATTERED", "SCATTERED"]
    assert set(SHIPPED["trade_volume"].treatments) == {"MAJOR", "ORDINARY", "SCATTERED"}


@pytest.mark.requirement("LIFE-01")
def test_seven_stages_of_development_and_two_exits(engine):
    names = (
        "qualified",
        "recency_days",
        "joint_work",
        "referral_count",
        "transaction_count",
        "inbound_count",
    )
    found = classes(
        engine, "development", names,
        (None, None, None, None, None, None), (True, None, None, None, 0, 1), (True, 5, None, 0, 1, 0),
        (True, 5, None, 0, 2, 0), (True, 5, False, 0, 5, 0), (True, 5, False, 1, 2, 0), (True, 5, True, 1, 9, 0),
        (False, 5, True, 1, 9, 0), (True, 366, True, 1, 9, 0),
    )  # fmt: skip
    assert tuple(found) == (*STAGES, *EXITS)
    assert {one.code for one in SHIPPED["development"].scheme.classes} == {*STAGES, *EXITS}


@pytest.mark.requirement("LIFE-01")
def test_who_buys_a_second_time_moves_on_a_stage(engine):
    before = [{"customer_id": 1, "class_code": "FIRST"}, {"customer_id": 2, "class_code": "SUSPECT"}]
    after = [{"customer_id": 1, "class_code": "REPEAT"}, {"customer_id": 2, "class_code": "SUSPECT"}]
    assert engine.rows(moves(engine.table(before), engine.table(after))) == [
        {"customer_id": 1, "from_class": "FIRST", "to_class": "REPEAT"}
    ]


@pytest.mark.requirement("B2B-03")
def test_the_position_on_the_ladder_is_the_highest_rung_with_evidence(engine):
    names = ("extend_evidence", "premium_evidence", "invest_evidence")
    found = classes(engine, "loyalty_ladder", names, (True, None, None), (None, True, False), (False, True, True),
                    (False, None, False))  # fmt: skip
    assert found == ["EXTEND", "PREMIUM", "INVEST", "NONE"]
    assert [ladder_position(code) for code in found] == [1, 4, 6, 0]
    assert [ladder_position(code) for code in RUNGS] == [6, 5, 4, 3, 2, 1]


@pytest.mark.requirement("B2B-04")
def test_business_customers_by_ladder_and_cost_to_serve(engine):
    names = ("ladder_position", "cost_to_serve")
    found = classes(
        engine, "b2b_classes", names, (4, 99_999), (6, 100_000), (3, 0), (0, 100_000), (4, None), (None, 1)
    )
    assert found == ["MOST_VALUABLE", "PARTNER", "COMMODITY", "UNDER_PERFORMER", "UNKNOWN", "UNKNOWN"]


@pytest.mark.requirement("INT-41")
def test_four_types_of_relation_over_discovery_and_dialogue(engine):
    names = ("discovery_score", "dialogue_score")
    found = classes(
        engine, "relationship_space", names, (0.5, 0.5), (0.9, 0.4), (0.4, 0.9), (0.1, 0.1), (None, None)
    )
    assert found == ["VALUE", "NEED", "PRODUCT", "PRICE", "PRICE"]


@pytest.mark.requirement("SVC-11")
def test_each_level_of_satisfaction_has_its_own_focus(engine):
    found = classes(
        engine, "satisfaction_level", ("satisfaction_index",), (100,), (75,), (74.9,), (50,), (1,), (None,)
    )
    assert found == ["SATISFIED", "SATISFIED", "NEUTRAL", "NEUTRAL", "DISSATISFIED", "NOT_ASKED"]
    texts = {code: treatment.text_en for code, treatment in SHIPPED["satisfaction_level"].treatments.items()}
    assert "data are accurate" in texts["DISSATISFIED"]
    assert "account manager" in texts["NEUTRAL"]
    assert "strategic goals" in texts["SATISFIED"]


@pytest.mark.requirement("ANA-33")
def test_the_values_that_decided_stand_beside_the_class_on_request(engine):
    table = engine.table([{"customer_id": 1, "value_layer": 1, "potential_layer": 4}])
    [row] = engine.rows(classify(table, SHIPPED["core_matrix"].scheme, with_inputs=True))
    assert row == {
        "customer_id": 1,
        "class_code": "MAINTENANCE",
        "rule": 2,
        "value_layer": 1,
        "potential_layer": 4,
    }


@pytest.mark.parametrize("code", list(SHIPPED))
def test_every_scheme_is_data_in_both_languages(code):
    shipped = SHIPPED[code]
    document = json.loads(json.dumps(scheme_as_dict(shipped.scheme)))
    assert parse_scheme(document, shipped.fields) == shipped.scheme
    for one in (*shipped.scheme.classes, *shipped.fields.values(), shipped):
        assert one.label_zh not in {"", one.label_en}
    assert all(one.reason_en and one.reason_zh for one in shipped.scheme.classes)


@settings(max_examples=25, deadline=None)
@given(code=st.sampled_from(list(SHIPPED)), data=st.data())
def test_everybody_is_in_exactly_one_class_and_one_by_one_gives_the_same(code, data):
    shipped = SHIPPED[code]
    values = {
        "number": st.none() | st.integers(-2, 1_200_000).map(float),
        "boolean": st.none() | st.booleans(),
    }
    row = st.fixed_dictionaries(
        {field: values[shipped.fields[field].kind] for field in shipped.scheme.fields}
    )
    people = data.draw(st.lists(row, min_size=1, max_size=8))
    columns = default_columns(shipped.scheme.fields)
    kinds = {"number": pl.Float64, "boolean": pl.Boolean}
    schema = {columns[field]: kinds[shipped.fields[field].kind] for field in shipped.scheme.fields}
    table = pl.DataFrame(
        [{columns[field]: value for field, value in one.items()} for one in people], schema=schema
    )
    found = classify(table.with_row_index("customer_id"), shipped.scheme)
    decisions = [classify_one(one, shipped.scheme) for one in people]
    assert found["class_code"].to_list() == [decision.assigned.code for decision in decisions]
    assert found["rule"].to_list() == [decision.rule for decision in decisions]


def test_a_scheme_without_words_for_its_fields_is_refused():
    with pytest.raises(
        SchemeError, match=r"no field \['indicator.value_layer', 'indicator.potential_layer'\]"
    ):
        Shipped(
            code="x",
            requirement="x",
            label_en="x",
            label_zh="x",
            scheme=SHIPPED["core_matrix"].scheme,
            fields={},
        )

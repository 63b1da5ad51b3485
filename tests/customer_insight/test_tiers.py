"""The value tiers of the source: most valuable, most growable, migrators, below zero."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_insight.conditions import describe
from customer_insight.layers import value_layers
from customer_insight.schemes import classify, classify_one, parse_scheme, scheme_as_dict
from customer_insight.tables import TableError
from customer_insight.tiers import TIER_FIELDS, TIER_GOALS, contribution, default_tier_scheme

COLUMNS = ("customer_id", "value_layer", "potential_layer", "contribution")


def tiers(engine, *people, **thresholds):
    table = engine.table([dict(zip(COLUMNS, person, strict=True)) for person in people])
    rows = engine.rows(classify(table, default_tier_scheme(**thresholds)))
    return {row["customer_id"]: row["class_code"] for row in rows}


def tier_of(layer, potential, left):
    row = dict(zip(TIER_FIELDS, (layer, potential, left), strict=True))
    return classify_one(row, default_tier_scheme()).assigned.code


@pytest.mark.requirement("ANA-33", "ANA-34", "ANA-35", "ANA-36", "ANA-37")
def test_each_customer_is_in_the_tier_the_source_names(engine):
    assert tiers(
        engine,
        (1, 1, 5, 9000),  # highest value, whatever the potential
        (2, 2, 1, 700),  # second in value, high potential
        (3, 2, 2, 700),
        (4, 2, 3, 700),  # second in value, potential not high
        (5, 3, 1, 300),  # high potential, but not second in value
        (6, 5, 5, 10),
        (7, 5, 5, -1),  # costs more than it brings
        (8, 1, 1, -1),  # even at the top
    ) == {1: "MVC", 2: "MGC", 3: "MGC", 4: "MIGRATOR", 5: "MIGRATOR", 6: "MIGRATOR", 7: "BZ", 8: "BZ"}


@pytest.mark.requirement("ANA-36")
def test_a_contribution_of_exactly_zero_is_not_below_zero_nor_is_an_unknown_one(engine):
    assert tiers(engine, (1, 5, 5, 0), (2, 5, 5, -1), (3, 5, 5, 1), (4, 5, 5, None)) == {
        1: "MIGRATOR",
        2: "BZ",
        3: "MIGRATOR",
        4: "MIGRATOR",
    }


@pytest.mark.requirement("ANA-35")
def test_unknown_strategic_value_is_not_high(engine):
    assert tiers(engine, (1, 2, None, 5), (2, 2, 1, 5), (3, 1, None, 5)) == {
        1: "MIGRATOR",
        2: "MGC",
        3: "MVC",
    }


@pytest.mark.requirement("ANA-33")
def test_thresholds_can_be_moved(engine):
    people = [(1, 2, 4, 5), (2, 3, 3, 5), (3, 3, 4, 5)]
    moved = tiers(engine, *people, top_layer=2, growth_layer=3, high_potential_layer=3)
    assert moved == {1: "MVC", 2: "MGC", 3: "MIGRATOR"}
    for wrong in ({"top_layer": 0}, {"growth_layer": 1}, {"high_potential_layer": 0}):
        with pytest.raises(ValueError, match="layers count from 1"):
            default_tier_scheme(**wrong)


@pytest.mark.requirement("ANA-34", "ANA-35", "ANA-36", "ANA-37")
def test_each_tier_has_a_goal_and_nothing_offers_to_delete_anybody():
    scheme = default_tier_scheme()
    assert [one.code for one in scheme.classes] == ["BZ", "MVC", "MGC", "MIGRATOR"]
    assert {code: goal.goal for code, goal in TIER_GOALS.items()} == {
        "MVC": "keep",
        "MGC": "grow",
        "MIGRATOR": "decide",
        "BZ": "choose an option",
    }
    assert TIER_GOALS["BZ"].options == ("diagnose", "cut cost", "reprice")


@pytest.mark.requirement("ANA-33")
def test_the_reason_names_the_rule_and_what_it_looked_at():
    row = {"indicator.value_layer": 1, "indicator.potential_layer": None, "indicator.contribution": -40}
    decision = classify_one(row, default_tier_scheme())
    assert (decision.assigned.reason_en, decision.inputs) == (
        "cost to serve exceeds marginal revenue",
        {"indicator.contribution": -40},
    )
    third = default_tier_scheme().rules[2].condition
    assert describe(third, language="zh", fields=TIER_FIELDS) == (
        "实际价值层（1为最高）不超过2且战略价值层（1为最高）不超过2"
    )


def test_the_scheme_is_data():
    scheme = default_tier_scheme(top_layer=2, growth_layer=3)
    assert parse_scheme(scheme_as_dict(scheme), TIER_FIELDS) == scheme


@pytest.mark.requirement("ANA-36")
def test_contribution_is_profit_less_cost_to_serve_and_unknown_where_either_is(engine):
    pairs = [(500, 100), (200, 200), (200, 201), (None, 5), (0, None)]
    table = engine.table(
        [{"customer_id": n, "profit_amount": p, "cost_to_serve": c} for n, (p, c) in enumerate(pairs, 1)]
    )
    rows = engine.rows(contribution(table))
    assert {row["customer_id"]: row["contribution"] for row in rows} == {
        1: 400,
        2: 0,
        3: -1,
        4: None,
        5: None,
    }
    with pytest.raises(TableError, match="cost_to_serve"):
        contribution(engine.table([{"customer_id": 1, "profit_amount": 1}]))


@pytest.mark.requirement("ANA-29", "ANA-33")
def test_layers_feed_tiers(engine):
    table = engine.table([{"customer_id": n, "value": 100 - n} for n in range(1, 11)])
    layered = engine.rows(value_layers(table, by="value"))
    people = [(row["customer_id"], row["layer"], 1, 0) for row in layered]
    found = tiers(engine, *people)
    assert [found[n] for n in range(1, 11)] == ["MVC"] * 2 + ["MGC"] * 2 + ["MIGRATOR"] * 6


layers = st.one_of(st.none(), st.integers(1, 5))


@settings(max_examples=200, deadline=None)
@given(layer=layers, potential=layers, left=st.one_of(st.none(), st.integers(-2, 2)))
def test_every_customer_is_in_exactly_the_tier_the_definitions_say(layer, potential, left):
    below_zero = left is not None and left < 0
    mvc = layer == 1 and not below_zero
    mgc = layer == 2 and potential in {1, 2} and not below_zero
    expected = "BZ" if below_zero else "MVC" if mvc else "MGC" if mgc else "MIGRATOR"
    assert tier_of(layer, potential, left) == expected

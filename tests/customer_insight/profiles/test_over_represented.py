"""What sets a group apart from the base: shares, index, intervals, and what chance explains."""

import pyarrow as pa
import pytest

from customer_insight.measurement.estimates import simultaneous_level
from customer_insight.measurement.response import response_effect
from customer_insight.measurement.units import CellSums
from customer_insight.profiles import Cutting, over_represented
from customer_insight.tables import TableError


def people(*counts):
    """Rows from (count, town, in the group)."""
    rows = [(town, good) for count, town, good in counts for _ in range(count)]
    return [{"customer_id": n, "town": town, "good": good} for n, (town, good) in enumerate(rows)]


TOWNS = people(
    (60, "Lyon", True), (20, "Nice", True), (20, None, True),
    (60, "Lyon", False), (140, "Nice", False), (2, "Pau", False), (3, "Sète", False), (95, None, False),
)  # fmt: skip


def by_value(rows):
    return {row["value"]: row for row in rows}


@pytest.mark.requirement("ANA-63")
def test_shares_are_of_the_known_and_the_unknown_are_a_row(engine):
    rows = engine.rows(over_represented(engine.table(TOWNS), group="good", attributes=("town",)))

    told = [(row["value"], row["kind"], row["group_customers"], row["base_customers"]) for row in rows]
    assert told == [
        ("Lyon", "value", 60, 120), ("Nice", "value", 20, 160), ("other", "other", 0, 5),
        ("unknown", "unknown", 20, 115),
    ]  # fmt: skip
    shares = [(row["group_share"], row["base_share"], row["index"]) for row in rows]
    assert shares == [
        (0.75, pytest.approx(120 / 285), pytest.approx(178.125)),
        (0.25, pytest.approx(160 / 285), pytest.approx(44.53125)),
        (0.0, pytest.approx(5 / 285), 0.0),
        (0.2, 0.2875, pytest.approx(69.5652174)),
    ]
    assert [row["verdict"] for row in rows] == ["over", "under", "cannot tell", "cannot tell"]


@pytest.mark.requirement("ANA-63")
def test_the_interval_is_newcombe_s_for_all_rows_at_once(engine):
    table = engine.table(TOWNS)
    rest = by_value(engine.rows(over_represented(table, group="good", attributes=("town",), against="rest")))
    base = by_value(engine.rows(over_represented(table, group="good", attributes=("town",))))

    group, others = CellSums(customers=80, responses=60), CellSums(customers=205, responses=60)
    expected = response_effect(group, others, level=simultaneous_level(0.95, 4)).difference
    limits = [rest["Lyon"][name] for name in ("difference", "difference_low", "difference_high")]
    assert limits == pytest.approx([expected.value, expected.low, expected.high])
    assert limits == pytest.approx([0.4573171, 0.2976852, 0.5802624], abs=1e-7)
    assert rest["Lyon"]["base_share"] == pytest.approx(60 / 205)
    # against the base, which holds the group: 205 / 285 of it
    assert base["Lyon"]["difference"] == pytest.approx(0.75 - 120 / 285)
    assert base["Lyon"]["difference_low"] == pytest.approx(expected.low * 205 / 285)
    assert base["Lyon"]["p_value"] == rest["Lyon"]["p_value"]


@pytest.mark.requirement("ANA-63")
def test_p_values_allow_for_all_that_was_looked_at(engine):
    rows = engine.rows(over_represented(engine.table(TOWNS), group="good", attributes=("town",)))

    p = [row["p_value"] for row in rows]
    order = sorted(range(4), key=lambda place: p[place])
    assert rows[order[0]]["p_adjusted"] == pytest.approx(4 * p[order[0]])
    assert rows[order[1]]["p_adjusted"] == pytest.approx(max(3 * p[order[1]], 4 * p[order[0]]))
    assert rows[order[3]]["p_adjusted"] >= p[order[3]]


@pytest.mark.requirement("ANA-63")
def test_numbers_are_cut_at_quantiles_of_the_base_and_told_upwards(engine):
    rows = [{"customer_id": n, "good": n > 60, "visits": n} for n in range(1, 101)]
    rows += [{"customer_id": 101, "good": False, "visits": None}]
    table = engine.table(rows)

    found = engine.rows(
        over_represented(table, group="good", attributes=("visits",), cutting=Cutting(parts=4))
    )
    given = Cutting(cuts={"visits": (50, 90)})
    own = engine.rows(over_represented(table, group="good", attributes=("visits",), cutting=given))

    assert [(row["low"], row["high"], row["group_customers"], row["base_customers"]) for row in found] == [
        (None, 25.75, 0, 25), (25.75, 50.5, 0, 25), (50.5, 75.25, 15, 25), (75.25, None, 25, 25), (None, None, 0, 1),
    ]  # fmt: skip
    assert [(row["value"], row["group_customers"], row["base_customers"]) for row in own] == [
        ("≤ 50", 0, 50), ("50 – 90", 30, 40), ("> 90", 10, 10), ("unknown", 0, 1),
    ]  # fmt: skip


def test_equal_shares_have_an_index_of_just_100_and_nothing_is_said(engine):
    rows = people((30, "Lyon", True), (90, "Lyon", False), (10, "Nice", True), (30, "Nice", False))

    found = engine.rows(over_represented(engine.table(rows), group="good", attributes=("town",)))

    assert [(row["value"], row["index"], row["verdict"]) for row in found] == [
        ("Lyon", 100.0, "cannot tell"), ("Nice", 100.0, "cannot tell"),
    ]  # fmt: skip
    assert [row["p_adjusted"] for row in found] == [1.0, 1.0]


def test_where_nobody_is_outside_nothing_can_be_compared(engine):
    table = engine.table(people((30, "Lyon", True), (40, "Nice", True)))

    base = engine.rows(over_represented(table, group="good", attributes=("town",)))
    rest = engine.rows(over_represented(table, group="good", attributes=("town",), against="rest"))

    names = ("value", "index", "difference", "p_value", "verdict")
    assert [tuple(row[name] for name in names) for row in base] == [
        ("Nice", 100.0, None, None, "cannot tell"), ("Lyon", 100.0, None, None, "cannot tell"),
    ]  # fmt: skip
    assert [row["index"] for row in rest] == [None, None]


def test_truth_values_are_two_values(engine):
    rows = [{"customer_id": n, "good": n < 40, "card": n % 2 == 0 or None} for n in range(60)]
    rows += [{"customer_id": n, "good": False, "card": False} for n in range(60, 100)]

    found = engine.rows(over_represented(engine.table(rows), group="good", attributes=("card",)))

    assert sorted((row["value"], row["group_customers"], row["base_customers"]) for row in found) == [
        ("false", 0, 40), ("true", 20, 30), ("unknown", 20, 30),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"good": None}, "'good' is null in 1 row"),
        ({"good": False}, "'good' is never true"),
    ],
)
def test_a_group_that_says_nothing_is_refused(engine, change, message):
    rows = [{"customer_id": 1, "good": False, "town": "Lyon"}, {"customer_id": 2, "town": "Nice", **change}]
    table = engine.table(rows, {"good": pa.bool_()})
    with pytest.raises(TableError, match=message):
        over_represented(table, group="good", attributes=("town",))


def test_what_cannot_be_meant_is_refused():
    with pytest.raises(ValueError, match="rising"):
        Cutting(cuts={"visits": (5, 5)})
    with pytest.raises(ValueError, match="at least 2"):
        Cutting(parts=1)
    table = pa.table({"good": [True, False], "town": ["a", "b"]})
    with pytest.raises(ValueError, match="no attributes of numbers"):
        over_represented(table, group="good", attributes=("town",), cutting=Cutting(cuts={"town": (1,)}))
    with pytest.raises(ValueError, match="at least one"):
        over_represented(table, group="good", attributes=())
    with pytest.raises(TableError, match=r"lacks column\(s\) age"):
        over_represented(table, group="good", attributes=("age",))
    with pytest.raises(TableError, match=r"'town' .* is String, not boolean"):
        over_represented(table, group="town", attributes=("good",))


def test_by_chance_alone_seldom_anything_is_said():
    import numpy as np

    random, wrong = np.random.default_rng(3), 0
    for _ in range(20):
        towns, ages = random.integers(0, 8, 600).astype(str), random.integers(20, 80, 600)
        table = pa.table({"good": random.random(600) < 0.3, "town": towns, "age": ages})
        rows = over_represented(table, group="good", attributes=("town", "age")).to_pylist()
        wrong += any(row["verdict"] != "cannot tell" for row in rows)
    assert wrong <= 4  # at most 5 % of the tables, 1 of 20, are expected; five would be seen once in 400

"""Customers x products x behaviour with every margin, and segments nested down to the single customer."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_insight.structure import cube, drill_down, nested_segments, roll_up
from customer_insight.tables import TableError

DIMENSIONS = ("tier", "product", "habit")
FACTS = [
    dict(zip(("customer_id", *DIMENSIONS, "amount", "margin"), row, strict=True))
    for row in [
        (1, "MVC", "milk", "weekly", 100, 30),
        (1, "MVC", "milk", "weekly", 50, 10),
        (1, "MVC", "toys", "weekly", 200, 90),
        (2, "MVC", "milk", "rare", 40, 10),
        (3, "BZ", "milk", "rare", 10, -5),
        (3, "BZ", None, "rare", 5, None),
        (None, "BZ", "toys", "rare", 7777, 777),
    ]
]


def cells(rows, *names):
    return sorted((tuple(row[name] for name in names) for row in rows), key=str)


@pytest.mark.requirement("ANA-26")
def test_every_margin_is_there_and_adds_up_to_the_grand_total(engine):
    rows = engine.rows(cube(engine.table(FACTS), dimensions=DIMENSIONS, amounts=("amount", "margin")))
    by_level = {}
    for row in rows:
        by_level.setdefault(row["level"], []).append(row)
    assert set(by_level) == {
        "tier*product*habit", "tier*product", "tier*habit", "product*habit", "tier", "product", "habit", "total",
    }  # fmt: skip
    for level_rows in by_level.values():
        assert sum(row["amount"] for row in level_rows) == 405
        assert sum(row["margin"] for row in level_rows) == 135
    assert cells(by_level["total"], *DIMENSIONS, "customers", "amount") == [(None, None, None, 3, 405)]
    assert cells(by_level["tier"], "tier", "customers", "amount") == [("BZ", 1, 15), ("MVC", 2, 390)]
    assert sum(row["customers"] for row in by_level["tier*habit"]) == 3


@pytest.mark.requirement("ANA-26")
def test_a_customer_of_two_products_counts_in_both_and_once_in_their_margin(engine):
    table = cube(engine.table(FACTS), dimensions=DIMENSIONS, amounts=("amount",))
    rows = engine.rows(roll_up(table, to=("product",)))
    assert cells(rows, "product", "customers", "amount") == [("milk", 3, 200), ("toys", 1, 200), (None, 1, 5)]
    assert engine.rows(roll_up(table)) == [{"customers": 3, "amount": 405}]


@pytest.mark.requirement("ANA-26")
def test_a_slice_and_a_dice_have_margins_of_their_own(engine):
    sliced = cube(
        engine.table(FACTS), dimensions=DIMENSIONS, amounts=("amount",), only={"product": ("milk",)}
    )
    rows = engine.rows(roll_up(sliced, to=("tier",)))
    assert cells(rows, "tier", "customers", "amount") == [("BZ", 1, 10), ("MVC", 2, 190)]
    diced = cube(
        engine.table(FACTS), dimensions=DIMENSIONS, only={"product": ("milk", "toys"), "habit": ("weekly",)}
    )
    assert engine.rows(roll_up(diced)) == [{"customers": 1}]


def test_dimensions_must_be_there():
    with pytest.raises(ValueError, match="dimensions are at least one and hold those of only"):
        cube(pl.DataFrame(FACTS), dimensions=("tier",), only={"weather": ("fine",)})
    with pytest.raises(TableError, match=r"lacks column\(s\) colour"):
        cube(pl.DataFrame(FACTS), dimensions=("colour",))


facts = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(-9, 9)),
    min_size=1,
)


@settings(max_examples=30, deadline=None)
@given(rows=facts)
def test_amounts_of_every_level_reconcile_whatever_the_facts(rows):
    table = pl.DataFrame(rows, schema=["customer_id", "one", "two", "amount"], orient="row")
    sums = (
        cube(table, dimensions=("one", "two"), amounts=("amount",))
        .group_by("level")
        .agg(pl.col("amount").sum())
    )
    assert set(sums["amount"]) == {sum(row[3] for row in rows)}


PEOPLE = [
    {"customer_id": n, "kind": kind, "region": region, "city": city, "sales": sales}
    for n, (kind, region, city, sales) in enumerate(
        [
            ("enterprise", "central", "city 1", 500),
            ("enterprise", "central", "city 2", 300),
            ("government", "north-east", "city 3", 200),
            ("residential", "central", "city 1", 10),
            ("residential", "north-east", "city 3", 20),
            ("residential", None, None, 30),
        ],
        start=1,
    )
]
LEVELS = ("kind", "region", "city")


@pytest.mark.requirement("ANA-50")
def test_totals_match_at_each_level_from_none_to_the_individual(engine):
    table = nested_segments(engine.table(PEOPLE), levels=LEVELS, amounts=("sales",), individuals=True)
    rows = engine.rows(table)
    for depth, segments in enumerate((1, 3, 5, 6, 6)):
        at_depth = [row for row in rows if row["depth"] == depth]
        assert len(at_depth) == segments
        assert sum(row["customers"] for row in at_depth) == 6
        assert sum(row["sales"] for row in at_depth) == 1060
    assert cells([row for row in rows if row["depth"] == 1], "kind", "customers", "sales") == [
        ("enterprise", 2, 800), ("government", 1, 200), ("residential", 3, 60),
    ]  # fmt: skip


@pytest.mark.requirement("ANA-50")
def test_one_drills_from_the_total_to_kinds_to_regions_to_a_customer(engine):
    table = nested_segments(engine.table(PEOPLE), levels=LEVELS, amounts=("sales",), individuals=True)
    assert cells(engine.rows(drill_down(table, into={})), "kind") == [
        ("enterprise",), ("government",), ("residential",),
    ]  # fmt: skip
    regions = engine.rows(drill_down(table, into={"kind": "residential"}))
    assert cells(regions, "region", "sales") == [("central", 10), ("north-east", 20), (None, 30)]
    path = {"kind": "enterprise", "region": "central", "city": "city 2"}
    [one] = engine.rows(drill_down(table, into=path))
    assert (one["customer_id"], one["customers"], one["sales"]) == (2, 1, 300)

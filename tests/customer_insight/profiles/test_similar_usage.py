"""Preferences from usage events, customers with the same pattern, and what they could be offered together."""

import doctest
from importlib import import_module

import numpy as np
import pyarrow as pa
import pytest

from customer_insight.profiles.usage import (
    pattern_offers,
    similar_customers,
    usage_patterns,
    usage_preferences,
)
from customer_insight.tables import TableError

MONDAY, SATURDAY = 4, 9


def events(customer, *parts):
    """Rows from (times, category, day, hour)."""
    return [
        {"customer_id": customer, "day": day, "category": category, "hour": hour}
        for times, category, day, hour in parts
        for _ in range(times)
    ]


TRIPS = [
    *events(1, (6, "airport", MONDAY, 7), (3, "mall", SATURDAY, 15), (1, "home", MONDAY, 20)),
    *events(2, (4, "airport", MONDAY + 1, 8), (2, "mall", SATURDAY, 16)),
    *events(3, (3, "airport", MONDAY, 6), (3, "mall", MONDAY, 10)),
    *events(4, (5, "airport", MONDAY, 5)),
    *events(5, (5, "mall", SATURDAY, None), (1, None, MONDAY, 7)),
    *events(6, (4, "airport", MONDAY, 7)),
    *events(None, (9, "airport", MONDAY, 7)),
]


@pytest.mark.requirement("ANA-71")
def test_preferences_are_shares_by_category_kind_of_day_and_band_of_hours(engine):
    rows = engine.rows(usage_preferences(engine.table(TRIPS), as_of=50))

    told = sorted(tuple(row.values()) for row in rows)
    assert told[:3] == [
        (1, "airport", "workday", "morning", 6, 0.6), (1, "home", "workday", "evening", 1, 0.1),
        (1, "mall", "weekend", "afternoon", 3, 0.3),
    ]  # fmt: skip
    assert told[7:9] == [(4, "airport", "workday", "night", 5, 1.0), (5, "mall", "weekend", "any", 5, 1.0)]
    assert len(told) == 10


def test_without_hours_there_are_no_bands_and_the_window_counts(engine):
    rows = [{"customer_id": 1, "day": day, "category": "mall"} for day in (MONDAY, SATURDAY, SATURDAY, 60)]

    found = engine.rows(usage_preferences(engine.table(rows), as_of=50, since=5))

    assert [tuple(row.values()) for row in found] == [(1, "mall", "weekend", "any", 2, 1.0)]


@pytest.mark.requirement("ANA-71")
def test_a_pattern_is_what_on_which_days_and_when_most(engine):
    rows = engine.rows(usage_patterns(engine.table(TRIPS), as_of=50))

    assert sorted((row["customer_id"], row["pattern"], row["events"], row["strength"]) for row in rows) == [
        (1, "airport / mall / workday / morning", 10, 0.9),
        (2, "airport / mall / workday / morning", 6, 1.0),
        (3, "airport / mall / workday / morning", 6, 1.0),  # equally often: the first by name
        (4, "airport / - / workday / night", 5, 1.0),
        (5, "mall / - / weekend / any", 5, 1.0),
    ]


@pytest.mark.requirement("ANA-71")
def test_the_nearest_customers_of_the_same_pattern(engine):
    rows = engine.rows(similar_customers(engine.table(TRIPS), as_of=50, top=2))

    one, two = (
        np.array([6, 3, 1, 0]),
        np.array([4, 2, 0, 0]),
    )  # airport morning, mall weekend, home, mall morning
    three = np.array([3, 0, 0, 3])

    def cosine(a, b):
        return float(a @ b / np.sqrt((a @ a) * (b @ b)))

    assert sorted(tuple(row.values()) for row in rows) == [
        (1, 1, 2, pytest.approx(cosine(one, two))), (1, 2, 3, pytest.approx(cosine(one, three))),
        (2, 1, 1, pytest.approx(cosine(one, two))), (2, 2, 3, pytest.approx(cosine(two, three))),
        (3, 1, 2, pytest.approx(cosine(two, three))), (3, 2, 1, pytest.approx(cosine(one, three))),
    ]  # fmt: skip


@pytest.mark.requirement("ANA-71")
def test_large_patterns_are_compared_in_groups_and_equals_by_number(engine):
    rows = [row for n in range(1, 8) for row in events(n, (5, "airport", MONDAY, 7))]

    found = engine.rows(similar_customers(engine.table(rows), as_of=50, top=2, cap=3))

    assert sorted((row["customer_id"], row["place"], row["other_id"], row["similarity"]) for row in found) == [
        (1, 1, 2, 1.0), (1, 2, 3, 1.0), (2, 1, 1, 1.0), (2, 2, 3, 1.0), (3, 1, 1, 1.0), (3, 2, 2, 1.0),
        (4, 1, 5, 1.0), (4, 2, 6, 1.0), (5, 1, 4, 1.0), (5, 2, 6, 1.0), (6, 1, 4, 1.0), (6, 2, 5, 1.0),
    ]  # fmt: skip  # the seventh is alone


@pytest.mark.requirement("ANA-71")
def test_offers_are_what_the_pattern_buys_and_the_customer_does_not_yet(engine):
    rows = [row for n in (1, 2, 3, 4) for row in events(n, (5, "airport", MONDAY, 7))]
    rows += [row for n in (5, 6, 7, 8) for row in events(n, (5, "mall", SATURDAY, 15))]
    items = [(1, "lounge"), (2, "lounge"), (3, "lounge"), (5, "lounge"), (1, "parking"), (2, "parking"), (5, "gift"),
             (9, "parking"), (1, "lounge"), (6, None)]  # fmt: skip
    purchases = [{"customer_id": n, "item": item} for n, item in items]

    found = engine.rows(
        pattern_offers(engine.table(rows), engine.table(purchases), as_of=50, smallest=4, share=0.5)
    )

    names = ("customer_id", "place", "item", "buyers", "members", "pattern_share", "base_share", "lift")
    assert sorted(tuple(row[name] for name in names) for row in found) == [
        (3, 1, "parking", 2, 4, 0.5, 0.25, 2.0),
        (4, 1, "parking", 2, 4, 0.5, 0.25, 2.0),
        (4, 2, "lounge", 3, 4, 0.75, 0.5, 1.5),
    ]
    few = pattern_offers(engine.table(rows), engine.table(purchases), as_of=50, smallest=5)
    assert engine.rows(few) == []


@pytest.mark.requirement("ANA-71")
def test_members_of_a_hidden_group_find_each_other():
    """Four kinds of users with own slots and some noise: the nearest are of one's own kind."""
    random, kinds = np.random.default_rng(2), 4
    names = np.array([f"place {n}" for n in range(8)])
    people, times = 400, 30
    who = np.repeat(np.arange(people), times)
    kind = who % kinds
    usual = random.random(len(who)) < 0.8
    place = np.where(usual, 2 * kind + random.integers(0, 2, len(who)), random.integers(0, 8, len(who)))
    hour = np.where(usual, 4 + 5 * kind, random.integers(0, 24, len(who)))
    table = pa.table(
        {"customer_id": who, "day": random.integers(0, 90, len(who)), "category": names[place], "hour": hour}
    )

    found = similar_customers(table, as_of=100, top=3)

    own = found["customer_id"].to_numpy() % kinds == found["other_id"].to_numpy() % kinds
    assert own.mean() > 0.99
    assert len(set(found["customer_id"].to_pylist())) > 0.95 * people


def test_what_cannot_be_meant_is_refused(engine):
    table = engine.table(TRIPS)
    with pytest.raises(ValueError, match="at_least is at least 1"):
        usage_patterns(table, as_of=50, at_least=0)
    with pytest.raises(ValueError, match="cap at least 2"):
        similar_customers(table, as_of=50, cap=1)
    with pytest.raises(ValueError, match="share lies in"):
        pattern_offers(table, table, as_of=50, share=0)
    with pytest.raises(TableError, match=r"lacks column\(s\) item"):
        engine.rows(pattern_offers(table, table, as_of=50))
    with pytest.raises(TableError, match=r"lacks column\(s\) category"):
        usage_preferences(engine.table([{"customer_id": 1, "day": 4}]), as_of=50)


@pytest.mark.parametrize(
    "name",
    ["attributes", "representation", "look_alikes", "look_alike_check", "needs.rules", "needs.infer",
     "usage.preferences"],
)  # fmt: skip
def test_the_examples_of_profiles_hold(name):
    module = import_module(f"customer_insight.profiles.{name}")
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert (result.attempted > 0, result.failed) == (True, 0)

"""The satisfaction index and its gap, and how well known and how well talked with a customer is."""

import pyarrow as pa
import pytest

from customer_insight.relationship_measures import dialogue, discovery
from customer_insight.satisfaction import perceived_and_expected, satisfaction_index

TYPES = {"score": pa.float64(), "expected": pa.float64()}
ANSWERS = [
    dict(
        zip(("customer_id", "question", "score", "weight", "expected", "period", "segment"), row, strict=True)
    )
    for row in [
        (1, "data", 10.0, 2.0, 10.0, 2025, "firm"),
        (1, "help", 4.0, 1.0, 8.0, 2025, "firm"),
        (2, "data", 1.0, 2.0, None, 2025, "firm"),
        (3, "data", 5.5, 2.0, 0.0, 2025, "home"),
        (3, "help", None, 1.0, 9.0, 2025, "home"),
        (3, "data", 10.0, 2.0, 10.0, 2026, "home"),
        (4, "data", 11.0, 2.0, None, 2026, "home"),
    ]
]


def by(rows, *names):
    return sorted(tuple(row[name] for name in names) for row in rows)


@pytest.mark.requirement("SVC-13")
def test_the_index_runs_from_1_to_100_per_customer_segment_and_period(engine):
    table = engine.table(ANSWERS, TYPES)
    rows = engine.rows(satisfaction_index(table, by=("period", "customer_id")))
    # customer 1: (2 x 10 + 4) / 3 = 8, and 1 + 99 x 7/9 = 78
    assert by(rows, "period", "customer_id", "satisfaction_index") == [
        (2025, 1, 78.0), (2025, 2, 1.0), (2025, 3, 50.5), (2026, 3, 100.0),
    ]  # fmt: skip
    rows = engine.rows(satisfaction_index(table, by=("segment", "period")))
    assert by(rows, "segment", "period", "customers", "satisfaction_index") == [
        ("firm", 2025, 2, 39.5), ("home", 2025, 1, 50.5), ("home", 2026, 1, 100.0),
    ]  # fmt: skip


@pytest.mark.requirement("SVC-13")
def test_without_weights_questions_count_alike(engine):
    bare = [{name: row[name] for name in ("customer_id", "question", "score")} for row in ANSWERS[:2]]
    [row] = engine.rows(satisfaction_index(engine.table(bare)))
    assert row["satisfaction_index"] == 67.0  # mean 7: 1 + 99 x 6/9
    with pytest.raises(ValueError, match=r"lowest \(5\) must lie below highest \(5\)"):
        satisfaction_index(engine.table(bare), lowest=5, highest=5)


@pytest.mark.requirement("SVC-14")
def test_perceived_against_expected_as_ratio_and_as_gap(engine):
    rows = engine.rows(perceived_and_expected(engine.table(ANSWERS, TYPES)))
    names = ("customer_id", "answers", "perceived", "expected", "satisfaction_ratio", "satisfaction_gap")
    assert by(rows, *names) == [(1, 2, 7.0, 9.0, pytest.approx(7 / 9), -2.0), (3, 2, 7.75, 5.0, 1.55, 2.75)]


@pytest.mark.requirement("INT-42")
def test_discovery_is_the_share_of_the_profile_that_is_known(engine):
    profiles = [
        {"customer_id": 1, "birthday": 7, "use": "work", "budget": None, "size": "L"},
        {"customer_id": 2, "birthday": None, "use": None, "budget": None, "size": None},
    ]
    types = {"budget": pa.int64()}
    rows = engine.rows(
        discovery(engine.table(profiles, types), attributes=("birthday", "use", "budget", "size"))
    )
    assert by(rows, "customer_id", "discovery_score") == [(1, 0.75), (2, 0.0)]
    with pytest.raises(ValueError, match="at least one attribute"):
        discovery(engine.table(profiles, types), attributes=())


@pytest.mark.requirement("INT-42")
def test_dialogue_is_quantity_variety_and_answers_in_time(engine):
    names = ("customer_id", "interaction_id", "day", "channel", "direction", "feedback_kind", "answered_day")
    touches = [
        dict(zip(names, row, strict=True))
        for row in [
            (1, 1, 5, "shop", "in", None, 7), (1, 2, 6, "web", "in", None, 9), (1, 3, 19, "web", "in", None, None),
            (1, 4, 20, "web", "in", None, 20), (1, 5, 4, "web", "in", None, 4), (1, 6, 8, None, "out", None, None),
            (2, 7, 10, "web", "out", None, None),
        ]
    ]  # fmt: skip
    types = {"feedback_kind": pa.string(), "answered_day": pa.int64(), "channel": pa.string()}
    table = engine.table(touches, types)
    rows = engine.rows(dialogue(table, since=5, as_of=20, enough=10, channels_enough=4))
    # of the four that customer 1 began in the window two were answered in time, one late, one may still be
    assert by(rows, "customer_id", "quantity", "variety", "timeliness") == [
        (1, 0.5, 0.5, pytest.approx(2 / 3)), (2, 0.1, 0.25, None),
    ]  # fmt: skip
    assert by(rows, "customer_id", "dialogue_score") == [(1, pytest.approx(5 / 9)), (2, pytest.approx(0.175))]
    with pytest.raises(ValueError, match="at least 1"):
        dialogue(table, since=5, as_of=20, enough=0)

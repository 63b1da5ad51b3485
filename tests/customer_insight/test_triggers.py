"""Scores that set off a contact, once, and the wait until it came."""

import doctest

import pyarrow as pa
import pytest

from customer_insight import triggers
from customer_insight.tables import TableError
from customer_insight.triggers import newly_reached, trigger_latency

NOW = [
    {"customer_id": 1, "risk": 0.8},  # was below
    {"customer_id": 2, "risk": 0.9},  # stood there before
    {"customer_id": 3, "risk": 0.7},  # exactly, and unknown before
    {"customer_id": 4, "risk": 0.2},  # fell
    {"customer_id": 5, "risk": 0.9},  # new
    {"customer_id": 6, "risk": None},
]
BEFORE = [
    {"customer_id": 1, "risk": 0.5},
    {"customer_id": 2, "risk": 0.7},
    {"customer_id": 3, "risk": None},
    {"customer_id": 4, "risk": 0.9},
    {"customer_id": 6, "risk": 0.1},
]


@pytest.mark.requirement("CAMP-33")
def test_a_score_that_comes_to_the_threshold_is_told_once(engine):
    now, before = engine.table(NOW), engine.table(BEFORE)

    told = engine.rows(newly_reached(now, before, by="risk", threshold=0.7))

    assert [tuple(row.values()) for row in told] == [(1, 0.8, 0.5), (3, 0.7, None), (5, 0.9, None)]
    assert engine.rows(newly_reached(now, now, by="risk", threshold=0.7)) == []


@pytest.mark.requirement("CAMP-33")
def test_the_wait_from_event_to_contact_is_told_with_those_who_still_wait(engine):
    waits = [(0, 5), (0, 60), (10, 20), (20, None), (30, 130)]
    rows = [{"happened_at": happened, "contacted_at": contacted} for happened, contacted in waits]

    (found,) = engine.rows(trigger_latency(engine.table(rows), within=60))

    # waits 5, 60, 10, 100: the middle of 10 and 60 is 35; three of five events were answered in a minute
    assert tuple(found.values()) == (5, 4, 3, 0.6, 35.0, 100.0)


@pytest.mark.requirement("CAMP-33")
def test_where_nobody_was_contacted_there_is_no_wait(engine):
    rows = [{"happened_at": 1.0, "contacted_at": None}]

    (found,) = engine.rows(trigger_latency(engine.table(rows, {"contacted_at": pa.float64()}), within=60))

    assert tuple(found.values()) == (1, 0, 0, 0.0, None, None)


def test_a_run_without_the_score_is_refused(engine):
    with pytest.raises(TableError, match=r"'previous' lacks column\(s\) churn"):
        newly_reached(
            engine.table([{"customer_id": 1, "churn": 0.1}]), engine.table(NOW), by="churn", threshold=0.5
        )


def test_the_examples_of_triggers_hold():
    result = doctest.testmod(triggers)

    assert (result.attempted > 0, result.failed) == (True, 0)

"""Tasks, processes, praise, complaints, suggestions, and what open opportunities promise."""

import pyarrow as pa
import pytest

from customer_insight.indicators import contact_indicators, expected_sales
from customer_insight.indicators.contact_entries import CONTACT, OPPORTUNITY

TEXT = pa.string()
TOUCHES = [
    dict(
        zip(
            ("interaction_id", "customer_id", "day", "channel", "direction", "feedback_kind"),
            row,
            strict=True,
        )
    )
    for row in [
        (1, 1, 5, "phone", "in", "praise"),
        (2, 1, 6, "phone", "in", "complaint"),
        (3, 1, 7, None, "in", "complaint"),
        (4, 1, 8, "shop", "in", "suggestion"),
        (5, 1, 9, "letter", "out", None),
        (6, 2, 5, "letter", "out", "question"),
        (7, 3, 30, "phone", "in", "praise"),
    ]
]
TASKS = [
    {"task_id": n, "customer_id": c, "day": d} for n, c, d in [(1, 1, 5), (2, 1, 6), (3, 2, 6), (4, 1, 40)]
]
PROCESSES = [{"process_id": n, "customer_id": c, "day": d} for n, c, d in [(1, 4, 5), (2, 1, 6)]]


def measured(engine, **parameters):
    rows = engine.rows(contact_indicators(**parameters))
    return {row.pop("customer_id"): row for row in rows}


def column(rows, name):
    return {customer: row[name] for customer, row in rows.items()}


def tables(engine):
    return {
        "interactions": engine.table(TOUCHES),
        "tasks": engine.table(TASKS),
        "processes": engine.table(PROCESSES),
    }


@pytest.mark.requirement("ANA-17", "ANA-18")
def test_tasks_and_processes_of_the_window_are_counted(engine):
    rows = measured(engine, **tables(engine), since=5, as_of=10)
    assert column(rows, "task_count") == {1: 2, 2: 1, 4: 0}
    assert column(rows, "process_count") == {1: 1, 2: 0, 4: 1}
    assert list(rows[1]) == list(CONTACT)


@pytest.mark.requirement("ANA-19", "ANA-20", "ANA-21")
def test_praise_complaints_and_suggestions_are_counted_and_divided_by_all_feedback(engine):
    rows = measured(engine, **tables(engine), as_of=10)
    assert column(rows, "praise_count") == {1: 1, 2: 0, 4: 0}
    assert column(rows, "complaint_count") == {1: 2, 2: 0, 4: 0}
    assert column(rows, "suggestion_count") == {1: 1, 2: 0, 4: 0}
    assert column(rows, "feedback_count") == {1: 4, 2: 0, 4: 0}
    assert column(rows, "praise_ratio") == {1: 0.25, 2: None, 4: None}
    assert column(rows, "complaint_ratio") == {1: 0.5, 2: None, 4: None}
    assert column(rows, "suggestion_ratio") == {1: 0.25, 2: None, 4: None}


def test_contacts_are_counted_by_who_began_and_the_last_one_dated(engine):
    rows = measured(engine, interactions=engine.table(TOUCHES), as_of=30)
    assert column(rows, "contact_count") == {1: 5, 2: 1, 3: 1}
    assert column(rows, "inbound_count") == {1: 4, 2: 0, 3: 1}
    assert column(rows, "last_contact_day") == {1: 9, 2: 5, 3: 30}


def test_a_table_not_given_leaves_its_counts_unknown(engine):
    rows = measured(engine, tasks=engine.table(TASKS), as_of=10)
    assert column(rows, "task_count") == {1: 2, 2: 1}
    for name in ("contact_count", "process_count", "praise_ratio", "last_contact_day"):
        assert column(rows, name) == {1: None, 2: None}
    with pytest.raises(ValueError, match="give at least one of interactions, tasks and processes"):
        contact_indicators(as_of=10)


@pytest.mark.requirement("ANA-11")
def test_open_opportunities_are_those_opened_by_the_day_and_not_closed_by_it(engine):
    deals = [
        {"customer_id": c, "opportunity_id": n, "opened_day": o, "closed_day": e, "expected_amount": a}
        for n, (c, o, e, a) in enumerate(
            [(1, 1, None, 500), (1, 2, 11, 300), (1, 10, None, 50), (1, 11, None, 9), (2, 1, 10, 70)], start=1
        )
    ]
    rows = engine.rows(expected_sales(engine.table(deals), as_of=10))
    assert sorted(tuple(row.values()) for row in rows) == [(1, 850, 3), (2, 0, 0)]
    assert list(rows[0]) == ["customer_id", *OPPORTUNITY]

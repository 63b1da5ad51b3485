"""One row per customer from whichever tables there are, as of any day, every column explained."""

import pyarrow as pa
import pytest

from customer_insight.indicators import CATALOGUE, FAMILIES, SUBJECTS, Tables, analysis_table
from customer_insight.inputs import ORDER_LINES
from customer_insight.margin import Margin
from customer_insight.tables import TableError

THIRD = Margin(assumed_rate=0.3)
KINDS = {"boolean": pa.bool_(), "text": pa.string()}
TYPES = {name: KINDS.get(column.kind, pa.int64()) for name, column in ORDER_LINES.columns.items()}
LINES = [
    dict(zip(ORDER_LINES.required, row, strict=True))
    for row in [
        (1, 1, 400, 7, 1, 1000, 600, 0, False),
        (1, 2, 410, 8, 1, 500, 300, 50, False),
        (2, 3, 405, 7, 1, 800, None, 0, False),
        (None, 4, 405, 7, 1, 800, None, 0, False),
    ]
]
INVOICES = [{"customer_id": 1, "invoice_id": 1, "day": 400, "amount": 1000}]
RECEIPTS = [{"customer_id": 1, "receipt_id": 1, "day": 407, "amount": 1000}]
ALLOCATIONS = [{"receipt_id": 1, "invoice_id": 1, "amount": 1000}]
TOUCHES = [
    {
        "customer_id": 3,
        "interaction_id": 1,
        "day": 401,
        "channel": "shop",
        "direction": "in",
        "feedback_kind": "praise",
    }
]
TASKS = [{"customer_id": 1, "task_id": 1, "day": 402}]
PROCESSES = [{"customer_id": 1, "process_id": 1, "day": 402}]
COSTS = [{"customer_id": 2, "day": 403, "kind": "service", "amount": 100}]
DEALS = [
    {"customer_id": 4, "opportunity_id": 1, "opened_day": 400, "closed_day": None, "expected_amount": 999}
]


def all_tables(engine):
    return Tables(
        order_lines=engine.table(LINES, TYPES),
        invoices=engine.table(INVOICES),
        receipts=engine.table(RECEIPTS),
        allocations=engine.table(ALLOCATIONS),
        interactions=engine.table(TOUCHES),
        tasks=engine.table(TASKS),
        processes=engine.table(PROCESSES),
        costs=engine.table(COSTS),
        opportunities=engine.table(DEALS, {"closed_day": pa.int64()}),
    )


def measured(engine, tables, **parameters):
    rows = engine.rows(analysis_table(tables, margin=THIRD, **parameters))
    return {row.pop("customer_id"): row for row in rows}


@pytest.mark.requirement("DATA-09", "ANA-01")
def test_all_tables_together_give_every_indicator_of_the_three_families(engine):
    rows = measured(engine, all_tables(engine), as_of=420)
    assert sorted(rows) == [1, 2, 3, 4]
    judged_elsewhere = {"customer_profit", "share_of_customer", "untapped_amount"}
    assert set(rows[1]) == set(CATALOGUE) - judged_elsewhere
    assert {name: rows[1][name] for name in ("sales_amount", "received_amount", "task_count", "contribution")} == {
        "sales_amount": 1500, "received_amount": 1000, "task_count": 1, "contribution": 600,
    }  # fmt: skip
    assert rows[1]["average_collection_days"] == 7.0
    assert (rows[2]["contribution"], rows[2]["cost_to_serve"]) == (140, 100)
    assert (rows[3]["praise_count"], rows[3]["sales_amount"], rows[3]["recency_days"]) == (1, 0, None)
    assert (rows[4]["expected_sales_amount"], rows[4]["contact_count"]) == (999, 0)


@pytest.mark.requirement("DATA-09")
def test_an_earlier_day_sees_what_was_known_then(engine):
    rows = measured(engine, all_tables(engine), as_of=404)
    assert (rows[1]["sales_amount"], rows[1]["received_amount"], rows[1]["outstanding_amount"]) == (
        1000,
        0,
        1000,
    )
    assert rows[2] == measured(engine, all_tables(engine), as_of=404, check=False)[2]
    assert rows[2]["sales_amount"] == 0


@pytest.mark.requirement("DATA-09")
def test_only_what_the_tables_allow_is_there(engine):
    rows = measured(engine, Tables(receipts=engine.table(RECEIPTS), tasks=engine.table(TASKS)), as_of=420)
    assert set(rows[1]) == {
        "receipt_count", "received_amount", "largest_receipt_amount", "average_receipt_amount", "task_count",
    }  # fmt: skip


@pytest.mark.requirement("DATA-09")
@pytest.mark.parametrize("subject", ["churn", "propensity", "value"])
def test_a_subject_has_its_own_documented_variables(engine, subject):
    rows = measured(engine, all_tables(engine), as_of=420, subject=subject)
    assert tuple(rows[1]) == SUBJECTS[subject]
    assert set(SUBJECTS[subject]) <= set(CATALOGUE)


def test_bad_rows_are_told_of_before_anything_is_computed(engine):
    receipts = [*RECEIPTS, {"customer_id": None, "receipt_id": 2, "day": 1, "amount": 1}]
    tables = Tables(receipts=engine.table(receipts, {"customer_id": pa.int64()}))
    with pytest.raises(TableError, match=r"table 'receipts': column 'customer_id' is empty in 1 row"):
        analysis_table(tables, as_of=420, margin=THIRD)
    assert sorted(measured(engine, tables, as_of=420, check=False)) == [1]


def test_nothing_to_compute_from_is_refused():
    with pytest.raises(ValueError, match="give at least one table"):
        analysis_table(Tables(), as_of=1, margin=THIRD)
    with pytest.raises(ValueError, match="subject is one of churn, value, propensity, not 'weather'"):
        analysis_table(Tables(), as_of=1, margin=THIRD, subject="weather")


@pytest.mark.requirement("ANA-01")
def test_every_indicator_says_what_it_is_in_both_languages():
    assert set(FAMILIES) == {"transaction", "financial", "contact"}
    rows = {entry.requirement for entry in CATALOGUE.values()}
    assert rows >= {f"ANA-{number:02}" for number in range(2, 22)}
    for name, entry in CATALOGUE.items():
        assert entry.name == name
        assert all((entry.formula, entry.window, entry.undefined, entry.label_en)), name
        assert entry.label_zh not in {"", entry.label_en}, name
    labels = [entry.label_zh for entry in CATALOGUE.values()]
    assert len(set(labels)) == len(labels)
    labels = [entry.label_en for entry in CATALOGUE.values()]
    assert len(set(labels)) == len(labels)

"""What the copy holds of trade and contact is what the library's tables need, and it follows the truth."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from customers.importing import MIA, bring, file_of, undo
from insight.analysing import sell
from insight.copying import copied, rebuilt, sync

from customer_insight.indicators import Tables, analysis_table, buying_habits
from customer_insight.inputs import (
    ALLOCATIONS,
    COSTS,
    INTERACTIONS,
    INVOICES,
    OPPORTUNITIES,
    ORDER_LINES,
    RECEIPTS,
    TableDefinition,
    check_table,
)
from customer_insight.margin import Margin
from customer_insight.tables import day_number
from guanxi.commerce.datasets import business_hour
from guanxi.customers import services
from guanxi.customers.models import ImportBatch, Party
from guanxi.foundation.engine.duck import rows, value, workspace
from guanxi.insight.replica import open_replica

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

FILES = {
    "invoices": "invoice,customer,issued_on,due_on,amount\nI1,ann,2026-01-10,2026-02-09,100\nI2,ann,2026-01-20,,50\n",
    "receipts": "receipt,customer,received_on,amount,invoice\nR1,ann,2026-01-30,60,I1\nR2,ann,2026-02-09,40,I1\n",
    "costs": "cost,customer,booked_on,kind,amount\nC1,ann,2026-01-31,service,12.50\nC2,bob,2026-01-31,delivery,2\n",
    "opportunities": "opportunity,customer,opened_on,closed_on,expected_amount,outcome\nD1,ann,2026-01-05,,300,\n"
    "D2,ann,2026-01-06,2026-01-09,10,won\n",
    "interactions": "interaction,customer,time,direction,channel,feedback,answered_on,summary,employee\n"
    "T1,ann,2026-01-02 09:00,in,telephone,complaint,2026-01-04,secret words,Eve\nT2,ann,2026-01-03,out,,,,,\n",
}
LIBRARY = {
    "order_lines": ORDER_LINES,
    "invoices": INVOICES,
    "receipts": RECEIPTS,
    "allocations": ALLOCATIONS,
    "costs": COSTS,
    "opportunities": OPPORTUNITIES,
    "interactions": INTERACTIONS,
}


def everything(home: Path) -> dict[str, int]:
    """Files of all kinds; the number of each import."""
    found = {kind: bring(kind, file_of(home, text, f"{kind}.csv"))["import"] for kind, text in FILES.items()}
    sell(
        home,
        [("o1", "ann", "2026-01-02 18:30", 10, "web"), ("o2", "ann", "2026-01-03", 5, "")],
        columns="order,customer,time,amount,channel",
    )
    return found


def table(name: str, columns: str) -> list[tuple[Any, ...]]:
    """Columns of a dataset of the copy, in order, with the customer's key for `who`."""
    keys = dict(Party.objects.values_list("pk", "source_key"))
    with workspace() as duck:
        open_replica(duck)
        found = rows(duck, f"SELECT party_id, {columns} FROM {name} ORDER BY ALL")
    return [(keys[party], *rest) for party, *rest in found]


JAN = day_number(date(2026, 1, 1)) - 1
"""The day before January 2026: a day of that month is `JAN` and its number."""


def test_the_copy_holds_days_as_numbers_and_money_in_minor_units(home: Path) -> None:
    everything(home)
    sync()
    assert table("invoices", "day, due_day, amount") == [
        ("ann", JAN + 10, JAN + 40, 10_000),
        ("ann", JAN + 20, None, 5_000),
    ]
    assert table("receipts", "day, amount") == [("ann", JAN + 30, 6_000), ("ann", JAN + 40, 4_000)]
    assert table("allocations", "amount") == [("ann", 4_000), ("ann", 6_000)]
    assert table("costs", "day, kind, amount") == [
        ("ann", JAN + 31, "service", 1_250),
        ("bob", JAN + 31, "delivery", 200),
    ]
    assert table("opportunities", "opened_day, closed_day, expected_amount, outcome") == [
        ("ann", JAN + 5, None, 30_000, None),
        ("ann", JAN + 6, JAN + 9, 1_000, "won"),
    ]
    assert table("interactions", "day, channel, direction, feedback_kind, answered_day") == [
        ("ann", JAN + 2, "telephone", "in", "complaint", JAN + 4),
        ("ann", JAN + 3, None, "out", None, None),
    ]
    assert table("order_lines", "day, amount, channel, hour") == [
        ("ann", JAN + 2, 1_000, "web", 18),
        ("ann", JAN + 3, 500, None, None),
    ]


def test_what_was_said_and_who_said_it_stay_in_the_truth(home: Path) -> None:
    import pyarrow.parquet as pq

    everything(home)
    sync()
    files = list((home / "replica" / "interactions").rglob("*.parquet"))
    inside = "".join(str(pq.read_table(path, partitioning=None).to_pylist()) for path in files)
    assert "telephone" in inside
    assert "secret words" not in inside
    assert "Eve" not in inside


@pytest.mark.parametrize(
    ("instant", "zone", "hour"),
    [
        ("2026-01-02 18:59:59", "UTC", 18),
        ("2026-01-02 18:30:00+00:00", "UTC", 18),
        ("2026-01-02 18:30:00.250000", "Asia/Shanghai", 2),
        ("2026-07-02 03:30:00", "America/New_York", 23),
        ("2026-01-02 00:00:00", "UTC", None),
        ("2026-01-01 16:00:00", "Asia/Shanghai", None),
        ("2026-01-02 00:00:01", "UTC", 0),
    ],
)
def test_the_hour_is_the_business_s_and_unknown_where_only_the_date_was_given(
    instant: str, zone: str, hour: int | None
) -> None:
    with workspace() as duck:
        literal = f"'{instant}'"
        assert value(duck, f"SELECT {business_hour(literal, zone)}") == hour


@pytest.mark.parametrize("name", LIBRARY)
def test_the_library_takes_every_table_as_it_is(home: Path, name: str) -> None:
    everything(home)
    sync()
    with workspace() as duck:
        open_replica(duck)
        check_table(_resolved(duck, name), LIBRARY[name])


def _resolved(duck: Any, name: str) -> Any:
    """A dataset with the customer in place of the source record, as the library's tables want it."""
    definition: TableDefinition = LIBRARY[name]
    if "customer_id" not in definition.columns:
        return duck.sql(f"SELECT * FROM {name}")
    return duck.sql(
        f"""SELECT coalesce(resolved.customer_id, one.party_id) AS customer_id, one.* FROM {name} one
            LEFT JOIN resolved ON resolved.party_id = one.party_id"""
    )


@pytest.mark.requirement(
    "ANA-12", "ANA-13", "ANA-14", "ANA-15", "ANA-16", "ANA-19", "ANA-20", "ANA-21", "ANA-32"
)
def test_financial_and_contact_indicators_come_from_imported_files(home: Path) -> None:
    everything(home)
    more = "interaction,customer,time,direction,feedback\nT3,ann,2026-01-04,in,praise\n"
    bring("interactions", file_of(home, more, "more.csv"))
    sync()
    with workspace() as duck:
        open_replica(duck)
        tables = Tables(**{name: _resolved(duck, name) for name in LIBRARY})
        wide = analysis_table(tables, as_of=JAN + 45, margin=Margin(assumed_rate=0.3)).pl()
    keys = dict(Party.objects.values_list("pk", "source_key"))
    (ann,) = (row for row in wide.to_dicts() if keys[row["customer_id"]] == "ann")
    expected = {
        "largest_receipt_amount": 6_000,
        "average_receipt_amount": 5_000.0,
        "average_collection_days": (60 * 20 + 40 * 30) / 100,
        # owed from day 10: 100 for 10 days, 150 for 10, 90 for 10, 50 for 6
        "average_arrears_amount": (100 * 10 + 150 * 10 + 90 * 10 + 50 * 6) * 100 / 36,
        "average_arrears_rate": (1.0 * 20 + 90 / 150 * 10 + 50 / 150 * 6) / 36,
        "outstanding_amount": 5_000,
        "contact_count": 3,
        "praise_count": 1,
        "complaint_ratio": 0.5,
        "suggestion_ratio": 0.0,
        "cost_to_serve": 1_250,
    }
    assert {name: ann[name] for name in expected} == pytest.approx(expected)


@pytest.mark.requirement("DATA-22")
def test_habits_know_the_channel_and_the_hour(home: Path) -> None:
    everything(home)
    sync()
    with workspace() as duck:
        open_replica(duck)
        (habits,) = buying_habits(_resolved(duck, "order_lines"), as_of=JAN + 45).pl().to_dicts()
    found = {
        name: habits[name] for name in ("usual_hour", "usual_channel", "usual_channel_share", "channel_count")
    }
    assert found == {"usual_hour": 18, "usual_channel": "web", "usual_channel_share": 1.0, "channel_count": 1}


def test_undone_files_leave_the_copy_and_merged_customers_are_one(home: Path) -> None:
    imports = everything(home)
    sync()
    services.merge(party="shop:bob", into="shop:ann", reason="same", actor=MIA)
    undo(imports["receipts"])
    undo(imports["interactions"])
    sync()
    assert (table("receipts", "amount"), table("allocations", "amount"), table("interactions", "day")) == (
        [],
        [],
        [],
    )
    assert len(table("costs", "amount")) == 2
    assert copied() == rebuilt()
    for batch in ImportBatch.objects.filter(state="published").order_by("-pk"):
        undo(batch.pk)
    sync()
    assert copied() == rebuilt()

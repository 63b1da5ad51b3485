"""What goes into the truth database in columns comes out again, and Django reads it as its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from adbc_driver_postgresql.dbapi import Error as DriverError
from django.db import connection, models, transaction

from guanxi.foundation.engine.bulk import append
from guanxi.foundation.engine.duck import rows, workspace
from guanxi.foundation.engine.truth import TruthUnreadable, copy_truth, truth_reader

pytestmark = pytest.mark.django_db(transaction=True)

TEXTS = [
    "plain",
    "",
    "王小明 — naïve 🙂",
    "comma, \"quote\", 'apostrophe', \\backslash\\, tab\t",
    "two\nlines\r\nand more",
    "\\.",
    "over\n\\.\nit",
    "NULL",
    "\\N",
    " spaces ",
    None,
]


class Everything(models.Model):
    """One column of every type that imports write."""

    text = models.TextField(null=True)  # noqa: DJ001 - an empty text and none must stay apart
    whole = models.BigIntegerField(null=True)
    real = models.FloatField(null=True)
    flag = models.BooleanField(null=True)
    day = models.DateField(null=True)
    instant = models.DateTimeField(null=True)

    class Meta:
        app_label = "foundation"
        managed = False
        db_table = "test_everything"

    def __str__(self) -> str:
        return str(self.pk)


@pytest.fixture(autouse=True)
def everything() -> Iterator[None]:
    with connection.schema_editor() as editor:
        editor.create_model(Everything)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Everything)


def _table() -> pa.Table:
    count = len(TEXTS)
    instant = datetime(2018, 1, 1, 4, 1, 20)
    return pa.table(
        {
            "id": pa.array(range(1, count + 1), pa.int64()),
            "text": pa.array(TEXTS, pa.string()),
            "whole": pa.array([2**62, -(2**62), 0, None] + [1] * (count - 4), pa.int64()),
            "real": pa.array([0.1, -1e300, 1e-300, None] + [2.0] * (count - 4), pa.float64()),
            "flag": pa.array([True, False, None] + [True] * (count - 3), pa.bool_()),
            "day": pa.array([date(1900, 1, 1), date(2199, 12, 31), None] + [date(2018, 2, 28)] * (count - 3)),
            "instant": pa.array(
                [instant, instant.replace(microsecond=250_000), None] + [instant] * (count - 3),
                pa.timestamp("us"),
            ),
        }
    )


def _stored() -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in _table().to_pylist()]


def test_django_reads_what_was_appended() -> None:
    with transaction.atomic():
        append(Everything, _table())

    read = list(Everything.objects.order_by("id").values_list())
    assert read == [(*row[:-1], row[-1] and row[-1].replace(tzinfo=UTC)) for row in _stored()]


def test_what_django_wrote_and_what_was_appended_compare_alike() -> None:
    append(Everything, _table())
    for moment in (
        datetime(2018, 1, 1, 4, 1, 20, tzinfo=UTC),
        datetime(2018, 1, 1, 4, 1, 20, 250_000, tzinfo=UTC),
    ):
        Everything.objects.create(instant=moment, pk=100 + moment.microsecond)
    assert (
        Everything.objects.filter(instant=datetime(2018, 1, 1, 4, 1, 20, tzinfo=UTC)).count()
        == len(TEXTS) - 2 + 1
    )
    assert Everything.objects.filter(instant=datetime(2018, 1, 1, 4, 1, 20, 250_000, tzinfo=UTC)).count() == 2


def test_the_engine_reads_what_was_appended(home: Path) -> None:
    append(Everything, _table())

    with workspace() as duck:
        copy_truth(duck, "everything", "SELECT * FROM test_everything")
        found = rows(
            duck,
            """SELECT id, text, whole, real, CAST(flag::INTEGER AS BOOLEAN), day::DATE, instant::TIMESTAMP
               FROM everything ORDER BY id""",
        )
    assert found == _stored()


def test_a_column_whose_first_values_come_late_keeps_its_type(home: Path) -> None:
    count = 70_000
    empty = [None] * (count - 1)
    table = pa.table(
        {
            "id": pa.array(range(1, count + 1), pa.int64()),
            "text": pa.array([*empty, "late"], pa.string()),
            "real": pa.array([*empty, 0.5], pa.float64()),
            "whole": pa.array([*empty, 7], pa.int64()),
        }
    )
    append(Everything, table)

    with workspace() as duck:
        copy_truth(duck, "late", "SELECT id, text, real, whole FROM test_everything ORDER BY id")
        assert rows(duck, "SELECT * FROM late WHERE text IS NOT NULL") == [(count, "late", 0.5, 7)]
        assert rows(duck, "SELECT count(*), sum(id) FROM late") == [(count, count * (count + 1) // 2)]


def test_an_empty_table_appends_nothing_and_reads_as_no_rows(home: Path) -> None:
    append(Everything, _table().slice(0, 0))
    with workspace() as duck:
        copy_truth(duck, "none", "SELECT id, text FROM test_everything")
        assert rows(duck, "SELECT count(*) FROM none") == [(0,)]


def test_an_append_is_part_of_its_transaction() -> None:
    with transaction.atomic():
        append(Everything, _table())
        transaction.set_rollback(True)
    assert Everything.objects.count() == 0


def test_a_refused_query_says_why_and_the_next_is_answered(home: Path) -> None:
    with (
        pytest.raises((TruthUnreadable, DriverError), match="no_such_table"),
        truth_reader("SELECT * FROM no_such_table"),
    ):
        pass
    with truth_reader("SELECT 1 AS one") as reader:
        assert reader.read_all().to_pylist() == [{"one": 1}]


def test_each_read_sees_what_was_committed_by_then() -> None:
    for count in (1, 2, 3):
        Everything.objects.create(whole=count)
        with truth_reader("SELECT count(*) AS rows FROM test_everything") as reader:
            assert reader.read_all().to_pylist() == [{"rows": count}]


def test_between_two_reads_nothing_is_held_in_the_database() -> None:
    with truth_reader("SELECT id FROM test_everything") as reader:
        reader.read_all()
    with connection.schema_editor() as editor:  # waits for whoever still reads the table
        editor.execute("ALTER TABLE test_everything ADD COLUMN added integer")
    with truth_reader("SELECT added FROM test_everything") as reader:
        assert reader.schema.names == ["added"]
        reader.read_all()


def test_a_reader_whose_server_dropped_it_begins_anew() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no server; set DATABASE_URL to PostgreSQL")
    for _ in range(2):
        with truth_reader("SELECT pg_backend_pid() AS process") as reader:
            (process,) = reader.read_all().column("process").to_pylist()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [process])


def test_two_readers_at_once_do_not_wait_for_each_other() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite is read by one child process, a query at a time; set DATABASE_URL to PostgreSQL")
    with (
        truth_reader("SELECT 1 AS one") as first,
        truth_reader("SELECT 2 AS two") as second,
    ):
        assert second.read_all().to_pylist() == [{"two": 2}]
        assert first.read_all().to_pylist() == [{"one": 1}]

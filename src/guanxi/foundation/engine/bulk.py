"""From Arrow into the truth database: many rows in one short statement."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from django.db import connection, models


def append(model: type[models.Model], table: pa.Table) -> None:
    """Insert an Arrow table whose columns are columns of the model's table, in the caller's transaction."""
    insertion(model, table)()


def insertion(model: type[models.Model], table: pa.Table) -> Callable[[], None]:
    """The same in two steps: the values are made ready now, and written when the result is called.

    Between the two no transaction need be open, so that other writers can have theirs.
    """
    if table.num_rows == 0:
        return lambda: None
    columns = ", ".join(connection.ops.quote_name(name) for name in table.column_names)
    target = f"{connection.ops.quote_name(model._meta.db_table)} ({columns})"
    ready = _copied if connection.vendor == "postgresql" else _executed_many
    return ready(target, table)


def _executed_many(target: str, table: pa.Table) -> Callable[[], None]:
    marks = ", ".join("?" * table.num_columns)
    values = list(zip(*_columns(table), strict=True))

    def write() -> None:
        with connection.cursor() as cursor:
            raw = cursor.connection  # sqlite3 itself: Django's wrapper would rewrite the marks row by row
            raw.executemany(f"INSERT INTO {target} VALUES ({marks})", values)

    return write


def _columns(table: pa.Table) -> list[list[Any]]:
    """Python values by column, as SQLite stores them (dates and instants as text)."""
    return [_sqlite_values(column).to_pylist() for column in table.columns]


def _sqlite_values(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_timestamp(kind):
        return _django_instants(column.cast(pa.timestamp("us")))
    if pa.types.is_date(kind) or pa.types.is_decimal(kind):
        return column.cast(pa.string())
    return column


def _django_instants(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Instants as Django writes them, so that text compares as time does: microseconds only where there are some."""
    seconds = pc.floor_temporal(column, unit="second")
    text = pc.strftime(seconds.cast(pa.timestamp("s")), format="%Y-%m-%d %H:%M:%S")
    if pc.all(pc.equal(seconds, column)).as_py() is not False:
        return text
    return pc.if_else(pc.equal(seconds, column), text, pc.strftime(column, format="%Y-%m-%d %H:%M:%S"))


def _copied(target: str, table: pa.Table) -> Callable[[], None]:
    buffer = io.BytesIO()
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
    pyarrow.csv.write_csv(_postgresql_table(table), buffer, options)

    def write() -> None:
        with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN (FORMAT csv)") as copy:
            copy.write(buffer.getbuffer())

    return write


def _postgresql_table(table: pa.Table) -> pa.Table:
    """Instants carry their zone, so that the server's own zone cannot move them."""
    for index, column in enumerate(table.columns):
        if pa.types.is_timestamp(column.type):
            stamped = column.cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
            table = table.set_column(index, table.column_names[index], stamped)
    return table

"""A child process that reads SQLite into Arrow.

The Arrow driver brings its own copy of SQLite. Two copies in one process break each other's file locks (SQLite's "How
To Corrupt", section 2.2), so the driver lives in a process of its own. A request is a line of JSON {path, sql,
no_values}, the last the Arrow type of columns that hold no value; the answer is a line `ok` and an Arrow stream, or a
line with the error.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO
from urllib.parse import quote

import adbc_driver_sqlite.dbapi
import pyarrow as pa
import pyarrow.ipc

BATCH = 65_536


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until the input ends."""
    for line in requests:
        request = json.loads(line)
        try:
            _answer(request, answers)
        except (pa.ArrowException, adbc_driver_sqlite.dbapi.Error) as error:
            answers.write(json.dumps(str(error)).encode() + b"\n")
        answers.flush()


def _answer(request: dict[str, Any], answers: BinaryIO) -> None:
    place, no_values = f"file:{quote(request['path'])}?mode=ro", pa.type_for_alias(request["no_values"])
    with adbc_driver_sqlite.dbapi.connect(place) as adbc, adbc.cursor() as cursor:
        # A column is text, whole or real by the rows of its first batch.
        cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(BATCH)})
        cursor.execute(request["sql"])
        reader = cursor.fetch_record_batch()
        first = next(iter(reader), None)
        if first is None or first.num_rows < BATCH:
            _stream(answers, *_retyped(first if first is not None else reader.schema, no_values))
            return
        if not _unknown_types(first):
            _stream(answers, reader.schema, chain([first], reader))
            return
    with adbc_driver_sqlite.dbapi.connect(place) as adbc, adbc.cursor() as cursor:
        cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(BATCH)})
        cursor.execute(_with_example_row(adbc, request["sql"], first, no_values))
        reader = cursor.fetch_record_batch()
        _stream(answers, reader.schema, _without_first_row(reader))


def _retyped(
    rows: pa.RecordBatch | pa.Schema, no_values: pa.DataType
) -> tuple[pa.Schema, list[pa.RecordBatch]]:
    """A whole result, its columns without a value as the type that the reader of it wants."""
    if isinstance(rows, pa.Schema):
        return pa.schema([(name, no_values) for name in rows.names]), []
    for name in _unknown_types(rows):
        rows = rows.set_column(rows.schema.get_field_index(name), name, pa.nulls(rows.num_rows, no_values))
    return rows.schema, [rows]


def _stream(answers: BinaryIO, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    answers.write(b"ok\n")
    with pa.ipc.new_stream(answers, schema) as stream:
        for batch in batches:
            stream.write_batch(batch)


def _unknown_types(batch: pa.RecordBatch) -> list[str]:
    """Columns without a value in the first batch: what type they have, only later rows can tell."""
    return [
        name
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
        if column.null_count == len(column)
    ]


def _with_example_row(adbc: Any, sql: str, first: pa.RecordBatch, no_values: pa.DataType) -> str:
    """The query with a row before all others that has a value of the right type in every column."""
    examples = {"text": "''", "real": "0.5", "integer": "0"}
    by_arrow = {"string": "''", "double": "0.5", "int64": "0"}
    unknown = _unknown_types(first)
    cells = []
    for name, column in zip(first.schema.names, first.columns, strict=True):
        cell = by_arrow[str(column.type)]
        if name in unknown:
            quoted = _identifier(name)
            with adbc.cursor() as cursor:
                cursor.execute(f"SELECT typeof({quoted}) FROM ({sql}) WHERE {quoted} IS NOT NULL LIMIT 1")
                found = cursor.fetchone()
            cell = examples[found[0]] if found else by_arrow[str(no_values)]
        cells.append(f"{cell} AS {_identifier(name)}")
    return f"SELECT {', '.join(cells)} UNION ALL SELECT * FROM ({sql})"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _without_first_row(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for number, batch in enumerate(batches):
        yield batch if number else batch.slice(1)


if __name__ == "__main__":
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        os._exit(0)  # whoever asked was killed; nobody reads what is still to be flushed

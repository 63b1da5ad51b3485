"""Bigint inside, opaque public id outside; and ranges of ids for bulk writes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection, models, transaction

from guanxi.foundation.engine.duck import quoted


def public_id_sql(key_column: str) -> str:
    """The opaque public id of a source's key as a DuckDB expression over columns `source` and the given one.

    80 bits of a keyed hash, so nobody without the installation's key can guess an id or tell what it stands for, and
    a record that is taken back and imported again has the id it had. Hold-outs are drawn by it: they stay the same too.
    """
    key = quoted(str(settings.ID_KEY))
    return f"left(sha256('{key}' || chr(31) || source || chr(31) || {key_column}), 20)"


def reserve_ids(model: type[models.Model], count: int) -> int:
    """Reserve `count` consecutive ids of a model for a bulk write; return the first.

    Nobody else can be given one of them, whether or not the caller ever uses them.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        reserve = _reserve_postgresql if connection.vendor == "postgresql" else _reserve_sqlite
        return reserve(cursor, model._meta.db_table, max(count, 1))


def _reserve_sqlite(cursor: Any, table: str, count: int) -> int:
    cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [count, table])
    if cursor.rowcount == 0:
        cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, count])
    cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
    return int(cursor.fetchone()[0]) - count + 1


def _reserve_postgresql(cursor: Any, table: str, count: int) -> int:
    """One jump of the sequence; ALTER SEQUENCE holds off every other nextval until the transaction ends."""
    cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
    sequence = cursor.fetchone()[0]
    cursor.execute(f"ALTER SEQUENCE {sequence} INCREMENT BY 1")
    cursor.execute("SELECT nextval(%s::regclass)", [sequence])
    first = int(cursor.fetchone()[0])
    cursor.execute("SELECT setval(%s::regclass, %s)", [sequence, first + count - 1])
    return first

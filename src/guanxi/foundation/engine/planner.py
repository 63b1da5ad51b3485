"""What the server knows of its tables when it plans a query, brought up to date after many rows came in at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, models

MANY_ROWS = 1_000
SHARE = 0.1
"""Below either the statistics are kept: so few rows change no plan. The share is that of autovacuum."""


def look_again(loaded: Mapping[type[models.Model], int]) -> list[str]:
    """Have PostgreSQL analyse the tables into which many rows were loaded; return their names.

    Many are at least `MANY_ROWS`, and at least `SHARE` of the rows that the statistics knew of. A server whose
    autovacuum is on would do so by itself, minutes later; until then it plans as if the table were empty. A table that
    somebody else is analysing, or that is not the user's own, is passed over. SQLite, which plans without statistics,
    is left alone.
    """
    if connection.vendor != "postgresql":
        return []
    counted = {model._meta.db_table: rows for model, rows in loaded.items() if rows >= MANY_ROWS}
    with connection.cursor() as cursor:
        known = _known_rows(cursor, list(counted))
        tables = sorted(table for table, rows in counted.items() if rows >= SHARE * known[table])
        for table in tables:
            cursor.execute(f"ANALYZE (SKIP_LOCKED) {connection.ops.quote_name(table)}")
    return tables


def _known_rows(cursor: Any, tables: list[str]) -> dict[str, float]:
    """Table → how many rows the statistics know of; 0 where there are none."""
    cursor.execute(
        "SELECT relname, reltuples FROM pg_class WHERE oid = ANY (SELECT to_regclass(quote_ident(each)) "
        "FROM unnest(%s::text[]) AS each)",
        [tables],
    )
    return {table: max(0.0, rows) for table, rows in cursor.fetchall()}

"""Empty the database after a test that committed: only what holds rows, and nothing is written anew.

Django's flush truncates every table, for which PostgreSQL makes a new file per table and index, and then writes
content types and permissions again: half a second where the test itself took less.
"""

from __future__ import annotations

from functools import cache

from django.core.management import call_command
from django.db import connection, transaction

MANY = 2_000
"""Beyond so many rows in a table, Django's flush is quicker: deleting looks for the rows that point at each of them."""
STANDING = frozenset({"django_content_type", "auth_permission"})
"""What migrations wrote and no test changes."""


def empty() -> None:
    """Remove every row that tests wrote."""
    tables = filled()
    if _are_big(tables):
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f"DELETE FROM {quoted(table)}")


def filled() -> set[str]:
    """The tables that hold rows, but for those that always do."""
    asked = " UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT 1 FROM {quoted(t)})" for t in _tables())
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return {table for (table,) in cursor.fetchall()}


def quoted(table: str) -> str:
    return str(connection.ops.quote_name(table))


@cache
def _tables() -> list[str]:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(tables) - STANDING)


def _are_big(tables: set[str]) -> bool:
    if not tables:
        return False
    asked = " UNION ALL ".join(
        f"SELECT 1 WHERE EXISTS (SELECT 1 FROM {quoted(t)} LIMIT 1 OFFSET {MANY})" for t in sorted(tables)
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return cursor.fetchone() is not None

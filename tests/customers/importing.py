"""What import tests share: files in, undone again, and the whole database on one table."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from django.db import connection

from guanxi.customers.imports.running import ImportOptions, start_import, start_undo
from guanxi.customers.models import ImportBatch
from guanxi.foundation import jobs
from guanxi.foundation.actor import Actor
from guanxi.foundation.models import AuditEntry, AuditHead, AuditValues, ChangeRow, Event, Job

MIA = Actor("Mia")
NOT_COMPARED = {
    model._meta.db_table for model in (AuditEntry, AuditHead, AuditValues, Event, Job, ImportBatch, ChangeRow)
} | {"sqlite_sequence", "django_migrations"}
"""The record of what was done, and the queues by which the replica and other systems follow it."""


def file_of(folder: Path, content: str | bytes, name: str = "file.csv") -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def bring(kind: str, path: Path, source: str = "shop", **options: Any) -> dict[str, Any]:
    """Import a file and return what the import says it did."""
    job = start_import(kind=kind, path=path, source=source, options=ImportOptions(**options), actor=MIA)
    return jobs.run_now(job).result


def undo(import_id: int) -> dict[str, Any]:
    """Take an import back."""
    return jobs.run_now(start_undo(import_id, actor=MIA)).result


def error_lines(result: dict[str, Any]) -> list[list[str]]:
    """The lines of an import's error file below its header."""
    with Path(result["notes"]["error file"]).open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    assert header == ["row", "column", "value", "reason"]
    return lines


def whole_database() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table as it is stored, but for the record of what was done."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - NOT_COMPARED
        return {table: _rows(cursor, table) for table in sorted(tables)}


def _rows(cursor: Any, table: str) -> list[tuple[Any, ...]]:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    return sorted(cursor.fetchall(), key=repr)

"""Delta Lake tables under GUANXI_HOME/replica: the columnar copy, bucketed by party, read as plain Parquet files."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError
from django.utils.translation import gettext as _

from guanxi.foundation.engine.duck import Duck, identifier, quoted
from guanxi.foundation.errors import DomainError
from guanxi.foundation.home import folder

BUCKETS = 16
BUCKET = "bucket"
KEPT_HOURS = 24
"""How long files of older versions stay for readers that still hold them."""
MANY_FILES = 40 * BUCKETS
"""Appends leave small files; beyond so many they are put together."""
POLL_EVERY = 0.2


class VersionGone(DomainError):
    """The files of an old version were removed."""


def table_path(name: str) -> Path:
    """Where a table of the lake lies."""
    return folder("replica") / name


def files(name: str, version: int) -> list[str]:
    """The Parquet files of a version of the table; raises DeltaError where there is none."""
    return list(DeltaTable(str(table_path(name)), version=version).file_uris())


def has(name: str, version: int) -> bool:
    """Whether that version of the table can be read."""
    try:
        return all(Path(file).exists() for file in files(name, version))
    except DeltaError:
        return False


@contextmanager
def writing(waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """The right to write, which one process has at a time and loses when it dies; `waiting` may give up by raising."""
    with (folder("replica") / "lock").open("w", encoding="ascii") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waiting()
                time.sleep(POLL_EVERY)
        yield


def overwrite(name: str, rows: pa.RecordBatchReader) -> int:
    """Replace a table as a whole; return the new version. The caller holds the right to write."""
    write_deltalake(
        str(table_path(name)), rows, partition_by=[BUCKET], mode="overwrite", schema_mode="overwrite"
    )
    return _version(name)


def append(name: str, rows: pa.RecordBatchReader, *, onto: int) -> int:
    """Add rows to what a version holds; return the new version. The caller holds the right to write."""
    write_deltalake(_at(name, onto), rows, partition_by=[BUCKET], mode="append")
    table = DeltaTable(str(table_path(name)))
    if len(table.file_uris()) > MANY_FILES:
        table.optimize.compact()
    return _version(name)


def replace_buckets(name: str, rows: pa.RecordBatchReader, *, onto: int, buckets: Iterable[int]) -> int:
    """Replace some buckets of what a version holds; return the new version. The caller holds the right to write."""
    listed = ", ".join(str(int(bucket)) for bucket in sorted(buckets))
    write_deltalake(
        _at(name, onto), rows, partition_by=[BUCKET], mode="overwrite", predicate=f"{BUCKET} IN ({listed})"
    )
    return _version(name)


def _at(name: str, version: int) -> DeltaTable:
    """The table as that version left it: what a writer that died wrote after it is taken back."""
    table = DeltaTable(str(table_path(name)))
    if table.version() != version:
        table.restore(version)
    return table


def _version(name: str) -> int:
    return int(DeltaTable(str(table_path(name))).version())


def open_view(duck: Duck, name: str, version: int, *, view: str | None = None) -> None:
    """Make a version of a table readable in DuckDB under its name; raises VersionGone when it was removed."""
    try:
        table = DeltaTable(str(table_path(name)), version=version)
    except DeltaError as error:
        raise VersionGone(
            _("The copy of %(name)s is not there; run `guanxi insight refresh`.") % {"name": name}
        ) from error
    uris = table.file_uris()
    if not all(Path(uri).exists() for uri in uris):
        raise VersionGone(
            _("Version %(version)s of the copy of %(name)s is kept no longer; work with the current figures.")
            % {"version": version, "name": name}
        )
    listed = ", ".join(f"'{quoted(uri)}'" for uri in uris)
    rows = f"SELECT * EXCLUDE ({BUCKET}) FROM read_parquet([{listed}], hive_partitioning = true)"
    source = rows if uris else _nothing(table)
    duck.execute(f"CREATE OR REPLACE TEMP VIEW {identifier(view or name)} AS {source}")


def _nothing(table: DeltaTable) -> str:
    """A query with the table's columns and no row."""
    columns = [column for column in pa.schema(table.schema().to_arrow()) if column.name != BUCKET]
    nulls = ", ".join(f"CAST(NULL AS {_SQL_TYPES[str(c.type)]}) AS {identifier(c.name)}" for c in columns)
    return f"SELECT {nulls} WHERE FALSE"


_SQL_TYPES = {
    "bool": "BOOLEAN",
    "date32[day]": "DATE",
    "decimal128(38, 0)": "HUGEINT",
    "double": "DOUBLE",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "large_string": "VARCHAR",
    "string": "VARCHAR",
    "string_view": "VARCHAR",
}


def count(name: str) -> int:
    """How many rows the newest version has, from its log alone."""
    return int(DeltaTable(str(table_path(name))).count())


def tidy(name: str) -> None:
    """Remove files that no version of the last day needs."""
    table = DeltaTable(str(table_path(name)))
    table.vacuum(retention_hours=KEPT_HOURS, dry_run=False, enforce_retention_duration=False)

"""DuckDB connections with bounded memory."""

from __future__ import annotations

import atexit
import fcntl
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import IO, Any

import duckdb
import pyarrow as pa
from django.conf import settings

from guanxi.foundation.home import folder

Duck = duckdb.DuckDBPyConnection
EngineError = duckdb.Error

_held: dict[Path, IO[str]] = {}
"""This process's scratch folder for each spill folder, with the lock that says that it lives."""


def workspace(path: Path | None = None) -> Duck:
    """A DuckDB database, in memory or in a file, that spills to disk instead of growing without bound."""
    duck = duckdb.connect(str(path) if path else ":memory:")
    # Each has a folder of its own: DuckDB gives spilled blocks the same names in every process, and clears up after
    # itself by removing the folder that it made.
    spilled = scratch() / secrets.token_hex(4)
    duck.execute(f"SET temp_directory = '{quoted(str(spilled))}'")
    duck.execute(f"SET memory_limit = '{settings.ENGINE_MEMORY}'")
    duck.execute(f"SET threads = {os.cpu_count() or 1}")
    duck.execute("SET TimeZone = 'UTC'")
    duck.execute("SET enable_progress_bar = false")
    # All that is read comes from the caller; nothing may be installed from a network.
    duck.execute("SET autoinstall_known_extensions = false")
    return duck


def scratch() -> Path:
    """This process's folder for what must not outlive it; what killed processes left is removed on the way."""
    spill = folder("spill")
    for mine in _held:
        if mine.parent == spill and mine.is_dir():
            return mine
    with (spill / "lock").open("w", encoding="ascii") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        _sweep(spill)
        mine = Path(tempfile.mkdtemp(dir=spill))
        _held[mine] = (mine / "lock").open("w", encoding="ascii")
        fcntl.flock(_held[mine], fcntl.LOCK_EX)
    atexit.register(_remove, mine, os.getpid())
    return mine


def _sweep(spill: Path) -> None:
    for place in (place for place in spill.iterdir() if place.is_dir()):
        lock = place / "lock"
        try:
            with lock.open("w", encoding="ascii") as held:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue  # its process lives
        except FileNotFoundError:
            pass  # already going
        shutil.rmtree(place, ignore_errors=True)


def _remove(mine: Path, owner: int) -> None:
    if os.getpid() == owner:  # a forked child ends without its parent
        shutil.rmtree(mine, ignore_errors=True)


def was_interrupted(error: BaseException) -> bool:
    """Whether Ctrl-C is behind an error: the engine answers it with errors of its own, which others then wrap."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, KeyboardInterrupt | duckdb.InterruptException):
            return True
        if isinstance(seen, RuntimeError) and "Query interrupted" in str(seen):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def quoted(text: str) -> str:
    """Text with its quotes doubled, to stand between single quotes in SQL."""
    return text.replace("'", "''")


def identifier(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def rows(duck: Duck, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    """All rows of a small result."""
    return duck.execute(sql, parameters or []).fetchall()


def value(duck: Duck, sql: str, parameters: list[Any] | None = None) -> Any:
    """The first value of the first row."""
    return rows(duck, sql, parameters)[0][0]


def arrow(duck: Duck, sql: str) -> pa.Table:
    """A result as an Arrow table."""
    return duck.sql(sql).to_arrow_table()


def keep(duck: Duck, name: str, relation: Any) -> None:
    """Make a relation a table, so that it is computed once."""
    duck.execute(f"DROP TABLE IF EXISTS {name}")
    relation.create(name)

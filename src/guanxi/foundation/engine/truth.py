"""From the truth database into Arrow, in columns and in batches.

The reader has a connection of its own: it sees what is committed, not what the caller's transaction has written.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.ipc
from django.db import connection

from guanxi.foundation.engine.duck import Duck, identifier


class TruthUnreadable(RuntimeError):
    """The truth database refused a query of ours."""


class _SqliteReader:
    """The child process, started when first needed; see sqlite_reader for why it is one."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None

    def running(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            command = [sys.executable, "-m", "guanxi.foundation.engine.sqlite_reader"]
            # In a session of its own Ctrl-C does not reach it: it ends with whoever asked.
            self.process = subprocess.Popen(  # noqa: S603 - our own module
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
            atexit.register(self.process.kill)
        return self.process

    @contextmanager
    def read(self, path: str, sql: str, no_values: str) -> Iterator[pa.RecordBatchReader]:
        with self.lock:
            process = self.running()
            assert process.stdin is not None
            assert process.stdout is not None
            request = json.dumps({"path": path, "sql": sql, "no_values": no_values})
            finished = False
            try:
                process.stdin.write(request.encode() + b"\n")
                process.stdin.flush()
                answer = process.stdout.readline().strip()
                if answer != b"ok":
                    finished = True
                    raise TruthUnreadable(answer.decode() or "the reader process ended")
                yield pa.ipc.open_stream(process.stdout)
                finished = True
            finally:
                if not finished:  # half a stream is left in the pipe: a new child starts clean
                    process.kill()
                    self.process = None


_sqlite_reader = _SqliteReader()


class _PostgresqlReader:
    """A connection of the Arrow driver, kept from one read to the next: it asks for every type when it opens."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.held: Any = None
        self.place = ""
        self.owner = 0

    @contextmanager
    def read(self, place: str, sql: str) -> Iterator[pa.RecordBatchReader]:
        if not self.lock.acquire(blocking=False):  # another thread reads: this one does not wait for it
            with _connected(place) as adbc, adbc.cursor() as cursor:
                cursor.execute(sql)
                yield cursor.fetch_record_batch()
            return
        finished = False
        try:
            with self._started(place, sql) as cursor:
                yield cursor.fetch_record_batch()
            self.held.rollback()  # the next read sees what is committed by then
            finished = True
        finally:
            if not finished:
                self._close()
            self.lock.release()

    def _started(self, place: str, sql: str) -> Any:
        """A cursor that has executed the query; a connection that the server dropped meanwhile is opened anew."""
        if self.held is not None and (self.place, self.owner) == (place, os.getpid()):
            cursor = self.held.cursor()
            try:
                cursor.execute(sql)
                return cursor
            except _driver().Error:
                cursor.close()
                self._close()
        self.held, self.place, self.owner = _connected(place), place, os.getpid()
        cursor = self.held.cursor()
        cursor.execute(sql)
        return cursor

    def let_go(self) -> None:
        """Close it, unless a thread that hangs has it: whoever exits does not wait for that."""
        if self.lock.acquire(timeout=1):
            try:
                self._close()
            finally:
                self.lock.release()

    def _close(self) -> None:
        held, self.held = self.held, None
        if held is not None and self.owner == os.getpid():
            held.close()


def _driver() -> Any:
    import adbc_driver_postgresql.dbapi  # slow to import, and needed on PostgreSQL only

    return adbc_driver_postgresql.dbapi


def _connected(place: str) -> Any:
    return _driver().connect(place)


_postgresql_reader = _PostgresqlReader()
# At the very end the driver's own modules are gone, and a connection that is left complains of that.
atexit.register(_postgresql_reader.let_go)


@contextmanager
def truth_reader(sql: str, *, no_values: str = "int64") -> Iterator[pa.RecordBatchReader]:
    """The result of a query on the truth database as Arrow batches, all of which are to be read.

    The SQL is ours: it holds no text of a user other than quoted literals. SQLite knows no types of columns: one that
    holds no value is of the type `no_values`.
    """
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        with _sqlite_reader.read(str(settings["NAME"]), sql, no_values) as reader:
            yield reader
        return
    user, password = quote(settings["USER"] or ""), quote(settings["PASSWORD"] or "")
    login = f"{user}:{password}@" if user else ""
    place = f"{settings['HOST'] or ''}:{settings['PORT'] or 5432}/{quote(settings['NAME'])}"
    with _postgresql_reader.read(f"postgresql://{login}{place}", sql) as reader:
        yield reader


def let_go() -> None:
    """Close the connection that is kept for the next read, if there is one: the database can be dropped then."""
    _postgresql_reader.let_go()


def copy_truth(duck: Duck, table: str, sql: str, *, no_values: str = "int64") -> None:
    """Create a DuckDB table from a query on the truth database; `no_values` as in truth_reader."""
    with truth_reader(sql, no_values=no_values) as reader:
        duck.register("_truth_reader", reader)
        duck.execute(f"CREATE OR REPLACE TABLE {identifier(table)} AS SELECT * FROM _truth_reader")
        duck.unregister("_truth_reader")

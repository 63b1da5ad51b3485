"""What many tests begin with is built once in a process; later its rows and files are put back as they were left.

Every test still begins with rows and files of its own: it gets a copy, and what it does to it nobody else sees. Where a
database or home folder already holds something, the beginning is built as if this module were not there.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import translation
from emptied import filled, quoted

from guanxi.foundation import clock

PEOPLE = frozenset({"staff_user", "django_session"})
"""Tests may have let people in before; a beginning knows nothing of them."""
SPILL = "spill"
"""The engine's working folder, which belongs to a process and holds nothing that lasts."""


@dataclass(frozen=True)
class Kept:
    """How a beginning was left."""

    place: Path
    tables: frozenset[str]
    result: Any


_kept: dict[Hashable, Kept] = {}


def built_once(what: Hashable, build: Callable[[], Any]) -> Any:
    """What `build` returns, with the rows and files that it leaves; `what` says all that its outcome depends on."""
    if not _is_new():
        return build()
    key = (what, *_circumstances())
    if key not in _kept:
        before = filled()
        result = build()
        _kept[key] = _keep(filled() - before, result)
        return result
    _put_back(_kept[key])
    return _kept[key].result


def _is_new() -> bool:
    home = Path(settings.HOME)
    return (
        not connection.in_atomic_block
        and filled() <= PEOPLE
        and not any(entry.name != SPILL for entry in home.iterdir())
    )


def _circumstances() -> tuple[Hashable, ...]:
    """What any beginning depends on beside its own words."""
    return (
        clock.now().date(),
        settings.BASE_CURRENCY,
        settings.TIME_ZONE,
        settings.ID_KEY,
        translation.get_language(),
    )


def _keep(tables: set[str], result: Any) -> Kept:
    place = Path(tempfile.mkdtemp(prefix="kept-", dir=_START))
    shutil.copytree(settings.HOME, place / "home", ignore=shutil.ignore_patterns(SPILL))
    with _beside(place) as beside, connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f"CREATE TABLE {beside}.{quoted(table)} AS SELECT * FROM {quoted(table)}")
    return Kept(place, frozenset(tables), result)


def _put_back(kept: Kept) -> None:
    shutil.copytree(kept.place / "home", settings.HOME, dirs_exist_ok=True)
    with _beside(kept.place) as beside, transaction.atomic(), connection.cursor() as cursor:
        for table in sorted(kept.tables):
            cursor.execute(f"INSERT INTO {quoted(table)} SELECT * FROM {beside}.{quoted(table)}")
        models = [model for model in apps.get_models() if model._meta.db_table in kept.tables]
        for sql in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(sql)


_START = settings.HOME
"""The home folder of the whole run; `settings.HOME` is each test's own."""


@contextmanager
def _beside(place: Path) -> Iterator[str]:
    """Where tables are kept, as a name in SQL: a schema of PostgreSQL, or a file beside SQLite's."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            schema = quoted(place.name)
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            yield schema
            return
        cursor.execute("ATTACH DATABASE %s AS kept", [str(place / "rows.sqlite3")])
        try:
            yield "kept"
        finally:
            cursor.execute("DETACH DATABASE kept")

"""The columnar copy of the truth: brought up to date from change rows, which are deleted once followed.

A change row says only that something changed; what is true now is read from the truth. Doing the same change twice
gives the same copy, so a crash at any point costs nothing but the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa
from django.utils.translation import gettext as _

from guanxi.customers.models import ImportBatch
from guanxi.foundation import clock
from guanxi.foundation.engine import lake
from guanxi.foundation.engine.duck import Duck, rows, value, workspace
from guanxi.foundation.engine.truth import copy_truth, truth_reader
from guanxi.foundation.errors import DomainError
from guanxi.foundation.jobs import RunningJob
from guanxi.foundation.models import ChangeRow
from guanxi.foundation.registry import Dataset, registry
from guanxi.insight.models import ReplicaTable

IDS_PER_QUERY = 5_000
TEXT = "string"
"""Columns of a dataset that have no value are read as text: all others are cast by the dataset."""


class NothingReplicated(DomainError):
    """The copy does not exist yet."""


@dataclass(frozen=True)
class Synced:
    """What one dataset's copy became."""

    version: int
    rows: int
    followed: list[int]
    """Ids of the change rows that were followed."""


def sync(running: RunningJob) -> None:
    """Bring every dataset's copy up to date, then say in one transaction which versions are current."""
    with lake.writing(lambda: running.advance("waiting for another copy")):
        synced = {}
        with workspace() as duck:
            for number, dataset in enumerate(registry.datasets.values()):
                running.advance(f"copying {dataset.name.replace('_', ' ')}", number, len(registry.datasets))
                with _apart(duck):
                    result = _sync(duck, dataset)
                if result:
                    synced[dataset.name] = result
        _make_current(running, synced)
        for name in synced:
            lake.tidy(name)


@contextmanager
def _apart(duck: Duck) -> Iterator[None]:
    """Tables made within are gone after it."""
    duck.execute("CREATE SCHEMA apart")
    duck.execute("USE apart")
    yield
    duck.execute("USE main")
    duck.execute("DROP SCHEMA apart CASCADE")


def _make_current(running: RunningJob, synced: dict[str, Synced]) -> None:
    with running.writing("copied"):
        for name, result in synced.items():
            ReplicaTable.objects.update_or_create(
                dataset=name,
                defaults={
                    "version": result.version,
                    "rows": result.rows,
                    "definition": registry.datasets[name].definition,
                    "synced_at": clock.now(),
                },
            )
            for start in range(0, len(result.followed), IDS_PER_QUERY):
                ChangeRow.objects.filter(pk__in=result.followed[start : start + IDS_PER_QUERY]).delete()


def open_replica(duck: Duck) -> None:
    """Make the current copy readable: a view per dataset, and `resolved` (party_id, customer_id) for merged parties.

    Raises NothingReplicated before the first refresh.
    """
    tables = {table.dataset: table for table in ReplicaTable.objects.all()}
    if not tables:
        raise NothingReplicated(
            _("There is no data to analyse yet. Import orders, then run `guanxi insight refresh`.")
        )
    if not all(_is_of(tables.get(name), dataset) for name, dataset in registry.datasets.items()):
        raise NothingReplicated(
            _("The data for analyses are from an earlier version. Run `guanxi insight refresh` once.")
        )
    for name in registry.datasets:
        lake.open_view(duck, name, tables[name].version)
    duck.execute(_RESOLVED)


def _is_of(table: ReplicaTable | None, dataset: Dataset) -> bool:
    """Whether a copy was made as the dataset is defined now."""
    return table is not None and table.definition == dataset.definition


_RESOLVED = """
CREATE OR REPLACE TEMP TABLE resolved AS
WITH RECURSIVE chain (party_id, customer_id) AS (
  SELECT party_id, survivor_id FROM party_links
  UNION ALL
  SELECT chain.party_id, party_links.survivor_id FROM chain JOIN party_links ON party_links.party_id = chain.customer_id
)
SELECT party_id, customer_id FROM chain WHERE customer_id NOT IN (SELECT party_id FROM party_links)
"""


def _sync(duck: Duck, dataset: Dataset) -> Synced | None:
    """Follow what changed in one dataset; None when nothing did."""
    known = ReplicaTable.objects.filter(dataset=dataset.name).first()
    changes = list(ChangeRow.objects.filter(dataset=dataset.name).order_by("id"))
    followed = [change.pk for change in changes]
    if known is None or not _is_of(known, dataset) or not lake.has(dataset.name, known.version):
        return Synced(*_copy_whole(duck, dataset), followed)
    if not changes:
        return None
    lake.open_view(duck, dataset.name, known.version, view="copied")
    _collect_affected(duck, dataset, changes)
    return Synced(*_apply(duck, dataset, known.version), followed)


def _copy_whole(duck: Duck, dataset: Dataset) -> tuple[int, int]:
    """The first copy streams through: memory does not grow with the table."""
    with truth_reader(dataset.rows, no_values=TEXT) as truth:
        duck.register("_truth", truth)
        duck.execute(f"CREATE VIEW fresh AS SELECT {dataset.columns} FROM _truth")
        version = lake.overwrite(dataset.name, _reader(duck, "SELECT * FROM fresh"))
    return version, lake.count(dataset.name)


def _collect_affected(duck: Duck, dataset: Dataset, changes: list[ChangeRow]) -> None:
    """Fill `affected` (keys whose rows in the copy are out of date) and `fresh` (what is true of them now)."""
    duck.execute("CREATE TABLE affected (id BIGINT)")
    duck.execute("CREATE TABLE read_again (id BIGINT)")
    duck.execute("CREATE TABLE fresh AS SELECT * FROM copied LIMIT 0")
    batches = {change.import_id for change in changes if change.import_id is not None}
    published = set(
        ImportBatch.objects.filter(pk__in=batches, state=ImportBatch.State.PUBLISHED).values_list(
            "pk", flat=True
        )
    )
    for batch in sorted(batches - published):
        duck.execute(
            f"INSERT INTO affected SELECT DISTINCT {dataset.key} FROM copied WHERE batch_id = {batch}"
        )
    for batch in sorted(published):
        _read_batch(duck, dataset, batch)
    row_ids = sorted({change.row_id for change in changes if change.row_id is not None})
    for start in range(0, len(row_ids), IDS_PER_QUERY):
        _read_rows(duck, dataset, row_ids[start : start + IDS_PER_QUERY])


def _read_batch(duck: Duck, dataset: Dataset, batch: int) -> None:
    ids = dataset.changed.format(batch=batch)
    _read(duck, dataset, ids)
    copy_truth(duck, "_ids", f"SELECT id FROM ({ids}) AS changed")
    _note_read(duck, "SELECT id FROM _ids")


def _read_rows(duck: Duck, dataset: Dataset, row_ids: list[int]) -> None:
    listed = ", ".join(map(str, row_ids))
    _read(duck, dataset, listed)
    _note_read(duck, f"SELECT unnest([{listed}])")


def _read(duck: Duck, dataset: Dataset, ids: str) -> None:
    """Add what is true of some keys to `fresh`, but for those that an earlier change had read."""
    wanted = f"SELECT changed.* FROM ({dataset.rows}) AS changed WHERE changed.{dataset.key} IN ({ids})"
    copy_truth(duck, "_rows", wanted, no_values=TEXT)
    duck.execute(
        f"""INSERT INTO fresh BY NAME SELECT * FROM (SELECT {dataset.columns} FROM _rows)
            WHERE {dataset.key} NOT IN (SELECT id FROM read_again)"""
    )
    duck.execute("DROP TABLE _rows")


def _note_read(duck: Duck, ids: str) -> None:
    duck.execute(f"INSERT INTO read_again {ids}")
    duck.execute(f"INSERT INTO affected {ids}")


def _apply(duck: Duck, dataset: Dataset, version: int) -> tuple[int, int]:
    """Replace the affected rows; a pure addition is an append. Return the new version and the number of rows."""
    key, name = dataset.key, dataset.name
    bucket = _bucket(duck)
    stale = int(value(duck, f"SELECT count(*) FROM copied WHERE {key} IN (SELECT id FROM affected)"))
    before = int(value(duck, "SELECT count(*) FROM copied"))
    fresh = int(value(duck, "SELECT count(*) FROM fresh"))
    if stale == 0:
        if fresh == 0:
            return version, before
        return lake.append(name, _reader(duck, "SELECT * FROM fresh"), onto=version), before + fresh
    touched = rows(
        duck,
        f"""SELECT DISTINCT {bucket} FROM copied WHERE {key} IN (SELECT id FROM affected)
            UNION SELECT DISTINCT {bucket} FROM fresh""",
    )
    buckets = [number for (number,) in touched]
    kept = f"""SELECT * FROM copied
               WHERE {key} NOT IN (SELECT id FROM affected) AND {bucket} IN ({", ".join(map(str, buckets))})
               UNION ALL BY NAME SELECT * FROM fresh"""
    duck.execute(f"CREATE TABLE merged AS {kept}")
    version = lake.replace_buckets(name, _reader(duck, "SELECT * FROM merged"), onto=version, buckets=buckets)
    return version, before - stale + fresh


def _bucket(duck: Duck) -> str:
    """Rows of one party lie together; rows without a party lie in bucket 0."""
    columns = {name for (name,) in rows(duck, "SELECT column_name FROM (DESCRIBE fresh)")}
    return f"coalesce(party_id % {lake.BUCKETS}, 0)::INTEGER" if "party_id" in columns else "0::INTEGER"


def _reader(duck: Duck, sql: str) -> pa.RecordBatchReader:
    bucket = _bucket(duck)
    return duck.sql(f"SELECT *, {bucket} AS {lake.BUCKET} FROM ({sql})").to_arrow_reader()

"""Staged rows into the truth database in short transactions, each noted so that a killed load goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
from django.apps import apps

from guanxi.customers.imports.handing_over import giving
from guanxi.customers.models import ImportBatch
from guanxi.foundation.engine.bulk import insertion
from guanxi.foundation.jobs import RunningJob

BLOCK = 10_000
"""Rows per transaction."""


def load(running: RunningJob, batch: ImportBatch, folder: Path) -> None:
    """Load what is staged. A second run after a crash continues after the last committed block."""
    total = sum(entry["rows"] for entry in batch.staged)
    done = sum(entry["loaded"] for entry in batch.staged)
    for entry in batch.staged:
        for block in _blocks(folder / entry["file"], entry["loaded"]):
            write = _writer(entry, block, batch)
            done += block.num_rows
            with running.writing("loading", done, total):
                write()
                entry["loaded"] += block.num_rows
                ImportBatch.objects.filter(pk=batch.pk).update(staged=batch.staged)


def _writer(entry: dict[str, Any], block: pa.Table, batch: ImportBatch) -> Callable[[], None]:
    """What writes a block; its values are ready before the transaction begins."""
    model: Any = apps.get_model(entry["model"])
    if entry["action"] == "append":
        return insertion(model, block)
    if entry["action"] == "give":
        return giving(block, batch)
    ids = block.column("id").to_pylist()

    def supersede() -> None:
        for start in range(0, len(ids), 5000):
            model.objects.filter(pk__in=ids[start : start + 5000]).update(superseded_by=batch)

    return supersede


def _blocks(path: Path, skip: int) -> Iterator[pa.Table]:
    for batch in pa.parquet.ParquetFile(path).iter_batches(batch_size=BLOCK):
        if skip >= batch.num_rows:
            skip -= batch.num_rows
            continue
        yield pa.Table.from_batches([batch.slice(skip)])
        skip = 0

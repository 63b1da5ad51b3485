"""The complaints of an import as programs read them, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet

from guanxi.foundation.home import folder
from guanxi.wording.words import phrase

BLOCK = 10_000


def complaints_file(batch_id: int) -> Path:
    """Where the complaints of an import lie, if it had any."""
    return folder("errors") / f"import-{batch_id}-complaints.parquet"


def complaints(batch_id: int, *, with_values: bool) -> Iterator[dict[str, Any]]:
    """Every complaint: row, column (None for the whole row), value and reason. Values may be addresses."""
    path, said = complaints_file(batch_id), cache(phrase)
    if not path.is_file():
        return
    with pyarrow.parquet.ParquetFile(path) as file:
        for block in file.iter_batches(batch_size=BLOCK):
            for row in block.to_pylist():
                value = row["value"] if with_values else None
                yield {**row, "value": value, "reason": said(row["reason"])}

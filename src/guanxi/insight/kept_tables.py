"""What an analysis found of each customer beyond one value, as tables beside the copy that one customer reads fast."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from guanxi.foundation.engine.duck import Duck, identifier, quoted
from guanxi.foundation.home import folder
from guanxi.insight.models import InsightRun

GROUP_ROWS: Final = 20_000
"""Rows of a table that are read to find one customer's."""


def write_table(duck: Duck, run: InsightRun, digest: str, name: str) -> None:
    """Keep a table of the engine with `customer_id` beside the members of a question's answer; it goes with the run."""
    path = _path(run, digest, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    duck.execute(
        f"""COPY (SELECT * FROM {identifier(name)} ORDER BY ALL)
            TO '{quoted(str(half))}' (FORMAT parquet, ROW_GROUP_SIZE {GROUP_ROWS})"""
    )
    half.replace(path)


def rows_of(customer_id: int, run: InsightRun, digest: str, name: str) -> list[dict[str, Any]] | None:
    """One customer's rows of a kept table; None where the table is not kept."""
    path = _path(run, digest, name)
    if not path.exists():
        return None
    # Slow to import, and every other page does without it.
    from pyarrow import parquet

    found = parquet.read_table(path, filters=[("customer_id", "=", customer_id)])
    return list(found.to_pylist())


def _path(run: InsightRun, digest: str, name: str) -> Path:
    return folder("replica", "analyses") / str(run.pk) / f"{digest}.{name}.parquet"

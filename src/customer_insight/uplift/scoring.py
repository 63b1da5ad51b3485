"""Scores for everybody, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
from narwhals.typing import IntoFrameT

from customer_insight.lifetime.engine import as_given, table_like
from customer_insight.tables import require_columns
from customer_insight.uplift.learners import UpliftModel
from customer_insight.uplift.sample import Matrix, feature_numbers, matrix_of

BATCH = 65_536


def score_uplift(customers: IntoFrameT, model: UpliftModel) -> IntoFrameT:
    """Each customer's ``customer_id`` and ``uplift``: by how much treatment raises the response probability.

    ``customers`` has ``customer_id`` and the model's features. Rows come as Arrow batches of 65,536, straight from
    a DuckDB relation, else from the collected columns; only ids and scores are kept. On Spark the batches are
    scored where they lie, by workers that have this library, when the result is read. Raises TableError for a
    missing column, a feature that is not a number or is infinite.

    >>> import polars as pl
    >>> from customer_insight.simulation.uplift import simulate_uplift
    >>> from customer_insight.uplift import fit_uplift, training_sample
    >>> world = simulate_uplift(2000, seed=1, effect=0.1)
    >>> model = fit_uplift(training_sample(world.units, features=world.features))
    >>> score_uplift(pl.from_arrow(world.units.slice(0, 5)), model).shape
    (5, 2)
    """
    return scores_by_batch(customers, model.features, model.uplift, name="uplift")


def scores_by_batch(
    customers: IntoFrameT, features: tuple[str, ...], score: Callable[[Matrix], Matrix], *, name: str
) -> IntoFrameT:
    """``customer_id`` and what ``score`` says of each row of ``features`` as the column ``name``, batch by batch.

    Same kind of table. Raises TableError as `score_uplift`.
    """
    frame = require_columns(customers, ("customer_id", *features), name="customers")
    read = frame.select(nw.col("customer_id").cast(nw.Int64), *feature_numbers(frame, features))
    if frame.implementation.is_pyspark():
        on_spark: IntoFrameT = _where_they_lie(read, features, score, name)
        return on_spark
    ids: list[pa.Array] = []
    scores = [np.zeros(0)]
    for batch in _batches(read):
        ids.append(batch["customer_id"])
        scores.append(score(matrix_of(_columns(batch), features)))
    columns: dict[str, Any] = {"customer_id": pa.chunked_array(ids, pa.int64()), name: np.concatenate(scores)}
    scored: IntoFrameT = as_given(table_like(columns, frame), customers)
    return scored


def _where_they_lie(
    read: nw.LazyFrame[Any], features: tuple[str, ...], score: Callable[[Matrix], Matrix], name: str
) -> Any:
    """A Spark table whose workers score their own rows; the model goes to them, no row leaves."""

    def scored(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            values = score(matrix_of(_columns(batch), features))
            yield pa.RecordBatch.from_pydict({"customer_id": batch["customer_id"], name: pa.array(values)})

    native: Any = read.to_native()
    return native.mapInArrow(scored, f"customer_id long, {name} double")


def _columns(batch: pa.RecordBatch) -> dict[str, Any]:
    """The columns as Series; a null becomes NaN."""
    frame = nw.from_native(pa.Table.from_batches([batch]), eager_only=True)
    return {name: frame[name] for name in frame.columns}


def _batches(frame: nw.LazyFrame[Any]) -> Iterator[pa.RecordBatch]:
    """Arrow batches of the engine's rows."""
    native: Any = frame.to_native()
    if frame.implementation.is_duckdb():
        yield from native.to_arrow_reader(BATCH)
        return
    yield from frame.collect(backend="pyarrow").to_native().to_batches(max_chunksize=BATCH)

"""Numpy columns out of a table, and back into a table of the same engine.

The arithmetic of the models is Numpy over distinct rows; grouping and joining stay in the engine that holds
the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from customer_insight.tables import Table, TableError, require_columns

Vector: TypeAlias = NDArray[np.float64]
Columns: TypeAlias = Mapping[str, NDArray[Any]]


def columns_of(frame: nw.LazyFrame[Any], names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    """Run the lazy frame and return the named columns as Numpy arrays, in one row order."""
    collected = frame.select(*names).collect()
    return {name: collected[name].to_numpy() for name in names}


def sums(terms: Vector, weight: Vector) -> Vector:
    """Rows of `terms` (..., n) times `weight` (n,), summed over n.

    einsum in place of a matrix product: BLAS starts a thread per processor for sums this long, and on a busy
    machine they wait for each other (measured: a fit up to eight times slower).
    """
    return np.asarray(np.einsum("...i,i->...", terms, weight))


def table_like(columns: Columns, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """A frame of these columns that can be joined with `frame`.

    A DuckDB relation joins only relations of its own connection, a Spark frame only those of its own
    session; both are reached through the native frame.
    """
    native: Any = frame.to_native()
    arrow = pa.table(dict(columns))
    if frame.implementation.is_duckdb():
        # DuckDB finds the Arrow table by its Python name; the relation keeps it alive.
        computed = native.query("source_rows", "select * from arrow")
    elif frame.implementation.is_pyspark():
        computed = native.sparkSession.createDataFrame(arrow)
    else:
        computed = _eager(arrow, frame.implementation)
    return require_columns(computed, tuple(columns), name="computed columns")


def _eager(arrow: pa.Table, implementation: Any) -> Any:
    try:
        return nw.from_arrow(arrow, backend=implementation).to_native()
    except (ValueError, TypeError) as error:
        raise TableError(f"tables of {implementation} cannot take computed columns") from error


def as_given(result: nw.LazyFrame[Any], given: Table) -> Any:
    """The result as a native table of the kind the caller gave: a frame stays a frame, a lazy table stays
    lazy.
    """
    if isinstance(nw.from_native(given), nw.DataFrame):
        return result.collect().to_native()
    return result.to_native()

"""The tables the library reads and the one check at its door.

Days are whole numbers: days since 1970-01-01 (business date). Money is whole minor units (cents, fen).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, TypeAlias, cast

import narwhals as nw
from narwhals.typing import IntoFrame, IntoFrameT

Table: TypeAlias = IntoFrame
"""Anything Narwhals can read: DuckDB relation, Polars or pandas frame, PyArrow table, PySpark DataFrame."""

EPOCH: Final = date(1970, 1, 1)

ORDER_LINES: Final[Mapping[str, str]] = {
    "customer_id": "integer: the resolved customer",
    "order_id": "integer: one transaction",
    "day": "integer: business date as days since 1970-01-01",
    "product_id": "integer or null",
    "quantity": "number; negative or flagged when goods came back",
    "amount": "integer minor units the customer paid, negative for a return",
    "cost": "integer minor units the goods cost us, null where unknown",
    "discount": "integer minor units taken off the list price, >= 0",
    "is_return": "boolean: goods came back",
}


class TableError(ValueError):
    """A table does not have what a function needs; the message names the column."""


def day_number(value: date) -> int:
    """Days since 1970-01-01.

    >>> day_number(date(2017, 10, 1))
    17440
    """
    return (value - EPOCH).days


def require_columns(
    table: Table, columns: Mapping[str, Any] | tuple[str, ...], *, name: str
) -> nw.LazyFrame[Any]:
    """Return the table as a lazy frame, or raise TableError naming what is missing."""
    frame = nw.from_native(table).lazy()
    present = frame.collect_schema().names()
    missing = [column for column in columns if column not in present]
    if missing:
        raise TableError(f"table {name!r} lacks column(s) {', '.join(missing)}; it has {', '.join(present)}")
    return frame


def numbers(frame: nw.LazyFrame[Any], columns: tuple[str, ...], *, name: str) -> dict[str, nw.Expr]:
    """The columns by name as 64-bit integers or floats, which sum alike on every engine; NaN is an unknown value: null.

    ``name`` is the table's. Raises TableError for a column that holds no numbers.
    """
    schema = frame.collect_schema()
    return {column: _number(column, schema[column], name) for column in columns}


def _number(column: str, dtype: Any, name: str) -> nw.Expr:
    value = nw.col(column)
    if dtype.is_integer():
        return value.cast(nw.Int64)
    if not dtype.is_numeric() and dtype not in {nw.Unknown, nw.Object}:
        raise TableError(f"column {column!r} of {name!r} is {dtype}, not a number; cast it to a number")
    value = value.cast(nw.Float64)
    return nw.when(~value.is_nan()).then(value).alias(column)


def same_kind(frame: nw.LazyFrame[Any], like: IntoFrameT) -> IntoFrameT:
    """Hand the frame back as the kind of table that came in: lazy stays lazy, an eager frame is collected."""
    given: Any = nw.from_native(cast("Any", like))
    lazy = isinstance(given, nw.LazyFrame)
    native = frame.to_native() if lazy else frame.collect(backend=given.implementation).to_native()
    return cast("IntoFrameT", native)


def whole_numbers(like: Table, *, count: int) -> nw.LazyFrame[Any]:
    """One column ``number`` 1..count in the engine of ``like``: rows a report shows even where nobody falls.

    Raises TableError on an engine it cannot make rows in.
    """
    frame = nw.from_native(like)
    if isinstance(frame, nw.DataFrame):
        return nw.from_dict({"number": list(range(1, count + 1))}, backend=frame.implementation).lazy()
    lazy: Any = nw.from_native(_lazy_numbers(frame, count=count))
    return cast("nw.LazyFrame[Any]", lazy)


def _lazy_numbers(frame: nw.LazyFrame[Any], *, count: int) -> Any:
    """A native lazy table of numbers; the rows must live in the same connection or session as ``frame``."""
    native, engine = frame.to_native(), frame.implementation
    if engine.is_duckdb():
        return native.query("source", f"SELECT range AS number FROM range(1, {int(count) + 1})")
    if engine.is_polars():
        return nw.from_dict({"number": list(range(1, count + 1))}, backend="polars").lazy().to_native()
    if engine.is_pyspark():
        return native.sparkSession.range(1, count + 1).withColumnRenamed("id", "number")
    raise TableError(f"cannot make rows on {engine}; pass a DuckDB, Polars, pandas, PyArrow or PySpark table")

"""The door: columns and types are checked whenever a table comes in, its contents when `check_table` is asked.

A type costs nothing to look at. Contents take one pass over the table, so it is the caller who says when.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import narwhals as nw
from narwhals.dtypes import DType

from customer_insight.inputs.definition import Column, Kind, TableDefinition
from customer_insight.tables import Table, TableError, require_columns

_WHOLE: Final[tuple[Kind, ...]] = ("key", "day", "whole number", "money")
_REMEDY: Final = {
    "key": "number the rows by whole numbers",
    "day": "give days since 1970-01-01 (customer_insight.tables.day_number)",
    "whole number": "cast it to an integer type",
    "money": "give whole minor units in an integer type",
    "number": "cast it to a number",
    "boolean": "cast it to true and false",
    "text": "cast it to text",
}


def typed(
    table: Table, definition: TableDefinition, *, columns: Iterable[str] | None = None, windows: bool = True
) -> nw.LazyFrame[Any]:
    """The table as a lazy frame whose columns exist and are of the kind the definition says.

    ``columns`` are those the caller reads; without it all that are not optional. A column without any value
    (of no type) takes the type of its kind. A PyArrow table is read by DuckDB, for PyArrow knows no windows; it stays
    as it is for a caller who needs none.
    Raises TableError naming column, what it is and what to do.
    """
    wanted = tuple(columns) if columns is not None else definition.required
    frame = require_columns(table, wanted, name=definition.name)
    frame = windowed(frame) if windows else frame
    schema = frame.collect_schema()
    present = [name for name in definition.columns if name in schema]
    loose = frame.implementation.is_pandas_like()
    for name in present:
        _check_type(schema[name], definition.columns[name], name=name, table=definition.name, loose=loose)
    untyped = [name for name in present if _is_untyped(schema[name])]
    casts = [nw.col(name).cast(_type(definition.columns[name])) for name in untyped]
    return frame.with_columns(*casts) if casts else frame


def windowed(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The frame on an engine that has windows: a PyArrow table becomes a DuckDB relation, others stay."""
    if not frame.implementation.is_pyarrow():
        return frame
    return frame.collect(backend="pyarrow").lazy(backend="duckdb")


def _check_type(dtype: DType, column: Column, *, name: str, table: str, loose: bool) -> None:
    # pandas holds integers with gaps as floats.
    fits = _is_untyped(dtype) or _fits(dtype, column.kind) or (loose and _loosely_fits(dtype, column.kind))
    if not fits:
        raise TableError(
            f"column {name!r} of {table!r} is {dtype}, not {column.kind}; {_REMEDY[column.kind]}"
        )


def _fits(dtype: DType, kind: Kind) -> bool:
    if kind in _WHOLE:
        return dtype.is_integer()
    if kind == "number":
        return dtype.is_integer() or dtype.is_float()
    return dtype == nw.Boolean if kind == "boolean" else dtype in {nw.String, nw.Categorical, nw.Enum}


def _loosely_fits(dtype: DType, kind: Kind) -> bool:
    return dtype.is_float() if kind in _WHOLE else dtype == nw.Object


def _is_untyped(dtype: DType) -> bool:
    return dtype == nw.Unknown


def _type(column: Column) -> Any:
    if column.kind in _WHOLE:
        return nw.Int64
    return {"number": nw.Float64, "boolean": nw.Boolean, "text": nw.String}[column.kind]


def check_table(table: Table, definition: TableDefinition, *, as_of: int | None = None) -> None:
    """Look through a table once and raise TableError with every fault: column, count of rows, remedy.

    Faults are an empty value in a column that must have one, an amount that is infinite, not whole or (where
    the definition says so) not above zero, a doubled key, more than one currency, and, with ``as_of``, a day
    after it. Functions that take the table leave rows after their ``as_of`` aside and do not ask for this.

    >>> import polars as pl
    >>> from customer_insight.inputs.trade import RECEIPTS
    >>> receipts = pl.DataFrame({"customer_id": [1, 1, None, 2, 3], "receipt_id": [1, 2, 3, 4, 4],
    ...                          "day": [5, 6, 7, 8, 9], "amount": [100, 0, 100, 100, 100]})
    >>> check_table(receipts, RECEIPTS, as_of=8)
    Traceback (most recent call last):
        ...
    customer_insight.tables.TableError: table 'receipts': column 'customer_id' is empty in 1 row(s), ...
    """
    frame = typed(table, definition)
    faults = {**_content_faults(frame, definition, as_of), **_double_faults(frame, definition)}
    if faults:
        told = "; ".join(fault.format(count=count) for fault, count in faults.items())
        raise TableError(f"table {definition.name!r}: {told}")


def _content_faults(
    frame: nw.LazyFrame[Any], definition: TableDefinition, as_of: int | None
) -> dict[str, int]:
    """Fault -> number of rows that have it, only where there are any."""
    questions = dict(_questions(frame, definition, as_of))
    one_each = [nw.when(wrong).then(nw.lit(1)).otherwise(nw.lit(0)) for wrong in questions.values()]
    named = [flag.alias(f"fault{number}") for number, flag in enumerate(one_each)]
    if not named:
        return {}
    sums = frame.select(*named).select(nw.all().sum()).collect(backend="pyarrow").row(0)
    return {text: int(count) for text, count in zip(questions, sums, strict=True) if count}


def _questions(
    frame: nw.LazyFrame[Any], definition: TableDefinition, as_of: int | None
) -> Iterable[tuple[str, nw.Expr]]:
    schema = frame.collect_schema()
    for name, column in definition.columns.items():
        if name not in schema:
            continue
        value = nw.col(name)
        if not column.nullable:
            yield (
                f"column {name!r} is empty in {{count}} row(s), leave them out or fill it in",
                value.is_null(),
            )
        if schema[name].is_float():
            yield from _float_questions(name, column)
        if column.kind == "day" and as_of is not None:
            yield (
                f"column {name!r} lies after as_of ({as_of}) in {{count}} row(s), leave them out",
                value > as_of,
            )
        if name in definition.positive:
            yield (
                f"column {name!r} is not above 0 in {{count}} row(s), enter them on the other side",
                value <= 0,
            )


def _float_questions(name: str, column: Column) -> Iterable[tuple[str, nw.Expr]]:
    value = nw.col(name)
    finite = value.is_null() | value.is_finite()
    yield f"column {name!r} is infinite or no number in {{count}} row(s), correct them", ~finite
    if column.kind in _WHOLE:
        fraction = finite & ~value.is_null() & (value != value.floor())
        yield f"column {name!r} is not whole in {{count}} row(s), round it", fraction


def _double_faults(frame: nw.LazyFrame[Any], definition: TableDefinition) -> dict[str, int]:
    """Keys that several rows share, and more than one currency."""
    faults = {}
    if definition.unique is not None:
        key = definition.unique
        twice = frame.group_by(key).agg(nw.len().alias("rows")).filter(nw.col("rows") > 1)
        faults[f"column {key!r} holds {{count}} value(s) more than once, number the rows anew"] = _rows(twice)
    if "currency" in frame.collect_schema():
        other = _rows(frame.select("currency").unique()) - 1
        faults["column 'currency' holds {count} more than one currency, convert to one"] = other
    return {text: count for text, count in faults.items() if count > 0}


def _rows(frame: nw.LazyFrame[Any]) -> int:
    return int(frame.select(nw.len()).collect(backend="pyarrow").row(0)[0])

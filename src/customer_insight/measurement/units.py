"""One row per assigned customer in, one row of sums per cell out.

Every statistic of this package is a function of these sums. They add up over partitions, so the engine
may compute them wherever the rows lie and a million customers cost one scan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

import narwhals as nw

from customer_insight.assignment import CONTROL
from customer_insight.measurement.winsorising import pulled_in
from customer_insight.tables import Table, TableError, require_columns

UNITS: Final[Mapping[str, str]] = {
    "customer_id": "integer: the resolved customer, once",
    "cell": "text: the cell assigned, 'control' for the held-out; assigned, whether or not contacted",
    "responded": "0/1 or boolean, measured alike in every cell; null is 0",
    "margin": "minor units earned in the measured period; null is 0 (nothing was bought)",
}

OPTIONAL_UNITS: Final[Mapping[str, str]] = {
    "pre_margin": "minor units earned before the campaign; null is 0 (no history)",
    "contacted": "0/1 or boolean; without the column everybody outside control counts as contacted",
    "sales": "minor units sold in the measured period; null is 0; used by attributed figures only",
}


@dataclass(frozen=True, slots=True)
class CellSums:
    """Sums over the customers of one cell: y is ``margin``, x is ``pre_margin``, both minor units.

    >>> CellSums(customers=2, margin=30.0) + CellSums(customers=1, margin=5.0) == CellSums(
    ...     customers=3, margin=35.0)
    True
    """

    customers: int = 0
    contacted: int = 0
    responses: int = 0
    margin: float = 0.0
    margin_squared: float = 0.0
    pre: float = 0.0
    pre_squared: float = 0.0
    cross: float = 0.0
    responder_margin: float = 0.0
    responder_sales: float = 0.0

    def __add__(self, other: CellSums) -> CellSums:
        return CellSums(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def cell_sums(units: Table, *, winsorise_at: float | None = None) -> dict[str, CellSums]:
    """The sums of every cell, in the order of their codes.

    ``units`` has the columns of UNITS and may have those of OPTIONAL_UNITS. ``winsorise_at`` (say 0.99) first pulls
    ``margin`` and ``pre_margin`` in to that quantile and its mirror image over all cells together; the answer is
    then about the winsorised margin, and `winsorising` states what was done. Raises TableError for a missing
    column, a customer in two rows, a null cell, or a response that is neither 0 nor 1.

    >>> import polars as pl
    >>> units = pl.DataFrame({"customer_id": [1, 2, 3], "cell": ["a", "a", "control"],
    ...                       "responded": [1, 0, 0], "margin": [500, 0, None]})
    >>> sums = cell_sums(units)
    >>> sums["a"].customers, sums["a"].responses, sums["a"].margin, sums["control"].margin
    (2, 1, 500.0, 0.0)
    """
    frame = unit_numbers(require_columns(units, tuple(UNITS), name="units"))
    if winsorise_at is not None:
        frame = pulled_in(frame, at=winsorise_at)
    check_customers(frame)
    rows = list(_grouped(frame).collect().rows(named=True))
    _check_cells(rows)
    return {row["cell"]: _from_row(row) for row in sorted(rows, key=lambda row: row["cell"])}


def unit_numbers(frame: nw.LazyFrame[Any], *, keep: tuple[nw.Expr, ...] = ()) -> nw.LazyFrame[Any]:
    """The columns as doubles with nulls filled, and ``keep``; squares of integer minor units would overflow 64
    bits.
    """
    present = frame.collect_schema().names()
    treated = nw.when(nw.col("cell") == CONTROL).then(nw.lit(0.0)).otherwise(nw.lit(1.0))
    return frame.select(
        "customer_id",
        "cell",
        *keep,
        r=_number("responded"),
        y=_number("margin"),
        x=_number("pre_margin") if "pre_margin" in present else nw.lit(0.0),
        c=_number("contacted") if "contacted" in present else treated,
        s=_number("sales") if "sales" in present else nw.lit(0.0),
    )


def _number(column: str) -> nw.Expr:
    return nw.col(column).cast(nw.Float64).fill_null(0.0)


def _grouped(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    r, y, x = nw.col("r"), nw.col("y"), nw.col("x")
    products = frame.with_columns(rr=r * r, yy=y * y, xx=x * x, xy=x * y, ry=r * y, rs=r * nw.col("s"))
    sums = (nw.col(name).sum() for name in ("r", "c", "y", "x", "rr", "yy", "xx", "xy", "ry", "rs"))
    return products.group_by("cell").agg(nw.len().alias("n"), *sums)


def check_customers(frame: nw.LazyFrame[Any]) -> None:
    counts = frame.select(rows=nw.len(), customers=nw.col("customer_id").n_unique()).collect()
    rows, customers = counts.row(0)
    if rows != customers:
        raise TableError(f"table 'units': {rows} rows for {customers} customers; each may appear once")


def _check_cells(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        if row["cell"] is None:
            raise TableError(f"table 'units': column 'cell' is null in {row['n']} rows")
        # For whole numbers the squares add up to the same only where every one is 0 or 1.
        if row["rr"] != row["r"]:
            raise TableError(
                f"table 'units': column 'responded' is not 0 or 1 throughout cell {row['cell']!r}"
            )


def _from_row(row: dict[str, Any]) -> CellSums:
    return CellSums(
        customers=int(row["n"]),
        contacted=int(row["c"]),
        responses=int(row["r"]),
        margin=row["y"],
        margin_squared=row["yy"],
        pre=row["x"],
        pre_squared=row["xx"],
        cross=row["xy"],
        responder_margin=row["ry"],
        responder_sales=row["rs"],
    )

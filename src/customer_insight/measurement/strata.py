"""Sums of treated and held-out customers by customer group and treatment: the leaves of a breakdown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from customer_insight.assignment import CONTROL
from customer_insight.measurement.units import CellSums, check_customers, unit_numbers
from customer_insight.measurement.winsorising import pulled_in
from customer_insight.tables import Table, TableError, require_columns

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leaves:
    """``treated`` and ``cost`` by customer group and treatment, ``control`` by customer group."""

    treated: Mapping[Key, CellSums]
    cost: Mapping[Key, float]
    control: Mapping[Key, CellSums]


def leaves(
    units: Table, *, groups: tuple[str, ...], treatments: tuple[str, ...], winsorise_at: float | None
) -> Leaves:
    """One scan of ``units``; raises TableError as `breakdown` says."""
    needed = ("customer_id", "cell", "margin", "cost", *groups, *treatments)
    frame = require_columns(units, needed, name="units")
    if "responded" not in frame.collect_schema().names():
        frame = frame.with_columns(responded=nw.lit(0))
    treated = nw.col("cell") != CONTROL
    numbers = unit_numbers(
        frame,
        keep=(
            nw.when(treated).then(nw.lit(1)).otherwise(nw.lit(0)).alias("treated"),
            nw.col("cost").cast(nw.Float64).fill_null(0.0).alias("spent"),
            *(nw.col(name).cast(nw.String).alias(f"by_{name}") for name in groups),
            # Held-out customers got no treatment, whatever a plan wrote beside them.
            *(nw.when(treated).then(nw.col(name).cast(nw.String)).alias(f"by_{name}") for name in treatments),
        ),
    )
    check_customers(numbers)
    if winsorise_at is not None:
        numbers = pulled_in(numbers, at=winsorise_at)
    rows = list(_sums(numbers, (*groups, *treatments)).collect().rows(named=True))
    return _read(rows, groups, treatments)


def _sums(numbers: nw.LazyFrame[Any], names: tuple[str, ...]) -> nw.LazyFrame[Any]:
    x, y = nw.col("x"), nw.col("y")
    products = numbers.with_columns(yy=y * y, xx=x * x, xy=x * y)
    sums = (nw.col(name).sum() for name in ("r", "y", "x", "yy", "xx", "xy", "spent"))
    keys = ["cell_known", "treated", *(f"by_{name}" for name in names)]
    known = nw.when(nw.col("cell").is_null()).then(nw.lit(0)).otherwise(nw.lit(1))
    return products.with_columns(cell_known=known).group_by(keys).agg(nw.len().alias("n"), *sums)


def _read(rows: list[dict[str, Any]], groups: tuple[str, ...], treatments: tuple[str, ...]) -> Leaves:
    treated: dict[Key, CellSums] = {}
    cost: dict[Key, float] = {}
    control: dict[Key, CellSums] = {}
    if lost := sum(row["n"] for row in rows if not row["cell_known"]):
        raise TableError(f"table 'units': column 'cell' is null in {lost} rows; leave them out")
    for row in sorted(rows, key=str):
        key = tuple(row[f"by_{name}"] for name in groups)
        if row["treated"]:
            key += tuple(row[f"by_{name}"] for name in treatments)
            cost[key] = cost.get(key, 0.0) + row["spent"]
        _check_known(key, (*groups, *treatments), row["n"])
        into = treated if row["treated"] else control
        into[key] = into.get(key, CellSums()) + _cell_sums(row)
    return Leaves(treated, cost, control)


def _check_known(key: Key, names: tuple[str, ...], count: int) -> None:
    for name, value in zip(names, key, strict=False):
        if value is None:
            raise TableError(
                f"table 'units': column {name!r} is null in {count} rows; name the unknown ones, 'unknown' say"
            )


def _cell_sums(row: Mapping[str, Any]) -> CellSums:
    return CellSums(
        customers=int(row["n"]),
        responses=int(row["r"]),
        margin=row["y"],
        margin_squared=row["yy"],
        pre=row["x"],
        pre_squared=row["xx"],
        cross=row["xy"],
    )

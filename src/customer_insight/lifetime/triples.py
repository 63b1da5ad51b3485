"""Distinct weighted histories as arrays, in the units of a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from customer_insight.lifetime.engine import Vector, columns_of
from customer_insight.lifetime.histories import counted
from customer_insight.tables import Table, TableError

BLOCK = 65_536
"""Rows of one likelihood block: bounds the temporary arrays (about 10 MB) and keeps them in the processor's
cache.
"""


@dataclass(frozen=True, slots=True)
class Triples:
    """x purchases up to t_x, observed for T (time units since the first purchase), `weight` customers each.

    Four float arrays of one length, sorted by (x, t_x, T), so that a fit does not depend on the row order
    of its table.
    """

    x: Vector
    t_x: Vector
    T: Vector
    weight: Vector

    def __len__(self) -> int:
        return len(self.x)

    @property
    def customers(self) -> float:
        return float(self.weight.sum())

    @property
    def repeat_buyers(self) -> float:
        return float(self.weight[self.x > 0].sum())

    def blocks(self) -> Iterator[Triples]:
        for start in range(0, len(self), BLOCK):
            yield self._rows(slice(start, start + BLOCK))

    def every(self, step: int) -> Triples:
        """Every step-th row: a systematic sample of the sorted histories, good for a starting point."""
        return self._rows(slice(None, None, step))

    def _rows(self, rows: slice) -> Triples:
        return Triples(self.x[rows], self.t_x[rows], self.T[rows], self.weight[rows])

    def by(self, key: Vector) -> tuple[Vector, Vector, Vector]:
        """Distinct values of `key` (one per row) with the customers and the repeat purchases they carry."""
        values, place = np.unique(key, return_inverse=True)
        customers, repeats = (
            np.asarray(np.bincount(place, weight), np.float64)
            for weight in (self.weight, self.weight * self.x)
        )
        return values, customers, repeats


def read_triples(histories: Table, *, as_of: int, unit_days: float) -> Triples:
    """Group a table of histories and measure it at `as_of` in units of `unit_days` days.

    Raises TableError for an empty table and for rows that no purchase history can have, with how many there
    are.
    """
    if not unit_days > 0:
        raise ValueError(f"unit_days must be positive, not {unit_days}")
    columns = columns_of(counted(histories), ("x", "first_day", "last_day", "count"))
    x, first, last, count = (columns[name] for name in ("x", "first_day", "last_day", "count"))
    if not len(x):
        raise TableError("table 'histories' has no row: no customer has bought by then")
    _refuse("x is negative or count is not positive", (x < 0) | (count <= 0))
    _refuse(f"last_day lies after as_of = {as_of}", last > as_of)
    _refuse("x = 0 and last_day = first_day must go together", (x == 0) != (last <= first))
    _refuse("x repeat days do not fit between first_day and last_day", x > last - first)
    order = np.lexsort((first, last - first, x))
    days = (last - first)[order], (as_of - first)[order]
    t_x, observed = (np.asarray(each, np.float64) / unit_days for each in days)
    return Triples(x[order].astype(np.float64), t_x, observed, count[order].astype(np.float64))


def _refuse(what: str, at_fault: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> None:
    rows = int(np.count_nonzero(at_fault))
    if rows:
        raise TableError(f"table 'histories': {what} in {rows} distinct row(s)")

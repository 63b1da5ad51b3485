"""Contracts: who renews and who does not, as counts a retention model can be fitted to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from customer_insight.lifetime.engine import Vector, columns_of
from customer_insight.tables import Table, TableError, require_columns

SURVIVORS: Final[Mapping[str, str]] = {
    "period": "integer: renewals passed, from 0 (everybody acquired) without a gap",
    "survivors": "number: customers still there, falling from period to period",
    "cohort": "optional: whatever tells the cohorts apart; each has its own periods",
}

CONTRACTS: Final[Mapping[str, str]] = {
    "renewals": "integer: renewals the customer has gone through, >= 0",
    "left": "boolean: did not renew at the one after those",
    "count": "optional integer: customers alike",
}


@dataclass(frozen=True, slots=True)
class Renewals:
    """Distinct (renewals, left) with the customers of each, sorted; three float arrays, `left` 0 or 1."""

    renewals: Vector
    left: Vector
    weight: Vector

    @property
    def customers(self) -> float:
        return float(self.weight.sum())

    @property
    def losses(self) -> float:
        return float(self.weight @ self.left)

    @property
    def asked(self) -> float:
        """How many times a customer could renew or leave."""
        return float(self.weight @ (self.renewals + self.left))

    @property
    def longest(self) -> int:
        """The last renewal that anybody was asked for."""
        return int((self.renewals + self.left).max(initial=0))


def read_renewals(table: Table) -> Renewals:
    """Read survivors by period (columns of SURVIVORS) or contracts (columns of CONTRACTS).

    A survivor table is small and read as it is; contracts are grouped in their engine. Raises TableError for
    columns of neither, an empty table, a cohort with a gap or without period 0, and survivors that grow.
    """
    frame = nw.from_native(table).lazy()
    names = frame.collect_schema().names()
    return _of_survivors(table) if "survivors" in names else _of_contracts(table)


def _of_contracts(table: Table) -> Renewals:
    frame = require_columns(table, ("renewals", "left"), name="contracts")
    has_count = "count" in frame.collect_schema().names()
    how_many = nw.col("count").sum() if has_count else nw.len()
    columns = columns_of(
        frame.group_by("renewals", "left").agg(how_many.alias("count")), ("renewals", "left", "count")
    )
    if not len(columns["count"]):
        raise TableError("table 'contracts' has no row: there is no customer to fit on")
    renewals, left, count = (np.asarray(columns[name], np.float64) for name in ("renewals", "left", "count"))
    wrong = ~(renewals >= 0) | ~(count > 0) | np.isnan(left)
    if rows := int(np.count_nonzero(wrong)):
        raise TableError(
            f"table 'contracts': renewals, left or count is missing or negative in {rows} row(s)"
        )
    order = np.lexsort((left, renewals))
    return Renewals(renewals[order], left[order], count[order])


def _of_survivors(table: Table) -> Renewals:
    frame = require_columns(table, ("period", "survivors"), name="survivors")
    names = frame.collect_schema().names()
    columns = columns_of(frame, tuple(name for name in SURVIVORS if name in names))
    if not len(columns["period"]):
        raise TableError("table 'survivors' has no row: there is no cohort to fit on")
    cohort = columns.get("cohort", np.zeros(len(columns["period"])))
    parts = [_of_cohort(columns, cohort == each) for each in np.unique(cohort)]
    together = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return _grouped(*together)


def _of_cohort(columns: Mapping[str, NDArray[Any]], rows: NDArray[np.bool_]) -> tuple[Vector, Vector, Vector]:
    """Losses at each renewal, then who is left at the end."""
    order = np.argsort(columns["period"][rows], kind="stable")
    period = columns["period"][rows][order]
    there = columns["survivors"][rows][order].astype(np.float64)
    if not np.array_equal(period, np.arange(len(period))):
        raise TableError("table 'survivors': periods of a cohort must be 0, 1, 2, ... without a gap")
    if not (there >= 0).all() or (np.diff(there) > 0).any():
        raise TableError("table 'survivors': survivors of a cohort must not grow from period to period")
    renewals = np.append(np.arange(len(there) - 1), len(there) - 1).astype(np.float64)
    left = np.append(np.ones(len(there) - 1), 0.0)
    return renewals, left, np.append(-np.diff(there), there[-1])


def _grouped(renewals: Vector, left: Vector, weight: Vector) -> Renewals:
    keys, place = np.unique(2 * renewals + left, return_inverse=True)
    total = np.asarray(np.bincount(place, weight), np.float64)
    kept = total > 0
    return Renewals((keys // 2)[kept], (keys % 2)[kept], total[kept])

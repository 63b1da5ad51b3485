"""Bands of a bill or any amount: how many customers fall into each (ANA-27)."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.margin import share_of
from customer_insight.tables import numbers, require_columns, same_kind, whole_numbers

TOTAL: Final = "total"


@dataclass(frozen=True)
class Bands:
    """Upper bounds in minor units, rising; band i is (previous bound, bound], the first and last are
    open-ended.

    So every value falls in exactly one band, fractions of a printed unit included. ``minor_per_unit`` minor
    units make one printed unit: labels follow the printed table, ``<=50``, ``51-100``, … ``>=501``, and are
    read as "above 50 up to and including 100". Raises ValueError unless there is a bound and bounds rise by
    whole printed units.

    >>> Bands(upper_bounds=(5000, 10000)).labels
    ('<=50', '51-100', '>=101')
    """

    upper_bounds: tuple[int, ...]
    minor_per_unit: int = 100

    def __post_init__(self) -> None:
        if self.minor_per_unit < 1:
            raise ValueError(f"minor_per_unit is at least 1, not {self.minor_per_unit}")
        if not self.upper_bounds or list(self.upper_bounds) != sorted(set(self.upper_bounds)):
            raise ValueError(f"bounds must rise, at least one: {self.upper_bounds}")
        if any(bound % self.minor_per_unit for bound in self.upper_bounds):
            raise ValueError(f"bounds must be whole multiples of {self.minor_per_unit}: {self.upper_bounds}")

    @property
    def labels(self) -> tuple[str, ...]:
        """One label a band, from the lowest."""
        tops = [bound // self.minor_per_unit for bound in self.upper_bounds]
        inner = [str(top) if top == low + 1 else f"{low + 1}-{top}" for low, top in pairwise(tops)]
        return (f"<={tops[0]}", *inner, f">={tops[-1] + 1}")


BILL_BANDS: Final = Bands(upper_bounds=(5_000, 10_000, 20_000, 30_000, 50_000))
"""The default: up to 50, 51-100, 101-200, 201-300, 301-500, 501 yuan and more (ANA-27)."""


def band_distribution(values: IntoFrameT, *, by: str, bands: Bands = BILL_BANDS) -> IntoFrameT:
    """How many customers, and what share, fall into each band of ``by`` (ANA-27, BEN-04).

    ``values``: ``customer_id`` and ``by`` in minor units, one row per customer; customers whose value is null
    are in no band and not in the total. Columns ``band`` (1 is the lowest; the total row has the next
    number), ``label``, ``customers``, ``share`` (0 to 1, not rounded, so the total is 1; null without
    customers). Every band has a row. Raises TableError for a missing column.

    >>> import polars as pl
    >>> bills = pl.DataFrame({"customer_id": [1, 2, 3, 4, 5], "bill": [5000, 5050, 9900, 70000, None]})
    >>> band_distribution(bills, by="bill", bands=Bands(upper_bounds=(5000, 10000))).rows()
    [(1, '<=50', 1, 0.25), (2, '51-100', 2, 0.5), (3, '>=101', 1, 0.25), (4, 'total', 4, 1.0)]
    """
    placed = _banded(values, by=by, bands=bands)
    labels = (*bands.labels, TOTAL)
    held = placed.group_by("band").agg(nw.len().alias("customers"))
    total = placed.select(total_customers=nw.len())
    rows = whole_numbers(values, count=len(labels)).select(band=nw.col("number").cast(nw.Int64))
    rows = rows.join(held, on="band", how="left").join(total, how="cross")
    is_total = nw.col("band") == len(labels)
    counted = nw.when(is_total).then(nw.col("total_customers")).otherwise(nw.col("customers").fill_null(0))
    rows = rows.with_columns(customers=counted.cast(nw.Int64), label=_label(labels))
    rows = rows.with_columns(share=share_of("customers", "total_customers"))
    return same_kind(rows.select("band", "label", "customers", "share").sort("band"), values)


def assign_bands(values: IntoFrameT, *, by: str, bands: Bands = BILL_BANDS) -> IntoFrameT:
    """The band each customer falls into: ``customer_id``, ``band`` as in `band_distribution`.

    >>> import polars as pl
    >>> bills = pl.DataFrame({"customer_id": [1, 2, 3, 4, 5], "bill": [5000, 5001, 5050, -10, None]})
    >>> assign_bands(bills, by="bill").rows()
    [(1, 1), (2, 2), (3, 2), (4, 1)]
    """
    return same_kind(_banded(values, by=by, bands=bands).select("customer_id", "band"), values)


def _banded(values: Any, *, by: str, bands: Bands) -> nw.LazyFrame[Any]:
    """Known values with their band: one more than the number of bounds lying below the value."""
    frame = require_columns(values, ("customer_id", by), name="values")
    frame = frame.with_columns(**numbers(frame, (by,), name="values")).filter(~nw.col(by).is_null())
    above = [nw.when(nw.col(by) > bound).then(nw.lit(1)).otherwise(nw.lit(0)) for bound in bands.upper_bounds]
    count = reduce(operator.add, above)
    return frame.select("customer_id", band=(count + 1).cast(nw.Int64))


def _label(labels: tuple[str, ...]) -> nw.Expr:
    """The label of ``band``."""
    expression: nw.Expr = nw.lit(labels[-1])
    for number, label in enumerate(labels[:-1], start=1):
        expression = nw.when(nw.col("band") == number).then(nw.lit(label)).otherwise(expression)
    return expression

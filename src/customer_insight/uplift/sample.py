"""The training sample: the one door through which customers come into Python, so many and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from customer_insight.tables import Table, TableError, require_columns

Matrix = NDArray[np.float64]
Integers = NDArray[np.int64]

EXPERIMENT: Final[Mapping[str, str]] = {
    "customer_id": "integer >= 0: the resolved customer, once",
    "treated": "0/1 or boolean: drawn to be treated, whether or not reached",
    "responded": "0/1 or boolean, measured alike for everybody; null is 0",
}

_MODULUS: Final = 2_147_483_647  # 2**31 - 1, prime
_FACTOR: Final = 1_327_217_885  # the golden section of it: successive ids spread evenly (Knuth 6.4)


@dataclass(frozen=True, slots=True)
class Sample:
    """Customers of an experiment by customer_id; ``matrix`` is (customers, features), NaN where one is unknown."""

    features: tuple[str, ...]
    customer_id: Integers
    matrix: Matrix
    treated: Integers
    responded: Integers
    drawn_from: int

    def __len__(self) -> int:
        return len(self.customer_id)

    def part(self, places: Integers) -> Sample:
        """Some of the customers."""
        return Sample(
            self.features,
            self.customer_id[places],
            self.matrix[places],
            self.treated[places],
            self.responded[places],
            self.drawn_from,
        )


def training_sample(units: Table, *, features: tuple[str, ...], size: int = 200_000, seed: int = 1) -> Sample:
    """About ``size`` customers of a randomised campaign, or all where there are no more.

    ``units`` has one row per customer with the columns of EXPERIMENT and ``features``, numbers known before the
    draw (null is unknown). Who is drawn depends on customer_id and ``seed`` only, by a multiplicative congruence
    that every engine computes alike; the rest never leaves the engine. Raises TableError for a missing column, a
    feature that is not a number or is infinite, a customer in two rows, and a flag that is neither 0 nor 1.

    >>> import polars as pl
    >>> units = pl.DataFrame({"customer_id": [3, 1, 2, 4, 5], "treated": [1, 0, 1, 0, 1],
    ...                       "responded": [1, 0, 0, None, 1], "visits": [7, None, 2, 1, 9]})
    >>> sample = training_sample(units, features=("visits",))
    >>> sample.customer_id.tolist(), sample.matrix[:, 0].tolist(), sample.responded.tolist()
    ([1, 2, 3, 4, 5], [nan, 2.0, 7.0, 1.0, 9.0], [0, 0, 1, 0, 1])
    """
    frame = require_columns(units, (*EXPERIMENT, *features), name="units")
    rows = _checked_keys(frame)
    numbers = frame.select(
        nw.col("customer_id").cast(nw.Int64),
        nw.col("treated").cast(nw.Float64),
        nw.col("responded").cast(nw.Float64).fill_null(0.0),
        *feature_numbers(frame, features),
    )
    if rows > size:
        numbers = numbers.filter(is_drawn(size / rows, seed=seed))
    return _checked(numbers.collect(), features, rows)


def is_drawn(share: float, *, seed: int) -> nw.Expr:
    """True for about ``share`` of the customers, by customer_id and ``seed`` only, alike on every engine."""
    return draw_number(seed) < int(share * _MODULUS)


def draw_number(seed: int) -> nw.Expr:
    """A number from 0 to 2**31 - 2 that follows from ``customer_id`` and the seed, alike on every engine."""
    return (nw.col("customer_id") % _MODULUS * _FACTOR + seed * 1_000_003) % _MODULUS


def feature_numbers(frame: nw.LazyFrame[Any], features: tuple[str, ...]) -> list[nw.Expr]:
    """The features as doubles; raises TableError for one that is not a number."""
    schema = frame.collect_schema()
    for name in features:
        if not (schema[name].is_numeric() or schema[name] == nw.Boolean):
            raise TableError(
                f"column {name!r} is {schema[name]}, not a number; give one 0/1 column per value"
            )
    return [nw.col(name).cast(nw.Float64) for name in features]


def matrix_of(columns: Any, features: tuple[str, ...]) -> Matrix:
    """Columns side by side, NaN where unknown; raises TableError for an infinite value."""
    matrix = np.column_stack([np.asarray(columns[name].to_numpy(), np.float64) for name in features])
    for place, name in enumerate(features):
        if infinite := int(np.isinf(matrix[:, place]).sum()):
            raise TableError(
                f"column {name!r} is infinite in {infinite} rows; make it null where it is unknown"
            )
    return matrix


def _checked_keys(frame: nw.LazyFrame[Any]) -> int:
    """The number of rows; raises TableError for a null key."""
    names = ("customer_id", "treated")
    unknown = {
        name: nw.when(nw.col(name).is_null()).then(nw.lit(1)).otherwise(nw.lit(0)).sum() for name in names
    }
    rows, *counts = frame.select(rows=nw.len(), **unknown).collect().row(0)
    for name, count in zip(names, counts, strict=True):
        if count:
            raise TableError(f"table 'units': column {name!r} is null in {int(count)} rows; leave them out")
    return int(rows)


def _checked(rows: nw.DataFrame[Any], features: tuple[str, ...], drawn_from: int) -> Sample:
    sample = Sample(
        features,
        rows["customer_id"].to_numpy().astype(np.int64),
        matrix_of(rows, features) if features else np.zeros((len(rows), 0)),
        rows["treated"].to_numpy().astype(np.int64),
        rows["responded"].to_numpy().astype(np.int64),
        drawn_from,
    )
    _check_flags(sample)
    return sample.part(np.argsort(sample.customer_id, kind="stable"))


def _check_flags(sample: Sample) -> None:
    for name, flags in (("treated", sample.treated), ("responded", sample.responded)):
        if wrong := int(((flags != 0) & (flags != 1)).sum()):
            raise TableError(f"table 'units': column {name!r} is neither 0 nor 1 in {wrong} rows")
    if twice := len(sample) - len(np.unique(sample.customer_id)):
        raise TableError(f"table 'units': {twice} rows repeat a customer_id; each may appear once")

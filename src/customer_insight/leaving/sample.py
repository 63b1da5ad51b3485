"""The training sample of a churn model: the one door, so many customers and no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from customer_insight.leaving.outcomes import check_horizon
from customer_insight.tables import Table, TableError, require_columns
from customer_insight.uplift.sample import Integers, Matrix, feature_numbers, is_drawn, matrix_of


@dataclass(frozen=True, slots=True)
class ChurnSample:
    """Customers of a cut-off by customer_id; ``matrix`` is (customers, features), NaN where one is unknown.

    ``as_of`` is the cut-off, ``horizon_days`` how long after it was looked who left, ``drawn_from`` the customers
    there were.
    """

    features: tuple[str, ...]
    as_of: int
    horizon_days: int
    customer_id: Integers
    matrix: Matrix
    left: Integers
    drawn_from: int

    def __len__(self) -> int:
        return len(self.customer_id)

    @property
    def last_day(self) -> int:
        """The day by which all outcomes were known."""
        return self.as_of + self.horizon_days


def churn_sample(
    frame: Table,
    *,
    features: tuple[str, ...],
    as_of: int,
    horizon_days: int,
    size: int = 200_000,
    seed: int = 1,
) -> ChurnSample:
    """About ``size`` customers of a `churn_frame`, or all where there are no more.

    ``frame`` has one row per customer with customer_id, ``left`` (0/1 or boolean) and ``features``, numbers known on
    day ``as_of`` (null is unknown). Who is drawn depends on customer_id and ``seed`` only; the rest never leaves the
    engine. Raises TableError for a missing column, a feature that is not a number or is infinite, an unknown
    outcome or one neither 0 nor 1, a customer in two rows; ValueError without features or for a horizon of no day.

    >>> import polars as pl
    >>> wide = pl.DataFrame({"customer_id": [2, 1], "left": [True, False], "visits": [None, 3]})
    >>> sample = churn_sample(wide, features=("visits",), as_of=100, horizon_days=30)
    >>> sample.customer_id.tolist(), sample.matrix[:, 0].tolist(), sample.left.tolist(), sample.last_day
    ([1, 2], [3.0, nan], [0, 1], 130)
    """
    check_horizon(horizon_days)
    if not features:
        raise ValueError("features is empty; name the columns to learn from")
    given = require_columns(frame, ("customer_id", "left", *features), name="churn frame")
    rows = _known(given)
    numbers = given.select(
        nw.col("customer_id").cast(nw.Int64),
        nw.col("left").cast(nw.Float64),
        *feature_numbers(given, features),
    )
    if rows > size:
        numbers = numbers.filter(is_drawn(size / rows, seed=seed))
    drawn = numbers.collect()
    sample = ChurnSample(
        features, as_of, horizon_days,
        drawn["customer_id"].to_numpy().astype(np.int64),
        matrix_of(drawn, features),
        drawn["left"].to_numpy().astype(np.int64),
        rows,
    )  # fmt: skip
    _check(sample, drawn["left"].to_numpy())
    return _in_order(sample)


def _known(frame: nw.LazyFrame[Any]) -> int:
    """The number of rows; raises TableError where a key or an outcome is missing."""
    missing = {
        name: nw.when(nw.col(name).is_null()).then(nw.lit(1)).otherwise(nw.lit(0)).sum()
        for name in ("customer_id", "left")
    }
    rows, *counts = frame.select(rows=nw.len(), **missing).collect().row(0)
    for name, count in zip(missing, counts, strict=True):
        if count:
            raise TableError(f"churn frame: column {name!r} is null in {int(count)} rows; leave them out")
    return int(rows)


def _check(sample: ChurnSample, left: Any) -> None:
    if wrong := int(((left != 0) & (left != 1)).sum()):
        raise TableError(f"churn frame: column 'left' is neither 0 nor 1 in {wrong} rows")
    if twice := len(sample) - len(np.unique(sample.customer_id)):
        raise TableError(f"churn frame: {twice} rows repeat a customer_id; each may appear once")


def _in_order(sample: ChurnSample) -> ChurnSample:
    order = np.argsort(sample.customer_id, kind="stable")
    return ChurnSample(
        sample.features, sample.as_of, sample.horizon_days,
        sample.customer_id[order], sample.matrix[order], sample.left[order], sample.drawn_from,
    )  # fmt: skip

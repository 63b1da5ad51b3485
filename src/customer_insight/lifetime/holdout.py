"""What customers bought after the day a model was fitted up to, by history: what models are judged on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from customer_insight.lifetime.engine import Vector, columns_of
from customer_insight.lifetime.histories import TRIPLE, purchase_days
from customer_insight.tables import Table


@dataclass(frozen=True, slots=True)
class Holdout:
    """Distinct (history, purchase days in the holdout) with the customers of each as `weight`; times in days."""

    x: Vector
    t_x: Vector
    age: Vector
    actual: Vector
    weight: Vector


def read_holdout(order_lines: Table, histories: Table, *, calibration_end: int, holdout_end: int) -> Holdout:
    """Grouped in the engine, then read, in an order of its own: results do not depend on that of the rows."""
    joined = with_later_days(order_lines, histories, calibration_end, holdout_end)
    grouped = joined.group_by(*TRIPLE, "actual").agg(nw.len().alias("count"))
    columns = columns_of(grouped, (*TRIPLE, "actual", "count"))
    x, first, last, actual, count = (columns[name].astype(np.float64) for name in columns)
    order = np.lexsort((actual, first, last, x))
    each = (x, last - first, calibration_end - first, actual, count)
    return Holdout(*(column[order] for column in each))


def with_later_days(
    order_lines: Table, histories: Table, calibration_end: int, holdout_end: int
) -> nw.LazyFrame[Any]:
    """Histories with `actual`, the purchase days in (calibration_end, holdout_end]."""
    later = purchase_days(order_lines, after=calibration_end, until=holdout_end)
    actual = later.group_by("customer_id").agg(nw.len().alias("actual"))
    joined = nw.from_native(histories).lazy().join(actual, on="customer_id", how="left")
    return joined.with_columns(nw.col("actual").fill_null(0).cast(nw.Int64))

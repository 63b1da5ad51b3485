"""Fit on the past, predict what came after, compare: how good are the figures on this firm's own
customers?
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from customer_insight.lifetime.accuracy import Accuracy, accuracy
from customer_insight.lifetime.choice import fit_lifetime
from customer_insight.lifetime.engine import Vector, columns_of
from customer_insight.lifetime.fit import Finding, PurchaseModel
from customer_insight.lifetime.histories import purchase_days, purchase_histories
from customer_insight.tables import Table

COLUMNS = ("customer_id", "x", "first_day", "last_day", "actual")


@dataclass(frozen=True, slots=True)
class Decile:
    """A tenth of the customers by predicted purchases, 1 the highest; means are per customer."""

    decile: int
    customers: int
    predicted_mean: float
    actual_mean: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """A model fitted until calibration_end (inclusive) against the purchases of (calibration_end,
    holdout_end].

    `naive` is each customer's own past rate x / T carried on; a model that does not beat it is not worth
    its trouble.
    """

    calibration_end: int
    holdout_end: int
    model: str
    customers: int
    actual_total: int
    predicted: Accuracy
    naive: Accuracy
    deciles: tuple[Decile, ...]
    diagnosis: tuple[Finding, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            **asdict(self),
            "deciles": [asdict(decile) for decile in self.deciles],
            "diagnosis": [finding.as_dict() for finding in self.diagnosis],
        }


def backtest(
    order_lines: Table,
    *,
    calibration_end: int,
    holdout_end: int,
    unit_days: float = 7.0,
    window_start: int | None = None,
    model: PurchaseModel | None = None,
) -> Backtest:
    """Fit by fit_lifetime on purchases until `calibration_end`, predict the purchase days until
    `holdout_end`.

    Both are day numbers; customers are those with a purchase by calibration_end, purchases are days with
    positive net sales as in purchase_histories. A `model` given is tested as it is, without a fit. The
    measures are those of Fader, Hardie & Lee 2005, section 4. Deciles rank by predicted purchases, highest
    first, then by customer_id, so ties fall the same way whatever the row order. Raises ValueError when the
    holdout is empty, TableError as fit_lifetime.
    """
    if holdout_end <= calibration_end:
        raise ValueError(f"holdout_end {holdout_end} must lie after calibration_end {calibration_end}")
    histories = purchase_histories(order_lines, as_of=calibration_end)
    if model is None:
        model = fit_lifetime(histories, as_of=calibration_end, unit_days=unit_days, window_start=window_start)
    rows = _sorted_rows(order_lines, histories, calibration_end, holdout_end)
    x, first, last, actual = (rows[name].astype(np.float64) for name in COLUMNS[1:])
    t, T = (holdout_end - calibration_end) / model.unit_days, (calibration_end - first) / model.unit_days
    predicted = model.expected_purchases(t, x, (last - first) / model.unit_days, T)
    naive = t * np.divide(x, T, out=np.zeros_like(T), where=T > 0)
    return Backtest(
        calibration_end=calibration_end,
        holdout_end=holdout_end,
        model=model.name,
        customers=len(x),
        actual_total=int(actual.sum()),
        predicted=accuracy(predicted, actual),
        naive=accuracy(naive, actual),
        deciles=_deciles(predicted, actual),
        diagnosis=model.fit.diagnosis if model.fit else (),
    )


def _sorted_rows(
    order_lines: Table, histories: Table, calibration_end: int, holdout_end: int
) -> dict[str, NDArray[Any]]:
    """Histories with the purchase days of the holdout, by customer_id."""
    joined = with_later_days(order_lines, histories, calibration_end, holdout_end)
    rows = columns_of(joined, COLUMNS)
    order = np.argsort(rows["customer_id"], kind="stable")
    return {name: values[order] for name, values in rows.items()}


def with_later_days(
    order_lines: Table, histories: Table, calibration_end: int, holdout_end: int
) -> nw.LazyFrame[Any]:
    """Histories with `actual`, the purchase days in (calibration_end, holdout_end]."""
    later = purchase_days(order_lines, after=calibration_end, until=holdout_end)
    actual = later.group_by("customer_id").agg(nw.len().alias("actual"))
    joined = nw.from_native(histories).lazy().join(actual, on="customer_id", how="left")
    return joined.with_columns(nw.col("actual").fill_null(0).cast(nw.Int64))


def _deciles(predicted: Vector, actual: Vector) -> tuple[Decile, ...]:
    """Ten parts of as equal size as can be; a stable sort keeps customers of equal prediction in the order
    of their ids.
    """
    order = np.argsort(-predicted, kind="stable")
    parts = enumerate(np.array_split(order, 10), start=1)
    return tuple(
        Decile(number, len(part), float(predicted[part].mean()), float(actual[part].mean()))
        for number, part in parts
        if len(part)
    )

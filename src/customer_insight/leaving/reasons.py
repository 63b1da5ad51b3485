"""Why a customer's chance to leave is what it is: the strongest reasons, as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import narwhals as nw
import numpy as np
import pyarrow as pa

from customer_insight.leaving.model import ChurnModel
from customer_insight.lifetime.engine import as_given, table_like
from customer_insight.tables import Table, TableError, require_columns
from customer_insight.uplift.logistic import Logistic, Vector
from customer_insight.uplift.sample import feature_numbers, matrix_of

MOST_CUSTOMERS: Final = 10_000
"""Reasons are for the customers somebody looks at; a base has no use for them all at once."""

ORDERS: Final = 16
"""Orders of the features, and as many reversed, over which a boosted model's contributions are averaged."""

_ROWS: Final = 200_000


def churn_reasons(customers: Table, model: ChurnModel, *, most: int = 3) -> Any:
    """The ``most`` strongest reasons of each customer's score (ANA-59), one row each, strongest first by ``rank``.

    ``customers`` has customer_id and the model's features, for at most 10,000 customers. Columns: ``customer_id``,
    ``rank``, ``feature``, ``value`` (null where unknown), ``typical`` (what it is compared with), ``contribution``
    (to the model's log odds before calibration, which keeps the order of customers and features), ``direction``
    ("raises" or "lowers" the chance to leave). Strongest is largest in size, of equals the feature that the model
    names first; a contribution of 0 is no reason. Row order is open. Same kind of table.

    A model says what goes with leaving, not what causes it. Raises TableError for a missing column, a feature that
    is not a number or is infinite, or too many customers; ValueError for most < 1.

    >>> import polars as pl
    >>> from customer_insight.leaving.calibration import Sigmoid
    >>> line = Logistic(-1.0, np.array([2.0, 1.0]), np.array([10.0, 5.0]), np.array([4.0, 1.0]), np.zeros(3), True)
    >>> model = ChurnModel(base="logistic", features=("age", "visits"), as_of=0, horizon_days=30, customers=9,
    ...     drawn_from=9, base_rate=0.3, typical=line.mean, learner=line, calibration=Sigmoid(0.0, 1.0),
    ...     way="sigmoid", folds=3, seed=1)
    >>> rows = churn_reasons(pl.DataFrame({"customer_id": [7], "age": [12], "visits": [2]}), model)
    >>> rows.sort("rank").drop("customer_id").rows()
    [(1, 'visits', 2.0, 5.0, -3.0, 'lowers'), (2, 'age', 12.0, 10.0, 1.0, 'raises')]
    """
    if most < 1:
        raise ValueError(f"most is at least 1, not {most}")
    frame = require_columns(customers, ("customer_id", *model.features), name="customers")
    numbers = frame.select(nw.col("customer_id").cast(nw.Int64), *feature_numbers(frame, model.features))
    rows = numbers.head(MOST_CUSTOMERS + 1).collect()
    if len(rows) > MOST_CUSTOMERS:
        raise TableError(f"reasons are for {MOST_CUSTOMERS:,} customers at most; choose the ones that matter")
    ids, matrix = rows["customer_id"].to_numpy().astype(np.int64), matrix_of(rows, model.features)
    order = np.argsort(ids, kind="stable")
    columns = _reasons(ids[order], matrix[order], contributions(matrix[order], model), model, most)
    return as_given(table_like(columns, frame), customers)


def contributions(matrix: Vector, model: ChurnModel) -> Vector:
    """How much each feature moves each customer's log odds away from the typical customer's: (customers, features).

    They add up to log odds(customer) - log odds(typical customer). "logistic": slope x (value - mean), exactly; an
    unknown value is the mean and contributes 0. "boosted": Shapley values with the median customer as the one
    reference: what setting the feature from its median to the customer's value changes, averaged over 32 orders in
    which features may be set, 16 drawn once for all customers and their reverses (Castro, Gómez and Tejada 2009;
    reversed orders after Mitchell, Cooper, Frank and Holmes 2022). So a customer's reasons do not depend on who
    else is asked about.
    """
    if isinstance(model.learner, Logistic):
        away = np.where(np.isnan(matrix), 0.0, matrix - model.learner.mean)
        return np.asarray(away * model.learner.raw_slopes)
    told = np.zeros_like(matrix)
    step = max(1, _ROWS // (matrix.shape[1] + 1))
    for order in _orders(matrix.shape[1], model.seed):
        for start in range(0, len(matrix), step):
            some = slice(start, start + step)
            told[some] += _set_in_order(matrix[some], order, model)
    return np.asarray(told / (2 * ORDERS))


def _set_in_order(matrix: Vector, order: Any, model: ChurnModel) -> Vector:
    """The change of the log odds as each feature is set from typical to the customer's value, in that order."""
    customers, features = matrix.shape
    stages = np.empty((features + 1, customers, features))
    stages[:] = model.typical
    for place, feature in enumerate(order, start=1):
        stages[place:, :, feature] = matrix[:, feature]
    odds = model.log_odds(stages.reshape(-1, features)).reshape(features + 1, customers)
    moved = np.empty((customers, features))
    moved[:, order] = np.diff(odds, axis=0).T
    return moved


def _orders(features: int, seed: int) -> Iterator[Any]:
    random = np.random.default_rng([seed, features])
    for _ in range(ORDERS):
        order = random.permutation(features)
        yield order
        yield order[::-1]


def _reasons(ids: Any, matrix: Vector, moved: Vector, model: ChurnModel, most: int) -> dict[str, Any]:
    """The columns of the strongest contributions of every customer."""
    strongest = np.argsort(-np.abs(np.round(moved, 12)), axis=1, kind="stable")[:, :most]
    row = np.repeat(np.arange(len(ids)), strongest.shape[1])
    feature = strongest.reshape(-1)
    rank = np.tile(np.arange(1, strongest.shape[1] + 1), len(ids))
    told = np.round(moved[row, feature], 12) != 0
    row, feature, rank = row[told], feature[told], rank[told]
    part, value, typical = moved[row, feature], matrix[row, feature], model.typical[feature]
    return {
        "customer_id": ids[row],
        "rank": rank,
        "feature": pa.array([model.features[place] for place in feature], pa.string()),
        "value": pa.array(value, mask=np.isnan(value)),
        "typical": pa.array(typical, mask=np.isnan(typical)),
        "contribution": part,
        "direction": pa.array(np.where(part > 0, "raises", "lowers").tolist(), pa.string()),
    }

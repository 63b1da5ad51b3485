"""The chance to leave, of everybody."""

from __future__ import annotations

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.leaving.model import ChurnModel
from customer_insight.tables import require_columns, same_kind
from customer_insight.uplift.logistic import Logistic
from customer_insight.uplift.sample import feature_numbers
from customer_insight.uplift.scoring import scores_by_batch


def score_churn(customers: IntoFrameT, model: ChurnModel) -> IntoFrameT:
    """Each customer's ``customer_id`` and ``p_leave``, the calibrated chance to leave within the model's horizon.

    ``customers`` has customer_id and the model's features, as of the day the horizon begins. A logistic model is an
    expression in the table's own engine: nothing leaves it, and a lazy table stays lazy. A boosted one is computed
    in Arrow batches of 65,536 rows, which scikit-learn can read. Raises TableError for a missing column, a feature
    that is not a number and, where boosted, one that is infinite.

    >>> import numpy as np
    >>> import polars as pl
    >>> from customer_insight.leaving.calibration import Sigmoid
    >>> line = Logistic(-1.0, np.array([2.0]), np.array([10.0]), np.array([4.0]), np.zeros(2), True)
    >>> model = ChurnModel(base="logistic", features=("age",), as_of=0, horizon_days=30, customers=9,
    ...     drawn_from=9, base_rate=0.3, typical=line.mean, learner=line, calibration=Sigmoid(0.0, 1.0),
    ...     way="sigmoid", folds=3, seed=1)
    >>> score_churn(pl.DataFrame({"customer_id": [1, 2], "age": [12, None]}), model)["p_leave"].round(4).to_list()
    [0.5, 0.2689]
    """
    if not isinstance(model.learner, Logistic):
        return scores_by_batch(customers, model.features, model.chance, name="p_leave")
    frame = require_columns(customers, ("customer_id", *model.features), name="customers")
    numbers = frame.select("customer_id", *feature_numbers(frame, model.features))
    line = model.learner
    odds = nw.lit(line.intercept)
    for name, slope, mean in zip(model.features, line.raw_slopes.tolist(), line.mean.tolist(), strict=True):
        odds = odds + ((nw.col(name) - mean) * slope).fill_nan(None).fill_null(0.0)
    scored = numbers.with_columns(odds=odds).select(
        "customer_id", p_leave=model.calibration.expression(nw.col("odds"))
    )
    return same_kind(scored, customers)

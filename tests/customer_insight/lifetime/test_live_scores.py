"""One customer live: the same figures as the batch gives for the same history."""

from __future__ import annotations

import polars as pl
import pytest

from customer_insight.lifetime import (
    BGNBD,
    GammaGamma,
    ParetoNBD,
    PooledSpend,
    score_lifetime,
    score_one,
)
from customer_insight.tables import TableError

TERMS = {"as_of": 272, "horizon_days": 365, "discount_rate_year": 0.1, "margin_rate": 0.3}
MODELS = [
    BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426),
    ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669),
]
SPENDS = [GammaGamma(p=6.25, q=3.74, gamma=15.44), PooledSpend(mean=30.0)]
HISTORIES = [
    {"x": 0, "first_day": 10, "last_day": 10, "repeat_spend": 0},
    {"x": 3, "first_day": 10, "last_day": 200, "repeat_spend": 9_000},
    {"x": 26, "first_day": 0, "last_day": 272, "repeat_spend": 81_999},
]


@pytest.mark.requirement("ANA-28")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize("spend", SPENDS, ids=lambda spend: spend.name)
def test_live_equals_batch(model: BGNBD | ParetoNBD, spend: GammaGamma | PooledSpend) -> None:
    rows = [{"customer_id": number, **history} for number, history in enumerate(HISTORIES)]
    batch = score_lifetime(pl.DataFrame(rows), model, spend, cost_to_serve_per_period=40.0, **TERMS)
    for row in batch.rows(named=True):
        live = score_one(
            HISTORIES[row.pop("customer_id")], model, spend, cost_to_serve_per_period=40.0, **TERMS
        )
        assert live == pytest.approx(row, rel=1e-12)


def test_a_purchase_after_the_date_is_refused() -> None:
    with pytest.raises(TableError, match="last_day 300 lies after as_of = 272"):
        score_one(HISTORIES[1] | {"last_day": 300}, MODELS[0], SPENDS[1], **TERMS)

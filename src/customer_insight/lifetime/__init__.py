"""Customer lifetime value: how often, until when and for how much a customer will buy.

    histories = purchase_histories(order_lines, as_of=day) model = fit_lifetime(histories, as_of=day) spend
    = fit_spend(histories) scores = score_lifetime(histories, model, spend, as_of=day, horizon_days=364,
    discount_rate_year=0.1, margin_rate=0.3)

Read `model.fit.diagnosis` before the figures. `backtest` shows how the method did on the customer's own
past; `model_card` puts it all on one page.
"""

from customer_insight.lifetime.backtest import Backtest, Decile, backtest
from customer_insight.lifetime.bgnbd import BGNBD, fit_bgnbd
from customer_insight.lifetime.card import ModelCard, model_card
from customer_insight.lifetime.choice import fit_lifetime
from customer_insight.lifetime.fit import Finding, Fit, PurchaseModel
from customer_insight.lifetime.gamma_gamma import GammaGamma, fit_gamma_gamma
from customer_insight.lifetime.histories import (
    DISTINCT_HISTORIES,
    HISTORIES,
    distinct_histories,
    purchase_histories,
)
from customer_insight.lifetime.nbd import NBD, fit_nbd
from customer_insight.lifetime.spend import PooledSpend, SpendModel, fit_spend
from customer_insight.lifetime.value import SCORES, Horizon, discounted_value, score_lifetime

__all__ = [
    "BGNBD",
    "DISTINCT_HISTORIES",
    "HISTORIES",
    "NBD",
    "SCORES",
    "Backtest",
    "Decile",
    "Finding",
    "Fit",
    "GammaGamma",
    "Horizon",
    "ModelCard",
    "PooledSpend",
    "PurchaseModel",
    "SpendModel",
    "backtest",
    "discounted_value",
    "distinct_histories",
    "fit_bgnbd",
    "fit_gamma_gamma",
    "fit_lifetime",
    "fit_nbd",
    "fit_spend",
    "model_card",
    "purchase_histories",
    "score_lifetime",
]

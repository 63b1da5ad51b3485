"""Customer lifetime value: how often, until when and for how much a customer will buy.

    histories = purchase_histories(order_lines, as_of=day)
    model = fit_lifetime(histories, as_of=day)
    spend = fit_spend(histories)
    scores = score_lifetime(histories, model, spend, as_of=day, horizon_days=364,
                            discount_rate_year=0.1, margin_rate=0.3)

Read `model.fit.diagnosis` before the figures. `choose_lifetime` compares the models on the firm's own customers,
`backtest` shows how the method did on their past; `model_card` puts it all on one page. Business that comes in
rounds has `opportunity_histories`, `fit_opportunities` and `score_opportunities`; contracts have `fit_retention` and
`score_contracts`.
"""

from customer_insight.lifetime.accuracy import Accuracy
from customer_insight.lifetime.backtest import Backtest, Decile, backtest
from customer_insight.lifetime.bgbb import BGBB, BetaBinomial, fit_bgbb, fit_opportunities
from customer_insight.lifetime.bgnbd import BGNBD, fit_bgnbd
from customer_insight.lifetime.candidates import Candidate, Choice, choose_lifetime
from customer_insight.lifetime.card import ModelCard, model_card
from customer_insight.lifetime.choice import MODELS, fit_lifetime
from customer_insight.lifetime.contract_value import CONTRACT_SCORES, score_contracts
from customer_insight.lifetime.fit import Finding, Fit, PurchaseModel
from customer_insight.lifetime.gamma_gamma import GammaGamma, fit_gamma_gamma
from customer_insight.lifetime.histogram import (
    HISTOGRAM,
    histogram_changes,
    merge_histograms,
    merge_histories,
)
from customer_insight.lifetime.histories import (
    DISTINCT_HISTORIES,
    HISTORIES,
    distinct_histories,
    purchase_histories,
)
from customer_insight.lifetime.life import active_life, life_factor, value_over_life
from customer_insight.lifetime.live import score_one
from customer_insight.lifetime.mbgnbd import MBGNBD, fit_mbgnbd
from customer_insight.lifetime.nbd import NBD, fit_nbd
from customer_insight.lifetime.opportunities import OPPORTUNITIES, opportunity_histories
from customer_insight.lifetime.opportunity_value import OPPORTUNITY_SCORES, score_opportunities
from customer_insight.lifetime.pareto import ParetoNBD, fit_pareto_nbd
from customer_insight.lifetime.retention import CONTRACTS, SURVIVORS
from customer_insight.lifetime.sbg import ConstantChurn, ShiftedBetaGeometric, fit_retention, fit_sbg
from customer_insight.lifetime.spend import PooledSpend, SpendModel, fit_spend
from customer_insight.lifetime.value import SCORES, Horizon, discounted_value, score_lifetime

__all__ = [
    "BGBB",
    "BGNBD",
    "CONTRACTS",
    "CONTRACT_SCORES",
    "DISTINCT_HISTORIES",
    "HISTOGRAM",
    "HISTORIES",
    "MBGNBD",
    "MODELS",
    "NBD",
    "OPPORTUNITIES",
    "OPPORTUNITY_SCORES",
    "SCORES",
    "SURVIVORS",
    "Accuracy",
    "Backtest",
    "BetaBinomial",
    "Candidate",
    "Choice",
    "ConstantChurn",
    "Decile",
    "Finding",
    "Fit",
    "GammaGamma",
    "Horizon",
    "ModelCard",
    "ParetoNBD",
    "PooledSpend",
    "PurchaseModel",
    "ShiftedBetaGeometric",
    "SpendModel",
    "active_life",
    "backtest",
    "choose_lifetime",
    "discounted_value",
    "distinct_histories",
    "fit_bgbb",
    "fit_bgnbd",
    "fit_gamma_gamma",
    "fit_lifetime",
    "fit_mbgnbd",
    "fit_nbd",
    "fit_opportunities",
    "fit_pareto_nbd",
    "fit_retention",
    "fit_sbg",
    "fit_spend",
    "histogram_changes",
    "life_factor",
    "merge_histograms",
    "merge_histories",
    "model_card",
    "opportunity_histories",
    "purchase_histories",
    "score_contracts",
    "score_lifetime",
    "score_one",
    "score_opportunities",
    "value_over_life",
]

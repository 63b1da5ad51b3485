"""Who leaves, who is overdue, who buys less, and why."""

from customer_insight.leaving.calibration import Isotonic, Sigmoid, fit_calibration
from customer_insight.leaving.card import churn_card
from customer_insight.leaving.check import ChurnCheck, check_churn
from customer_insight.leaving.decliners import PARTS, decliners
from customer_insight.leaving.frame import churn_features, churn_frame, feature_label
from customer_insight.leaving.model import ChurnModel, fit_churn
from customer_insight.leaving.outcomes import CONTRACT_TERMS, buying_stopped, contracts_ended
from customer_insight.leaving.overdue import leaving_list, overdue
from customer_insight.leaving.overdue_check import OverdueCheck, SignsOfLeaving, check_overdue
from customer_insight.leaving.ranking import ChurnDecile, auc, brier, churn_deciles
from customer_insight.leaving.reasons import churn_reasons, contributions
from customer_insight.leaving.sample import ChurnSample, churn_sample
from customer_insight.leaving.scoring import score_churn
from customer_insight.leaving.wording import SENTENCES, reason_kind, reason_sentence

__all__ = [
    "CONTRACT_TERMS",
    "PARTS",
    "SENTENCES",
    "ChurnCheck",
    "ChurnDecile",
    "ChurnModel",
    "ChurnSample",
    "Isotonic",
    "OverdueCheck",
    "Sigmoid",
    "SignsOfLeaving",
    "auc",
    "brier",
    "buying_stopped",
    "check_churn",
    "check_overdue",
    "churn_card",
    "churn_deciles",
    "churn_features",
    "churn_frame",
    "churn_reasons",
    "churn_sample",
    "contracts_ended",
    "contributions",
    "decliners",
    "feature_label",
    "fit_calibration",
    "fit_churn",
    "leaving_list",
    "overdue",
    "reason_kind",
    "reason_sentence",
    "score_churn",
]

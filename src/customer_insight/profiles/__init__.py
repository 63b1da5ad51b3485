"""Who customers are: what sets a group apart, who resembles the good ones, who brings others, what keeping them earns.

Needs inferred from orders are in `customer_insight.profiles.needs`, the best channel in `.best_channel`, similar
usage in `.usage`.
"""

from customer_insight.profiles.attributes import Cutting
from customer_insight.profiles.look_alike_check import LookAlikeCheck, ScoreTenth, check_look_alikes
from customer_insight.profiles.look_alikes import (
    LookAlikes,
    Weights,
    fit_look_alikes,
    look_alike_reasons,
    score_look_alikes,
)
from customer_insight.profiles.loyalty_benefit import CUSTOMER_PERIODS, loyalty_benefit
from customer_insight.profiles.referrals import (
    REFERRALS,
    REFERRED,
    referral_influence,
    referred_against_others,
)
from customer_insight.profiles.representation import REPRESENTATION, over_represented

__all__ = [
    "CUSTOMER_PERIODS",
    "REFERRALS",
    "REFERRED",
    "REPRESENTATION",
    "Cutting",
    "LookAlikeCheck",
    "LookAlikes",
    "ScoreTenth",
    "Weights",
    "check_look_alikes",
    "fit_look_alikes",
    "look_alike_reasons",
    "loyalty_benefit",
    "over_represented",
    "referral_influence",
    "referred_against_others",
    "score_look_alikes",
]

"""Who customers are: what sets a group apart, and who resembles the good ones."""

from customer_insight.profiles.attributes import Cutting
from customer_insight.profiles.look_alike_check import LookAlikeCheck, ScoreTenth, check_look_alikes
from customer_insight.profiles.look_alikes import (
    LookAlikes,
    Weights,
    fit_look_alikes,
    look_alike_reasons,
    score_look_alikes,
)
from customer_insight.profiles.representation import REPRESENTATION, over_represented

__all__ = [
    "REPRESENTATION",
    "Cutting",
    "LookAlikeCheck",
    "LookAlikes",
    "ScoreTenth",
    "Weights",
    "check_look_alikes",
    "fit_look_alikes",
    "look_alike_reasons",
    "over_represented",
    "score_look_alikes",
]

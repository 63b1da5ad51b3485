"""Whom a treatment moves: learners, a check on customers they have not seen, and scores for everybody.

`training_sample` is the door; `check_uplift` says whether there is anything to use; `fit_uplift` and `score_uplift`
rank.
"""

from customer_insight.uplift.heterogeneity import UpliftCheck, check_uplift
from customer_insight.uplift.learners import UpliftModel, fit_uplift
from customer_insight.uplift.logistic import Logistic, fit_logistic
from customer_insight.uplift.ranking import UpliftDecile, qini, uplift_deciles
from customer_insight.uplift.sample import EXPERIMENT, Sample, training_sample
from customer_insight.uplift.scoring import score_uplift

__all__ = [
    "EXPERIMENT",
    "Logistic",
    "Sample",
    "UpliftCheck",
    "UpliftDecile",
    "UpliftModel",
    "check_uplift",
    "fit_logistic",
    "fit_uplift",
    "qini",
    "score_uplift",
    "training_sample",
    "uplift_deciles",
]

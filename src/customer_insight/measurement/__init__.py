"""What a campaign caused: its treated customers against those it held out.

`campaign_result` is the door; the pieces it is made of can be used alone. `attributed` gives the plain
sums that stand second, `planning` answers before launch what could be shown at all.
"""

from customer_insight.measurement.attribution import ATTRIBUTED, Attributed, attributed
from customer_insight.measurement.benchmarks import RESPONSE_BANDS, quadrant, response_band
from customer_insight.measurement.estimates import REASONS, Estimate, Verdict, holm, simultaneous_level
from customer_insight.measurement.history import PastSpread, past_spread
from customer_insight.measurement.margin import MarginEffect, margin_effect, pooled_theta
from customer_insight.measurement.planning import (
    ControlShare,
    expected_interval,
    minimum_detectable_effect,
    minimum_detectable_rate,
    proposed_control_share,
    sample_size,
    sample_size_rate,
)
from customer_insight.measurement.response import ResponseEffect, response_effect, wilson
from customer_insight.measurement.results import ESTIMAND, CampaignResult, Comparison, campaign_result
from customer_insight.measurement.units import OPTIONAL_UNITS, UNITS, CellSums, cell_sums

__all__ = [
    "ATTRIBUTED",
    "ESTIMAND",
    "OPTIONAL_UNITS",
    "REASONS",
    "RESPONSE_BANDS",
    "UNITS",
    "Attributed",
    "CampaignResult",
    "CellSums",
    "Comparison",
    "ControlShare",
    "Estimate",
    "MarginEffect",
    "PastSpread",
    "ResponseEffect",
    "Verdict",
    "attributed",
    "campaign_result",
    "cell_sums",
    "expected_interval",
    "holm",
    "margin_effect",
    "minimum_detectable_effect",
    "minimum_detectable_rate",
    "past_spread",
    "pooled_theta",
    "proposed_control_share",
    "quadrant",
    "response_band",
    "response_effect",
    "sample_size",
    "sample_size_rate",
    "simultaneous_level",
    "wilson",
]

"""What a campaign caused: its treated customers against those it held out.

`campaign_result` is the door; the pieces it is made of can be used alone. `attributed` gives the plain
sums that stand second, `planning` answers before launch what could be shown at all, `breakdown` tells where it paid,
`sequential_effect` lets one look early.
"""

from customer_insight.measurement.attribution import ATTRIBUTED, Attributed, attributed
from customer_insight.measurement.benchmarks import RESPONSE_BANDS, quadrant, response_band
from customer_insight.measurement.breakdown import Breakdown, breakdown
from customer_insight.measurement.commission import COMMISSIONS, SOLD_TO, commission_ledger, commission_trend
from customer_insight.measurement.estimates import REASONS, Estimate, Verdict, holm, simultaneous_level
from customer_insight.measurement.history import PastSpread, past_spread
from customer_insight.measurement.margin import MarginEffect, margin_effect, pooled_theta
from customer_insight.measurement.parts import Part
from customer_insight.measurement.planning import (
    ControlShare,
    expected_interval,
    minimum_detectable_effect,
    minimum_detectable_rate,
    proposed_control_share,
    sample_size,
    sample_size_rate,
)
from customer_insight.measurement.ratio import (
    RATIO_REASONS,
    RatioEffect,
    RatioSums,
    ratio_effect,
    ratio_sums,
)
from customer_insight.measurement.response import ResponseEffect, response_effect, wilson
from customer_insight.measurement.results import ESTIMAND, CampaignResult, Comparison, campaign_result
from customer_insight.measurement.sequential import SequentialEffect, level_of_look, sequential_effect
from customer_insight.measurement.units import OPTIONAL_UNITS, UNITS, CellSums, cell_sums
from customer_insight.measurement.winsorising import Winsorising, winsorising

__all__ = [
    "ATTRIBUTED",
    "COMMISSIONS",
    "ESTIMAND",
    "OPTIONAL_UNITS",
    "RATIO_REASONS",
    "REASONS",
    "RESPONSE_BANDS",
    "SOLD_TO",
    "UNITS",
    "Attributed",
    "Breakdown",
    "CampaignResult",
    "CellSums",
    "Comparison",
    "ControlShare",
    "Estimate",
    "MarginEffect",
    "Part",
    "PastSpread",
    "RatioEffect",
    "RatioSums",
    "ResponseEffect",
    "SequentialEffect",
    "Verdict",
    "Winsorising",
    "attributed",
    "breakdown",
    "campaign_result",
    "cell_sums",
    "commission_ledger",
    "commission_trend",
    "expected_interval",
    "holm",
    "level_of_look",
    "margin_effect",
    "minimum_detectable_effect",
    "minimum_detectable_rate",
    "past_spread",
    "pooled_theta",
    "proposed_control_share",
    "quadrant",
    "ratio_effect",
    "ratio_sums",
    "response_band",
    "response_effect",
    "sample_size",
    "sample_size_rate",
    "sequential_effect",
    "simultaneous_level",
    "wilson",
    "winsorising",
]

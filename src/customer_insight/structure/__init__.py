"""How a customer base is made up: cube, nested segments, cohorts, repeats, classes over time, concentration.

Deciles, bands and layers stand beside it as `customer_insight.deciles`, `.bands` and `.layers`.
"""

from customer_insight.structure.cohorts import cohort_of_customers, cohort_retention
from customer_insight.structure.concentration import concentration, flag_large_orders, target_coverage
from customer_insight.structure.cube import cube, roll_up
from customer_insight.structure.migration import class_migration
from customer_insight.structure.nesting import drill_down, nested_segments
from customer_insight.structure.repeats import purchase_rates, time_to_second
from customer_insight.structure.rfm import rfm_classes
from customer_insight.structure.single_indicator import class_spans, classify_by_indicator

__all__ = [
    "class_migration",
    "class_spans",
    "classify_by_indicator",
    "cohort_of_customers",
    "cohort_retention",
    "concentration",
    "cube",
    "drill_down",
    "flag_large_orders",
    "nested_segments",
    "purchase_rates",
    "rfm_classes",
    "roll_up",
    "target_coverage",
    "time_to_second",
]

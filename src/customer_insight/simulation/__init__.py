"""Customer bases with a known truth: purchases by BG/NBD, spend by Gamma-Gamma, campaigns of known effect,
whom they move, contracts that end, and contacts that tire.

For tests, demonstrations and measurements of speed; every figure follows from a seed.
"""

from customer_insight.simulation.base import SimulatedBase, order_line_batches, simulate_base
from customer_insight.simulation.churn import SimulatedChurn, simulate_churn
from customer_insight.simulation.fatigue import Fatigue, simulate_fatigue
from customer_insight.simulation.habits import Habits, Market, customer_keys, draw_habits
from customer_insight.simulation.people import people
from customer_insight.simulation.response import Effect, SimulatedResponse, simulate_response
from customer_insight.simulation.uplift import SimulatedUplift, simulate_uplift

__all__ = [
    "Effect",
    "Fatigue",
    "Habits",
    "Market",
    "SimulatedBase",
    "SimulatedChurn",
    "SimulatedResponse",
    "SimulatedUplift",
    "customer_keys",
    "draw_habits",
    "order_line_batches",
    "people",
    "simulate_base",
    "simulate_churn",
    "simulate_fatigue",
    "simulate_response",
    "simulate_uplift",
]

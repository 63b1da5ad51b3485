"""Customer bases with a known truth: purchases by BG/NBD, spend by Gamma-Gamma, campaigns of known effect.

For tests, demonstrations and measurements of speed; every figure follows from a seed.
"""

from customer_insight.simulation.base import SimulatedBase, order_line_batches, simulate_base
from customer_insight.simulation.habits import Habits, Market, customer_keys, draw_habits
from customer_insight.simulation.people import people
from customer_insight.simulation.response import Effect, SimulatedResponse, simulate_response

__all__ = [
    "Effect",
    "Habits",
    "Market",
    "SimulatedBase",
    "SimulatedResponse",
    "customer_keys",
    "draw_habits",
    "order_line_batches",
    "people",
    "simulate_base",
    "simulate_response",
]

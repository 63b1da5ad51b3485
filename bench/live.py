"""One customer while somebody waits: scores from what is stored, and indicators from the customer's own lines.

    python bench/live.py

Scores: P(alive), expected purchases and the discounted value of a year from one stored history (x, first, last day),
and the value tier from its stored inputs with the rule that fired. Indicators: all of `transaction_indicators` from
the 400 lines of one customer, in a frame of Polars. Medians of 200 after ten to warm up, as a page would ask.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import polars as pl

from customer_insight.indicators import transaction_indicators
from customer_insight.lifetime import BGNBD, GammaGamma, score_one
from customer_insight.margin import Margin
from customer_insight.schemes import classify_one
from customer_insight.tiers import default_tier_scheme

MODEL = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)
SPEND = GammaGamma(p=6.25, q=3.74, gamma=15.44)
TERMS = {"as_of": 272, "horizon_days": 365, "discount_rate_year": 0.1, "margin_rate": 0.3}
LINES, ROUNDS = 400, 200


HISTORY = {"x": 3, "first_day": 10, "last_day": 200, "repeat_spend": 9000}
"""What is stored of one customer."""


def own_lines() -> pl.DataFrame:
    """What one customer bought: 400 lines on 80 orders."""
    places = range(LINES)
    return pl.DataFrame(
        {
            "customer_id": [1] * LINES,
            "order_id": [place // 5 for place in places],
            "day": [place // 5 * 3 for place in places],
            "product_id": [place % 37 for place in places],
            "quantity": [1.0] * LINES,
            "amount": [199 + place for place in places],
            "cost": [120 + place for place in places],
            "discount": [0] * LINES,
            "is_return": [place % 50 == 0 for place in places],
        }
    )


def run() -> dict[str, Any]:
    """Milliseconds, median and 95th percentile."""
    lines, scheme = own_lines(), default_tier_scheme()
    inputs = dict.fromkeys(scheme.fields, 1)

    def scores() -> None:
        score_one(HISTORY, MODEL, SPEND, **TERMS)
        classify_one(inputs, scheme)

    def indicators() -> None:
        transaction_indicators(lines, as_of=272, margin=Margin(assumed_rate=0.3))

    return {"scores": _milliseconds(scores), "indicators": _milliseconds(indicators)}


def _milliseconds(work: Callable[[], None]) -> dict[str, float]:
    for _ in range(10):
        work()
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - began))
    return {"median": statistics.median(taken), "p95": statistics.quantiles(taken, n=20)[-1]}


if __name__ == "__main__":
    for name, figures in run().items():
        print(name, {key: round(value, 2) for key, value in figures.items()})

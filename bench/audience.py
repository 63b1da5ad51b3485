"""Counting an audience of three conditions among a million customers: how long a planner waits.

An indicator, a class and a consent, and then an indicator, a fact and a consent, thirty times each, opening the engine
included. The first count of a process is told apart.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from bench._base import refreshed_base, watched

RUNS = 30
AUDIENCES: dict[str, list[dict[str, Any]]] = {
    "indicator, class, consent": [
        {"op": ">=", "field": "indicator.sales_amount", "value": 10_000},
        {"op": "in", "field": "class.tier", "values": ["MVC", "MGC"]},
        {"op": "=", "field": "consent.email", "value": True},
    ],
    "indicator, fact, consent": [
        {"op": "<", "field": "indicator.recency_days", "value": 180},
        {"op": "=", "field": "fact.city", "value": "Lisbon"},
        {"op": "=", "field": "consent.email", "value": True},
    ],
}


def run() -> dict[str, Any]:
    """Milliseconds by audience: the first count of a process, and median and 95th percentile of those that follow."""
    told, _ = watched(refreshed_base().home, [sys.executable, "-m", "bench.audience"])
    return dict(json.loads(told))


def count() -> dict[str, Any]:
    """What one process measures."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.settings")
    django.setup()
    from customer_insight.conditions import parse
    from guanxi.insight.audience import audience_fields, count_audience

    result = {}
    for name, parts in AUDIENCES.items():
        condition = parse({"op": "all", "of": parts}, audience_fields())
        taken = []
        for _ in range(RUNS + 1):
            started = time.perf_counter()
            people = count_audience(condition)
            taken.append(1000 * (time.perf_counter() - started))
        first, *warm = taken
        warm.sort()
        places = {"median_ms": warm[len(warm) // 2], "p95_ms": warm[int(0.95 * len(warm))]}
        result[name] = {"people": people, "first_ms": round(first)} | {k: round(v) for k, v in places.items()}
    return result


if __name__ == "__main__":
    print(json.dumps(count()))

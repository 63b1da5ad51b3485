"""Allocation of 20 offers over 3 channels within five limits on all contacts: seconds, gap to the bound, memory.

    python bench/allocation.py [--customers N] [--contacts K]

Values are simulated: a customer's liking of everything x the liking of the offer x what the channel adds, less the
cost of the contact. Two channels have a capacity, the whole a budget, two offers a minimum; all of them bind. Timed
is the call alone; memory is the process's peak, the values (4 bytes each) included.
"""

from __future__ import annotations

import argparse
import resource
import time
from typing import Any

import numpy as np

from customer_insight.allocation import Limit, allocate

OFFERS = tuple(f"offer {number}" for number in range(1, 21))
COST = {"mail": 5.0, "message": 20.0, "phone": 60.0}


def simulate(customers: int, *, seed: int = 7) -> np.ndarray:
    """Values as (offers, channels, customers)."""
    draw = np.random.default_rng(seed)
    liking = draw.gamma(2.0, 100.0, customers).astype(np.float32)
    values = np.empty((len(OFFERS), len(COST), customers), np.float32)
    for offer in values:
        for place, cost in enumerate(COST.values()):
            offer[place] = liking * draw.gamma(1.5, 1.0 + 0.1 * place, customers) - cost
    return values


def limits(customers: int) -> tuple[Limit, ...]:
    cost = {(offer, channel): each for offer in OFFERS for channel, each in COST.items()}
    return (
        Limit(name="messages", channel="message", amount=0.10 * customers),
        Limit(name="calls", channel="phone", amount=0.02 * customers),
        Limit(name="budget", amount=7.0 * customers, use=cost),
        Limit(name="offer 1", action="offer 1", kind="at least", amount=0.09 * customers),
        Limit(name="offer 2", action="offer 2", kind="at least", amount=0.08 * customers),
    )


def run(customers: int = 100_000, contacts: int = 1) -> dict[str, Any]:
    """Seconds, processor seconds (fewer on a busy machine), gap in per cent, peak memory, price of each limit."""
    values = simulate(customers)
    start, cpu = time.perf_counter(), time.process_time()
    plan = allocate(values, actions=OFFERS, channels=tuple(COST), limits=limits(customers), contacts=contacts)
    return {
        "customers": customers,
        "seconds": time.perf_counter() - start,
        "processor_seconds": time.process_time() - cpu,
        "gap in per cent": 100.0 * (plan.gap or 0.0),
        "value": plan.value,
        "peak_gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
        **{f"price of {name}": price for name, price in plan.shadow_prices.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--contacts", type=int, default=1)
    arguments = parser.parse_args()
    for name, value in run(arguments.customers, arguments.contacts).items():
        print(f"{name:20} {value:,.6g}" if isinstance(value, float) else f"{name:20} {value:,}")


if __name__ == "__main__":
    main()

"""Contracts that end at a known hazard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from customer_insight.simulation.habits import Floats
from customer_insight.simulation.streams import stream

MONTH = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedChurn:
    """``contracts`` with customer_id, start_day and end_day (null while running on the last day), ``customers`` with
    customer_id and ``features``, ``monthly_hazard`` the truth of each.
    """

    contracts: pa.Table
    customers: pa.Table
    features: tuple[str, ...]
    monthly_hazard: Floats

    def chance(self, horizon_days: int) -> Floats:
        """P(a running contract ends within the horizon): 1 - (1 - hazard)^(days / 30)."""
        return np.asarray(1.0 - (1.0 - self.monthly_hazard) ** (horizon_days / MONTH))


def simulate_churn(customers: int, *, seed: int, start_day: int, days: int) -> SimulatedChurn:
    """Contracts begun evenly over ``days`` from ``start_day``, each ending with the same chance every day.

        log odds of leaving in 30 days = -3.5 + 0.9 price - 0.7 usage + 1.2 [complaints >= 2]

    ``price`` and ``usage`` are standard normal, usage unknown for a tenth (who behave as their hidden usage says),
    complaints Poisson with mean 1; ``shoe_size`` says nothing. Contracts that end after the last day are running.
    Raises ValueError where there is nothing to simulate.

    >>> world = simulate_churn(1000, seed=1, start_day=19000, days=360)
    >>> world.contracts.column_names, world.features
    (['customer_id', 'start_day', 'end_day'], ('price', 'usage', 'complaints', 'shoe_size'))
    """
    if customers < 1 or days < 1:
        raise ValueError(f"nothing to simulate: {customers} customers over {days} days")
    random = stream(seed, "churn")
    price, usage, shoe_size = random.standard_normal((3, customers))
    complaints = random.poisson(1.0, customers)
    hazard = 1.0 / (1.0 + np.exp(3.5 - 0.9 * price + 0.7 * usage - 1.2 * (complaints >= 2)))
    start = start_day + random.integers(0, days, customers)
    end = start + random.geometric(1.0 - (1.0 - hazard) ** (1.0 / MONTH))
    unknown = random.random(customers) < 0.1
    ids = np.arange(1, customers + 1)
    last = start_day + days - 1
    people = {"customer_id": ids, "price": price, "usage": pa.array(usage, mask=unknown)}
    people |= {"complaints": complaints, "shoe_size": shoe_size}
    terms = {"customer_id": ids, "start_day": start, "end_day": pa.array(end, mask=end > last)}
    return SimulatedChurn(
        contracts=pa.table(terms),
        customers=pa.table(people),
        features=("price", "usage", "complaints", "shoe_size"),
        monthly_hazard=hazard,
    )

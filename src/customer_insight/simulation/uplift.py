"""A randomised campaign in which it is known whom the treatment moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from customer_insight.simulation.habits import Floats
from customer_insight.simulation.streams import stream


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedUplift:
    """``units`` has ``customer_id``, ``treated``, ``responded`` and ``features``; ``uplift`` is the truth of each."""

    units: pa.Table
    features: tuple[str, ...]
    uplift: Floats


def simulate_uplift(
    customers: int, *, seed: int, effect: float = 0.05, spread: float = 0.1, treated_share: float = 0.5
) -> SimulatedUplift:
    """Four standard normal features: the first moves the response untreated, the second the uplift, two nothing.

        P(response) = 0.1 + 0.2 / (1 + exp(-x1)) + treated (effect + spread tanh(x2))

    ``spread`` 0 treats everybody alike: there is nothing to find. Raises ValueError where a probability could leave
    [0, 1].

    >>> world = simulate_uplift(5, seed=1, effect=0.1, spread=0.0)
    >>> world.uplift.tolist(), world.units.column_names[:3]
    ([0.1, 0.1, 0.1, 0.1, 0.1], ['customer_id', 'treated', 'responded'])
    """
    if (
        customers < 1
        or not 0 < treated_share < 1
        or effect - abs(spread) < -0.1
        or effect + abs(spread) > 0.7
    ):
        raise ValueError(
            f"not a campaign: {customers} customers, effect {effect} +- {spread}, share {treated_share}"
        )
    random = stream(seed, "uplift")
    x = random.standard_normal((4, customers))
    uplift = effect + spread * np.tanh(x[1])
    treated = random.random(customers) < treated_share
    chance = 0.1 + 0.2 / (1 + np.exp(-x[0])) + treated * uplift
    responded = random.random(customers) < chance
    features = ("liking", "openness", "shoe_size", "birth_month")
    columns = {"customer_id": np.arange(1, customers + 1), "treated": treated.astype(np.int64)}
    columns |= {"responded": responded.astype(np.int64)} | dict(zip(features, x, strict=True))
    return SimulatedUplift(units=pa.table(columns), features=features, uplift=uplift)

"""Contacts that tire: the more there were of late, the fewer answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from customer_insight.simulation.streams import stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Fatigue:
    """How contacts tire a customer: response rate = ``response_rate`` x exp(-``per_contact`` x load).

    The load is the sum over earlier contacts of exp(-days since / ``recovery_days``): 1 for one just made, 0 for
    one long ago. Raises ValueError for a rate outside [0, 1], a negative ``per_contact`` or ``recovery_days`` not
    above 0.
    """

    response_rate: float = 0.1
    per_contact: float = 0.3
    recovery_days: float = 30.0

    def __post_init__(self) -> None:
        if not 0 <= self.response_rate <= 1 or self.per_contact < 0 or self.recovery_days <= 0:
            raise ValueError(f"not a fatigue: {self}")


def simulate_fatigue(
    customers: int,
    *,
    seed: int,
    start_day: int,
    days: int,
    every_days: float = 7.0,
    fatigue: Fatigue | None = None,
) -> pa.Table:
    """Contacts at random days and who answered: ``customer_id``, ``day``, ``load`` before it (the truth), ``chance``,
    ``responded``; by customer and day.

    Every customer is contacted on each day with probability 1 / ``every_days``, so how often somebody was contacted
    is chance and the fall of the response is the fatigue. Raises ValueError where there is nothing to simulate.

    >>> contacts = simulate_fatigue(2, seed=1, start_day=17000, days=60)
    >>> contacts.column_names, contacts["load"][0].as_py()
    (['customer_id', 'day', 'load', 'chance', 'responded'], 0.0)
    """
    if customers < 1 or days < 1 or every_days < 1:
        raise ValueError(
            f"nothing to simulate: {customers} customers over {days} days, a contact every {every_days}"
        )
    fatigue, random = fatigue or Fatigue(), stream(seed, "fatigue")
    contacted = random.random((customers, days)) < 1 / every_days
    load = np.zeros((customers, days))
    for day in range(1, days):
        load[:, day] = (load[:, day - 1] + contacted[:, day - 1]) * np.exp(-1 / fatigue.recovery_days)
    place, number = np.nonzero(contacted)
    loads = load[place, number]
    chance = fatigue.response_rate * np.exp(-fatigue.per_contact * loads)
    answered = random.random(len(place)) < chance
    return pa.table(
        {
            "customer_id": place + 1,
            "day": start_day + number,
            "load": loads,
            "chance": chance,
            "responded": answered.astype(np.int64),
        }
    )

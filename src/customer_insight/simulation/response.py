"""A campaign on a simulated base: what treated customers do, and the true effect to measure it against."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from customer_insight.simulation.habits import Flags, Floats, Habits, Market, Wishes, advance
from customer_insight.simulation.orders import Orders, order_days, order_lines, order_values, parts
from customer_insight.simulation.streams import stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What treatment does: a customer responds with an own probability ~ Beta of mean ``response_rate``
    (and ``concentration``, the larger the more alike), and then makes one extra order of ``order_factor``
    times the own usual value. Nothing else changes; those who left may come back for it, once.
    """

    response_rate: float = 0.08
    concentration: float = 10.0
    order_factor: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.response_rate <= 1 or self.concentration <= 0 or self.order_factor <= 0:
            raise ValueError(f"not an effect: {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedResponse:
    """The period after the base, and the truth about it.

    ``order_lines`` holds everybody's purchases of the period, the extra ones included. ``responses`` has
    ``customer_id``, ``customer_key``, ``order_id`` and ``day`` of each extra order. ``habits`` is the state
    after the period, for the next campaign. ``expected_effect`` is each customer's true expected
    incremental margin if treated; ``realised_effect`` is what the extra order did bring, 0 without one;
    minor units.
    """

    order_lines: pa.Table
    responses: pa.Table
    habits: Habits
    treated: Flags
    expected_effect: Floats
    realised_effect: Floats

    @property
    def expected_margin_per_treated(self) -> float:
        """The figure an interval should cover: average expected incremental margin of the treated."""
        return float(self.expected_effect[self.treated].mean())

    @property
    def realised_margin_per_treated(self) -> float:
        return float(self.realised_effect[self.treated].mean())


def simulate_response(
    habits: Habits, treated: Flags, *, seed: int, days: int, effect: Effect | None = None
) -> SimulatedResponse:
    """The ``days`` days after the base: everybody goes on as before, the treated may buy once more.

    ``treated`` is one flag per customer; ``habits.flags(keys)`` makes it from keys. ``seed`` belongs to the
    campaign: baseline purchases and everybody's readiness to respond depend on it and on the habits, not on
    who is treated, so another choice of treated customers leaves all the rest as it was.

    >>> from customer_insight.simulation import draw_habits
    >>> habits = draw_habits(100, seed=1, start_day=17000, days=90)
    >>> post = simulate_response(habits, habits.flags(["C0000002"]), seed=2, days=30,
    ...                          effect=Effect(response_rate=1))
    >>> post.responses["customer_key"].to_pylist()
    ['C0000002']
    """
    if len(treated) != habits.customers or days < 1:
        raise ValueError(f"{len(treated)} flags for {habits.customers} customers over {days} days")
    effect = effect or Effect()
    after, wishes = advance(habits, to=habits.day + days, random=stream(seed, "post orders"))
    propensity = _propensity(effect, habits.customers, stream(seed, "propensity"))
    extra = _extra_orders(habits, treated, propensity, after, effect, stream(seed, "extra orders"))
    extra_lines = order_lines(extra, market=_kept(habits), to=after.day, random=stream(seed, "extra lines"))
    return SimulatedResponse(
        order_lines=pa.concat_tables([*_baseline(habits, wishes, seed), extra_lines]),
        responses=_responses(habits, extra),
        habits=_with_orders(after, len(extra.day)),
        treated=treated,
        expected_effect=propensity * habits.mean_order * effect.order_factor * habits.market.margin_rate,
        realised_effect=_margins(extra_lines, habits.customers),
    )


def _propensity(effect: Effect, customers: int, random: np.random.Generator) -> Floats:
    if effect.response_rate in (0, 1):
        return np.full(customers, float(effect.response_rate))
    positive = effect.response_rate * effect.concentration
    return random.beta(positive, effect.concentration - positive, customers)


def _extra_orders(
    habits: Habits,
    treated: Flags,
    propensity: Floats,
    after: Habits,
    effect: Effect,
    random: np.random.Generator,
) -> Orders:
    """Drawn for everybody and kept for the treated: who responds, when and how much is settled beforehand."""
    responds = random.random(habits.customers) < propensity
    day = random.integers(habits.day, after.day, habits.customers)
    value = effect.order_factor * order_values(habits, np.arange(habits.customers), random)
    place = np.flatnonzero(responds & treated)
    return Orders(
        place=place,
        order_id=after.orders + 1 + np.arange(len(place)),
        day=day[place],
        value=np.maximum(np.rint(value[place]), 1).astype(np.int64),
    )


def _baseline(habits: Habits, wishes: Wishes, seed: int) -> list[pa.Table]:
    tables, order_id = [], habits.orders + 1
    for number, part in parts(habits.customers):
        orders = _part_orders(habits, wishes, part, order_id, stream(seed, "post days", part=number))
        order_id += len(orders.day)
        random = stream(seed, "post lines", part=number)
        tables.append(order_lines(orders, market=habits.market, to=wishes.to, random=random))
    return tables


def _part_orders(
    habits: Habits, wishes: Wishes, part: slice, order_id: int, random: np.random.Generator
) -> Orders:
    place, day = order_days(wishes, part, random)
    place = place + part.start
    return Orders(
        place=place,
        order_id=np.arange(order_id, order_id + len(place)),
        day=day,
        value=order_values(habits, place, random),
    )


def _kept(habits: Habits) -> Market:
    """Goods of an extra order are not brought back, so its margin is the effect and nothing else."""
    return replace(habits.market, return_share=0.0)


def _responses(habits: Habits, extra: Orders) -> pa.Table:
    return pa.table(
        {
            "customer_id": extra.place + 1,
            "customer_key": habits.keys().take(pa.array(extra.place)),
            "order_id": extra.order_id,
            "day": extra.day,
        }
    )


def _margins(lines: pa.Table, customers: int) -> Floats:
    place = lines["customer_id"].to_numpy() - 1
    margin = lines["amount"].to_numpy() - lines["cost"].to_numpy()
    return np.bincount(place, margin, minlength=customers).astype(np.float64)


def _with_orders(habits: Habits, more: int) -> Habits:
    return replace(habits, orders=habits.orders + more)

"""A customer base with its purchases, from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from customer_insight.simulation.habits import Habits, Market, Wishes, draw_base
from customer_insight.simulation.orders import Orders, order_days, order_lines, order_values, parts
from customer_insight.simulation.people import people
from customer_insight.simulation.streams import stream


@dataclass(frozen=True, slots=True)
class SimulatedBase:
    """``customers`` as `people` gives them, ``order_lines`` with the columns of ORDER_LINES and
    ``customer_key``, ``habits`` the hidden state at the end of the period.
    """

    customers: pa.Table
    order_lines: pa.Table
    habits: Habits


def simulate_base(
    customers: int, *, seed: int, start_day: int, days: int, market: Market | None = None
) -> SimulatedBase:
    """Customers and their purchases over ``days`` days from ``start_day`` (days since 1970-01-01).

    Everything follows from the arguments; `draw_habits` with the same ones gives the same hidden state
    again. Raises ValueError where there is nothing to simulate.

    >>> base = simulate_base(100, seed=1, start_day=17000, days=90)
    >>> base.customers.num_rows, base.order_lines.column_names[:4]
    (100, ['customer_id', 'order_id', 'day', 'product_id'])
    """
    habits, wishes = draw_base(customers, seed=seed, start_day=start_day, days=days, market=market)
    lines = pa.concat_tables(_batches(habits, wishes))
    return SimulatedBase(customers=people(habits), order_lines=lines, habits=habits)


def order_line_batches(
    customers: int, *, seed: int, start_day: int, days: int, market: Market | None = None
) -> Iterator[pa.Table]:
    """The order lines of `simulate_base` in pieces, for bases that should go to disk as they are made."""
    yield from _batches(*draw_base(customers, seed=seed, start_day=start_day, days=days, market=market))


def _batches(habits: Habits, wishes: Wishes) -> Iterator[pa.Table]:
    order_id = 1
    for number, part in parts(habits.customers):
        orders = _part_orders(habits, wishes, part, order_id, stream(habits.seed, "base days", part=number))
        order_id += len(orders.day)
        random = stream(habits.seed, "base lines", part=number)
        yield order_lines(orders, market=habits.market, to=habits.day, random=random)


def _part_orders(
    habits: Habits, wishes: Wishes, part: slice, order_id: int, random: np.random.Generator
) -> Orders:
    repeat_place, repeat_day = order_days(wishes, part, random)
    first_day = habits.first_day[part]
    place = np.concatenate([np.arange(len(first_day)), repeat_place])
    day = np.concatenate([first_day, repeat_day])
    # Stable: a customer's first purchase stays ahead of the repeats, which are in order already.
    by_customer = np.argsort(place, kind="stable")
    place = place[by_customer] + part.start
    return Orders(
        place=place,
        order_id=np.arange(order_id, order_id + len(place)),
        day=day[by_customer],
        value=order_values(habits, place, random),
    )

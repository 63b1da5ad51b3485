"""Orders from wishes, and order lines from orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from customer_insight.simulation.habits import Floats, Habits, Integers, Market, Wishes, customer_keys

PART: Final = 50_000
"""Customers simulated at a time: bounds memory; part of what a seed means, so never a parameter."""

RETURN_WITHIN: Final = 14  # days

Random = np.random.Generator


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """One array element per order: place of the customer (from 0), order_id, day, value in minor units."""

    place: Integers
    order_id: Integers
    day: Integers
    value: Integers


def parts(customers: int) -> Iterator[tuple[int, slice]]:
    """The customers in numbered slices of PART."""
    for number, start in enumerate(range(0, customers, PART)):
        yield number, slice(start, min(start + PART, customers))


def order_days(wishes: Wishes, part: slice, random: Random) -> tuple[Integers, Integers]:
    """Place within the part and day of every order made, by customer and day.

    The k-th of n evenly struck times is E1 + ... + Ek over E1 + ... + E(n+1) with exponential E, so only
    the orders made are drawn; those a leaver did not make are one Gamma.
    """
    made, first = wishes.made[part], wishes.first[part]
    place = np.repeat(np.arange(len(made)), made)
    gaps, left = random.exponential(size=len(place)), random.gamma(wishes.wishes[part] - made + 1.0)
    struck = running_sums(gaps, made)
    total = np.bincount(place, gaps, minlength=len(made)) + left
    day = first[place] + struck / total[place] * (wishes.to - first[place])
    return place, np.minimum(day.astype(np.int64), wishes.to - 1)


def order_values(habits: Habits, place: Integers, random: Random) -> Integers:
    """Gamma-Gamma order values in whole minor units, at least one."""
    values = random.gamma(habits.market.spend_shape, size=len(place)) / habits.spend_rate[place]
    return np.maximum(np.rint(values), 1).astype(np.int64)


def running_sums(values: Floats, lengths: Integers) -> Floats:
    """Cumulative sums that start anew with every group of consecutive elements.

    >>> running_sums(np.array([1.0, 2.0, 3.0, 4.0]), np.array([2, 0, 2])).tolist()
    [1.0, 3.0, 3.0, 7.0]
    """
    lengths = lengths[lengths > 0]
    sums = np.cumsum(values)
    before = np.concatenate([[0.0], sums[np.cumsum(lengths)[:-1] - 1]]) if len(lengths) else np.zeros(0)
    return np.asarray(sums - np.repeat(before, lengths))


def order_lines(orders: Orders, *, market: Market, to: int, random: Random) -> pa.Table:
    """The lines of some orders, returned goods included, with the columns of ORDER_LINES and
    ``customer_key``.

    Lines of an order add up to its value exactly; every line earns ``margin_rate`` of its amount, rounded.
    A returned line comes again within RETURN_WITHIN days under its own order_id with everything negative,
    unless that would be on or after day ``to``.
    """
    counts = 1 + random.poisson(market.lines_per_order - 1, len(orders.value))
    order = np.repeat(np.arange(len(counts)), counts)
    amount = _shared_out(orders.value, order, counts, random)
    cost = amount - np.rint(amount * market.margin_rate).astype(np.int64)
    quantity = random.choice(np.array([1, 2, 3]), len(order), p=[0.8, 0.15, 0.05])
    sold = {
        "order": order,
        "day": orders.day[order],
        "product_id": _products(len(order), market, random),
        "quantity": quantity,
        "amount": amount,
        "cost": cost,
        "discount": _discounts(amount, market, random),
    }
    return _as_table(orders, sold, _returned(sold, market, to, random))


def _shared_out(value: Integers, order: Integers, counts: Integers, random: Random) -> Integers:
    weights = random.exponential(size=len(order)) + 0.1
    shares = running_sums(weights, counts) / np.bincount(order, weights, minlength=len(counts))[order]
    upto = np.rint(shares * value[order]).astype(np.int64)
    first = np.cumsum(counts) - counts
    amount = np.diff(upto, prepend=0)
    amount[first] = upto[first]
    return amount


def _products(lines: int, market: Market, random: Random) -> Integers:
    """Product numbers from 1: a few sell often, many seldom (popularity falls as 1 / (rank + 5))."""
    popularity = np.cumsum(1 / (np.arange(market.products) + 5.0))
    rank: Integers = np.searchsorted(popularity, random.random(lines) * popularity[-1], side="right")
    return rank + 1


def _discounts(amount: Integers, market: Market, random: Random) -> Integers:
    """What came off the list price: a tenth, a fifth or three tenths of it on some lines, nothing on most."""
    rate = random.choice(np.array([0.1, 0.2, 0.3]), len(amount))
    given = random.random(len(amount)) < market.discount_share
    discounts: Floats = np.rint(given * amount * rate / (1 - rate))
    return discounts.astype(np.int64)


def _returned(sold: dict[str, Integers], market: Market, to: int, random: Random) -> dict[str, Integers]:
    back = np.flatnonzero(random.random(len(sold["day"])) < market.return_share)
    day = sold["day"][back] + random.integers(1, RETURN_WITHIN + 1, len(back))
    back, day = back[day < to], day[day < to]
    taken = {name: values[back] for name, values in sold.items()}
    reversed_ = {name: -taken[name] for name in ("quantity", "amount", "cost")}
    return taken | reversed_ | {"day": day, "discount": np.zeros(len(back), dtype=np.int64)}


def _as_table(orders: Orders, sold: dict[str, Integers], returned: dict[str, Integers]) -> pa.Table:
    both = {name: np.concatenate([sold[name], returned[name]]) for name in sold}
    order = both.pop("order")
    place = orders.place[order]
    first = int(orders.place.min()) if len(orders.place) else 0
    last = int(orders.place.max()) if len(orders.place) else -1
    keys = customer_keys(last + 1 - first, first=first + 1)
    return pa.table(
        {
            "customer_id": place + 1,
            "order_id": orders.order_id[order],
            **both,
            "is_return": np.repeat([False, True], [len(sold["order"]), len(returned["order"])]),
            "customer_key": keys.take(pa.array(place - first)),
        }
    )

"""How each simulated customer buys: the hidden state behind everything that is simulated.

Purchases follow BG/NBD (Fader, Hardie and Lee 2005): while alive a customer buys at an own rate lambda ~
Gamma(r, alpha) a week, and after each repeat purchase leaves for good with an own probability p ~ Beta(a,
b). Spend follows Gamma-Gamma (Fader and Hardie 2013): an order is worth Gamma(shape p, rate nu) with nu ~
Gamma(q, gamma). The defaults are the estimates published for CDNOW.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from customer_insight.simulation.streams import stream

WEEK: Final = 7.0
NEVER: Final = 1e-9  # a probability or rate too small to be seen

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What is common to all customers. Rates per week, spend in minor units, shares from 0 to 1.

    ``entry_share``: customers' first purchases are spread evenly over this share of the base period.
    ``heavy_buyers`` of the first customers buy ``heavy_factor`` times as often and never leave; the very
    first buys ``giant_orders`` orders more, if any: the skew that breaks naive code.
    """

    r: float = 0.243
    alpha: float = 4.414
    a: float = 0.793
    b: float = 2.426
    spend_shape: float = 6.25
    spend_q: float = 3.74
    spend_gamma: float = 1544.0
    entry_share: float = 0.6
    margin_rate: float = 0.3
    products: int = 500
    lines_per_order: float = 3.3
    discount_share: float = 0.1
    return_share: float = 0.01
    heavy_buyers: int = 0
    heavy_factor: float = 20.0
    giant_orders: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """The hidden state of every customer, one array element each, on the evening before ``day``.

    ``rate`` is lambda per day, ``leaving`` is p, ``spend_rate`` is nu per minor unit (mean order =
    spend_shape / nu), ``first_day`` the day of the first purchase, ``repeats`` the repeat purchases made up
    to ``day``, ``alive`` whether more can follow. Customer i (from 0) has id i + 1 and key ``C0000001``
    upwards. ``orders`` is the number of orders handed out so far; the next order_id is one more.
    """

    seed: int
    market: Market
    start_day: int
    day: int
    rate: Floats
    leaving: Floats
    spend_rate: Floats
    first_day: Integers
    repeats: Integers
    alive: Flags
    orders: int

    @property
    def customers(self) -> int:
        return len(self.rate)

    @property
    def mean_order(self) -> Floats:
        """Expected value of one order, minor units, given the customer."""
        return self.market.spend_shape / self.spend_rate

    def keys(self) -> pa.StringArray:
        """The key of every customer."""
        return customer_keys(self.customers)

    def flags(self, keys: Iterable[str]) -> Flags:
        """True for the customers named by their keys; raises ValueError for a key that is nobody's."""
        places = np.array([int(key[1:]) - 1 for key in keys], dtype=np.int64)
        if len(places) and (places.min() < 0 or places.max() >= self.customers):
            raise ValueError(f"a key beyond the {self.customers} customers simulated")
        flags = np.zeros(self.customers, dtype=np.bool_)
        flags[places] = True
        return flags


def customer_keys(customers: int, *, first: int = 1) -> pa.StringArray:
    """Keys ``C0000001`` onwards, from the ``first`` number.

    >>> customer_keys(2).to_pylist()
    ['C0000001', 'C0000002']
    """
    numbers = pa.array(np.arange(first, first + customers)).cast(pa.string())
    return pc.binary_join_element_wise("C", pc.utf8_lpad(numbers, 7, "0"), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """One period's wishes to buy, per customer: ``made`` of ``wishes`` were carried out, from ``first`` on.

    The customer left at the last one made where ``made`` < ``wishes``. Days are whole; ``to`` is excluded.
    """

    first: Integers
    to: int
    wishes: Integers
    made: Integers


def draw_habits(
    customers: int, *, seed: int, start_day: int, days: int, market: Market | None = None
) -> Habits:
    """The state after a base period of ``days`` days from ``start_day``, without simulating any order.

    The same arguments always give the same state, so a later period can be simulated from the seed alone.
    Raises ValueError where there is nothing to simulate.

    >>> habits = draw_habits(1000, seed=1, start_day=17000, days=365)
    >>> habits.day, habits.orders == 1000 + int(habits.repeats.sum())
    (17365, True)
    """
    return draw_base(customers, seed=seed, start_day=start_day, days=days, market=market)[0]


def draw_base(
    customers: int, *, seed: int, start_day: int, days: int, market: Market | None = None
) -> tuple[Habits, Wishes]:
    """`draw_habits` with the wishes of the base period, from which its orders are made."""
    if customers < 1 or days < 1:
        raise ValueError(f"nothing to simulate: {customers} customers over {days} days")
    random = stream(seed, "habits")
    new = _newcomers(customers, seed, start_day, days, market or Market(), random)
    habits, wishes = advance(new, to=start_day + days, random=random)
    giant = np.where(np.arange(customers) == 0, new.market.giant_orders, 0)
    habits = replace(habits, repeats=habits.repeats + giant, orders=habits.orders + int(giant.sum()))
    return habits, replace(wishes, wishes=wishes.wishes + giant, made=wishes.made + giant)


def advance(habits: Habits, *, to: int, random: np.random.Generator) -> tuple[Habits, Wishes]:
    """The state on the evening before day ``to``: more repeats made, some customers gone.

    The process forgets: given rate and leaving, what follows depends only on being alive. In the time left
    the wish to buy strikes Poisson(rate x days) times, and the customer leaves after a Geometric(leaving)
    number of purchases.
    """
    # The first purchase opens the account, so wishes are counted from the day after it.
    first = np.maximum(habits.first_day + 1, habits.day)
    wishes = random.poisson(habits.rate * np.maximum(to - first, 0)) * habits.alive
    last = random.geometric(habits.leaving)
    made = np.minimum(wishes, last)
    after = replace(
        habits,
        day=to,
        repeats=habits.repeats + made,
        alive=habits.alive & (wishes < last),
        orders=habits.orders + int(made.sum()),
    )
    return after, Wishes(first=first, to=to, wishes=wishes, made=made)


def _newcomers(
    customers: int, seed: int, start_day: int, days: int, market: Market, random: np.random.Generator
) -> Habits:
    rate = random.gamma(market.r, 1 / market.alpha, customers) / WEEK
    leaving = np.clip(random.beta(market.a, market.b, customers), NEVER, 1.0)
    spend_rate = random.gamma(market.spend_q, 1 / market.spend_gamma, customers)
    heavy = np.arange(customers) < market.heavy_buyers
    return Habits(
        seed=seed,
        market=market,
        start_day=start_day,
        day=start_day,
        rate=np.where(heavy, rate.mean() * market.heavy_factor, rate),
        leaving=np.where(heavy, NEVER, leaving),
        spend_rate=np.maximum(spend_rate, NEVER),
        first_day=start_day + random.integers(0, max(1, int(days * market.entry_share)), customers),
        repeats=np.zeros(customers, dtype=np.int64),
        alive=np.ones(customers, dtype=np.bool_),
        orders=customers,  # everybody's first purchase
    )

"""Who gets which offer over which channel: the most expected incremental value within all limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from customer_insight.allocation.choices import Integers, Values
from customer_insight.allocation.limits import Limit, Rows, Vector, rows_of
from customer_insight.allocation.prices import lowest_bound
from customer_insight.allocation.settle import Problem, settle, worth

GAP = 1e-4
"""The share of the optimum that may be left, and a tenth of what issue 4 allows."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Chosen contacts and what they are worth; value in the unit of the values given.

    ``option`` is (contacts, customers) of option numbers, action x number of channels + channel, -1 for none.
    ``bound`` is what no allocation can exceed (the linear relaxation's value, from above), ``gap`` = (bound -
    value) / |bound|, None where the bound is 0. ``used`` holds the units of each limit, ``shadow_prices`` what one
    more unit of it would be worth (of a minimum: what the last unit required costs), never negative; 0 where the
    limit does not bind. At a corner several prices are right; one of them is told.
    """

    option: Integers
    value: float
    bound: float
    gap: float | None
    used: Mapping[str, float]
    shadow_prices: Mapping[str, float]


def allocate(
    values: NDArray[Any],
    *,
    actions: tuple[str, ...],
    channels: tuple[str, ...],
    limits: tuple[Limit, ...] = (),
    contacts: int | Integers = 1,
) -> Plan:
    """Choose contacts so that their total value is largest and every limit is kept.

    ``values`` is (actions, channels, customers): the expected incremental value of a contact, such as uplift x
    margin - cost, NaN where it is not allowed; it may be negative. ``contacts`` is the most contacts per customer,
    one number or one each; an action reaches a customer over one channel at most. Contacts are whole.

    Method: prices of the limits by Lagrangian relaxation and cutting planes (`lowest_bound`), then the customers
    who hardly care between two choices are settled by an integer program (`settle`). Up to 20,000 values the whole
    is one integer program. Equal choices go to the earlier action, channel and customer, so the same table gives
    the same plan.

    Raises AllocationError where limits cannot be kept or name what is not there, ValueError for shapes that do not
    fit or an infinite value.

    >>> values = np.array([[[5.0, 4.0, 3.0, 2.0, np.nan]]])
    >>> limit = Limit(name="calls", channel="phone", amount=2)
    >>> plan = allocate(values, actions=("voucher",), channels=("phone",), limits=(limit,))
    >>> plan.option.tolist(), plan.value, plan.used["calls"]
    ([[0, 0, -1, -1, -1]], 9.0, 2.0)
    >>> 3.0 <= plan.shadow_prices["calls"] <= 4.0
    True
    """
    allowed = _checked(values, len(actions), len(channels), contacts)
    rows = rows_of(limits, actions, channels)
    lowest = lowest_bound(values, allowed, rows, tolerance=GAP / 20)
    problem = Problem(values, allowed, rows, lowest.prices, lowest.bound)
    option = settle(problem, gap=GAP)
    value, counts = worth(values, option)
    return Plan(
        option=option,
        value=value,
        bound=max(lowest.bound, value),
        gap=(max(lowest.bound, value) - value) / abs(lowest.bound) if lowest.bound else None,
        used=_by_name(rows, np.abs(rows.signed @ counts) * rows.scale),
        shadow_prices=_by_name(rows, lowest.prices / rows.scale),
    )


def _checked(values: Values, actions: int, channels: int, contacts: int | Integers) -> Integers:
    if values.ndim != 3 or values.shape[:2] != (actions, channels):
        raise ValueError(
            f"values are {values.shape}, not ({actions} actions, {channels} channels, customers)"
        )
    infinite = int(np.isinf(values).sum())
    if infinite:
        raise ValueError(f"{infinite} values are infinite; use NaN for a contact that is not allowed")
    allowed = np.broadcast_to(np.asarray(contacts, np.int64), values.shape[2:])
    if allowed.min(initial=0) < 0:
        raise ValueError(f"contacts must not be negative; the smallest is {allowed.min()}")
    return np.minimum(allowed, actions)


def _by_name(rows: Rows, figures: Vector) -> dict[str, float]:
    return {name: float(figure) for name, figure in zip(rows.names, figures, strict=True)}

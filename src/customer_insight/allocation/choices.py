"""What every customer would choose at given prices: the inner step of the Lagrangian, one pass over the values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from customer_insight.allocation.limits import Vector

Values: TypeAlias = NDArray[np.floating[Any]]
"""Value of contacting each customer: (actions, channels, customers), NaN where it is not allowed."""

Integers: TypeAlias = NDArray[np.int64]

PART = 16_384
"""Customers treated at a time, so that the working arrays stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The best contacts of each customer at some prices.

    ``option`` is (contacts, customers): action x channels + channel, -1 for none. ``surplus`` is the sum over
    customers of value less price, ``counts`` the contacts of every option. ``doubt`` is the smallest change of a
    price that would change a customer's choice.
    """

    option: Integers
    surplus: float
    counts: Vector
    doubt: Vector


def choose(values: Values, prices: Vector, contacts: Integers) -> Choice:
    """For each customer the contacts with the most value left after ``prices`` (one per option), at most
    ``contacts[i]``, over one channel per action and only where something is left. Ties go to the earlier action and
    channel.
    """
    parts = [_choose(values[:, :, part], prices, contacts[part]) for part in _parts(values.shape[2])]
    empty = np.zeros((max(1, contacts.max(initial=0)), 0), np.int64)
    return Choice(
        option=_side_by_side([part.option for part in parts], empty),
        surplus=sum(part.surplus for part in parts),
        counts=sum((part.counts for part in parts), start=np.zeros(len(prices))),
        doubt=np.concatenate([np.zeros(0), *(part.doubt for part in parts)]),
    )


def surplus_and_counts(values: Values, prices: Vector, contacts: Integers) -> tuple[float, Vector]:
    """`choose` without keeping who chose what."""
    surplus, counts = 0.0, np.zeros(len(prices))
    for part in _parts(values.shape[2]):
        best, option, _ = _best(
            values[:, :, part], prices, int(contacts[part].max(initial=0)), with_doubt=False
        )
        taken = (best > 0) & _allowed(len(best), contacts[part])
        surplus += float(best[taken].sum())
        counts += np.bincount(option[taken], minlength=len(prices))
    return surplus, counts


def _parts(customers: int) -> Iterator[slice]:
    return (slice(start, min(start + PART, customers)) for start in range(0, customers, PART))


def _side_by_side(parts: list[Integers], empty: Integers) -> Integers:
    """Parts whose customers have fewer contacts get rows of none."""
    most = max([len(part) for part in parts], default=len(empty))
    padded = [np.pad(part, ((0, most - len(part)), (0, 0)), constant_values=-1) for part in parts]
    return np.concatenate(padded, axis=1) if padded else empty


def _choose(values: Values, prices: Vector, contacts: Integers) -> Choice:
    levels = max(1, int(contacts.max(initial=0)))
    # One level more than can be taken: the first to be left out tells how near the choice was.
    best, option, second = _best(values, prices, levels + 1, with_doubt=True)
    allowed = _allowed(levels, contacts)
    taken = (best[:levels] > 0) & allowed
    picked = option[:levels][taken]
    left_out = best[taken.sum(axis=0), np.arange(len(contacts))]
    nearest = np.maximum(second[:levels], np.maximum(left_out, 0.0))
    doubt = np.where(taken, best[:levels] - nearest, np.where(allowed, -best[:levels], np.inf)).min(axis=0)
    return Choice(
        option=np.where(taken, option[:levels], -1),
        surplus=float(best[:levels][taken].sum()),
        counts=np.bincount(picked, minlength=len(prices)).astype(np.float64),
        doubt=doubt,
    )


def _allowed(levels: int, contacts: Integers) -> NDArray[np.bool_]:
    return np.arange(levels)[:, None] < contacts


def _best(
    values: Values, prices: Vector, levels: int, *, with_doubt: bool
) -> tuple[Vector, Integers, Vector]:
    """The ``levels`` actions with the most left, in falling order: what is left, which option, and what the
    action's next best channel would leave.
    """
    actions, channels, customers = values.shape
    best = np.full((levels, customers), -np.inf)
    option = np.full((levels, customers), -1, np.int64)
    second = np.full((levels, customers), -np.inf)
    for action in range(actions):
        first = action * channels
        row = _best_channel(values[action], prices[first : first + channels], first, with_doubt)
        _insert(row, (best, option, second), with_doubt)
    return best, option, second


def _best_channel(
    values: Values, prices: Vector, first: int, with_doubt: bool
) -> tuple[Vector, Integers, Vector]:
    """Of one action: what the best channel leaves, its option, what the next best leaves; NaN counts as nothing
    left.
    """
    left = np.subtract(values, prices[:, None], dtype=np.float64)
    np.copyto(left, -np.inf, where=np.isnan(left))
    best, option = left[0].copy(), np.full(left.shape[1], first, np.int64)
    second = np.full(left.shape[1], -np.inf)
    for channel in range(1, len(left)):
        better = left[channel] > best
        if with_doubt:
            np.maximum(second, np.where(better, best, left[channel]), out=second)
        np.copyto(best, left[channel], where=better)
        np.copyto(option, first + channel, where=better)
    return best, option, second


def _insert(row: tuple[Any, Any, Any], lists: tuple[Any, Any, Any], with_doubt: bool) -> None:
    """Put one action into every customer's falling list, and let the last one fall out."""
    kept = 3 if with_doubt else 2
    carried = list(row[:kept])
    levels = len(lists[0])
    for level in range(levels):
        better = carried[0] > lists[0][level]
        for place in range(kept):
            mine = lists[place][level]
            if level + 1 < levels:
                pushed = np.where(better, mine, carried[place])
            np.copyto(mine, carried[place], where=better)
            if level + 1 < levels:
                carried[place] = pushed

"""What an allocation must keep: capacities, budgets and minimum quotas over all customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float64]
Kind: TypeAlias = Literal["at most", "at least"]


class AllocationError(ValueError):
    """The limits cannot be kept, or do not fit the candidates; the message names the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit on all contacts together.

    It covers the contacts of ``action`` over ``channel``, where None means every one. A contact uses ``use[action,
    channel]`` units, one where ``use`` does not say: leave it out for a capacity or a quota, give the cost of a
    contact for a budget. ``kind`` says whether the total may be at most or must be at least ``amount``. Raises
    ValueError for an amount or a use that is negative or not finite.

    >>> Limit(name="letters", channel="mail", amount=1000).kind
    'at most'
    """

    name: str
    amount: float
    kind: Kind = "at most"
    action: str | None = None
    channel: str | None = None
    use: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        numbers = (self.amount, *self.use.values())
        if not all(isfinite(number) and number >= 0 for number in numbers):
            raise ValueError(f"limit {self.name!r}: amount and use must be finite and not negative")

    def used_by(self, action: str, channel: str) -> float:
        """Units one contact uses."""
        covered = self.action in (None, action) and self.channel in (None, channel)
        return float(self.use.get((action, channel), 1.0)) if covered else 0.0


@dataclass(frozen=True, slots=True)
class Rows:
    """The limits as rows of ``signed @ counts <= bound``, each divided by its own ``scale``; ``counts`` has one
    element per option (action, channel).

    A minimum is a maximum of the negative. ``scale`` is the mean use of the options covered, so that prices of
    letters and of cents come out alike.
    """

    names: tuple[str, ...]
    signed: Vector
    bound: Vector
    scale: Vector

    def excess(self, counts: Vector) -> Vector:
        """By how much each row is broken; not positive where it is kept."""
        return np.asarray(self.signed @ counts - self.bound)


def rows_of(limits: tuple[Limit, ...], actions: tuple[str, ...], channels: tuple[str, ...]) -> Rows:
    """The limits over the options, action by action and within it channel by channel.

    Raises AllocationError for two limits of one name and for an action or a channel that no candidate has.
    """
    names = tuple(limit.name for limit in limits)
    if len(set(names)) < len(names):
        raise AllocationError(f"limits need different names, not {', '.join(names)}")
    for limit in limits:
        _check_known(limit, actions, channels)
    use = np.array([[limit.used_by(a, c) for a in actions for c in channels] for limit in limits])
    use = use.reshape(len(limits), len(actions) * len(channels))
    scale = np.array([row[row > 0].mean() if (row > 0).any() else 1.0 for row in use])
    sign = np.array([-1.0 if limit.kind == "at least" else 1.0 for limit in limits])
    amount = np.array([limit.amount for limit in limits])
    return Rows(names, use * (sign / scale)[:, None], amount * sign / scale, scale)


def _check_known(limit: Limit, actions: tuple[str, ...], channels: tuple[str, ...]) -> None:
    for what, name, known in (("action", limit.action, actions), ("channel", limit.channel, channels)):
        if name is not None and name not in known:
            raise AllocationError(f"limit {limit.name!r}: no candidate has {what} {name!r}")

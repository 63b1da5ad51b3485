"""A figure with its interval, and what may be concluded from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Verdict: TypeAlias = Literal["gain", "loss", "cannot tell"]

REASONS: Final[Mapping[str, str]] = {
    "": "The interval lies on one side of zero.",
    "no_control": "Nobody was held out, so no incremental claim can be made; the figures are attributed.",
    "nobody_treated": "Nobody was assigned to be treated.",
    "too_few_treated": "Fewer than two customers were assigned to be treated.",
    "too_few_control": "Fewer than two customers were held out.",
    "no_variation_treated": "Every treated customer has the same margin, so chance cannot be weighed.",
    "no_variation_control": "Every held-out customer has the same margin, so chance cannot be weighed.",
    "covers_zero": "The interval covers zero: the difference may be chance.",
    "margin_rose_profit_unclear": "Margin rose, but the interval of profit after cost covers zero.",
    "cost_not_repaid": "Even the upper limit of the incremental margin does not repay the cost.",
}
"""Every reason code a result can carry, in plain words; a page translates the code."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with the limits of its interval; all three are None where the data give none.

    >>> Estimate(2.0, -1.0, 5.0).times(10).plus(-5)
    Estimate(value=15.0, low=-15.0, high=45.0)
    """

    value: float | None
    low: float | None
    high: float | None

    def times(self, factor: float) -> Estimate:
        """The interval of a multiple; ``factor`` must not be negative."""
        return Estimate(*(None if each is None else each * factor for each in self._limits()))

    def plus(self, shift: float) -> Estimate:
        return Estimate(*(None if each is None else each + shift for each in self._limits()))

    def verdict(self) -> Verdict:
        """What the interval says: "cannot tell" where it touches zero or is missing."""
        if self.low is not None and self.low > 0:
            return "gain"
        if self.high is not None and self.high < 0:
            return "loss"
        return "cannot tell"

    def _limits(self) -> tuple[float | None, float | None, float | None]:
        return self.value, self.low, self.high


UNKNOWN: Final = Estimate(None, None, None)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down adjusted p values, in the order given; None stays None and is not counted.

    Holm (1979): p(i) adjusted = max over j <= i of min(1, (m - j + 1) p(j)), p sorted upwards.

    >>> holm([0.01, 0.04, 0.03, None])
    [0.03, 0.06, 0.06, None]
    """
    known = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, place) in enumerate(known):
        largest = max(largest, min(1.0, (len(known) - rank) * p))
        adjusted[place] = largest
    return adjusted


def simultaneous_level(level: float, comparisons: int) -> float:
    """The level each of several intervals needs so that all hold together with at least ``level``.

    Šidák (1967): level ** (1 / comparisons); valid for two-sided intervals however the estimates correlate,
    as cells that share one control do.

    >>> round(simultaneous_level(0.95, 3), 6)
    0.983048
    """
    return float(level ** (1 / max(comparisons, 1)))

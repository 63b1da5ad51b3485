"""From prices to contacts: who is sure of a choice keeps it, the few in doubt are settled by an exact integer
program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from customer_insight.allocation.alike import alike, dealt_out
from customer_insight.allocation.choices import Choice, Integers, Values, choose
from customer_insight.allocation.limits import AllocationError, Rows, Vector
from customer_insight.allocation.program import Candidates, integer_program, linear_prices

SMALL = 20_000
"""Up to so many values everybody is settled exactly."""

FIRST = 500
"""Customers in doubt that are settled at first, besides two for each contact too many or too few."""

FEW = 100
"""Contacts too many or too few that the integer program can mend without sharper prices."""

MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Values, contacts per customer, limits, and the prices and bound of the linear relaxation."""

    values: Values
    contacts: Integers
    rows: Rows
    prices: Vector
    bound: float


def settle(problem: Problem, *, gap: float) -> Integers:
    """Whole contacts that keep every limit and are worth within about ``gap`` of the bound: (contacts, customers) of
    option numbers, -1 for none.

    At the right prices nearly everybody's choice is theirs in the optimum too; the limits are missed by the few who
    hardly care between two choices. Those are chosen anew together, given what the others use. While that cannot
    keep the limits, or loses more than ``gap``, four times as many are. Raises AllocationError naming the limits
    that cannot be kept.
    """
    problem, choice = _sharpened(problem)
    if not len(problem.rows.bound):
        return choice.option
    customers = problem.values.shape[2]
    number = customers if problem.values.size <= SMALL else FIRST + 2 * _wrong(problem, choice)
    while True:
        option, missed = _resettled(problem, choice, number, gap)
        kept = not (missed > 0).any()
        everybody = number >= min(customers, MOST)
        if kept and (
            everybody or problem.bound - worth(problem.values, option)[0] <= gap * abs(problem.bound)
        ):
            return option
        if everybody:
            raise AllocationError(_cannot_keep(problem.rows, missed))
        number *= 4


def _sharpened(problem: Problem) -> tuple[Problem, Choice]:
    """Prices so exact that few choices are wrong, from linear programs over the customers in doubt."""
    choice = _choice(problem)
    for _ in range(3):
        wrong = _wrong(problem, choice)
        if wrong <= FEW or problem.values.size <= SMALL:
            break
        candidates, left, _ = _open(problem, choice, _most_doubtful(choice, FIRST + 20 * wrong))
        sharper = replace(problem, prices=linear_prices(candidates, problem.rows, left))
        other = _choice(sharper)
        if _wrong(sharper, other) >= wrong:
            break
        problem, choice = sharper, other
    return problem, choice


def _choice(problem: Problem) -> Choice:
    return choose(problem.values, problem.prices @ problem.rows.signed, problem.contacts)


def worth(values: Values, option: Integers) -> tuple[float, Vector]:
    """Total value of the chosen contacts, and how many each option has."""
    level, customer = np.nonzero(option >= 0)
    chosen = option[level, customer]
    flat = values.reshape(values.shape[0] * values.shape[1], values.shape[2])
    counts = np.bincount(chosen, minlength=len(flat)).astype(np.float64)
    return float(flat[chosen, customer].sum(dtype=np.float64)), counts


def _wrong(problem: Problem, choice: Choice) -> int:
    """About how many contacts are too many, or too few where a limit has a price and should be used up."""
    excess = problem.rows.excess(choice.counts)
    wrong = np.where(problem.prices > 0, np.abs(excess), np.maximum(excess, 0.0))
    return int(np.ceil(np.minimum(wrong, choice.counts.sum()).sum()))


def _most_doubtful(choice: Choice, number: int) -> Integers:
    """Places of the customers most in doubt, in order; of equal ones the first."""
    return np.sort(np.argsort(choice.doubt, kind="stable")[:number])


def _resettled(problem: Problem, choice: Choice, number: int, gap: float) -> tuple[Integers, Vector]:
    """Everybody's options after those most in doubt were chosen anew, and by how much each limit is still missed."""
    doubtful = _most_doubtful(choice, number)
    candidates, left, classes = _open(problem, choice, doubtful)
    at_stake = max(worth(problem.values[:, :, doubtful], choice.option[:, doubtful])[0], 1e-300)
    share = gap * abs(problem.bound) / 2 / at_stake
    chosen, missed = integer_program(candidates, problem.rows, left, gap=share)
    option = choice.option.copy()
    option[:, doubtful] = dealt_out(candidates, chosen, classes, levels=len(option))
    return option, missed


def _open(problem: Problem, choice: Choice, doubtful: Integers) -> tuple[Candidates, Vector, Integers]:
    """The candidates of the customers in doubt, what the others leave of the limits, and the class of each in
    doubt.
    """
    before, options = choice.option[:, doubtful], problem.rows.signed.shape[1]
    freed = np.bincount(before[before >= 0], minlength=options)
    left = -problem.rows.excess(choice.counts - freed)
    everybody = len(doubtful) == choice.option.shape[1]
    width = np.inf if everybody else 4.0 * float(choice.doubt[doubtful].max())
    values = problem.values[:, :, doubtful].reshape(options, len(doubtful))
    candidates, classes = _candidates(values, problem, doubtful, before, width)
    return candidates, left, classes


def _candidates(
    values: NDArray[np.floating[Any]], problem: Problem, doubtful: Integers, before: Integers, width: float
) -> tuple[Candidates, Integers]:
    """Contacts worth a look, one for all customers that are alike, and the class of every customer in doubt.

    Left out are contacts that leave over ``width`` less than the least of those chosen, or than nothing.
    """
    contacts = problem.contacts[doubtful]
    first, classes = alike(values, contacts)
    left = (values - (problem.prices @ problem.rows.signed)[:, None])[:, first]
    before = before[:, first]
    chosen = np.where(before >= 0, np.take_along_axis(left, np.maximum(before, 0), axis=0), np.inf).min(
        axis=0
    )
    least = np.where((before < 0).any(axis=0), np.minimum(chosen, 0.0), chosen)
    worth_a_look = left >= least - width if np.isfinite(width) else ~np.isnan(left)
    option, group = np.nonzero(worth_a_look)
    candidates = Candidates(
        group=group,
        option=option,
        action=option // problem.values.shape[1],
        value=values[:, first][option, group].astype(np.float64),
        size=np.bincount(classes, minlength=len(first)),
        contacts=contacts[first],
    )
    return candidates, classes


def _cannot_keep(rows: Rows, missed: Vector) -> str:
    short = ", ".join(
        f"{name!r} is missed by {value * scale:.6g}"
        for name, value, scale in zip(rows.names, missed, rows.scale, strict=True)
        if value > 0
    )
    return f"the limits cannot all be kept: {short}. Raise what is allowed, lower what is required, or add candidates"

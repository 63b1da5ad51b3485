"""The integer program over the contacts in doubt, solved by SciPy's HiGHS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from customer_insight.allocation.choices import Integers
from customer_insight.allocation.limits import Rows, Vector

SLACK = 1e-6
"""A limit is kept if its use exceeds it by no more than this share."""

PENALTY = 1e4
"""Missing a limit by one costs so many times the largest value: it happens only where nothing else is left."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Contacts that may be chosen, each for a group of customers who are alike.

    ``group``, ``option``, ``action`` and ``value`` have one element per candidate; ``size`` (customers) and
    ``contacts`` (at most so many each) one per group.
    """

    group: Integers
    option: Integers
    action: Integers
    value: Vector
    size: Integers
    contacts: Integers


def integer_program(
    candidates: Candidates, rows: Rows, left: Vector, *, gap: float
) -> tuple[Integers, Vector]:
    """How often each candidate is chosen, within ``gap`` (a share) of the best, and by how much each limit is missed.

    ``left`` is what the limits leave to the candidates.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    program = _program(candidates, rows, left)
    answer = milp(
        program.cost,
        constraints=LinearConstraint(program.matrix, ub=program.bound),
        integrality=np.repeat([1, 0], [len(candidates.group), len(left)]),
        bounds=Bounds(0, program.most),
        options={"mip_rel_gap": min(0.1, gap), "node_limit": 2_000},
    )
    if answer.x is None:
        return np.zeros(len(candidates.group), np.int64), np.ones(len(left))
    chosen = np.rint(answer.x[: len(candidates.group)]).astype(np.int64)
    missed = rows.signed[:, candidates.option] @ chosen - left
    return chosen, np.where(missed > SLACK * np.maximum(1.0, np.abs(rows.bound)), missed, 0.0)


def linear_prices(candidates: Candidates, rows: Rows, left: Vector) -> Vector:
    """The prices of the limits in the linear program over the candidates."""
    from scipy.optimize import linprog

    program = _program(candidates, rows, left)
    bounds: Any = np.column_stack([np.zeros(len(program.most)), program.most])
    answer: Any = linprog(
        program.cost, A_ub=program.matrix, b_ub=program.bound, bounds=bounds, method="highs"
    )
    return np.maximum(-np.asarray(answer.ineqlin.marginals[: len(left)]) * program.unit, 0.0)


@dataclass(frozen=True, slots=True)
class _Program:
    """Least ``cost @ x`` with ``matrix @ x <= bound`` and 0 <= x <= ``most``: the candidates, then what each limit is
    missed by. Values are in ``unit``; the limits are the first rows.
    """

    cost: Vector
    matrix: Any
    bound: Vector
    most: Vector
    unit: float


def _program(candidates: Candidates, rows: Rows, left: Vector) -> _Program:
    limits = len(left)
    unit = float(np.abs(candidates.value).max(initial=0.0)) or 1.0
    own, own_bound = _own_limits(candidates)
    shared = _beside(rows.signed[:, candidates.option], -np.eye(limits))
    return _Program(
        cost=np.concatenate([-candidates.value / unit, np.full(limits, PENALTY)]),
        matrix=_above(shared, _beside(own, np.zeros((len(own_bound), limits)))),
        bound=np.concatenate([left, own_bound]),
        most=np.concatenate([candidates.size[candidates.group], np.full(limits, np.inf)]),
        unit=unit,
    )


def _own_limits(candidates: Candidates) -> tuple[Any, Vector]:
    """Rows of every group's own limits: contacts in all, and one channel per action and customer."""
    from scipy.sparse import vstack

    contacts = (candidates.size * candidates.contacts).astype(np.float64)
    in_all = _indicator(candidates.group, len(contacts))
    if candidates.contacts.max(initial=0) <= 1:
        return in_all, contacts
    pair = np.column_stack([candidates.group, candidates.action])
    pairs, number = np.unique(pair, axis=0, return_inverse=True)
    per_action = _indicator(number.reshape(-1), len(pairs))
    return vstack([in_all, per_action]), np.concatenate([contacts, candidates.size[pairs[:, 0]]])


def _indicator(row: Integers, rows: int) -> Any:
    """A sparse matrix with a one in every column, in the row given."""
    from scipy.sparse import csr_array

    return csr_array((np.ones(len(row)), (row, np.arange(len(row)))), shape=(rows, len(row)))


def _beside(left: Any, right: Any) -> Any:
    from scipy.sparse import csr_array, hstack

    return hstack([csr_array(left), csr_array(right)], format="csr")


def _above(top: Any, bottom: Any) -> Any:
    from scipy.sparse import csr_array, vstack

    return vstack([csr_array(top), csr_array(bottom)], format="csr")

"""Customers who are alike are settled as one: scores come in steps, and a thousand equal customers are one
question.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from customer_insight.allocation.choices import Integers
from customer_insight.allocation.program import Candidates


def alike(values: NDArray[np.floating[Any]], contacts: Integers) -> tuple[Integers, Integers]:
    """The place of the first customer of every class, and each customer's class. Alike are customers with the same
    values, (options, customers), and the same number of contacts.

    >>> first, classes = alike(np.array([[1.0, 2.0, 1.0]]), np.array([1, 1, 1]))
    >>> first.tolist(), classes.tolist()
    ([0, 1], [0, 1, 0])
    """
    table = np.column_stack([np.where(np.isnan(values), -np.inf, values).T, contacts]).astype(np.float64)
    bytes_of_row = np.ascontiguousarray(table).view(np.dtype((np.void, table.shape[1] * 8))).reshape(-1)
    _, found, number = np.unique(bytes_of_row, return_index=True, return_inverse=True)
    order = np.argsort(found)  # classes in order of their first customer, whatever their bytes
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return found[order], rank[number.reshape(-1)]


def dealt_out(candidates: Candidates, chosen: Integers, classes: Integers, *, levels: int) -> Integers:
    """Each customer's options, (levels, customers), -1 for none, from how often each class chose each candidate.

    A class's contacts are dealt to its customers in turn, action by action: no action is chosen oftener than there
    are customers, so nobody gets one twice, and nobody gets more than one contact over anybody else.
    """
    order = np.lexsort((candidates.option, candidates.group))
    times = chosen[order]
    group, option = np.repeat(candidates.group[order], times), np.repeat(candidates.option[order], times)
    turn = np.arange(len(group)) - np.searchsorted(group, group)
    size = candidates.size[group]
    members = np.argsort(classes, kind="stable")
    start = np.concatenate([[0], np.cumsum(candidates.size)])
    options = np.full((levels, len(classes)), -1, np.int64)
    options[turn // size, members[start[group] + turn % size]] = option
    return options

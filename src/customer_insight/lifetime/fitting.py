"""What every fit on purchase histories shares: where to start, how to climb, what to report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, Self, TypeVar

import numpy as np

from customer_insight.lifetime.engine import Vector
from customer_insight.lifetime.fit import Finding, Fit
from customer_insight.lifetime.maximise import Derivatives, Optimum, maximise
from customer_insight.lifetime.triples import Triples

SAMPLE = 20_000
"""Distinct rows that are plenty for a starting point."""

Start = Mapping[str, float] | None
"""Parameters to start from, such as those of the last fit; None starts from the data."""


class Sampled(Protocol):
    """Distinct weighted rows in a sorted order."""

    @property
    def customers(self) -> float: ...

    def __len__(self) -> int: ...

    def every(self, step: int) -> Self:
        """Every step-th row."""
        ...


Rows = TypeVar("Rows", bound=Sampled)


def warm(names: tuple[str, ...], start: Start) -> Vector | None:
    """`start` in the order of `names`; ValueError where one is missing or not a positive number."""
    if start is None:
        return None
    wrong = [name for name in names if not 0.0 < start.get(name, np.nan) < np.inf]
    if wrong:
        raise ValueError(f"start must give positive {', '.join(names)}; wrong or missing: {', '.join(wrong)}")
    return np.array([start[name] for name in names], np.float64)


def climb(
    prepared: Callable[[Rows], Callable[[Vector], Derivatives]],
    rows: Rows,
    usual: Vector,
    *,
    start: Vector | None = None,
) -> Optimum:
    """The maximum of `prepared(rows)`, climbed from `start`; without it from the maximum of a systematic sample
    of the rows, which starts from `usual`.
    """
    step = -(-len(rows) // SAMPLE)
    if start is None and step > 1:
        some = rows.every(step)
        start = maximise(prepared(some), usual, weight=some.customers).params
    begin = usual if start is None else start
    return maximise(prepared(rows), begin, weight=rows.customers)


def by_name(names: tuple[str, ...], values: Vector) -> dict[str, float]:
    """The values under their names, as plain numbers."""
    return dict(zip(names, map(float, values), strict=True))


def report(
    names: tuple[str, ...], best: Optimum, triples: Triples, diagnosis: tuple[Finding, ...] = ()
) -> Fit:
    """The Fit of an optimum over these histories."""
    return Fit(
        standard_errors=by_name(names, best.standard_errors),
        log_likelihood=float(best.value),
        customers=round(triples.customers),
        repeat_buyers=round(triples.repeat_buyers),
        distinct=len(triples),
        iterations=best.iterations,
        converged=best.converged,
        diagnosis=diagnosis,
    )

"""The prices of the limits: the lowest point of the Lagrangian dual, found by cutting planes in a trust region."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from customer_insight.allocation.choices import Integers, Values, surplus_and_counts
from customer_insight.allocation.limits import Rows, Vector

Dual: TypeAlias = Callable[[Vector], tuple[float, Vector]]
"""Prices in, the bound and its slope out."""

SAMPLE = 20_000
"""Customers on whom the first prices are found."""

HIGHEST = 1e4
"""No limit is priced above this many times the largest value: one that would be cannot be kept."""


@dataclass(frozen=True, slots=True)
class Lowest:
    """The lowest bound found and the prices that give it; ``passes`` counts evaluations over all customers."""

    prices: Vector
    bound: float
    passes: int


def lowest_bound(values: Values, contacts: Integers, rows: Rows, *, tolerance: float) -> Lowest:
    """Prices of the limits that give the lowest upper bound on what any allocation can be worth.

    bound(prices) = sum over customers of the best they can choose at these prices + prices x amounts. It bounds the
    optimum for any prices that are not negative (Fisher 1981), and its minimum is the optimum of the linear
    relaxation, because a customer's own limits have integral corners (Geoffrion 1974). Each evaluation is one pass
    over the values and gives a plane below the bound; the next prices are where the planes are lowest (Kelley
    1960), within a box around the best so far. A sample gives the first prices.
    """
    unit = _largest(values)
    customers = values.shape[2]
    start, radius = np.zeros(len(rows.bound)), unit
    if customers > 2 * SAMPLE:
        part = np.sort(np.random.default_rng(0).choice(customers, SAMPLE, replace=False))
        sampled = _dual(np.ascontiguousarray(values[:, :, part]), contacts[part], rows, customers / SAMPLE)
        start = _descend(sampled, start, radius, HIGHEST * unit, tolerance).prices
        radius = unit / 100
    return _descend(_dual(values, contacts, rows, 1.0), start, radius, HIGHEST * unit, tolerance)


def _largest(values: Values) -> float:
    """The largest absolute value, 1 where there is none."""
    largest = max(
        (float(np.nanmax(np.abs(row), initial=0.0)) for action in values for row in action), default=0.0
    )
    return largest or 1.0


def _dual(values: Values, contacts: Integers, rows: Rows, weight: float) -> Dual:
    def at(prices: Vector) -> tuple[float, Vector]:
        surplus, counts = surplus_and_counts(values, prices @ rows.signed, contacts)
        return weight * surplus + float(prices @ rows.bound), -rows.excess(weight * counts)

    return at


def _descend(dual: Dual, start: Vector, radius: float, highest: float, tolerance: float) -> Lowest:
    """Cutting planes until they promise less than ``tolerance`` of the bound."""
    best, slope = dual(start)
    centre, passes = start, 1
    planes = [(best, slope, start)]
    while passes < 200 and len(start):
        prices, promised = _where_lowest(planes, centre, radius, highest)
        if best - promised <= tolerance * max(abs(best), 1e-300):
            if radius >= highest or not _on_edge(prices, centre, radius):
                break
            radius *= 8.0
            continue
        value, slope = dual(prices)
        passes += 1
        planes.append((value, slope, prices))
        if value < best - 0.1 * (best - promised):
            radius *= 2.0 if _on_edge(prices, centre, radius) else 1.0
        else:
            radius *= 0.5
        if value < best:
            best, centre = value, prices
    return Lowest(centre, best, passes)


def _on_edge(prices: Vector, centre: Vector, radius: float) -> bool:
    return bool((np.abs(prices - centre) >= 0.999 * radius).any())


def _where_lowest(
    planes: list[tuple[float, Vector, Vector]], centre: Vector, radius: float, highest: float
) -> tuple[Vector, float]:
    """Where within the box the highest plane is lowest, and how low."""
    from scipy.optimize import linprog

    values = np.array([value for value, _, _ in planes])
    slopes = np.array([slope for _, slope, _ in planes])
    places = np.array([place for _, _, place in planes])
    # In the box's own units, and with the best plane as zero, the numbers suit the solver.
    reference = values.min()
    size = max(float(np.abs(values - reference).max()), float(np.abs(slopes).max()) * radius, 1e-300)
    level = values - reference + np.einsum("ij,ij->i", slopes, centre - places)
    answer = linprog(
        np.append(np.zeros(len(centre)), 1.0),
        A_ub=np.column_stack([slopes * radius / size, -np.ones(len(values))]),
        b_ub=-level / size,
        bounds=[
            *zip(
                np.maximum(-1.0, -centre / radius), np.minimum(1.0, (highest - centre) / radius), strict=True
            ),
            (None, None),
        ],
        method="highs",
    )
    if answer.x is None:
        return centre, float(reference)
    step = np.asarray(answer.x[:-1]) * radius
    return np.clip(centre + step, 0.0, highest), float(reference + size * answer.x[-1])

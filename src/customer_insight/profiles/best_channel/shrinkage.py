"""How much alike rates are: the weight of what is above, fitted by maximum likelihood."""

from __future__ import annotations

from math import exp, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

LEAST: Final = 0.1
MOST: Final = 1e6
"""Between them a weight is sought; at the upper end nothing sets the members apart but chance."""


def concentration(trials: Vector, successes: Vector, mean: Vector, members: Vector | None = None) -> float:
    """W of the beta-binomial with k successes of n for members of rate p ~ Beta(W m, W (1 - m)), m given.

        log L = sum of members x (ln B(k + W m, n - k + W (1 - m)) - ln B(W m, W (1 - m)))

    Griffiths (1973, Biometrics 29) in terms of mean and concentration; found between LEAST and MOST on a scale of
    logarithms. Without members, MOST.

    >>> alike = concentration(np.full(50, 20.0), np.full(50, 2.0), np.full(50, 0.1))
    >>> apart = concentration(np.full(50, 20.0), np.tile([0.0, 4.0], 25), np.full(50, 0.1))
    >>> alike > 1e5, round(apart, 1)
    (True, 5.5)
    """
    if not len(trials):
        return MOST
    from scipy.optimize import minimize_scalar
    from scipy.special import betaln

    weight = np.ones(len(trials)) if members is None else members

    def below(place: float) -> float:
        a, b = exp(place) * mean, exp(place) * (1 - mean)
        return -float(weight @ (betaln(successes + a, trials - successes + b) - betaln(a, b)))

    # The likelihood may be nearly flat far up: look over a grid first, then between its neighbours.
    grid = np.linspace(log(LEAST), log(MOST), 33)
    best = int(np.argmin([below(float(place)) for place in grid]))
    around = (float(grid[max(best - 1, 0)]), float(grid[min(best + 1, len(grid) - 1)]))
    found = minimize_scalar(below, bounds=around, method="bounded", options={"xatol": 1e-8})
    return exp(float(found.x))

"""The normal and Student's t distribution, as SciPy computes them.

SciPy is imported at the first call: it takes longer than all the rest of a program's start, and most starts compute
no interval.
"""

from __future__ import annotations


def normal_below(z: float) -> float:
    """P(Z <= z) of the standard normal."""
    from scipy.special import ndtr

    return float(ndtr(z))


def normal_quantile(probability: float) -> float:
    """The z below which a standard normal lies with a probability."""
    from scipy.special import ndtri

    return float(ndtri(probability))


def t_below(t: float, freedom: float) -> float:
    """P(T <= t) with degrees of freedom."""
    from scipy.special import stdtr

    return float(stdtr(freedom, t))


def t_quantile(probability: float, freedom: float) -> float:
    """The t below which T lies with a probability."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))

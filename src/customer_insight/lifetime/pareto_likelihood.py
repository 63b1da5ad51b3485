"""The Pareto/NBD log-likelihood with its exact gradient and Hessian, over distinct weighted histories.

Schmittlein, Morrison & Colombo (1987), Counting Your Customers: Who Are They and What Will They Do Next?,
Management Science 33 (1); in the form of Hardie's note 027, a sum of positive terms:

    ln L = ln G(r+x) - ln G(r) + r ln alpha + s ln beta + ln(s F + (r+x) H)
    F = I(r+x, s+1; alpha+t_x, beta+t_x)    left in (t_x, T], or later
    H = I(r+x+1, s; alpha+T, beta+T)        what is left of: alive at T, or left after it

with I of pareto_integral. F depends on (x, t_x) and H on (x, T): far fewer pairs than there are histories.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from customer_insight.lifetime.engine import Vector, sums
from customer_insight.lifetime.maximise import Derivatives, in_logs
from customer_insight.lifetime.nbd import gamma_terms
from customer_insight.lifetime.pareto_integral import Derived, derived_log_integral, log_integral
from customer_insight.lifetime.triples import BLOCK, Triples

R, ALPHA, S, BETA = range(4)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Distinct (x, time), and for every row of some histories the place of its pair."""

    x: Vector
    time: Vector
    place: NDArray[np.intp]


def distinct_pairs(x: Vector, time: Vector) -> Pairs:
    """The distinct pairs of two columns of one length."""
    times, rank = np.unique(time, return_inverse=True)
    codes, place = np.unique(x.astype(np.int64) * len(times) + rank, return_inverse=True)
    return Pairs(codes // max(len(times), 1) * 1.0, times[codes % max(len(times), 1)], place)


@dataclass(frozen=True, slots=True)
class ParetoHistories:
    """Histories with what their likelihood needs at every step of a climb."""

    by_x: tuple[Vector, Vector, Vector]
    at_last: Pairs
    at_end: Pairs
    weight: Vector


def pareto_histories(triples: Triples) -> ParetoHistories:
    """Find the distinct pairs once."""
    return ParetoHistories(
        triples.by(triples.x),
        distinct_pairs(triples.x, triples.t_x),
        distinct_pairs(triples.x, triples.T),
        triples.weight,
    )


def log_left(params: Vector, x: Vector, t_x: Vector) -> Vector:
    """ln(s F), one per (x, t_x)."""
    r, alpha, s, beta = params
    return np.asarray(np.log(s) + log_integral(r + x, s + 1.0, alpha + t_x, beta + t_x))


def log_rest(params: Vector, x: Vector, T: Vector) -> Vector:
    """ln((r+x) H), one per (x, T)."""
    r, alpha, s, beta = params
    return np.asarray(np.log(r + x) + log_integral(r + x + 1.0, s, alpha + T, beta + T))


def pareto_likelihood(params: Vector, triples: Triples) -> Derivatives:
    """The log-likelihood at params (r, alpha, s, beta), gradient (4,) and Hessian (4, 4) by the logs of the
    parameters.
    """
    return prepared_pareto(triples)(params)


def prepared_pareto(triples: Triples) -> Callable[[Vector], Derivatives]:
    """pareto_likelihood over these histories, whose pairs are found once."""
    histories = pareto_histories(triples)
    return lambda params: _likelihood(params, histories)


def _likelihood(params: Vector, histories: ParetoHistories) -> Derivatives:
    left, rest = _left(params, histories.at_last), _rest(params, histories.at_end)
    value, gradient, hessian = _terms_of_x(params, histories.by_x)
    for start in range(0, len(histories.weight), BLOCK):
        rows = slice(start, start + BLOCK)
        places = histories.at_last.place[rows], histories.at_end.place[rows]
        part = _terms_of_rows(left, rest, places, histories.weight[rows])
        value += part[0]
        gradient += part[1]
        hessian += part[2]
    return in_logs(params, value, gradient, hessian)


def _left(params: Vector, pairs: Pairs) -> Derived:
    r, alpha, s, beta = params
    value, gradient, hessian = derived_log_integral(
        r + pairs.x, s + 1.0, alpha + pairs.time, beta + pairs.time
    )
    gradient[S] += 1.0 / s
    hessian[S, S] -= 1.0 / s**2
    return value + np.log(s), gradient, hessian


def _rest(params: Vector, pairs: Pairs) -> Derived:
    r, alpha, s, beta = params
    shape = r + pairs.x
    value, gradient, hessian = derived_log_integral(shape + 1.0, s, alpha + pairs.time, beta + pairs.time)
    gradient[R] += 1.0 / shape
    hessian[R, R] -= 1.0 / shape**2
    return value + np.log(shape), gradient, hessian


def _terms_of_x(params: Vector, by_x: tuple[Vector, Vector, Vector]) -> Derivatives:
    """Sums of the terms without times, from the histogram of x."""
    r, alpha, s, beta = params
    customers = float(by_x[1].sum())
    value, of_r, of_rr = gamma_terms(float(r), by_x)
    value += customers * float(r * np.log(alpha) + s * np.log(beta))
    gradient = customers * np.array([np.log(alpha), r / alpha, np.log(beta), s / beta])
    gradient[R] += of_r
    hessian = np.zeros((4, 4))
    hessian[R, R] = of_rr
    hessian[R, ALPHA] = hessian[ALPHA, R] = customers / alpha
    hessian[ALPHA, ALPHA] = -customers * r / alpha**2
    hessian[S, BETA] = hessian[BETA, S] = customers / beta
    hessian[BETA, BETA] = -customers * s / beta**2
    return value, gradient, hessian


def _terms_of_rows(
    left: Derived, rest: Derived, places: tuple[NDArray[np.intp], NDArray[np.intp]], weight: Vector
) -> Derivatives:
    """Sum of ln(exp f + exp h) over one block, f and h looked up by pair.

    With v = exp f / (exp f + exp h) the gradient is v f' + (1-v) h', the Hessian v f'' + (1-v) h'' plus
    v (1-v) (f'-h')(f'-h')'.
    """
    at_last, at_end = places
    ahead = left[0][at_last] - rest[0][at_end]
    tail = np.exp(-np.abs(ahead))
    v = np.where(ahead > 0, 1.0, tail) / (1.0 + tail)
    softplus = np.maximum(ahead, 0.0) + np.log1p(tail)
    value = float(sums(rest[0][at_end] + softplus, weight))
    of_left, of_rest = _by_pair(at_last, weight * v, left), _by_pair(at_end, weight * (1.0 - v), rest)
    gradient = sums(left[1], of_left) + sums(rest[1], of_rest)
    hessian = sums(left[2], of_left) + sums(rest[2], of_rest)
    d = left[1][:, at_last] - rest[1][:, at_end]
    spread = weight * v * (1.0 - v)
    return value, gradient, hessian + np.stack([sums(d * each, spread) for each in d])


def _by_pair(place: NDArray[np.intp], weight: Vector, derived: Derived) -> Vector:
    """The weights of the rows added up by pair."""
    return np.asarray(np.bincount(place, weight, minlength=len(derived[0])), np.float64)

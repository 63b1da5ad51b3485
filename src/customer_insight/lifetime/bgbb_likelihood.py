"""The BG/BB log-likelihood with its exact gradient and Hessian, over distinct weighted histories.

Fader, Hardie & Shang (2010), Customer-Base Analysis in a Discrete-Time Noncontractual Setting, Marketing Science
29 (6), equation 7: a history is the sum over the opportunities after which the customer may have left, each

    B(alpha+x, beta+missed) / B(alpha, beta)  *  B(gamma+left, delta+survived) / B(gamma, delta)

with (missed, left, survived) = (n-x, 0, n) for who is still there, and (t_x-x+i, 1, t_x+i) for who left after
opportunity t_x + i, i = 0 .. n-t_x-1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from customer_insight.lifetime.beta_terms import beta_terms, log_beta_terms
from customer_insight.lifetime.engine import Vector, sums
from customer_insight.lifetime.maximise import Derivatives, in_logs
from customer_insight.lifetime.opportunities import Opportunities


@dataclass(frozen=True, slots=True)
class Endings:
    """All the ways the histories may have gone, and the row each belongs to; the first of a row is 'still there'."""

    row: NDArray[np.intp]
    bought: Vector
    missed: Vector
    left: Vector
    survived: Vector
    first: NDArray[np.intp]


def endings(x: Vector, t_x: Vector, n: Vector) -> Endings:
    """Row by row: still there, then left after opportunity t_x, t_x + 1, ..., n - 1."""
    ways = (n - t_x).astype(np.int64) + 1
    row = np.repeat(np.arange(len(x)), ways)
    first = np.concatenate([[0], np.cumsum(ways)[:-1]]).astype(np.intp)
    place = np.arange(len(row)) - first[row]
    there = place == 0
    survived = np.where(there, n[row], t_x[row] + place - 1)
    return Endings(row, x[row], survived - x[row], np.where(there, 0.0, 1.0), survived, first)


def log_probabilities(params: Vector, x: Vector, t_x: Vector, n: Vector) -> Vector:
    """ln of the probability of each history, one per row."""
    ways = endings(x, t_x, n)
    alpha, beta, gamma, delta = params
    logs = log_beta_terms(alpha, beta, ways.bought, ways.missed)
    logs = logs + log_beta_terms(gamma, delta, ways.left, ways.survived)
    return _log_sums(logs, ways.first)[0]


def _log_sums(logs: Vector, first: NDArray[np.intp]) -> tuple[Vector, Vector]:
    """ln of the sum of exp(logs) by row, and each term's share of its row."""
    top = np.maximum.reduceat(logs, first)
    counts = np.diff(np.append(first, len(logs)))
    terms = np.exp(logs - np.repeat(top, counts))
    total = np.add.reduceat(terms, first)
    return top + np.log(total), terms / np.repeat(total, counts)


def bgbb_likelihood(params: Vector, histories: Opportunities) -> Derivatives:
    """The log-likelihood at params (alpha, beta, gamma, delta), gradient (4,) and Hessian (4, 4) by the logs of the
    parameters.

    With v the share of an ending in its row and g its gradient, a row has gradient E[g] and Hessian
    E[g'] + Cov[g] under v.
    """
    ways = endings(histories.x, histories.t_x, histories.n)
    alpha, beta, gamma, delta = params
    bought = beta_terms(alpha, beta, ways.bought, ways.missed)
    stayed = beta_terms(gamma, delta, ways.left, ways.survived)
    logs, share = _log_sums(bought[0] + stayed[0], ways.first)
    weight = share * histories.weight[ways.row]
    each = np.concatenate([bought[1], stayed[1]])
    mean = np.stack([np.add.reduceat(share * one, ways.first) for one in each])
    spread = each - mean[:, ways.row]
    hessian = np.stack([sums(spread * one, weight) for one in spread])
    hessian[:2, :2] += sums(bought[2], weight)
    hessian[2:, 2:] += sums(stayed[2], weight)
    return in_logs(params, float(sums(logs, histories.weight)), sums(each, weight), hessian)


def beta_binomial_likelihood(params: Vector, histories: Opportunities) -> Derivatives:
    """The same without drop-out, at params (alpha, beta): B(alpha+x, beta+n-x) / B(alpha, beta)."""
    value, gradient, hessian = beta_terms(params[0], params[1], histories.x, histories.n - histories.x)
    weight = histories.weight
    return in_logs(params, float(sums(value, weight)), sums(gradient, weight), sums(hessian, weight))

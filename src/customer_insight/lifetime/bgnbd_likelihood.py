"""The BG/NBD log-likelihood with its exact gradient and Hessian, over distinct weighted histories.

Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24 (2), equation 6 and
section 7:

    ln L = A1 + A2 + ln(exp A3 + [x > 0] exp A4)
    A1 = ln G(r+x) - ln G(r) + r ln alpha
    A2 = ln G(a+b) + ln G(b+x) - ln G(b) - ln G(a+b+x)
    A3 = -(r+x) ln(alpha+T)
    A4 = ln a - ln(b+x-1) - (r+x) ln(alpha+t_x)

A1 and A2 depend on x alone and are evaluated once per distinct x; what is left per row is two logarithms
and one exponential.

MBG/NBD (Batislam, Denizel & Filiztekin 2007) gives a customer one chance more to leave, after the first
purchase: x + 1 takes the place of x wherever it counts chances, that is in A2, in b+x-1 and in [x > 0].
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from customer_insight.lifetime.engine import Vector, sums
from customer_insight.lifetime.maximise import Derivatives, in_logs
from customer_insight.lifetime.nbd import gamma_terms
from customer_insight.lifetime.special import digamma, gammaln, polygamma
from customer_insight.lifetime.triples import Triples

R, ALPHA, A, B = range(4)


def bgnbd_likelihood(params: Vector, triples: Triples) -> Derivatives:
    """The log-likelihood at params (r, alpha, a, b), gradient (4,) and Hessian (4, 4) by the logs of the
    parameters.

    Temporary memory is bounded by the block size whatever the number of rows.
    """
    return prepared_bgnbd(triples)(params)


def mbgnbd_likelihood(params: Vector, triples: Triples) -> Derivatives:
    """As bgnbd_likelihood, for MBG/NBD."""
    return prepared_mbgnbd(triples)(params)


def prepared_bgnbd(triples: Triples) -> Callable[[Vector], Derivatives]:
    """bgnbd_likelihood over these histories, whose histogram of x is made once."""
    return _prepared(triples, more=0.0)


def prepared_mbgnbd(triples: Triples) -> Callable[[Vector], Derivatives]:
    """mbgnbd_likelihood over these histories, whose histogram of x is made once."""
    return _prepared(triples, more=1.0)


def _prepared(triples: Triples, *, more: float) -> Callable[[Vector], Derivatives]:
    """`more` chances to leave than there are repeat purchases."""
    by_x = triples.by(triples.x)

    def likelihood(params: Vector) -> Derivatives:
        value, gradient, hessian = _terms_of_x(params, by_x, more)
        for block in triples.blocks():
            part = _terms_of_rows(params, block, more)
            value += part[0]
            gradient += part[1]
            hessian += part[2]
        return in_logs(params, value, gradient, hessian)

    return likelihood


def _terms_of_x(params: Vector, by_x: tuple[Vector, Vector, Vector], more: float) -> Derivatives:
    """Sums of A1 and A2 from the histogram of x."""
    r, alpha, a, b = params
    x, weight, _ = by_x
    customers = float(weight.sum())
    first, of_r, of_rr = gamma_terms(float(r), by_x)
    chances = x + more
    second = gammaln(a + b) + gammaln(b + chances) - gammaln(b) - gammaln(a + b + chances)
    of_a = weight @ (digamma(a + b) - digamma(a + b + chances))
    of_aa = weight @ (polygamma(1, a + b) - polygamma(1, a + b + chances))
    gradient = np.array(
        [
            of_r + customers * np.log(alpha),
            customers * r / alpha,
            of_a,
            of_a + weight @ (digamma(b + chances) - digamma(b)),
        ]
    )
    hessian = np.zeros((4, 4))
    hessian[R, R] = of_rr
    hessian[R, ALPHA] = hessian[ALPHA, R] = customers / alpha
    hessian[ALPHA, ALPHA] = -customers * r / alpha**2
    hessian[A, A] = hessian[A, B] = hessian[B, A] = of_aa
    hessian[B, B] = of_aa + weight @ (polygamma(1, b + chances) - polygamma(1, b))
    return first + customers * r * np.log(alpha) + float(weight @ second), gradient, hessian


def _terms_of_rows(params: Vector, rows: Triples, more: float) -> Derivatives:
    """Sum of ln(exp A3 + [x > 0] exp A4) over one block.

    With s = exp A4 / (exp A3 + exp A4) and d the gradient of A4 - A3, the gradient is that of A3 plus s d,
    and the Hessian that of A3 plus s times the difference of the Hessians plus s (1-s) d d'.
    """
    r, alpha, a, b = params
    weight, shape = rows.weight, r + rows.x
    log_T, log_t = np.log(alpha + rows.T), np.log(alpha + rows.t_x)
    per_T, per_t = 1.0 / (alpha + rows.T), 1.0 / (alpha + rows.t_x)
    # A customer who had no chance cannot have dropped out; 1 in place of 0 keeps the unused term finite.
    chances = rows.x + more
    beta = b + np.maximum(chances, 1.0) - 1.0
    ahead = np.log(a / beta) + shape * (log_T - log_t)
    tail = np.exp(-np.abs(ahead))
    repeat = chances > 0
    s = np.where(repeat, np.where(ahead > 0, 1.0, tail) / (1.0 + tail), 0.0)
    softplus = np.where(repeat, np.maximum(ahead, 0.0) + np.log1p(tail), 0.0)
    value = float(sums(softplus - shape * log_T, weight))

    ws = weight * s
    d = np.stack([log_T - log_t, shape * (per_T - per_t), np.full_like(s, 1.0 / a), -1.0 / beta])
    gradient = sums(d, ws)
    gradient[R] -= sums(log_T, weight)
    gradient[ALPHA] -= sums(shape * per_T, weight)

    hessian = np.stack([sums(d * each, ws * (1.0 - s)) for each in d])
    mixed = -sums(per_T, weight) - sums(per_t - per_T, ws)
    hessian[R, ALPHA] += mixed
    hessian[ALPHA, R] += mixed
    hessian[ALPHA, ALPHA] += sums(shape * per_T**2, weight) + sums(shape * (per_t**2 - per_T**2), ws)
    hessian[A, A] -= ws.sum() / a**2
    hessian[B, B] += sums(beta**-2.0, ws)
    return value, gradient, hessian

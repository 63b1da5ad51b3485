"""What is wrong with the data or the fit, in plain words.

A likelihood always has a highest point within bounds; whether it means anything is for these rules to say.
Thresholds are stated beside their reason. The peers return such fits without a word (lifetimes issues 419,
262; pymc-marketing 594).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from customer_insight.lifetime.fit import Finding
from customer_insight.lifetime.triples import Triples

FEW_REPEAT_BUYERS: Final = 100
"""Below this, four parameters rest on too few customers: standard errors on CDNOW's scale grow past the
estimates.
"""

NEGLIGIBLE_GAIN: Final = 3.0
"""Half the 95 % point of chi-square with the two degrees of freedom that drop-out adds (5.99 / 2)."""

RUNAWAY: Final = 1_000.0
"""A beta shape beyond this is a point: 95 % of customers lie within some 6 % of the mean, which no history
can show.
"""

MEANS: Final = {("a", "b"): "purchase", ("s", "beta"): "unit of time", ("gamma", "delta"): "opportunity"}
"""What a mean of drop-out is per, by the names of its law's parameters."""

LOOSE: Final = 1.0
"""A standard error as large as its parameter: the interval reaches zero."""

EDGE_DAYS: Final = 28
EDGE_SHARE: Final = 0.5
EDGE_EXCESS: Final = 3.0
"""Cut off at the start: half of all first purchases, and three times the even share, fall into the first
four weeks.
"""

TAIL_CUSTOMERS: Final = 0.01
TAIL_SHARE: Final = 0.25
"""Heavy tail: the 1 % most frequent buyers make a quarter of all repeat purchases (CDNOW: a seventh)."""

DEPENDENT: Final = 0.3
"""Gamma-Gamma assumes spend independent of frequency; beyond this correlation the assumption colours every
value.
"""


def diagnose_histories(
    triples: Triples, *, unit_days: float, as_of: int, window_start: int | None
) -> tuple[Finding, ...]:
    """What the histories themselves tell, whatever the model: few repeats, cut off at the start, heavy
    tail.
    """
    found = [_few_repeats(triples), _truncated(triples, unit_days, as_of, window_start), _heavy_tail(triples)]
    return tuple(finding for finding in found if finding)


def _few_repeats(triples: Triples) -> Finding | None:
    repeat_buyers = round(triples.repeat_buyers)
    if repeat_buyers >= FEW_REPEAT_BUYERS:
        return None
    return Finding(
        "few_repeat_buyers",
        f"Only {repeat_buyers} of {round(triples.customers)} customers bought on more than one day; "
        f"telling drop-out from slow buying takes at least {FEW_REPEAT_BUYERS}.",
        decisive=True,
    )


def _truncated(triples: Triples, unit_days: float, as_of: int, window_start: int | None) -> Finding | None:
    if window_start is None:
        return None
    length = as_of - window_start + 1
    from_start = as_of - np.round(triples.T * unit_days) - window_start
    share = float(triples.weight[from_start < EDGE_DAYS].sum()) / triples.customers
    if share < EDGE_SHARE or share < EDGE_EXCESS * EDGE_DAYS / length:
        return None
    return Finding(
        "truncated_start",
        f"{share:.0%} of the customers have their first purchase in the first {EDGE_DAYS} days of the data: "
        "they bought before, so their histories are cut off at the start; their age and first purchase are "
        "not known. Rates are still usable; drop-out and what a new customer will buy cannot be read from "
        "these parameters.",
    )


def _heavy_tail(triples: Triples) -> Finding | None:
    """Rows are sorted by x, so the top customers come last; the row at the cut counts in part."""
    repeats = float(triples.weight @ triples.x)
    above = np.cumsum(triples.weight[::-1])
    cut = TAIL_CUSTOMERS * triples.customers
    taken = np.clip(cut - (above - triples.weight[::-1]), 0.0, triples.weight[::-1])
    share = float(taken @ triples.x[::-1]) / repeats if repeats else 0.0
    # A cut of less than ten customers says nothing about a tail.
    if share < TAIL_SHARE or cut < 10:
        return None
    return Finding(
        "heavy_tail",
        f"The {TAIL_CUSTOMERS:.0%} most frequent buyers make {share:.0%} of all repeat purchases: "
        "look for resellers, shared cards or test accounts; a gamma of rates underrates such a tail.",
    )


def diagnose_drop_out(
    params: Mapping[str, float],
    errors: Mapping[str, float],
    *,
    gain: float,
    converged: bool,
    shapes: tuple[str, str],
) -> tuple[Finding, ...]:
    """Whether drop-out is identified. `gain` is the log-likelihood less that of the model without drop-out.

    `shapes` names the two parameters of the law of drop-out over customers: a and b of a beta, or s and
    beta of a gamma.
    """
    if gain < NEGLIGIBLE_GAIN:
        return (_no_drop_out(gain),)
    if max(params[name] for name in shapes) > RUNAWAY or not all(
        errors[name] <= LOOSE * params[name] for name in shapes
    ):
        return (_loose_drop_out(params, errors, shapes),)
    return () if converged else (not_converged(params),)


def _no_drop_out(gain: float) -> Finding:
    return Finding(
        "no_drop_out",
        "No drop-out is seen: letting customers leave raises the log-likelihood by "
        f"{gain:.2f} only (below {NEGLIGIBLE_GAIN:g}). Buyers who are silent are as "
        "silent as their own rate explains.",
        decisive=True,
    )


def _loose_drop_out(
    params: Mapping[str, float], errors: Mapping[str, float], shapes: tuple[str, str]
) -> Finding:
    shown = ", ".join(f"{name} = {params[name]:.4g} (s.e. {errors[name]:.2g})" for name in shapes)
    first, second = (params[name] for name in shapes)
    unit = MEANS[shapes]
    mean = first / second if unit == "unit of time" else first / (first + second)
    return Finding(
        "drop_out_not_identified",
        f"Drop-out is not identified: {shown}, a mean of {mean:.2%} per {unit}. How customers "
        "differ in leaving cannot be read from the data.",
        decisive=True,
    )


def diagnose_spend(
    params: Mapping[str, float], *, converged: bool, repeat_buyers: float, correlation: float
) -> tuple[Finding, ...]:
    """Whether Gamma-Gamma's parameters can be used, and whether its independence assumption holds."""
    q = params["q"]
    found = []
    if repeat_buyers < FEW_REPEAT_BUYERS:
        found.append(
            Finding("few_repeat_buyers", f"Only {repeat_buyers:.0f} customers have a repeat purchase.", True)
        )
    if q <= 1.0:
        found.append(
            Finding(
                "infinite_mean_spend",
                f"q = {q:.3g} is not above 1: spend differs so much between customers that its mean over "
                "customers is infinite, and Gamma-Gamma's expected spend is not defined.",
                decisive=True,
            )
        )
    elif q <= 2.0:
        found.append(
            Finding(
                "heavy_spend_tail",
                f"q = {q:.3g} is not above 2: the variance of spend between customers is infinite; a few "
                "customers drive every average.",
            )
        )
    if not converged:
        found.append(not_converged(params))
    if abs(correlation) > DEPENDENT:
        found.append(
            Finding(
                "spend_depends_on_frequency",
                f"Mean spend and number of purchases correlate by {correlation:.2f}; Gamma-Gamma takes them "
                "as independent, so values of frequent buyers are off in that direction.",
            )
        )
    return tuple(found)


def not_converged(params: Mapping[str, float]) -> Finding:
    """No highest point within bounds: something ran away."""
    values = ", ".join(f"{name} = {value:.4g}" for name, value in params.items() if math.isfinite(value))
    return Finding(
        "not_converged",
        f"The likelihood has no highest point within bounds: the climb ended at {values}.",
        decisive=True,
    )

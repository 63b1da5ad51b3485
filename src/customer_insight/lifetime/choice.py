"""The door to fitting: the model the data can carry, and why."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from customer_insight.lifetime.bgnbd import BGNBD, fit_bgnbd_triples
from customer_insight.lifetime.diagnosis import diagnose_histories
from customer_insight.lifetime.fit import Finding
from customer_insight.lifetime.fitting import Start
from customer_insight.lifetime.mbgnbd import MBGNBD, fit_mbgnbd_triples
from customer_insight.lifetime.nbd import NBD, fit_nbd_triples
from customer_insight.lifetime.pareto import ParetoNBD, fit_pareto_nbd_triples
from customer_insight.lifetime.triples import Triples, read_triples
from customer_insight.tables import Table

Lifetime = BGNBD | MBGNBD | ParetoNBD | NBD

WITH_DROP_OUT: Final[Mapping[str, Callable[..., BGNBD | MBGNBD | ParetoNBD]]] = {
    BGNBD.name: fit_bgnbd_triples,
    MBGNBD.name: fit_mbgnbd_triples,
    ParetoNBD.name: fit_pareto_nbd_triples,
}

MODELS: Final = (*WITH_DROP_OUT, NBD.name)
"""The purchase models by name."""


def fit_lifetime(
    histories: Table,
    *,
    as_of: int,
    unit_days: float = 7.0,
    window_start: int | None = None,
    model: str = BGNBD.name,
    start: Start = None,
) -> Lifetime:
    """Fit `model`, one of MODELS; where its drop-out is not identified or rests on too few repeats, fall back to
    the NBD (ANA-28).

    Other arguments as in fit_bgnbd. `fit.diagnosis` of the result tells what was found, and on a fallback ends
    with 'fallback_nbd'. Raises TableError for an empty or impossible table, ValueError for an unknown model.

    >>> import polars as pl
    >>> some = pl.DataFrame(
    ...     {"x": [0, 1, 6], "first_day": [0, 0, 0], "last_day": [0, 40, 80], "count": [60, 30, 10]}
    ... )
    >>> model = fit_lifetime(some, as_of=90)
    >>> model.name, model.fit.codes()
    ('NBD', ('few_repeat_buyers', 'drop_out_not_identified', 'fallback_nbd'))
    """
    triples = read_triples(histories, as_of=as_of, unit_days=unit_days)
    how: dict[str, Any] = {"as_of": as_of, "unit_days": unit_days, "window_start": window_start}
    return fit_lifetime_triples(triples, model=model, start=start, **how)


def fit_lifetime_triples(triples: Triples, *, model: str, start: Start = None, **how: Any) -> Lifetime:
    """As fit_lifetime, on histories already read; `how` holds as_of, unit_days and window_start."""
    if model == NBD.name:
        seen = diagnose_histories(triples, **how)
        return _with(_nbd(triples, how["unit_days"]), tuple(replace(each, decisive=False) for each in seen))
    if model not in WITH_DROP_OUT:
        raise ValueError(f"model {model!r} is not one of {', '.join(MODELS)}")
    fitted = WITH_DROP_OUT[model](triples, start=start, **how)
    found = fitted.fit.diagnosis if fitted.fit else ()
    if not any(finding.decisive for finding in found):
        return fitted
    return _with(_nbd(triples, how["unit_days"]), (*found, _fallback(model, found)))


def _nbd(triples: Triples, unit_days: float) -> NBD:
    """The NBD, with a finding where even its rates ran away, or nobody was observed for a day."""
    nbd = fit_nbd_triples(triples, unit_days=unit_days)
    if nbd.fit is None or (nbd.fit.converged and all(map(math.isfinite, nbd.fit.standard_errors.values()))):
        return nbd
    sentence = (
        f"How customers differ in buying cannot be read: r = {nbd.r:.4g}, alpha = {nbd.alpha:.4g}. "
        + (
            "Only the mean rate r / alpha means something."
            if triples.T.max() > 0
            else "Everybody was acquired on the last day observed, so even the mean rate is not known."
        )
    )
    return _with(nbd, (Finding("rates_not_identified", sentence),))


def _with(nbd: NBD, found: tuple[Finding, ...]) -> NBD:
    """The same model with `found` before what was known of it."""
    return replace(nbd, fit=replace(nbd.fit, diagnosis=(*nbd.fit.diagnosis, *found)) if nbd.fit else None)


def _fallback(model: str, found: tuple[Finding, ...]) -> Finding:
    reasons = ", ".join(finding.code.replace("_", " ") for finding in found if finding.decisive)
    return Finding(
        "fallback_nbd",
        f"The NBD without drop-out is used in place of {model} ({reasons}): nobody counts as lost, and "
        "silence lowers a customer's rate only.",
    )

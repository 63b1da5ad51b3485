"""The door to fitting: the model the data can carry, and why."""

from __future__ import annotations

from dataclasses import replace

from customer_insight.lifetime.bgnbd import BGNBD, fit_bgnbd_triples
from customer_insight.lifetime.fit import Finding
from customer_insight.lifetime.nbd import NBD, fit_nbd_triples
from customer_insight.lifetime.triples import read_triples
from customer_insight.tables import Table


def fit_lifetime(
    histories: Table, *, as_of: int, unit_days: float = 7.0, window_start: int | None = None
) -> BGNBD | NBD:
    """Fit BG/NBD; where its drop-out is not identified or rests on too few repeats, fall back to NBD
    (ANA-28).

    Arguments as in fit_bgnbd. `fit.diagnosis` of the result tells what was found, and on a fallback ends
    with 'fallback_nbd'. Raises TableError for an empty or impossible table.

    >>> import polars as pl
    >>> some = pl.DataFrame(
    ...     {"x": [0, 1, 6], "first_day": [0, 0, 0], "last_day": [0, 40, 80], "count": [60, 30, 10]}
    ... )
    >>> model = fit_lifetime(some, as_of=90)
    >>> model.name, model.fit.codes()
    ('NBD', ('few_repeat_buyers', 'drop_out_not_identified', 'fallback_nbd'))
    """
    triples = read_triples(histories, as_of=as_of, unit_days=unit_days)
    model = fit_bgnbd_triples(triples, as_of=as_of, unit_days=unit_days, window_start=window_start)
    found = model.fit.diagnosis if model.fit else ()
    if not any(finding.decisive for finding in found):
        return model
    nbd = fit_nbd_triples(triples, unit_days=unit_days)
    return _explained(nbd, found)


def _explained(nbd: NBD, found: tuple[Finding, ...]) -> NBD:
    reasons = ", ".join(finding.code for finding in found if finding.decisive)
    last = Finding(
        "fallback_nbd",
        f"The NBD without drop-out is used in place of BG/NBD ({reasons}): nobody counts as lost, and "
        "silence lowers a customer's rate only.",
    )
    return replace(nbd, fit=replace(nbd.fit, diagnosis=(*found, last)) if nbd.fit else None)

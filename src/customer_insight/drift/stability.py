"""Have customers changed since a model was fitted? The population stability index, and a verdict."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import log
from typing import Any, Final, Literal, TypeAlias

from customer_insight.drift.baseline import Baseline, Bins, count_bins
from customer_insight.tables import Table, TableError, require_columns

Verdict: TypeAlias = Literal["stable", "watch", "refit"]

WATCH: Final = 0.1
REFIT: Final = 0.25
"""The usual limits (Siddiqi 2006, Credit Risk Scorecards): below the first little changed, above the second much."""

CHANCE: Final = 0.99
"""An index that samples from one population stay below so often is taken for chance."""


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """One column: its index, the limit up to which chance explains it, and the shares per bin then and now."""

    column: str
    index: float
    by_chance: float
    verdict: Verdict
    labels: tuple[str, ...]
    shares_then: tuple[float, ...]
    shares_now: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class DriftReport:
    """The columns, those that changed most first, and what to do about the model: the gravest verdict of a column."""

    customers_then: int
    customers_now: int
    columns: tuple[ColumnDrift, ...]
    verdict: Verdict

    @property
    def reasons(self) -> tuple[str, ...]:
        """The columns behind the verdict; none where all is stable."""
        grave = (each for each in self.columns if each.verdict == self.verdict != "stable")
        return tuple(f"{each.column}: {each.index:.3f}" for each in grave)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {**asdict(self), "reasons": list(self.reasons)}


def drift(customers: Table, baseline: Baseline) -> DriftReport:
    """Compare inputs and scores of now with those of the window the model was fitted on (ANA-64).

        PSI = sum over bins of (now - then) ln(now / then), shares of customers

    with the bins of the baseline; an empty bin counts as half a customer, a bin empty both times is left out.
    "refit" from 0.25, "watch" from 0.1, provided that it exceeds what chance explains: two samples of n and m
    customers from one population have an index of about (1/n + 1/m) times chi squared with bins - 1 degrees of
    freedom (Yurdakul and Naranjo 2020, Journal of Risk Model Validation 14), of which the 99 % point is taken.
    Drift of inputs does not prove that predictions are worse, and its absence not that they are right: the back-
    test does. Raises TableError for a missing column and a table without rows.

    >>> import polars as pl
    >>> from customer_insight.drift.baseline import fit_baseline
    >>> then = pl.DataFrame({"visits": [1, 2, 3, 4] * 100})
    >>> report = drift(pl.DataFrame({"visits": [3, 4, 4, 4, 1] * 80}), fit_baseline(then, columns=("visits",), bins=2))
    >>> round(report.columns[0].index, 4), report.verdict, report.reasons  # .8 now, .5 then: .3 ln 1.6 - .3 ln .4
    (0.4159, 'refit', ('visits: 0.416',))
    """
    frame = require_columns(customers, tuple(each.column for each in baseline.columns), name="customers")
    now, counts = count_bins(frame, baseline.columns)
    if not now:
        raise TableError("table 'customers' has no rows; there is nothing to compare with the baseline")
    columns = [_compared(each, counts[each.column], baseline.customers, now) for each in baseline.columns]
    columns.sort(key=lambda each: (-each.index, each.column))
    found = {each.verdict for each in columns}
    verdict: Verdict = "refit" if "refit" in found else "watch" if "watch" in found else "stable"
    return DriftReport(baseline.customers, now, tuple(columns), verdict)


def _compared(bins: Bins, counts: tuple[int, ...], then: int, now: int) -> ColumnDrift:
    pairs = list(zip(bins.counts, counts, strict=True))
    used = [(max(a, 0.5) / then, max(b, 0.5) / now) for a, b in pairs if a or b]
    index = sum((b - a) * log(b / a) for a, b in used)
    by_chance = (1 / then + 1 / now) * _chi_squared(len(used) - 1)
    return ColumnDrift(
        column=bins.column,
        index=index,
        by_chance=by_chance,
        verdict=_verdict(index, by_chance),
        labels=bins.labels,
        shares_then=tuple(a / then for a, _ in pairs),
        shares_now=tuple(b / now for _, b in pairs),
    )


def _verdict(index: float, by_chance: float) -> Verdict:
    if index < WATCH or index <= by_chance:
        return "stable"
    return "refit" if index >= REFIT else "watch"


def _chi_squared(freedom: int) -> float:
    """The CHANCE point of chi squared; 0 with one bin, where nothing can differ."""
    from scipy.special import chdtri

    return float(chdtri(freedom, 1 - CHANCE)) if freedom > 0 else 0.0

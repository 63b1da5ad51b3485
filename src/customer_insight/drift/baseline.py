"""What inputs and scores looked like when a model was fitted: shares of customers in stated bins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import narwhals as nw

from customer_insight.tables import Table, TableError, require_columns


@dataclass(frozen=True, slots=True)
class Bins:
    """One column cut into bins, and how many customers fell into each when the model was fitted.

    Numbers: bin k holds those above ``edges[k - 1]`` up to ``edges[k]``, the first and the last are open; texts:
    one bin per category of ``categories``, then all others. The last bin holds the unknown. ``counts`` has one
    element per bin.
    """

    column: str
    edges: tuple[float, ...]
    categories: tuple[str, ...]
    counts: tuple[int, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """What each bin holds, in words a page can show."""
        if self.categories:
            return (*self.categories, "other", "unknown")
        ends = [f"{edge:g}" for edge in self.edges]
        inner = [f"{low} – {high}" for low, high in pairwise(ends)]
        return (f"≤ {ends[0]}", *inner, f"> {ends[-1]}", "unknown") if ends else ("any", "unknown")


@dataclass(frozen=True, slots=True)
class Baseline:
    """The bins of every column, over ``customers`` customers of the window that the model was fitted on."""

    customers: int
    columns: tuple[Bins, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types; `from_dict` reads them back."""
        return {"customers": self.customers, "columns": [asdict(each) for each in self.columns]}

    @staticmethod
    def from_dict(stored: Mapping[str, Any]) -> Baseline:
        """The baseline that `as_dict` wrote."""
        columns = tuple(
            Bins(each["column"], tuple(each["edges"]), tuple(each["categories"]), tuple(each["counts"]))
            for each in stored["columns"]
        )
        return Baseline(stored["customers"], columns)


def fit_baseline(customers: Table, *, columns: tuple[str, ...], bins: int = 10) -> Baseline:
    """Cut each column into about ``bins`` parts of equal size and count.

    ``customers`` has one row per customer, as the model was fitted on, its scores among the columns if wished.
    Numbers are cut at the quantiles i / bins (linear between two values); where many are equal there are fewer
    bins. Of texts the ``bins`` commonest values (equal ones by name) are a bin each. Null is a bin of its own.
    Raises TableError for a missing column and a table without rows, ValueError for bins < 2.

    >>> import polars as pl
    >>> baseline = fit_baseline(pl.DataFrame({"visits": [1, 2, 3, 4, None], "town": ["b", "a", "a", "c", "a"]}),
    ...                         columns=("visits", "town"), bins=2)
    >>> [(each.labels, each.counts) for each in baseline.columns]
    [(('≤ 2.5', '> 2.5', 'unknown'), (2, 2, 1)), (('a', 'b', 'other', 'unknown'), (3, 1, 1, 0))]
    """
    if bins < 2:
        raise ValueError(f"bins must be at least 2, not {bins}")
    frame = require_columns(customers, columns, name="customers")
    schema = frame.collect_schema()
    texts = tuple(name for name in columns if schema[name] == nw.String)
    edges = _edges(frame, tuple(name for name in columns if name not in texts), bins)
    commonest = {name: _commonest(frame, name, bins) for name in texts}
    cut = tuple(Bins(name, edges.get(name, ()), commonest.get(name, ()), ()) for name in columns)
    counted, counts = count_bins(frame, cut)
    if not counted:
        raise TableError(
            "table 'customers' has no rows; a baseline needs the customers the model was fitted on"
        )
    return Baseline(counted, tuple(_filled(each, counts[each.column]) for each in cut))


def _filled(bins: Bins, counts: tuple[int, ...]) -> Bins:
    """With their counts; a bin between two values of a number that nobody has is joined to the next."""
    used = [place for place in range(len(bins.edges)) if counts[place]]
    if bins.edges:
        counts = (*(counts[place] for place in used), *counts[len(bins.edges) :])
    return Bins(bins.column, tuple(bins.edges[place] for place in used), bins.categories, counts)


def count_bins(frame: nw.LazyFrame[Any], columns: tuple[Bins, ...]) -> tuple[int, dict[str, tuple[int, ...]]]:
    """Rows, and how many fall into each bin of each column, in one scan."""
    sums = {}
    for place, each in enumerate(columns):
        value = nw.col(each.column).cast(nw.Float64) if each.edges else nw.col(each.column)
        sums[f"null_{place}"] = _count(nw.col(each.column).is_null())
        for number, bound in enumerate(each.categories or each.edges):
            sums[f"bin_{place}_{number}"] = _count(value == bound if each.categories else value <= bound)
    row = frame.select(rows=nw.len(), **sums).collect().rows(named=True)[0]
    rows = int(row["rows"])
    return rows, {each.column: _bin_counts(each, place, row, rows) for place, each in enumerate(columns)}


def _bin_counts(each: Bins, place: int, row: Mapping[str, Any], rows: int) -> tuple[int, ...]:
    unknown = int(row[f"null_{place}"] or 0)
    sums = [int(row[f"bin_{place}_{number}"] or 0) for number in range(len(each.categories or each.edges))]
    if each.categories:
        return (*sums, rows - unknown - sum(sums), unknown)
    up_to = [0, *sums, rows - unknown]
    return (*(high - low for low, high in pairwise(up_to)), unknown)


def _count(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).sum()


def _edges(frame: nw.LazyFrame[Any], names: tuple[str, ...], bins: int) -> dict[str, tuple[float, ...]]:
    """The different quantiles of each column below its largest value."""
    if not names:
        return {}
    wanted: dict[str, nw.Expr] = {}
    for place, name in enumerate(names):
        value = nw.col(name).cast(nw.Float64)
        wanted |= {f"q_{place}_{i}": value.quantile(i / bins, "linear") for i in range(1, bins)}
        wanted[f"most_{place}"] = value.max()
    row = frame.select(**wanted).collect().rows(named=True)[0]
    found = {}
    for place, name in enumerate(names):
        cuts = {row[f"q_{place}_{i}"] for i in range(1, bins)}
        most = row[f"most_{place}"]
        found[name] = tuple(sorted(cut for cut in cuts if cut is not None and cut < most))
    return found


def _commonest(frame: nw.LazyFrame[Any], name: str, bins: int) -> tuple[str, ...]:
    known = frame.filter(~nw.col(name).is_null()).select(value=nw.col(name))
    counted = known.group_by("value").agg(nw.len().alias("customers"))
    keyed = counted.select("value", order_key=-nw.col("customers").cast(nw.Int64))
    first = keyed.sort("order_key", "value").head(bins).collect()
    return tuple(row[0] for row in sorted(first.rows(), key=lambda row: (row[1], row[0])))

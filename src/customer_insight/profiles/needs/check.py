"""Do inferred needs come true? What customers bought afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import narwhals as nw
import pyarrow as pa
from narwhals.typing import IntoFrameT

from customer_insight.inputs import everybody, of_customers
from customer_insight.inputs.check import windowed
from customer_insight.measurement.response import wilson
from customer_insight.profiles.needs.infer import infer_needs
from customer_insight.profiles.needs.purchases import named_products, sold_lines
from customer_insight.profiles.needs.rules import NeedRule
from customer_insight.profiles.rows import rows_like
from customer_insight.tables import Table, require_columns

NEED_CHECK: Final[Mapping[str, pa.DataType]] = {
    "need": pa.string(),
    "confidence": pa.string(),
    "customers": pa.int64(),
    "bought": pa.int64(),
    "rate": pa.float64(),
    "rate_low": pa.float64(),
    "rate_high": pa.float64(),
}


def check_needs(
    order_lines: IntoFrameT,
    product_categories: Table,
    *,
    rules: tuple[NeedRule, ...],
    as_of: int,
    days: int,
    since: int | None = None,
    customers: Table | None = None,
    level: float = 0.95,
) -> IntoFrameT:
    """Of those with a need inferred at ``as_of``, how many bought in its categories in the ``days`` after?

    Arguments as for `infer_needs`. One row per rule and ``confidence``: firm, weak, or none (customers with a line
    sold in the window of whom the need was not inferred); rows in the order of the rules. ``customers``, ``bought``
    of them, ``rate`` with Wilson's limits; null without customers. Everybody known at ``as_of`` counts, also those who
    bought nothing afterwards. Raises as `infer_needs`, and ValueError for ``days`` below 1.
    """
    if days < 1:
        raise ValueError(f"days is at least 1, not {days}")
    inferred = infer_needs(
        order_lines, product_categories, rules=rules, as_of=as_of, since=since, customers=customers
    )
    after = sold_lines(order_lines, as_of=as_of + days, since=as_of + 1)
    named = named_products(after, product_categories, rules).select("need", "product_id").unique()
    bought = after.join(named, on="product_id").select("customer_id", "need").unique()
    known = everybody(sold_lines(order_lines, as_of=as_of, since=since))
    if customers is not None:
        asked = windowed(require_columns(customers, ("customer_id",), name="customers"))
        known = known.join(of_customers(asked).select("customer_id"), on="customer_id")
    found = windowed(require_columns(inferred, ("customer_id", "need", "confidence"), name="inferred"))
    counts = _counts(found.select("customer_id", "need", "confidence"), bought)
    every = _counts(bought.join(known, on="customer_id").with_columns(confidence=nw.lit("all")), bought)
    base = int(known.select(nw.len()).collect(backend="pyarrow").row(0)[0])
    told = [_row(rule, kind, counts | every, base, level) for rule in rules for kind in _KINDS]
    return rows_like(order_lines, told, NEED_CHECK)


_KINDS: Final = ("firm", "weak", "none")
_Counts = dict[tuple[str, str], tuple[int, int]]


def _counts(pairs: nw.LazyFrame[Any], bought: nw.LazyFrame[Any]) -> _Counts:
    """(need, confidence) -> customers, and how many of them are in ``bought``."""
    marked = pairs.join(bought.with_columns(again=nw.lit(1)), on=["customer_id", "need"], how="left")
    again = nw.when(nw.col("again").is_null()).then(nw.lit(0)).otherwise(nw.lit(1))
    sums = marked.with_columns(again=again).group_by("need", "confidence")
    rows = sums.agg(nw.len().alias("customers"), nw.col("again").sum()).collect().iter_rows(named=True)
    return {(row["need"], row["confidence"]): (int(row["customers"]), int(row["again"])) for row in rows}


def _row(rule: NeedRule, confidence: str, counts: _Counts, base: int, level: float) -> dict[str, Any]:
    customers, again = counts.get((rule.code, confidence), (0, 0))
    if confidence == "none":
        inferred = [counts.get((rule.code, each), (0, 0)) for each in ("firm", "weak")]
        customers = base - sum(n for n, _ in inferred)
        again = counts.get((rule.code, "all"), (0, 0))[1] - sum(k for _, k in inferred)
    low, high = wilson(again, customers, level=level) if customers else (None, None)
    return {
        "need": rule.code,
        "confidence": confidence,
        "customers": customers,
        "bought": again,
        "rate": again / customers if customers else None,
        "rate_low": low,
        "rate_high": high,
    }

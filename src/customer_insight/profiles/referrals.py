"""Customers who bring others: how many and what they are worth, and how the referred compare (ANA-70, LIFE-14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import narwhals as nw
import pyarrow as pa
from narwhals.typing import IntoFrameT

from customer_insight.inputs import Column, TableDefinition, check_table, of_customers, typed
from customer_insight.inputs.check import windowed
from customer_insight.measurement.estimates import holm, simultaneous_level
from customer_insight.measurement.margin import margin_effect
from customer_insight.measurement.response import response_effect
from customer_insight.measurement.units import CellSums
from customer_insight.profiles.representation import check_group
from customer_insight.profiles.rows import rows_like
from customer_insight.tables import Table, TableError, require_columns, same_kind

REFERRALS: Final = TableDefinition(
    name="referrals",
    unique="customer_id",
    columns={
        "customer_id": Column(kind="key", meaning="who was referred, once"),
        "referrer_id": Column(kind="key", meaning="the customer who referred"),
    },
)

REFERRED: Final[Mapping[str, pa.DataType]] = {
    "measure": pa.string(),
    "referred_customers": pa.int64(),
    "other_customers": pa.int64(),
    "referred_mean": pa.float64(),
    "other_mean": pa.float64(),
    "difference": pa.float64(),
    "difference_low": pa.float64(),
    "difference_high": pa.float64(),
    "p_value": pa.float64(),
    "p_adjusted": pa.float64(),
}


def referral_influence(referrals: IntoFrameT, values: Table, *, by: str, depth: int = 3) -> IntoFrameT:
    """What each referrer brought: customers and their worth, directly and through those brought (ANA-70).

    ``referrals`` is the table REFERRALS; ``values`` has ``customer_id`` and the whole number ``by`` (null counts as
    nothing), on the same engine. Columns ``customer_id`` (who referred), ``direct`` (customers referred), ``indirect``
    (brought by those, up to ``depth`` steps away), ``direct_value`` and ``indirect_value``. Each customer counts once
    for a referrer, by the shortest way, and nobody for himself, though referrals should run in a circle. Row order is
    open. Raises TableError for a missing or mistyped column, a null, a customer referred twice, ValueError for
    ``depth`` below 1.

    >>> import polars as pl
    >>> referrals = pl.DataFrame({"customer_id": [2, 3, 4, 5], "referrer_id": [1, 1, 2, 4]})
    >>> values = pl.DataFrame({"customer_id": [1, 2, 3, 4, 5], "profit": [9, 100, 200, 400, None]})
    >>> referral_influence(referrals, values, by="profit").sort("customer_id").rows()
    [(1, 2, 2, 300, 400), (2, 1, 1, 400, 0), (4, 1, 0, 0, 0)]
    """
    if depth < 1:
        raise ValueError(f"depth is at least 1, not {depth}")
    check_table(referrals, REFERRALS)
    steps = typed(referrals, REFERRALS).select("customer_id", "referrer_id")
    brought = _brought(steps, depth).filter(nw.col("root") != nw.col("customer_id"))
    nearest = brought.group_by("root", "customer_id").agg(nw.col("step").min())
    worth = windowed(require_columns(values, ("customer_id", by), name="values"))
    worth = of_customers(worth).select("customer_id", worth=nw.col(by))
    rows = nearest.join(worth, on="customer_id", how="left")
    rows = rows.with_columns(nw.col("worth").fill_null(0).cast(nw.Int64))
    direct, nothing = nw.col("step") == 1, nw.lit(0)
    split = rows.select(
        customer_id="root",
        direct=nw.when(direct).then(nw.lit(1)).otherwise(nothing),
        indirect=nw.when(direct).then(nothing).otherwise(nw.lit(1)),
        direct_value=nw.when(direct).then("worth").otherwise(nothing),
        indirect_value=nw.when(direct).then(nothing).otherwise(nw.col("worth")),
    )
    told = ("direct", "indirect", "direct_value", "indirect_value")
    sums = split.group_by("customer_id").agg(nw.col(*told).sum())
    return same_kind(sums.with_columns(nw.col(*told).cast(nw.Int64)).select("customer_id", *told), referrals)


def _brought(steps: nw.LazyFrame[Any], depth: int) -> nw.LazyFrame[Any]:
    """root, customer_id, step: who was brought at each distance."""
    links = steps.select(from_id="referrer_id", to_id="customer_id")
    level = steps.select("customer_id", root="referrer_id")
    levels = [level.select("root", "customer_id", step=nw.lit(1))]
    for step in range(2, depth + 1):
        further = level.join(links, left_on="customer_id", right_on="from_id")
        level = further.select("root", customer_id="to_id")
        levels.append(level.select("root", "customer_id", step=nw.lit(step)))
    return nw.concat(levels, how="vertical")


def referred_against_others(
    customers: IntoFrameT, *, referred: str, measures: tuple[str, ...], level: float = 0.95
) -> IntoFrameT:
    """Referred customers against all others: retention, usage, profit, cost of winning them (LIFE-14).

    ``customers`` has one row each: the truth value ``referred``, and ``measures``, truth values (was retained) or
    numbers. One row per measure in the order given: customers of both kinds for whom it is known, the means (shares of
    true), and ``difference`` referred - other with limits that hold for all rows at once (Šidák): Newcombe's for
    shares, Welch's for numbers; ``p_adjusted`` by Holm. Null where a side has fewer than two customers or does not
    vary. It compares those who came this way with those who did not: referred customers may be different people.
    Raises TableError for a missing or mistyped column and a null ``referred``, ValueError without measures.

    >>> import polars as pl
    >>> people = pl.DataFrame({"referred": [True] * 4 + [False] * 4, "profit": [5, 7, 9, 11, 1, 2, 3, None]})
    >>> row = referred_against_others(people, referred="referred", measures=("profit",)).row(0, named=True)
    >>> row["other_customers"], row["difference"], round(row["difference_low"], 2)
    (3, 6.0, 2.1)
    """
    if not measures:
        raise ValueError("give at least one measure")
    check_group(customers, referred)
    frame = windowed(require_columns(customers, (referred, *measures), name="customers"))
    sums = _sums(frame, referred, measures)
    at = simultaneous_level(level, len(measures))
    rows = [_compared(name, shares, *both, at) for name, shares, both in sums]
    adjusted = holm([row["p_value"] for row in rows])
    told = [{**row, "p_adjusted": p} for row, p in zip(rows, adjusted, strict=True)]
    return rows_like(customers, told, REFERRED)


def _sums(
    frame: nw.LazyFrame[Any], referred: str, measures: tuple[str, ...]
) -> list[tuple[str, bool, tuple[CellSums, CellSums]]]:
    """Per measure whether it is a truth value, and the sums of the referred and of the others: one scan."""
    schema, wanted = frame.collect_schema(), {}
    for place, name in enumerate(measures):
        if not (schema[name].is_numeric() or schema[name] == nw.Boolean):
            raise TableError(
                f"column {name!r} is {schema[name]}, neither a number nor a truth value; cast it"
            )
        value, inside = nw.col(name).cast(nw.Float64), nw.col(referred)
        for side, member in enumerate((inside, ~inside)):
            here = nw.when(member & ~nw.col(name).is_null())
            wanted[f"n_{place}_{side}"] = here.then(nw.lit(1)).otherwise(nw.lit(0)).sum()
            wanted[f"y_{place}_{side}"] = here.then(value).otherwise(nw.lit(0.0)).sum()
            wanted[f"yy_{place}_{side}"] = here.then(value * value).otherwise(nw.lit(0.0)).sum()
    row = frame.select(**wanted).collect().row(0)
    read = dict(zip(wanted, row, strict=True))

    def cell(place: int, side: int) -> CellSums:
        n, y, yy = (read[f"{what}_{place}_{side}"] or 0 for what in ("n", "y", "yy"))
        return CellSums(customers=int(n), responses=round(y), margin=float(y), margin_squared=float(yy))

    return [
        (name, schema[name] == nw.Boolean, (cell(place, 0), cell(place, 1)))
        for place, name in enumerate(measures)
    ]


def _compared(name: str, shares: bool, referred: CellSums, others: CellSums, level: float) -> dict[str, Any]:
    effect = (
        response_effect(referred, others, level=level)
        if shares
        else margin_effect(referred, others, theta=0.0, level=level)
    )
    means = [sums.margin / sums.customers if sums.customers else None for sums in (referred, others)]
    return {
        "measure": name,
        "referred_customers": referred.customers,
        "other_customers": others.customers,
        "referred_mean": means[0],
        "other_mean": means[1],
        "difference": effect.difference.value,
        "difference_low": effect.difference.low,
        "difference_high": effect.difference.high,
        "p_value": effect.p_value,
    }

"""What a recent inquiry or response says about a purchase, beyond what purchases say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

import narwhals as nw

from customer_insight.inputs import Column, TableDefinition, typed
from customer_insight.next_products.chance import class_of
from customer_insight.next_products.held import bought_between, bought_lines, held_products, kept
from customer_insight.next_products.lists import new_list
from customer_insight.next_products.model import NextProductModel

SIGNALS: Final = TableDefinition(
    name="signals",
    columns={
        "customer_id": Column(kind="key", meaning="the resolved customer"),
        "product_id": Column(kind="key", meaning="the product asked for, or answered to"),
        "day": Column(kind="day", meaning="day of the inquiry or response"),
    },
)

_PAIR: Final = ["customer_id", "product_id"]


@dataclass(frozen=True, slots=True)
class SignalEffect:
    """``odds``: by how much a signal of the last ``days`` days multiplies the odds of a purchase that the lists give;
    None where the past did not tell. ``outside``: share bought of ``outside_pairs`` pairs with a signal that stand in
    no list; None without any.
    """

    days: int
    odds: float | None
    signalled_pairs: int
    outside: float | None
    outside_pairs: int

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)


def recent_signals(signals: nw.LazyFrame[Any], *, as_of: int, days: int) -> nw.LazyFrame[Any]:
    """customer_id and product_id of the signals of the ``days`` days until ``as_of``, once each."""
    recent = signals.filter(nw.col("day") <= as_of, nw.col("day") > as_of - days)
    return recent.select(nw.col(*_PAIR).cast(nw.Int64)).unique()


def fit_signals(
    order_lines: Any, signals: Any, *, as_of: int, model: NextProductModel, days: int = 28
) -> SignalEffect:
    """Learn from the horizon before ``as_of`` what signals of the ``days`` days before it were worth.

    Pairs of customer and product are laid out by list and class of strength; in each class stand bought and not
    bought, with a signal and without. ``odds`` is the odds ratio common to the classes (Mantel and Haenszel 1959):

        sum(with and bought x without and not / n) / sum(with and not x without and bought / n)

    ``signals`` has the columns SIGNALS. Raises TableError for a missing or mistyped column.
    """
    lines, cut = bought_lines(order_lines), as_of - model.settings.horizon_days
    held = kept(held_products(lines, as_of=cut, half_life_days=model.settings.half_life_days))
    later = kept(bought_between(lines, after=cut, until=as_of)).with_columns(found=nw.lit(1))
    recent = kept(recent_signals(typed(signals, SIGNALS), as_of=cut, days=days))
    again = held.select(*_PAIR, "weight", source=nw.lit("again"))
    new = new_list(held, model.settings, count=model.listed).select(*_PAIR, "weight", "source")
    pairs = kept(nw.concat([again, new], how="vertical"))
    flagged = pairs.join(recent.with_columns(signal=nw.lit(1)), on=_PAIR, how="left")
    flagged = flagged.join(later, on=_PAIR, how="left")
    table = flagged.select(
        "source", step=class_of(nw.col("weight")),
        signal=nw.col("signal").fill_null(0).cast(nw.Int64), found=nw.col("found").fill_null(0).cast(nw.Int64),
    )  # fmt: skip
    counts = table.group_by("source", "step", "signal").agg(nw.len().alias("pairs"), nw.col("found").sum())
    rows = counts.select("source", "step", "signal", "pairs", "found").collect().rows()
    outside = recent.join(pairs, on=_PAIR, how="anti").join(later, on=_PAIR, how="left")
    n, bought = outside.select(nw.len().alias("pairs"), nw.col("found").sum()).collect().row(0)
    signalled = sum(int(row[3]) for row in rows if row[2])
    return SignalEffect(days, common_odds(rows), signalled, int(bought or 0) / int(n) if n else None, int(n))


def common_odds(rows: Iterable[tuple[str, int, int, int, int]]) -> float | None:
    """The common odds ratio of rows (list, class, signal 0 or 1, pairs, bought); None where it is 0 or unbounded.

    >>> common_odds([("again", 0, 0, 100, 20), ("again", 0, 1, 10, 5)])  # 5 x 80 / (5 x 20)
    4.0
    """
    strata: dict[tuple[str, int], dict[int, tuple[int, int]]] = {}
    for source, step, signal, pairs, bought in rows:
        strata.setdefault((source, step), {})[signal] = (int(pairs), int(bought))
    above = below = 0.0
    for _, cells in sorted(strata.items()):
        (n1, a), (n0, c) = cells.get(1, (0, 0)), cells.get(0, (0, 0))
        above += a * (n0 - c) / (n1 + n0)
        below += (n1 - a) * c / (n1 + n0)
    return above / below if above and below else None


def moved_by_signals(
    pairs: nw.LazyFrame[Any], recent: nw.LazyFrame[Any], effect: SignalEffect
) -> nw.LazyFrame[Any]:
    """``pairs`` (kept) with the intent of those with a signal moved, and the pairs that stand in no list added as
    source "signal".
    """
    recent = kept(recent)
    odds = effect.odds if effect.odds is not None else 1.0
    marked = pairs.join(recent.with_columns(signal=nw.lit(1)), on=_PAIR, how="left")
    p = nw.col("intent")
    moved = nw.when(nw.col("signal") == 1).then(odds * p / (1.0 - p + odds * p)).otherwise(p)
    inside = marked.with_columns(intent=moved).select(*_PAIR, "source", "intent")
    outside = recent.join(pairs, on=_PAIR, how="anti").with_columns(
        source=nw.lit("signal"), intent=nw.lit(effect.outside).cast(nw.Float64)
    )
    return nw.concat([inside, outside.select(*_PAIR, "source", "intent")], how="vertical")

"""From strength to probability: a rising map, fitted on counts per class of strength, never on customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import narwhals as nw
import numpy as np

from customer_insight.lifetime.engine import table_like
from customer_insight.next_products.held import ONE

STEPS_PER_DOUBLING: Final = 4


@dataclass(frozen=True, slots=True)
class ChanceMap:
    """P(bought within the horizon) for classes of strength; a class is a quarter of a doubling.

    Class c holds strengths from 2 ^ (c / 4) up to 2 ^ ((c + 1) / 4); strength 1 is one purchase today.
    ``first_class`` is the lowest seen; ``chances`` has one element for each class up to the highest seen, so have
    ``pairs`` (customers with a product) and ``bought`` (those bought within the horizon). Empty where the past held
    none: then no probability is known. Lower and higher strengths have that of the nearest class.
    """

    first_class: int
    chances: tuple[float, ...]
    pairs: tuple[int, ...]
    bought: tuple[int, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types; `from_dict` reads them back."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }

    @staticmethod
    def from_dict(stored: Mapping[str, Any]) -> ChanceMap:
        """The map that `as_dict` wrote."""
        parts = (tuple(stored[name]) for name in ("chances", "pairs", "bought"))
        return ChanceMap(stored["first_class"], *parts)


def fit_chances(counts: Mapping[int, tuple[int, int]]) -> ChanceMap:
    """The non-decreasing map nearest to the shares: isotonic regression weighted by pairs (pool adjacent violators,
    Barlow, Bartholomew, Bremner and Brunk 1972).

    ``counts``: class -> (pairs, bought). A class without pairs between others has the chance of the one below.

    >>> fit_chances({0: (10, 2), 1: (10, 1), 3: (20, 10)}).chances
    (0.15, 0.15, 0.15, 0.5)
    """
    from scipy.optimize import isotonic_regression

    if not counts:
        return ChanceMap(0, (), (), ())
    seen = sorted(counts)
    pairs = np.array([counts[each][0] for each in seen], float)
    share = np.array([counts[each][1] for each in seen]) / pairs
    rising = dict(zip(seen, isotonic_regression(share, weights=pairs).x.tolist(), strict=True))
    classes = range(seen[0], seen[-1] + 1)
    chances: list[float] = []
    for each in classes:
        chances.append(rising[each] if each in rising else chances[-1])
    filled = [counts.get(each, (0, 0)) for each in classes]
    return ChanceMap(seen[0], tuple(chances), tuple(a for a, _ in filled), tuple(b for _, b in filled))


def class_of(weight: nw.Expr) -> nw.Expr:
    """The class of a weight in units of ONE; a hair is added so that whole powers fall alike on every engine."""
    return ((weight / ONE).log(2) * STEPS_PER_DOUBLING + 1e-9).floor().cast(nw.Int64)


def counted_classes(pairs: nw.LazyFrame[Any], later: nw.LazyFrame[Any]) -> dict[int, tuple[int, int]]:
    """Class -> (pairs, bought) of customer_id, product_id and weight against what was bought later."""
    found = pairs.join(later.with_columns(found=nw.lit(1)), on=["customer_id", "product_id"], how="left")
    classed = found.select(step=class_of(nw.col("weight")), found=nw.col("found").fill_null(0).cast(nw.Int64))
    counts = classed.group_by("step").agg(nw.len().alias("pairs"), nw.col("found").sum())
    rows = counts.select("step", "pairs", "found").collect().rows()
    return {int(step): (int(count), int(bought)) for step, count, bought in rows}


def with_chance(frame: nw.LazyFrame[Any], chances: ChanceMap) -> nw.LazyFrame[Any]:
    """``weight`` read as ``strength`` and ``probability``."""
    strength = (nw.col("weight") / ONE).cast(nw.Float64)
    if not chances.chances:
        return frame.with_columns(strength=strength, probability=nw.lit(None).cast(nw.Float64))
    last = chances.first_class + len(chances.chances) - 1
    step = class_of(nw.col("weight"))
    low = nw.when(step < chances.first_class).then(nw.lit(chances.first_class)).otherwise(step)
    classed = frame.with_columns(strength=strength, step=low.cast(nw.Int64))
    high = nw.when(nw.col("step") > last).then(nw.lit(last)).otherwise(nw.col("step"))
    classed = classed.with_columns(step=high.cast(nw.Int64))
    steps = np.arange(chances.first_class, last + 1, dtype=np.int64)
    known = table_like({"step": steps, "probability": np.array(chances.chances)}, frame)
    return classed.join(known, on="step", how="left").drop("step")

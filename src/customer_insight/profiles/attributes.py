"""Attributes of customers as few values each: texts by their commonest values, numbers by stated cut points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal, TypeAlias

import narwhals as nw

from customer_insight.drift.baseline import Bins, count_bins, fit_baseline
from customer_insight.inputs.check import windowed
from customer_insight.tables import Table, TableError, require_columns

PlaceKind: TypeAlias = Literal["value", "range", "other", "unknown"]


@dataclass(frozen=True, slots=True)
class Place:
    """One value of an attribute: a text, a range of numbers (above ``low`` up to ``high``, None where open), all
    other texts, or the unknown.
    """

    label: str
    kind: PlaceKind
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class Cutting:
    """How attributes are cut: numbers at the quantiles i / ``parts``, or at the ``cuts`` given for a column; texts by
    their ``most`` commonest values of at least ``at_least`` customers, all others together as one.
    """

    parts: int = 5
    cuts: Mapping[str, tuple[float, ...]] | None = None
    most: int = 20
    at_least: int = 30

    def __post_init__(self) -> None:
        if self.parts < 2 or self.most < 2 or self.at_least < 1:
            raise ValueError(f"parts and most are at least 2, at_least is at least 1: {self}")
        for name, cuts in (self.cuts or {}).items():
            if not cuts or any(low >= high for low, high in pairwise(cuts)):
                raise ValueError(f"cuts of {name!r} are not rising numbers: {cuts}")


def places_of(bins: Bins) -> tuple[Place, ...]:
    """What each bin holds, in the order of its counts.

    >>> [place.label for place in places_of(Bins("town", (), ("Lyon",), (3, 1, 0)))]
    ['Lyon', 'other', 'unknown']
    >>> [(place.low, place.high) for place in places_of(Bins("age", (30.0,), (), (1, 2, 0)))]
    [(None, 30.0), (30.0, None), (None, None)]
    """
    unknown = Place("unknown", "unknown")
    if bins.categories:
        return (*(Place(each, "value") for each in bins.categories), Place("other", "other"), unknown)
    ends = (None, *bins.edges, None)
    ranges = [
        Place(label, "range", *limits) for label, limits in zip(bins.labels, pairwise(ends), strict=False)
    ]
    return (*ranges, unknown)


def readable(table: Table, attributes: tuple[str, ...], *, keep: tuple[str, ...]) -> nw.LazyFrame[Any]:
    """The columns ``keep`` and the attributes: numbers as they are, truth values and categories as texts.

    Raises TableError for a missing column and an attribute that is none of these, ValueError without attributes.
    """
    if not attributes or set(attributes) & set(keep):
        raise ValueError(f"attributes are at least one and none of {', '.join(keep)}: {attributes}")
    frame = windowed(require_columns(table, (*keep, *attributes), name="customers"))
    schema = frame.collect_schema()
    return frame.select(*keep, *(_readable(name, schema[name]) for name in attributes))


def _readable(name: str, dtype: Any) -> nw.Expr:
    value = nw.col(name)
    if dtype.is_numeric() or dtype == nw.String:
        return value
    if dtype == nw.Boolean:
        return nw.when(value).then(nw.lit("true")).when(~value).then(nw.lit("false")).alias(name)
    if dtype == nw.Object:  # pandas: truth values with gaps
        text = value.cast(nw.String)
        other = nw.when(text == "False").then(nw.lit("false")).otherwise(text)
        return nw.when(text == "True").then(nw.lit("true")).otherwise(other).alias(name)
    if dtype in {nw.Categorical, nw.Enum, nw.Unknown}:
        return value.cast(nw.String)
    raise TableError(f"column {name!r} is {dtype}, not text, a number or a truth value; cast it")


def attribute_bins(
    frame: nw.LazyFrame[Any], attributes: tuple[str, ...], cutting: Cutting
) -> tuple[Bins, ...]:
    """The bins of each attribute over the whole frame with their counts: the cut points come first, then one scan.

    ``frame`` is `readable`. Raises TableError for a frame without rows.
    """
    schema, given = frame.collect_schema(), cutting.cuts or {}
    texts = tuple(name for name in attributes if schema[name] == nw.String)
    if wrong := [name for name in given if name not in attributes or name in texts]:
        raise ValueError(f"cuts are given for {', '.join(wrong)}, which are no attributes of numbers")
    found = _fitted(frame, texts, cutting.most)
    found |= _fitted(frame, tuple(n for n in attributes if n not in texts and n not in given), cutting.parts)
    found |= {name: Bins(name, tuple(map(float, cuts)), (), ()) for name, cuts in given.items()}
    cut = tuple(_large_enough(found[name], cutting.at_least) for name in attributes)
    return counted(frame, cut)


def counted(frame: nw.LazyFrame[Any], cut: tuple[Bins, ...]) -> tuple[Bins, ...]:
    """The same bins with the counts of this frame."""
    _, counts = count_bins(frame, cut)
    return tuple(replace(each, counts=counts[each.column]) for each in cut)


def _fitted(frame: nw.LazyFrame[Any], names: tuple[str, ...], bins: int) -> dict[str, Bins]:
    if not names:
        return {}
    return {each.column: each for each in fit_baseline(frame.to_native(), columns=names, bins=bins).columns}


def _large_enough(bins: Bins, at_least: int) -> Bins:
    """Without the texts that too few customers have; they become others."""
    if not bins.categories:
        return bins
    sizes = zip(bins.categories, bins.counts, strict=False)
    return replace(bins, categories=tuple(name for name, size in sizes if size >= at_least))

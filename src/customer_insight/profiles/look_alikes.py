"""Look-alikes: who resembles the good customers, by how much more frequent each attribute is among them (LIFE-08)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import reduce
from math import log
from operator import add
from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.drift.baseline import Bins
from customer_insight.profiles.attributes import Cutting, attribute_bins, counted, places_of, readable
from customer_insight.profiles.representation import check_group
from customer_insight.tables import Table, TableError, same_kind


@dataclass(frozen=True, slots=True)
class Weights:
    """One attribute: its values and what each adds to the score, in the order of ``bins``; the unknown add 0."""

    bins: Bins
    weights: tuple[float, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(place.label for place in places_of(self.bins))


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """What the good customers look like: ``good`` of ``customers``, and the weight of every value."""

    good: int
    customers: int
    attributes: tuple[Weights, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types; `from_dict` reads them back."""
        return asdict(self)

    @staticmethod
    def from_dict(stored: Mapping[str, Any]) -> LookAlikes:
        """The model that `as_dict` wrote."""
        read = tuple(
            Weights(
                Bins(*(_tuple(each["bins"][name]) for name in ("column", "edges", "categories", "counts"))),
                tuple(each["weights"]),
            )
            for each in stored["attributes"]
        )
        return LookAlikes(stored["good"], stored["customers"], read)


def fit_look_alikes(
    customers: Table,
    *,
    good: str,
    attributes: tuple[str, ...],
    cutting: Cutting | None = None,
    prior: float = 10.0,
) -> LookAlikes:
    """Learn the weights of attributes from known customers (LIFE-08).

    ``customers`` has one row each: the truth value ``good`` and the ``attributes``, cut as in `over_represented`. A
    value's weight is

        ln (share among the good / share among the others),    share = (count + prior b) / (known + prior)

    with b the value's share in both together, so that values of few customers weigh little: naive Bayes, computed
    from the counts alone. The score of a customer is the sum of the weights of the values known. It ranks, and it is
    no probability: attributes that go together are counted each. `check_look_alikes` tells how well it ranks.
    Raises TableError for a missing or mistyped column, a null ``good``, none or only good customers.

    >>> import polars as pl
    >>> known = pl.DataFrame({"good": [True, True, False, False, False],
    ...                       "town": ["Lyon", "Lyon", "Lyon", "Nice", "Nice"]})
    >>> model = fit_look_alikes(known, good="good", attributes=("town",), cutting=Cutting(at_least=1), prior=1)
    >>> [round(weight, 3) for weight in model.attributes[0].weights]  # Lyon ln (2.6 / 3) / (1.6 / 4)
    [0.773, -1.504, 0.0, 0.0]
    """
    check_group(customers, good)
    frame = readable(customers, attributes, keep=(good,))
    return fitted(frame, good, attribute_bins(frame, attributes, cutting or Cutting()), prior)


def fitted(frame: nw.LazyFrame[Any], good: str, base: tuple[Bins, ...], prior: float) -> LookAlikes:
    """The weights by the counts of ``frame``, in the bins of ``base``."""
    if prior <= 0:
        raise ValueError(f"prior is above 0, not {prior}: values that no good customer has need it")
    base = counted(frame, base)
    inside = counted(frame.filter(nw.col(good)), base)
    of_good, of_all = sum(inside[0].counts), sum(base[0].counts)
    if not 0 < of_good < of_all:
        raise TableError(f"table 'customers': {of_good} of {of_all} are {good!r}; there must be both kinds")
    return LookAlikes(
        of_good, of_all, tuple(_weights(*both, prior) for both in zip(inside, base, strict=True))
    )


def _weights(inside: Bins, base: Bins, prior: float) -> Weights:
    known, known_base = sum(inside.counts[:-1]), sum(base.counts[:-1])
    weights = []
    for good, both in zip(inside.counts[:-1], base.counts[:-1], strict=True):
        share = prior * both / known_base if known_base else 0.0
        among_good = (good + share) / (known + prior)
        among_others = (both - good + share) / (known_base - known + prior)
        weights.append(log(among_good / among_others) if both else 0.0)
    return Weights(base, (*weights, 0.0))


def score_look_alikes(customers: IntoFrameT, model: LookAlikes) -> IntoFrameT:
    """Each customer's likeness to the good: ``customer_id``, ``score``, ``known_attributes`` (how many it rests on).

    ``customers`` (or prospects) has ``customer_id`` and the attributes of the model; a text that the model does not
    know counts as "other". The score is null where no attribute is known. Row order is open. Raises TableError for a
    missing column.

    >>> import polars as pl
    >>> known = pl.DataFrame({"good": [True, True, False, False, False],
    ...                       "town": ["Lyon", "Lyon", "Lyon", "Nice", "Nice"]})
    >>> model = fit_look_alikes(known, good="good", attributes=("town",), cutting=Cutting(at_least=1), prior=1)
    >>> prospects = pl.DataFrame({"customer_id": [1, 2, 3, 4, 5], "town": ["Lyon", "Nice", "Rome", None, "Lyon"]})
    >>> [(key, score and round(score, 3), known) for key, score, known in score_look_alikes(prospects, model).rows()]
    [(1, 0.773, 1), (2, -1.504, 1), (3, 0.0, 1), (4, None, 0), (5, 0.773, 1)]
    """
    frame = readable(customers, names_of(model), keep=("customer_id",))
    return same_kind(scored(frame, model), customers)


def scored(frame: nw.LazyFrame[Any], model: LookAlikes, *, keep: tuple[str, ...] = ()) -> nw.LazyFrame[Any]:
    """`score_look_alikes` of a readable frame, with the columns ``keep``."""
    known = [nw.when(nw.col(name).is_null()).then(0).otherwise(1) for name in names_of(model)]
    total = reduce(add, (_by_bin(each, each.weights) for each in model.attributes))
    rows = frame.with_columns(known_attributes=reduce(add, known).cast(nw.Int64), total=total)
    told = rows.with_columns(score=nw.when(nw.col("known_attributes") > 0).then("total"))
    return told.select("customer_id", "score", "known_attributes", *keep)


def look_alike_reasons(customers: IntoFrameT, model: LookAlikes, *, top: int = 3) -> IntoFrameT:
    """Why each customer scores so: the ``top`` strongest values, one row each.

    Columns ``customer_id``, ``place`` (1: the strongest), ``attribute``, ``value`` (as the model names it),
    ``contribution`` (above 0: more frequent among the good). By size, whatever the sign; equal ones in the order of
    the model's attributes; unknown ones and those that add 0 are no reason. Row order is open. Raises as
    `score_look_alikes`, and ValueError for ``top`` below 1.

    >>> import polars as pl
    >>> known = pl.DataFrame({"good": [True, True, False, False], "town": ["Lyon", "Lyon", "Lyon", "Nice"]})
    >>> model = fit_look_alikes(known, good="good", attributes=("town",), cutting=Cutting(at_least=1), prior=1)
    >>> look_alike_reasons(pl.DataFrame({"customer_id": [5], "town": ["Nice"]}), model).rows()[0][:4]
    (5, 1, 'town', 'Nice')
    """
    if top < 1:
        raise ValueError(f"top is at least 1, not {top}")
    frame = readable(customers, names_of(model), keep=("customer_id",))
    parts = [_contributions(frame, each, number) for number, each in enumerate(model.attributes)]
    every = nw.concat(parts, how="vertical").filter(nw.col("contribution") != 0)
    ordered = every.with_columns(order_key=-nw.col("contribution").abs(), row=nw.lit(1))
    place = nw.col("row").cum_count().over("customer_id", order_by=["order_key", "number"])
    first = ordered.with_columns(place=place.cast(nw.Int64)).filter(nw.col("place") <= top)
    return same_kind(first.select("customer_id", "place", "attribute", "value", "contribution"), customers)


def names_of(model: LookAlikes) -> tuple[str, ...]:
    """The attributes that the model reads."""
    return tuple(each.bins.column for each in model.attributes)


def _contributions(frame: nw.LazyFrame[Any], each: Weights, number: int) -> nw.LazyFrame[Any]:
    return frame.select(
        "customer_id",
        number=nw.lit(number).cast(nw.Int64),
        attribute=nw.lit(each.bins.column),
        value=_by_bin(each, each.labels),
        contribution=_by_bin(each, each.weights),
    )


def _by_bin(each: Weights, told: tuple[Any, ...]) -> nw.Expr:
    """What is told of the bin that the customer's value lies in."""
    value, unknown = nw.col(each.bins.column), told[-1]
    steps = each.bins.categories or each.bins.edges
    chosen: nw.Expr = nw.lit(told[len(steps)])
    for step, what in reversed(list(zip(steps, told, strict=False))):
        inside = value == step if each.bins.categories else value <= step
        chosen = nw.when(inside).then(nw.lit(what)).otherwise(chosen)
    return nw.when(value.is_null()).then(nw.lit(unknown)).otherwise(chosen)


def _tuple(value: Any) -> Any:
    return value if isinstance(value, str) else tuple(value)

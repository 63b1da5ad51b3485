"""What sets a group apart: attributes over- and under-represented in it against the base (ANA-63)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, TypeAlias

import narwhals as nw
import pyarrow as pa
from narwhals.typing import IntoFrameT

from customer_insight.drift.baseline import Bins
from customer_insight.inputs import Column, TableDefinition, typed
from customer_insight.measurement.estimates import Estimate, holm, simultaneous_level
from customer_insight.measurement.response import response_effect
from customer_insight.measurement.units import CellSums
from customer_insight.profiles.attributes import Cutting, Place, attribute_bins, counted, places_of, readable
from customer_insight.profiles.rows import rows_like
from customer_insight.tables import Table, TableError

Against: TypeAlias = Literal["base", "rest"]

REPRESENTATION: Final[Mapping[str, pa.DataType]] = {
    "attribute": pa.string(),
    "value": pa.string(),
    "kind": pa.string(),
    "low": pa.float64(),
    "high": pa.float64(),
    "group_customers": pa.int64(),
    "base_customers": pa.int64(),
    "group_share": pa.float64(),
    "base_share": pa.float64(),
    "index": pa.float64(),
    "difference": pa.float64(),
    "difference_low": pa.float64(),
    "difference_high": pa.float64(),
    "p_value": pa.float64(),
    "p_adjusted": pa.float64(),
    "verdict": pa.string(),
}


@dataclass(frozen=True, slots=True)
class _Row:
    """One value: counts, and of how many customers they are a share."""

    attribute: str
    place: Place
    group: CellSums
    rest: CellSums

    @property
    def base(self) -> CellSums:
        return self.group + self.rest


def over_represented(
    customers: IntoFrameT,
    *,
    group: str,
    attributes: tuple[str, ...],
    against: Against = "base",
    cutting: Cutting | None = None,
    level: float = 0.95,
) -> IntoFrameT:
    """Each value of each attribute: its share in a group of customers and in the base (ANA-63).

    ``customers`` is the base, one row per customer: the truth value ``group`` (is in the group), texts, truth values
    and numbers ``attributes``. The base holds the group. Numbers are cut at quantiles of the base or at given
    points, values that few have are one row "other" (`Cutting`). Columns:

    - ``attribute``, ``value``, ``kind`` (value, range, other, unknown), ``low`` and ``high`` of a range: above low
      up to high, null where open
    - ``group_customers``, ``base_customers``: how many have the value
    - ``group_share``, ``base_share``: of those whose value is known, so that a group of which more is known does not
      seem rich in everything; in the row "unknown" of all. ``against`` "rest": ``base_share`` is the share in the
      customers outside the group
    - ``index`` = 100 group_share / base_share; null where nobody outside has it and ``against`` is "rest"
    - ``difference`` = group_share - base_share with limits that hold for all rows at once (Šidák):

          against rest: Newcombe (1998), method 10, as `response_effect`
          against base: the same times the share of the base that is outside the group, since
          p_group - p_base = (1 - n_group / n_base) (p_group - p_rest)

    - ``p_value`` of the score test of two proportions; ``p_adjusted`` by Holm over all rows
    - ``verdict``: over, under, or cannot tell (p_adjusted > 1 - level)

    Limits, p and index are null where a side has fewer than two customers of known value. Values that nobody has are
    left out. Rows: attributes as given, ranges upwards, texts by share in the group and then name, others and
    unknown last. Raises TableError for a missing or mistyped column, a null ``group``, an empty table or group.

    >>> import polars as pl
    >>> base = pl.DataFrame({"customer_id": range(10), "good": [True] * 4 + [False] * 6,
    ...                      "town": ["Lyon", "Lyon", "Lyon", "Nice", "Lyon", "Nice", "Nice", "Nice", "Nice", None]})
    >>> rows = over_represented(base, group="good", attributes=("town",), cutting=Cutting(at_least=1))
    >>> rows.select("value", "group_customers", "base_customers", "group_share", "index", "verdict").rows()[0]
    ('Lyon', 3, 4, 0.75, 168.75, 'cannot tell')
    """
    check_group(customers, group)
    frame = readable(customers, attributes, keep=(group,))
    base = attribute_bins(frame, attributes, cutting or Cutting())
    inside = counted(frame.filter(nw.col(group)), base)
    if not sum(inside[0].counts):
        raise TableError(f"table 'customers': column {group!r} is never true; nobody is in the group")
    rows = [row for both in zip(inside, base, strict=True) for row in _rows(*both)]
    return rows_like(customers, _compared(rows, against, level), REPRESENTATION)


def check_group(customers: Table, group: str) -> None:
    """Raise TableError unless the group's column tells of everybody."""
    member = Column(kind="boolean", meaning="is in the group")
    frame = typed(customers, TableDefinition(name="customers", columns={group: member}))
    unknown = frame.filter(nw.col(group).is_null()).select(nw.len()).collect(backend="pyarrow").row(0)[0]
    if unknown:
        raise TableError(
            f"table 'customers': column {group!r} is null in {unknown} row(s); say true or false, or leave them out"
        )


def _rows(inside: Bins, base: Bins) -> list[_Row]:
    """The values of one attribute that somebody has, in their order."""
    known, known_base = sum(inside.counts[:-1]), sum(base.counts[:-1])
    found = []
    for place, count, count_base in zip(places_of(base), inside.counts, base.counts, strict=True):
        of, of_base = known, known_base
        if place.kind == "unknown":
            of, of_base = known + inside.counts[-1], known_base + base.counts[-1]
        group = CellSums(customers=of, responses=count)
        rest = CellSums(customers=of_base - of, responses=count_base - count)
        if count_base:
            found.append(_Row(base.column, place, group, rest))
    last = {"value": 0, "range": 0, "other": 1, "unknown": 2}
    return sorted(found, key=lambda row: (last[row.place.kind], *_by_size(row)))


def _by_size(row: _Row) -> tuple[int, str]:
    """Ranges keep their order, for sorting keeps equal ones as they are."""
    return (-row.group.responses, row.place.label) if row.place.kind == "value" else (0, "")


def _compared(rows: list[_Row], against: Against, level: float) -> list[dict[str, Any]]:
    at = simultaneous_level(level, len(rows))
    effects = [response_effect(row.group, row.rest, level=at) for row in rows]
    adjusted = holm([effect.p_value for effect in effects])
    told = []
    for row, effect, p in zip(rows, effects, adjusted, strict=True):
        other = row.base if against == "base" else row.rest
        outside = row.rest.customers / row.base.customers if against == "base" else 1.0
        difference = effect.difference.times(outside)
        told.append(
            {
                "attribute": row.attribute,
                "value": row.place.label,
                **{name: getattr(row.place, name) for name in ("kind", "low", "high")},
                "group_customers": row.group.responses,
                "base_customers": row.base.responses,
                "group_share": _share(row.group),
                "base_share": _share(other),
                "index": _index(row.group, other),
                **_limits(difference),
                "p_value": effect.p_value,
                "p_adjusted": p,
                "verdict": _verdict(difference, p, 1 - level),
            }
        )
    return told


def _share(sums: CellSums) -> float | None:
    return sums.responses / sums.customers if sums.customers else None


def _index(group: CellSums, other: CellSums) -> float | None:
    """100 means the same; whole numbers are divided last, so that equal shares give just that."""
    below = other.responses * group.customers
    return 100 * group.responses * other.customers / below if below else None


def _limits(difference: Estimate) -> dict[str, float | None]:
    named = asdict(difference)
    return {"difference": named["value"], "difference_low": named["low"], "difference_high": named["high"]}


def _verdict(difference: Estimate, p: float | None, alpha: float) -> str:
    if p is None or difference.value is None or p > alpha:
        return "cannot tell"
    return "over" if difference.value > 0 else "under"

"""The two compilers: one expression for many customers, one truth value for one.

Both decide "is it true" and "is it false" apart, so that unknown is simply neither: the engines differ in
what they make of a null inside and, or and not, and pandas does not know unknown at all.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any as Anything
from typing import Final

import narwhals as nw

from customer_insight.conditions.tree import (
    All,
    Any,
    Between,
    Compare,
    Condition,
    ConditionError,
    In,
    IsKnown,
    IsUnknown,
    Leaf,
    Not,
    kind_of,
)

_COMPARE: Final[Mapping[str, Callable[[Anything, Anything], Anything]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def to_expression(condition: Condition, columns: Mapping[str, str]) -> nw.Expr:
    """A Narwhals expression that is true where the condition matches and false, never null, elsewhere.

    ``columns`` maps each field of the condition to its column. The columns hold the kind of value the
    condition compares them with; a missing value is null (a float NaN in Polars or DuckDB is a value to them,
    not a gap). Raises ConditionError for a field without a column. See `matches` for the logic of nulls.

    >>> import polars as pl
    >>> people = nw.from_native(pl.DataFrame({"customer_id": [1, 2, 3, 4, 5],
    ...                                        "income": [10, 20, None, 40, 50]}))
    >>> rich = Compare("fact.income", ">", 30)
    >>> people.filter(to_expression(rich, {"fact.income": "income"}))["customer_id"].to_list()
    [4, 5]
    >>> people.filter(to_expression(Not(rich), {"fact.income": "income"}))["customer_id"].to_list()
    [1, 2]
    """
    return _expression(condition, columns, wanted=True)


def _expression(condition: Condition, columns: Mapping[str, str], *, wanted: bool) -> nw.Expr:
    """Where the condition is certainly ``wanted``: nots sink to the leaves, which are never null."""
    if isinstance(condition, Not):
        return _expression(condition.part, columns, wanted=not wanted)
    if isinstance(condition, All | Any):
        parts = [_expression(part, columns, wanted=wanted) for part in condition.parts]
        every = isinstance(condition, All) == wanted
        return reduce(operator.and_ if every else operator.or_, parts)
    return _leaf_expression(condition, _column(condition.field, columns), wanted=wanted)


def _leaf_expression(leaf: Leaf, column: nw.Expr, *, wanted: bool) -> nw.Expr:
    if isinstance(leaf, IsKnown | IsUnknown):
        return column.is_null() if isinstance(leaf, IsUnknown) == wanted else ~column.is_null()
    holds = _holds(leaf, column)
    return ~column.is_null() & (holds if wanted else ~holds)


def _holds(leaf: Compare | In | Between, column: nw.Expr) -> nw.Expr:
    """The comparison itself; meaningless where the column is null."""
    if isinstance(leaf, Compare):
        return _COMPARE[leaf.op](column, leaf.value)  # type: ignore[no-any-return]
    if isinstance(leaf, Between):
        return (column >= leaf.low) & (column <= leaf.high)
    if kind_of(leaf.values[0]) == "number":
        # One type on both sides: some engines refuse an integer column in a list with fractions.
        return column.cast(nw.Float64).is_in([float(value) for value in leaf.values])
    return column.is_in(list(leaf.values))


def _column(field: str, columns: Mapping[str, str]) -> nw.Expr:
    if field not in columns:
        present = ", ".join(columns) or "none"
        raise ConditionError(f"no column for field {field!r}; there are columns for {present}")
    return nw.col(columns[field])


def matches(condition: Condition, row: Mapping[str, Anything]) -> bool:
    """Whether one customer's row, field -> value, satisfies the condition: `to_expression` for a single row.

    Three-valued logic as in SQL. A comparison with null (None, or a float NaN) is unknown, be it = or !=; Not
    of unknown is unknown; All is false if a part is false, else unknown if a part is unknown; Any is true if
    a part is true, else unknown if a part is unknown. Only true matches. Raises ConditionError for a field
    the row does not name: a value that is not known is given as None.

    >>> poor = Not(Compare("fact.income", ">", 30))
    >>> [matches(poor, {"fact.income": income}) for income in (20, 40, None)]
    [True, False, False]
    """
    return _truth(condition, row) is True


def _truth(condition: Condition, row: Mapping[str, Anything]) -> bool | None:
    """True, False, or None for unknown."""
    if isinstance(condition, Not):
        inner = _truth(condition.part, row)
        return None if inner is None else not inner
    if isinstance(condition, All | Any):
        decisive = isinstance(condition, Any)
        truths = [_truth(part, row) for part in condition.parts]
        return decisive if decisive in truths else None if None in truths else not decisive
    return _leaf_truth(condition, _known(condition.field, row))


def _leaf_truth(leaf: Leaf, value: Anything) -> bool | None:
    if isinstance(leaf, IsKnown | IsUnknown):
        return (value is None) == isinstance(leaf, IsUnknown)
    if value is None:
        return None
    if isinstance(leaf, Compare):
        return bool(_COMPARE[leaf.op](value, leaf.value))
    if isinstance(leaf, Between):
        return bool(leaf.low <= value <= leaf.high)
    return value in leaf.values


def _known(field: str, row: Mapping[str, Anything]) -> Anything:
    """The field's value, None where it is missing."""
    if field not in row:
        raise ConditionError(f"the row has no field {field!r}; it has {', '.join(row) or 'none'}")
    value = row[field]
    return None if isinstance(value, float) and math.isnan(value) else value

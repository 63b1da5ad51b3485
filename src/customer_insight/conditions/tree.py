"""The tree itself: nine kinds of node over named fields."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

Value: TypeAlias = str | int | float | bool
Operator = Literal["=", "!=", "<", "<=", ">", ">="]
Kind = Literal["number", "text", "boolean", "day"]

OPERATORS: Final[tuple[str, ...]] = get_args(Operator)
LARGEST_NUMBER: Final = 2**53
"""Beyond it engines that compare in 64-bit floats would disagree with those that compare integers."""


class ConditionError(ValueError):
    """A tree that cannot be read or evaluated; the message says where, what is wrong and what is allowed."""


@dataclass(frozen=True)
class Field:
    """What a condition may name: the kind of its values and the words people know it by.

    A day is a whole number of days since 1970-01-01.
    """

    kind: Kind
    label_en: str = ""
    label_zh: str = ""


@dataclass(frozen=True)
class Compare:
    """``field`` op ``value``."""

    field: str
    op: Operator
    value: Value

    def __post_init__(self) -> None:
        if self.op not in OPERATORS:
            raise ConditionError(f"operator {self.op!r} is not one of {' '.join(OPERATORS)}")
        check_value(self.value)


@dataclass(frozen=True)
class In:
    """``field`` equals one of ``values``, which are of one kind."""

    field: str
    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise ConditionError("a list of values holds at least one")
        check_alike(self.values)


@dataclass(frozen=True)
class Between:
    """``low`` <= ``field`` <= ``high``; both ends belong to it."""

    field: str
    low: Value
    high: Value

    def __post_init__(self) -> None:
        check_alike((self.low, self.high))
        if isinstance(self.low, bool):
            raise ConditionError("truth values have no order")
        if self.low > self.high:  # type: ignore[operator]
            raise ConditionError(f"low {self.low!r} lies above high {self.high!r}")


@dataclass(frozen=True)
class IsKnown:
    """``field`` is not null. Never unknown itself."""

    field: str


@dataclass(frozen=True)
class IsUnknown:
    """``field`` is null. Never unknown itself."""

    field: str


@dataclass(frozen=True)
class All:
    """Every part holds: false if one is false, else unknown if one is unknown, else true."""

    parts: tuple[Condition, ...]

    def __post_init__(self) -> None:
        check_parts(self.parts)


@dataclass(frozen=True)
class Any:
    """At least one part holds: true if one is true, else unknown if one is unknown, else false."""

    parts: tuple[Condition, ...]

    def __post_init__(self) -> None:
        check_parts(self.parts)


@dataclass(frozen=True)
class Not:
    """The part is false. Unknown stays unknown: neither a condition nor its Not matches it."""

    part: Condition


Leaf: TypeAlias = Compare | In | Between | IsKnown | IsUnknown
Condition: TypeAlias = Leaf | All | Any | Not


def children(condition: Condition) -> tuple[Condition, ...]:
    """The conditions right below this one, in order."""
    if isinstance(condition, All | Any):
        return condition.parts
    return (condition.part,) if isinstance(condition, Not) else ()


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every comparison of the tree, left to right."""
    if not isinstance(condition, All | Any | Not):
        yield condition
    for child in children(condition):
        yield from leaves(child)


def fields_of(condition: Condition) -> tuple[str, ...]:
    """The fields the tree names, each once, in order of appearance.

    >>> fields_of(All((Compare("fact.income", ">", 0), IsKnown("class.tier"), IsUnknown("fact.income"))))
    ('fact.income', 'class.tier')
    """
    return tuple(dict.fromkeys(leaf.field for leaf in leaves(condition)))


def rebuilt(condition: Condition, change: Callable[[Leaf], Condition]) -> Condition:
    """The same tree with every comparison changed.

    >>> rebuilt(Not(IsKnown("fact.income")), lambda leaf: IsUnknown(leaf.field))
    Not(part=IsUnknown(field='fact.income'))
    """
    match condition:
        case All(parts) | Any(parts):
            return type(condition)(tuple(rebuilt(part, change) for part in parts))
        case Not(part):
            return Not(rebuilt(part, change))
    return change(condition)


def kind_of(value: Value) -> Literal["number", "text", "boolean"]:
    """The kind of a value in a tree; a truth value is not a number here, though Python thinks so."""
    if isinstance(value, bool):
        return "boolean"
    return "text" if isinstance(value, str) else "number"


def check_value(value: object) -> None:
    """Raise ConditionError unless every engine compares this value alike."""
    if not isinstance(value, str | int | float):
        raise ConditionError(f"value {value!r} is not text, a number or a truth value")
    if isinstance(value, str) and any("\ud800" <= sign <= "\udfff" for sign in value):
        raise ConditionError(f"{value!r} holds half a surrogate pair, which is no text")
    if isinstance(value, float) and not math.isfinite(value):
        raise ConditionError(f"value {value!r} is not a finite number")
    if not isinstance(value, str) and abs(value) > LARGEST_NUMBER:
        raise ConditionError(f"value {value!r} is beyond {LARGEST_NUMBER}, where engines compare differently")


def check_alike(values: tuple[Value, ...]) -> None:
    """Raise ConditionError unless all are comparable values of one kind."""
    for value in values:
        check_value(value)
    kinds = sorted({kind_of(value) for value in values})
    if len(kinds) > 1:
        raise ConditionError(f"values mix {' and '.join(kinds)}")


def check_parts(parts: tuple[Condition, ...]) -> None:
    """Raise ConditionError for an empty list: nothing could mean everybody or nobody."""
    if not parts:
        raise ConditionError("a group holds at least one condition")

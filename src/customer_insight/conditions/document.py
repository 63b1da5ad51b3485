"""Trees as JSON documents: what is stored, edited and sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any as Anything
from typing import Final, TypeVar

from customer_insight.conditions.tree import (
    OPERATORS,
    All,
    Any,
    Between,
    Compare,
    Condition,
    ConditionError,
    Field,
    In,
    IsKnown,
    IsUnknown,
    Leaf,
    Not,
    Value,
    kind_of,
)

_Node = TypeVar("_Node")

MAX_DEPTH: Final = 20
MAX_NODES: Final = 1_000
MAX_VALUES: Final = 10_000

_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "all": ("of",),
    "any": ("of",),
    "not": ("of",),
    "in": ("field", "values"),
    "between": ("field", "low", "high"),
    "known": ("field",),
    "unknown": ("field",),
    **dict.fromkeys(OPERATORS, ("field", "value")),
}


def parse(document: object, fields: Mapping[str, Field] | None = None) -> Condition:
    """Read a JSON document as a condition.

    A node is an object with ``op`` and, by op: ``=  !=  <  <=  >  >=`` field, value; ``in`` field, values;
    ``between`` field, low, high (both ends belong); ``known``, ``unknown`` field; ``all``, ``any`` of: list
    of nodes; ``not`` of: one node. With ``fields`` every field must be in the catalogue and every value of
    its kind (a day is a whole number of days since 1970-01-01; text and truth values: see ``check_kinds``).
    Raises ConditionError with the path of the node at fault; a tree is at most 20 levels deep and 1,000 nodes
    large, a list at most 10,000 values long.

    >>> parse({"op": "not", "of": {"op": ">=", "field": "indicator.sales_amount", "value": 50000}})
    Not(part=Compare(field='indicator.sales_amount', op='>=', value=50000))
    >>> parse({"op": "all", "of": [{"op": "~", "field": "fact.income", "value": 1}]})
    Traceback (most recent call last):
        ...
    customer_insight.conditions.tree.ConditionError: $.of[0].op: '~' is not one of all, any, not, in, ...
    """
    return _Reader(fields).read(document, path="$", depth=1)


def as_dict(condition: Condition) -> dict[str, Anything]:
    """The JSON document of a condition; ``parse(as_dict(c)) == c``.

    >>> as_dict(Any((In("class.tier", ("MVC", "MGC")), IsUnknown("fact.income"))))["of"][1]
    {'op': 'unknown', 'field': 'fact.income'}
    """
    if isinstance(condition, All | Any):
        op = "all" if isinstance(condition, All) else "any"
        return {"op": op, "of": [as_dict(part) for part in condition.parts]}
    if isinstance(condition, Not):
        return {"op": "not", "of": as_dict(condition.part)}
    return _leaf_dict(condition)


def _leaf_dict(leaf: Leaf) -> dict[str, Anything]:
    if isinstance(leaf, Compare):
        return {"op": leaf.op, "field": leaf.field, "value": leaf.value}
    if isinstance(leaf, In):
        return {"op": "in", "field": leaf.field, "values": list(leaf.values)}
    if isinstance(leaf, Between):
        return {"op": "between", "field": leaf.field, "low": leaf.low, "high": leaf.high}
    return {"op": "known" if isinstance(leaf, IsKnown) else "unknown", "field": leaf.field}


@dataclass
class _Reader:
    """One reading of one document: counts nodes, knows the catalogue."""

    fields: Mapping[str, Field] | None
    nodes: int = 0

    def read(self, node: object, *, path: str, depth: int) -> Condition:
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise ConditionError(f"{path}: deeper than {MAX_DEPTH} levels")
        if self.nodes > MAX_NODES:
            raise ConditionError(f"{path}: more than {MAX_NODES} nodes")
        checked = _checked_node(node, path)
        if checked["op"] in {"all", "any", "not"}:
            return self._group(checked, path=path, depth=depth)
        return self._leaf(checked, path=path)

    def _group(self, node: Mapping[str, Anything], *, path: str, depth: int) -> Condition:
        below = node["of"]
        if node["op"] == "not":
            return Not(self.read(below, path=f"{path}.of", depth=depth + 1))
        if not isinstance(below, list):
            raise ConditionError(f"{path}.of: {_shown(below)} is not a list of conditions")
        parts = [
            self.read(part, path=f"{path}.of[{number}]", depth=depth + 1) for number, part in enumerate(below)
        ]
        if node["op"] == "all":
            return _built(All, tuple(parts), path=f"{path}.of")
        return _built(Any, tuple(parts), path=f"{path}.of")

    def _leaf(self, node: Mapping[str, Anything], *, path: str) -> Condition:
        field, op = node["field"], node["op"]
        if not isinstance(field, str) or not field:
            raise ConditionError(f"{path}.field: {_shown(field)} is not the name of a field")
        leaf = _leaf_node(node, path)
        if self.fields is not None:
            if field not in self.fields:
                known = ", ".join(sorted(self.fields)) or "none"
                raise ConditionError(f"{path}.field: unknown field {field!r}; known fields are {known}")
            check_kinds(leaf, self.fields[field], path=path, op=op)
        return leaf


def _checked_node(node: object, path: str) -> Mapping[str, Anything]:
    """The node, if it is an object with a known op and exactly that op's keys."""
    if not isinstance(node, Mapping):
        raise ConditionError(f"{path}: {_shown(node)} is not an object with 'op'")
    op = node.get("op")
    if not isinstance(op, str) or op not in _KEYS:
        raise ConditionError(f"{path}.op: {_shown(op)} is not one of {', '.join(_KEYS)}")
    wanted = {"op", *_KEYS[op]}
    for fault, names in (("lacks", wanted - set(node)), ("has unexpected", set(node) - wanted)):
        if names:
            listed = ", ".join(sorted(map(str, names)))
            raise ConditionError(f"{path}: {op!r} {fault} {listed}; it takes {', '.join(_KEYS[op])}")
    return node


def _leaf_node(node: Mapping[str, Anything], path: str) -> Leaf:
    field, op = node["field"], node["op"]
    if op in {"known", "unknown"}:
        return IsKnown(field) if op == "known" else IsUnknown(field)
    if op == "between":
        return _built(Between, field, node["low"], node["high"], path=path)
    if op == "in":
        return _built(In, field, _value_list(node["values"], path), path=f"{path}.values")
    return _built(Compare, field, op, node["value"], path=f"{path}.value")


def _value_list(values: object, path: str) -> tuple[Value, ...]:
    if not isinstance(values, list):
        raise ConditionError(f"{path}.values: {_shown(values)} is not a list")
    if len(values) > MAX_VALUES:
        raise ConditionError(f"{path}.values: {len(values)} values, at most {MAX_VALUES} are allowed")
    return tuple(values)


def _built(kind: type[_Node], *arguments: Anything, path: str) -> _Node:
    """The node, its own complaint prefixed with where it stands."""
    try:
        return kind(*arguments)
    except ConditionError as error:
        raise ConditionError(f"{path}: {error}") from None


def check_kinds(leaf: Leaf, field: Field, *, path: str, op: str) -> None:
    """Raise ConditionError unless the leaf compares the field with values of its kind.

    Numbers and days have an order, text has one (by code point), truth values have none: only =, != and in.
    """
    if isinstance(leaf, IsKnown | IsUnknown):
        return
    if field.kind == "boolean" and op not in {"=", "!=", "in"}:
        raise ConditionError(f"{path}.op: {leaf.field!r} is boolean and has no order; use =, != or in")
    wanted = "number" if field.kind == "day" else field.kind
    for value in _values_of(leaf):
        if kind_of(value) != wanted:
            raise ConditionError(f"{path}: {leaf.field!r} is {field.kind}, the value {value!r} is not")
        if field.kind == "day" and not isinstance(value, int):
            raise ConditionError(f"{path}: {leaf.field!r} is a day, the value {value!r} is no whole number")


def _values_of(leaf: Compare | In | Between) -> tuple[Value, ...]:
    if isinstance(leaf, Compare):
        return (leaf.value,)
    return leaf.values if isinstance(leaf, In) else (leaf.low, leaf.high)


def _shown(value: object) -> str:
    """A value for a message, cut short."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."

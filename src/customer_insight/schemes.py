"""Schemes: ordered conditions that put every customer in exactly one class and can say why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.conditions import Condition, Field, as_dict, fields_of, matches, parse, to_expression
from customer_insight.tables import Table, require_columns, same_kind

DEFAULT_RULE: Final = 0
"""The rule number of a customer for whom no rule fired: the default class."""


class SchemeError(ValueError):
    """A scheme that cannot be read or applied; the message says what is wrong and where."""


@dataclass(frozen=True, kw_only=True)
class SchemeClass:
    """One class: a code for machines, labels for people, and the reason they are told in either language."""

    code: str
    label_en: str
    label_zh: str
    reason_en: str
    reason_zh: str

    def __post_init__(self) -> None:
        if not self.code:
            raise SchemeError("a class needs a code")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Who matches ``condition``, and no earlier rule, is of ``assigned``."""

    assigned: SchemeClass
    condition: Condition


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """Rules in order, the first that matches wins; whoever matches none is of the default class.

    Rules are numbered from 1, the default is 0. Raises SchemeError when two classes share a code.
    """

    name: str
    rules: tuple[Rule, ...]
    default: SchemeClass

    def __post_init__(self) -> None:
        codes = [assigned.code for assigned in self.classes]
        doubled = sorted({code for code in codes if codes.count(code) > 1})
        if doubled:
            raise SchemeError(f"scheme {self.name!r} has more than one class {', '.join(doubled)}")

    @property
    def classes(self) -> tuple[SchemeClass, ...]:
        """All classes in order of their rules, the default last."""
        return (*(rule.assigned for rule in self.rules), self.default)

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field some rule names, each once."""
        return tuple(dict.fromkeys(field for rule in self.rules for field in fields_of(rule.condition)))


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One customer's class and why: the rule that fired and the values it looked at.

    For the default class the inputs are those of every rule, for all of them had their say.
    """

    assigned: SchemeClass
    rule: int
    inputs: Mapping[str, Any]


def classify(table: IntoFrameT, scheme: Scheme, *, columns: Mapping[str, str] | None = None) -> IntoFrameT:
    """Every customer's class: ``customer_id``, ``class_code``, ``rule`` (number of the rule that fired, 0:
    default).

    ``table`` holds one row per customer; ``columns`` maps each field of the scheme to its column, and without
    it a field ``group.name`` is read from the column ``name``. Unknown values match no rule (see
    `customer_insight.conditions.matches`). Raises TableError for a missing column, SchemeError where two
    fields would share a column by default. Source: ANA-33 (each customer in exactly one class, with the
    reason).

    >>> import polars as pl
    >>> from customer_insight.conditions import Compare
    >>> gold, rest = (SchemeClass(code=code, label_en=code, label_zh=code, reason_en="sales",
    ...                           reason_zh="交易额") for code in ("gold", "rest"))
    >>> rule = Rule(assigned=gold, condition=Compare("indicator.sales_amount", ">=", 500))
    >>> scheme = Scheme(name="metals", rules=(rule,), default=rest)
    >>> people = pl.DataFrame({"customer_id": [1, 2, 3, 4, 5], "sales_amount": [900, 500, 499, None, -3]})
    >>> classify(people, scheme).rows()
    [(1, 'gold', 1), (2, 'gold', 1), (3, 'rest', 0), (4, 'rest', 0), (5, 'rest', 0)]
    """
    columns = columns if columns is not None else default_columns(scheme.fields)
    used = tuple(dict.fromkeys(columns[field] for field in scheme.fields if field in columns))
    frame = require_columns(table, ("customer_id", *used), name="table")
    placed = frame.with_columns(rule=_fired(scheme, columns)).select("customer_id", "rule")
    coded = placed.with_columns(class_code=_code(scheme))
    return same_kind(coded.select("customer_id", "class_code", "rule"), table)


def default_columns(fields: tuple[str, ...]) -> dict[str, str]:
    """Field -> column of the same name without its namespace; SchemeError where two would share one."""
    columns = {field: field.partition(".")[2] or field for field in fields}
    shared = [field for field in fields if list(columns.values()).count(columns[field]) > 1]
    if shared:
        raise SchemeError(f"fields {', '.join(shared)} would share a column; say which is which in columns=")
    return columns


def _fired(scheme: Scheme, columns: Mapping[str, str]) -> nw.Expr:
    """Number of the first rule that matches."""
    fired: nw.Expr = nw.lit(DEFAULT_RULE)
    for number, rule in reversed(list(enumerate(scheme.rules, start=1))):
        fired = nw.when(to_expression(rule.condition, columns)).then(nw.lit(number)).otherwise(fired)
    return fired.cast(nw.Int64)


def _code(scheme: Scheme) -> nw.Expr:
    """The class code of a rule number."""
    code: nw.Expr = nw.lit(scheme.default.code)
    for number, rule in enumerate(scheme.rules, start=1):
        code = nw.when(nw.col("rule") == number).then(nw.lit(rule.assigned.code)).otherwise(code)
    return code


def classify_one(row: Mapping[str, Any], scheme: Scheme) -> Decision:
    """One customer's decision from a row field -> value (None where unknown): `classify` for a single
    customer.

    Raises ConditionError for a field of the scheme the row does not name.

    >>> from customer_insight.conditions import Compare
    >>> gold, rest = (SchemeClass(code=code, label_en=code, label_zh=code, reason_en="sales",
    ...                           reason_zh="交易额") for code in ("gold", "rest"))
    >>> rule = Rule(assigned=gold, condition=Compare("indicator.sales_amount", ">=", 500))
    >>> scheme = Scheme(name="metals", rules=(rule,), default=rest)
    >>> decision = classify_one({"indicator.sales_amount": 900}, scheme)
    >>> decision.assigned.code, decision.rule, decision.inputs
    ('gold', 1, {'indicator.sales_amount': 900})
    """
    fired = [
        (number, rule) for number, rule in enumerate(scheme.rules, start=1) if matches(rule.condition, row)
    ]
    if not fired:
        inputs = {field: row[field] for field in scheme.fields}
        return Decision(assigned=scheme.default, rule=DEFAULT_RULE, inputs=inputs)
    number, rule = fired[0]
    looked_at = {field: row[field] for field in fields_of(rule.condition)}
    return Decision(assigned=rule.assigned, rule=number, inputs=looked_at)


def moves(previous: Table, current: IntoFrameT) -> IntoFrameT:
    """Who changed class between two results of `classify`: ``customer_id``, ``from_class``, ``to_class``.

    Both tables hold ``customer_id`` and ``class_code``, one row per customer, on one engine. ``from_class``
    is null for a customer new in ``current``, ``to_class`` for one no longer in it. Raises TableError for a
    missing column. Source: ANA-33 (history of moves).

    >>> import polars as pl
    >>> june = pl.DataFrame({"customer_id": [1, 2, 3, 4], "class_code": ["MGC", "MVC", "BZ", "BZ"]})
    >>> july = pl.DataFrame({"customer_id": [1, 2, 3, 5], "class_code": ["MVC", "MVC", "BZ", "MGC"]})
    >>> moves(june, july).sort("customer_id").rows()
    [(1, 'MGC', 'MVC'), (4, 'BZ', None), (5, None, 'MGC')]
    """
    needed = ("customer_id", "class_code")
    before = require_columns(previous, needed, name="previous").select("customer_id", from_class="class_code")
    after = require_columns(current, needed, name="current").select(
        after_id="customer_id", to_class="class_code"
    )
    both = before.join(after, left_on="customer_id", right_on="after_id", how="full")
    source, target = nw.col("from_class"), nw.col("to_class")
    moved = both.filter(source.is_null() | target.is_null() | (source != target))
    number = before.collect_schema()["customer_id"]  # pandas turns integers with gaps into floats
    known = nw.coalesce("customer_id", "after_id").cast(number).alias("customer_id")
    return same_kind(moved.select(known, "from_class", "to_class"), current)


def scheme_as_dict(scheme: Scheme) -> dict[str, Any]:
    """The JSON document of a scheme; ``parse_scheme(scheme_as_dict(s)) == s``."""
    rules = [{**_class_dict(rule.assigned), "condition": as_dict(rule.condition)} for rule in scheme.rules]
    return {"name": scheme.name, "rules": rules, "default": _class_dict(scheme.default)}


def _class_dict(assigned: SchemeClass) -> dict[str, str]:
    return {
        "code": assigned.code,
        "label_en": assigned.label_en,
        "label_zh": assigned.label_zh,
        "reason_en": assigned.reason_en,
        "reason_zh": assigned.reason_zh,
    }


def parse_scheme(document: object, fields: Mapping[str, Field] | None = None) -> Scheme:
    """Read a JSON document: name; rules, a list of classes each with its condition; default, a class.

    A class is code, label_en, label_zh, reason_en, reason_zh. ``fields`` is the catalogue the conditions are
    checked against. Raises SchemeError naming the place; a fault inside a condition keeps its own path.
    """
    whole = _object(document, ("name", "rules", "default"), "$")
    if not isinstance(whole["name"], str) or not isinstance(whole["rules"], list):
        raise SchemeError("$: name is text and rules is a list")
    rules = [_rule(part, fields, f"$.rules[{number}]") for number, part in enumerate(whole["rules"])]
    return Scheme(name=whole["name"], rules=tuple(rules), default=_class(whole["default"], "$.default"))


_CLASS_KEYS: Final = ("code", "label_en", "label_zh", "reason_en", "reason_zh")


def _rule(document: object, fields: Mapping[str, Field] | None, path: str) -> Rule:
    part = _object(document, (*_CLASS_KEYS, "condition"), path)
    assigned = _class({key: part[key] for key in _CLASS_KEYS}, path)
    try:
        return Rule(assigned=assigned, condition=parse(part["condition"], fields))
    except ValueError as error:
        raise SchemeError(f"{path}.condition: {error}") from error


def _class(document: object, path: str) -> SchemeClass:
    part = _object(document, _CLASS_KEYS, path)
    for key in _CLASS_KEYS:
        if not isinstance(part[key], str):
            raise SchemeError(f"{path}.{key}: {part[key]!r} is not text")
    return SchemeClass(**part)


def _object(document: object, keys: tuple[str, ...], path: str) -> dict[str, Any]:
    """The document, if it is an object with exactly these keys."""
    if not isinstance(document, Mapping) or set(document) != set(keys):
        raise SchemeError(f"{path}: not an object of {', '.join(keys)}")
    return dict(document)

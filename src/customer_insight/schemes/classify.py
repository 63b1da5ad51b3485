"""Every customer's class by a scheme, and why: the rule that fired and the values that decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.conditions import fields_of, matches, to_expression
from customer_insight.schemes.scheme import DEFAULT_RULE, Scheme, SchemeClass, SchemeError
from customer_insight.tables import Table, require_columns, same_kind


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One customer's class and why: the rule that fired and the values it looked at.

    For the default class the inputs are those of every rule, for all of them had their say.
    """

    assigned: SchemeClass
    rule: int
    inputs: Mapping[str, Any]


def classify(
    table: IntoFrameT,
    scheme: Scheme,
    *,
    columns: Mapping[str, str] | None = None,
    with_inputs: bool = False,
) -> IntoFrameT:
    """Every customer's class: ``customer_id``, ``class_code``, ``rule`` (number of the rule that fired, 0:
    default).

    ``table`` holds one row per customer; ``columns`` maps each field of the scheme to its column, and without
    it a field ``group.name`` is read from the column ``name``. ``with_inputs`` adds the columns the scheme
    looked at, so that a class can be explained later. Unknown values match no rule (see
    `customer_insight.conditions.matches`). Raises TableError for a missing column, SchemeError where two
    fields would share a column by default. Source: ANA-33 (each customer in exactly one class, with the
    reason).

    >>> import polars as pl
    >>> from customer_insight.conditions import Compare
    >>> from customer_insight.schemes import Rule, Scheme, SchemeClass
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
    kept = used if with_inputs else ()
    placed = frame.with_columns(rule=_fired(scheme, columns)).select("customer_id", "rule", *kept)
    coded = placed.with_columns(class_code=_code(scheme))
    return same_kind(coded.select("customer_id", "class_code", "rule", *kept), table)


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
    >>> from customer_insight.schemes import Rule, Scheme, SchemeClass
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

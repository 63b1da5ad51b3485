"""A group of customers as analyses are asked for it, by a class or by a condition, and what its members are told by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.conditions import In, as_dict, fields_of, to_expression
from guanxi.customers.models import Attribute
from guanxi.foundation.engine.duck import rows
from guanxi.foundation.errors import DomainError
from guanxi.insight.analyses.arranging import attribute_label, listed, values_named
from guanxi.insight.analyses.data import Data, read_among
from guanxi.insight.analyses.definition import Asked, Parameter
from guanxi.insight.analyses.parameters import attributes, measures
from guanxi.insight.audience import audience_fields
from guanxi.insight.catalogue import measure_label, measure_text
from guanxi.wording.words import phrase, word

IN_GROUP: Final = "in_group"
"""The column that says of everybody whether they are in the group."""
PEOPLE: Final = "group_people"
MOST: Final = 12
"""So many attributes at most."""
FEW: Final = 50
"""A fact with more values than this is no attribute unless it is asked for."""


def group_parameters(label: Any) -> tuple[Parameter, ...]:
    """The three parameters that say who is in the group."""
    return (
        Parameter(
            name="group", label=label, kind="choice", default="class.tier", choices=attributes,
            help=gettext_lazy("The field that tells who is in the group."),
        ),
        Parameter(
            name="value", label=gettext_lazy("With the value"), kind="text", default="MVC",
            help=gettext_lazy("One value or several, with commas between."),
        ),
        Parameter(
            name="where", label=gettext_lazy("Or by a condition"), kind="text", default="", optional=True,
            help=gettext_lazy("As JSON; it takes the place of field and value."),
        ),
    )  # fmt: skip


ATTRIBUTES: Final = Parameter(
    name="attributes",
    label=gettext_lazy("Attributes"),
    kind="several",
    default=[],
    choices=lambda: told_by(),
    optional=True,
    help=gettext_lazy("At most twelve. Empty: the facts that have few values."),
)


def told_by() -> dict[str, str]:
    """Every field that customers can be told apart by: facts, classes, consent and measures."""
    return {**attributes(), **{f"indicator.{name}": label for name, label in measures().items()}}


def mark_group(data: Data, asked: Asked) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """Make the table `group_people`: everybody with `in_group` and the attributes asked for.

    Returns the condition of the group, None where nobody is in it, and the attributes. Raises DomainError for a
    condition that cannot be read and too many attributes.
    """
    condition, names = _condition(data, asked), tuple(asked["attributes"] or few_valued(data))
    if len(names) > MOST:
        raise DomainError(_("Choose at most %(most)s attributes.") % {"most": MOST})
    if condition is None:
        return None, names
    asks = fields_of(condition)
    names = tuple(name for name in names if name not in asks)
    data.keep("group_fields", data.customers(*dict.fromkeys((*asks, *names))))
    _flag(data, condition)
    somebody = rows(data.duck, f"SELECT 1 FROM {PEOPLE} WHERE {IN_GROUP} LIMIT 1")
    return (as_dict(condition) if somebody else None), names


def _condition(data: Data, asked: Asked) -> Any:
    if asked["where"]:
        return read_among(asked["where"])
    data.customers(asked["group"]).create_view("group_values", replace=True)
    found = values_named(data, "group_values", asked["group"], listed(asked["value"]))
    return In(asked["group"], tuple(found)) if found else None


def _flag(data: Data, condition: Any) -> None:
    """Who does not fulfil the condition, or is unknown to it, is not in the group."""
    import narwhals as nw

    columns = {field: field for field in fields_of(condition)}
    inside = nw.from_native(data.duck.table("group_fields")).filter(to_expression(condition, columns))
    data.keep("group_members", inside.select("customer_id").to_native())
    data.duck.execute(
        f"""CREATE OR REPLACE TABLE {PEOPLE} AS SELECT fields.*, members.customer_id IS NOT NULL AS {IN_GROUP}
            FROM group_fields fields LEFT JOIN group_members members USING (customer_id)"""
    )


def few_valued(data: Data) -> list[str]:
    """The facts of which several and not too many values are known, texts first, then the numbers; at most twelve."""
    facts = list(Attribute.objects.filter(identifying=False).order_by("code").values_list("code", "datatype"))
    found = {
        code: (texts, numbers)
        for code, texts, numbers in rows(
            data.duck,
            """SELECT attribute, count(DISTINCT value_text), count(DISTINCT value_number) FROM facts
               GROUP BY attribute""",
        )
    }
    numeric = [code for code, kind in facts if kind == "number" and found.get(code, (0, 0))[1] > 1]
    text = [code for code, kind in facts if kind != "number" and 1 < found.get(code, (0, 0))[0] <= FEW]
    return [f"fact.{code}" for code in (*text, *numeric)][:MOST]


def opening(row: Mapping[str, Any], listed_values: Sequence[str]) -> dict[str, Any]:
    """The condition of the customers behind a value of an attribute; the values are all that are listed of it."""
    field = row["attribute"]
    known = {"op": "known", "field": field}
    if row["kind"] == "unknown":
        return {"op": "unknown", "field": field}
    if row["kind"] == "range":
        limits = [
            {"op": op, "field": field, "value": row[end]}
            for op, end in ((">", "low"), ("<=", "high"))
            if row[end] is not None
        ]
        return {"op": "all", "of": limits} if len(limits) > 1 else [*limits, known][0]
    if row["kind"] == "other":
        others = {"op": "not", "of": {"op": "in", "field": field, "values": list(listed_values)}}
        return {"op": "all", "of": [known, others]} if listed_values else known
    return {"op": "=", "field": field, "value": _typed(field, row["value"])}


def _typed(field: str, value: str) -> Any:
    if audience_fields()[field].kind == "boolean":
        return value == "true"
    return value


def field_label(field: str) -> str:
    """What an attribute is called."""
    group, _dot, name = field.partition(".")
    return measure_label(name) if group == "indicator" else attribute_label(field)


def value_text(row: Mapping[str, Any]) -> str:
    """A value of an attribute for people; ends of ranges in the unit of their measure."""
    if row["kind"] != "range":
        return phrase(str(word(row["value"])))
    low, high = (None if row[end] is None else _end(row["attribute"], row[end]) for end in ("low", "high"))
    if low is None:
        return _("any") if high is None else _("up to %(high)s") % {"high": high}
    if high is None:
        return _("above %(low)s") % {"low": low}
    return _("above %(low)s up to %(high)s") % {"low": low, "high": high}


def _end(field: str, value: float) -> str:
    group, _dot, name = field.partition(".")
    return measure_text(name, value) if group == "indicator" else f"{value:,g}"


def group_text(asked: Asked) -> str:
    """Who the group is, in words."""
    if asked["where"]:
        return _("who fulfil the condition")
    return f"{attribute_label(asked['group'])}: {asked['value']}"

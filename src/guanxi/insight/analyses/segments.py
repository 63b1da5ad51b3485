"""Nested segments: from all customers into kinds, regions and further, down to the single customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.structure import drill_down, nested_segments
from guanxi.foundation.engine.duck import identifier
from guanxi.foundation.errors import DomainError
from guanxi.insight.analyses.arranging import (
    UNKNOWN,
    attribute_column,
    attribute_label,
    is_value,
    sheet_of,
    together,
    values_named,
)
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Shown
from guanxi.insight.analyses.parameters import attributes

AMOUNTS: Final = ("sales_amount", "profit_amount", "contribution", "lifetime_value")
MOST_LEVELS: Final = 4
MOST_ROWS: Final = 200
PATH: Final = "›"


def _compute(data: Data, asked: Asked) -> Raw:
    levels = asked["levels"]
    if len(levels) > MOST_LEVELS:
        raise DomainError(_("Choose at most %(most)s levels.") % {"most": MOST_LEVELS})
    depths = _people(data, levels)
    into = _within(data, levels, asked["into"])
    nested = nested_segments(
        data.duck.view("segment_people"), levels=depths, amounts=AMOUNTS, individuals=len(into) == len(levels)
    )
    below = (
        drill_down(nested, into=into)
        .order(", ".join(["sales_amount DESC", *depths, "customer_id"]))
        .limit(MOST_ROWS)
    )
    return {
        "above": [_one(nested, dict(list(into.items())[:depth])) for depth in range(len(into) + 1)],
        "below": records(below),
        "path": list(into.values()),
    }


def _people(data: Data, levels: Sequence[str]) -> list[str]:
    """View `segment_people`: everybody with the levels as level_1, level_2 … and the amounts; those names."""
    data.customers(*levels, *(f"indicator.{name}" for name in AMOUNTS)).create_view(
        "segment_fields", replace=True
    )
    depths = [f"level_{number}" for number in range(1, len(levels) + 1)]
    shown = [f"{identifier(level)} AS {name}" for level, name in zip(levels, depths, strict=True)]
    shown += [f'"indicator.{name}" AS {name}' for name in AMOUNTS]
    data.duck.execute(
        f"CREATE OR REPLACE TEMP VIEW segment_people AS SELECT customer_id, {', '.join(shown)} FROM segment_fields"
    )
    return depths


def _within(data: Data, levels: Sequence[str], typed: str) -> dict[str, Any]:
    """The values that the way leads into, by depth. Raises DomainError for one that nobody has."""
    texts = [part.strip() for part in typed.split(PATH)] if typed.strip() else []
    if len(texts) > len(levels):
        raise DomainError(_("The way into the segments is longer than there are levels."))
    into: dict[str, Any] = {}
    for number, (level, text) in enumerate(zip(levels, texts, strict=False), start=1):
        name = f"level_{number}"
        found = [None] if text == UNKNOWN else values_named(data, "segment_people", name, [text])
        if not found:
            raise DomainError(
                _("%(field)s has no value %(value)s.") % {"field": attribute_label(level), "value": text}
            )
        into[name] = found[0]
    return into


def _one(nested: Any, into: Mapping[str, Any]) -> dict[str, Any]:
    """A segment itself: what drilling into the one above it gives of it."""
    if not into:
        return records(nested.filter("depth = 0"))[0]
    *above, (level, value) = into.items()
    return next(row for row in records(drill_down(nested, into=dict(above))) if row[level] == value)


def _show(raw: Raw, asked: Asked) -> Shown:
    levels, path = asked["levels"], raw["path"]
    into = dict(zip(levels, path, strict=False))
    amounts = [Column(name, "money") for name in AMOUNTS]
    way = [
        {**row, "segment": _text(path[depth - 1]) if depth else _("All customers")}
        for depth, row in enumerate(raw["above"])
    ]
    above = sheet_of(
        "above",
        _("Where you are"),
        [Column("segment", "code", _("Segment")), Column("customers", "count"), *amounts],
        way,
        opens=[_opening(levels, path[:depth]) for depth in range(len(way))],
        leads={"segment": [{"into": _way(path[:depth])} for depth in range(len(way))]},
    )
    if len(path) == len(levels):
        people = sheet_of(
            "below",
            _("The customers of this segment"),
            [Column("customer_id", "customer", _("Customer")), *amounts],
            raw["below"],
            note=_("The %(number)s with the highest sales at most.") % {"number": MOST_ROWS},
        )
        return Shown(sheets=[above, people], notes=[_NOTE])
    level, name = levels[len(path)], f"level_{len(path) + 1}"
    title = _("By %(level)s") % {"level": attribute_label(level)}
    below = sheet_of(
        "below",
        title,
        [attribute_column(level, name), Column("customers", "count"), *amounts],
        raw["below"],
        opens=[together(*_conditions(into), is_value(level, row[name])) for row in raw["below"]],
        leads={name: [{"into": _way([*path, row[name]])} for row in raw["below"]]},
        note=_("Choose a class to look into it."),
        empty=_("Nobody is in this segment."),
    )
    drawing = Drawing(sheet="below", kind="bars", title=title, names=name, values=["sales_amount"])
    return Shown(sheets=[above, below], drawings=[drawing], notes=[_NOTE])


_NOTE: Final = gettext_lazy(
    "The classes of a segment add up to it. Whose class is unknown stands in the class “–”."
)


def _opening(levels: list[str], path: list[Any]) -> Mapping[str, Any]:
    if not path:
        return {"op": "any", "of": [is_value(levels[0], None), {"op": "known", "field": levels[0]}]}
    return together(*_conditions(dict(zip(levels, path, strict=False))))


def _conditions(into: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [is_value(level, value) for level, value in into.items()]


def _way(path: list[Any]) -> str:
    return f" {PATH} ".join(_text(value) for value in path)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return UNKNOWN if value is None else str(value)


SEGMENTS: Final = Analysis(
    code="segments",
    group="structure",
    name=gettext_lazy("Segments within segments"),
    question=gettext_lazy("Who are our customers, from the whole down to the single one?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="levels",
            label=gettext_lazy("Levels, from coarse to fine"),
            kind="several",
            default=["class.tier"],
            choices=attributes,
            help=gettext_lazy("One to four, in the order of the list."),
        ),
        Parameter(
            name="into",
            label=gettext_lazy("Look into"),
            kind="text",
            default="",
            optional=True,
            help=gettext_lazy("Classes from the coarsest on, with › between; rows lead there."),
        ),
    ),
    requirements=("ANA-50",),
)

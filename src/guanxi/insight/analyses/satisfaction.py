"""Satisfaction from what customers answered: the index from 1 to 100, and what was perceived against expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.indicators import indicator_summary
from customer_insight.satisfaction import perceived_and_expected, satisfaction_index
from guanxi.customers.models import Attribute
from guanxi.foundation.engine.duck import identifier
from guanxi.foundation.errors import DomainError
from guanxi.insight.analyses.arranging import attribute_column, sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Shown
from guanxi.insight.analyses.parameters import attributes

LIKE: Final = ("satisf", "满意")
"""What the codes or labels of facts contain that hold answers, unless others are chosen."""
COMPARED: Final = ("perceived", "expected", "satisfaction_ratio", "satisfaction_gap")


def number_facts() -> dict[str, str]:
    """The facts that are numbers, by their labels."""
    found = Attribute.objects.filter(identifying=False, datatype=Attribute.DataType.NUMBER).order_by("code")
    return {f"fact.{each.code}": each.label for each in found}


def usual_answers() -> list[str]:
    """The facts that look like answers on satisfaction."""
    return [
        name
        for name, label in number_facts().items()
        if any(part in text.lower() for part in LIKE for text in (name, label)) and "expect" not in name
    ]


def index_of_customers(data: Data) -> Any:
    """Everybody's index by the usual answers, on the scale from 1 to 10; None without such facts."""
    names = usual_answers()
    return satisfaction_index(_answers(data, names)) if names else None


def _answers(data: Data, names: Sequence[str], expected: str = "", segment: str = "") -> Any:
    """Answers as `customer_insight.satisfaction.ANSWERS`: a row per customer and question."""
    more = [name for name in (expected, segment) if name]
    data.customers(*dict.fromkeys([*names, *more])).create_view("answered", replace=True)
    expecting = identifier(expected) if expected else "NULL::DOUBLE"
    of = f", {identifier(segment)} AS segment" if segment else ""
    parts = [
        f"""SELECT customer_id, 'question {number}' AS question, {identifier(name)} AS score,
                   {expecting} AS expected{of}
            FROM answered"""
        for number, name in enumerate(names)
    ]
    return data.duck.sql(" UNION ALL ".join(parts))


def _compute(data: Data, asked: Asked) -> Raw:
    names = asked["answers"]
    if not names:
        data.no_members(number=True)
        return {"segments": [], "compared": []}
    if not asked["lowest"] < asked["highest"]:
        raise DomainError(_("The lowest answer lies below the highest."))
    scale = {"lowest": asked["lowest"], "highest": asked["highest"]}
    answers = _answers(data, names, asked["expected"] or "", asked["segment"])
    data.members(satisfaction_index(answers, **scale), "satisfaction_index")
    segments = records(satisfaction_index(answers, by=("segment",), **scale))
    raw: Raw = {"segments": sorted(segments, key=lambda row: -row["satisfaction_index"]), "compared": []}
    if asked["expected"]:
        compared = data.keep("compared", perceived_and_expected(answers))
        raw["compared"] = records(indicator_summary(compared, indicators=COMPARED))
    return raw


def _show(raw: Raw, asked: Asked) -> Shown:
    title = _("Satisfaction index by segment")
    columns = [
        attribute_column(asked["segment"], "segment"),
        Column("customers", "number", _("Customers who answered")),
        Column("satisfaction_index", "number", _("Index")),
    ]
    empty = _(
        "No fact holds answers yet: import a column of numbers such as satisfaction_service, or choose one."
    )
    sheets = [sheet_of("segments", title, columns, raw["segments"], empty=empty)]
    if raw["compared"]:
        words = _compared()
        sheets.append(
            sheet_of(
                "compared",
                _("What was perceived and expected"),
                [
                    Column("indicator", "text", _("Measure")),
                    Column("known", "number", _("Known of")),
                    Column("mean", "number", _("Mean")),
                    Column("lowest", "number", _("Lowest")),
                    Column("median", "number", _("Median")),
                    Column("highest", "number", _("Highest")),
                ],
                [{**row, "indicator": words[row["indicator"]]} for row in raw["compared"]],
            )
        )
    return Shown(
        lead=_("From 1 to 100; each customer counts once, however much was answered."),
        sheets=sheets,
        drawings=[
            Drawing(
                sheet="segments", kind="bars", title=title, names="segment", values=["satisfaction_index"]
            )
        ],
        notes=[_("Answers off the scale are left out.")],
    )


def _compared() -> dict[str, str]:
    return {
        "perceived": _("Perceived"),
        "expected": _("Expected"),
        "satisfaction_ratio": _("Perceived / expected"),
        "satisfaction_gap": _("Perceived - expected"),
    }


SATISFACTION: Final = Analysis(
    code="satisfaction",
    group="profiles",
    name=gettext_lazy("Satisfaction"),
    question=gettext_lazy("How satisfied are which customers?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="answers",
            label=gettext_lazy("Answers"),
            kind="several",
            default=usual_answers,
            choices=number_facts,
            optional=True,
        ),
        Parameter(
            name="segment",
            label=gettext_lazy("Segments"),
            kind="choice",
            default="class.tier",
            choices=attributes,
        ),
        Parameter(name="lowest", label=gettext_lazy("Lowest answer"), kind="number", default=1, low=-1000),
        Parameter(name="highest", label=gettext_lazy("Highest answer"), kind="number", default=10, low=-1000),
        Parameter(
            name="expected",
            label=gettext_lazy("What was expected"),
            kind="choice",
            default="",
            choices=number_facts,
            optional=True,
        ),
    ),
    requirements=("SVC-13", "SVC-14"),
    members="number",
)

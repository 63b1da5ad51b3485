"""Classes by one indicator: groups of one size or boundaries of one's own, with everybody's rank and class."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.structure import class_spans, classify_by_indicator
from guanxi.foundation.errors import DomainError
from guanxi.foundation.money import base_currency, minor_units
from guanxi.insight.analyses.arranging import listed, measure_column, sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Shown
from guanxi.insight.analyses.indicator_table import is_known, known_indicators, values_of
from guanxi.insight.catalogue import MEASURES, measure_label

BEST: Final = 100


def _compute(data: Data, asked: Asked) -> Raw:
    by, boundaries = asked["by"], _boundaries(asked)
    if not is_known(data, by):
        data.no_members(number=True)
        return {"classes": [], "best": []}
    values = data.keep("indicator_values", values_of(data, by, days=asked["days"]))
    sized = {"groups": None, "boundaries": boundaries} if boundaries else {"groups": asked["groups"]}
    placed = data.keep("indicator_classes", classify_by_indicator(values, by=by, **sized))
    data.members(placed, "class_number")
    best = placed.filter(f'"rank" <= {BEST}').order('"rank"')
    return {
        "classes": sorted(records(class_spans(placed)), key=lambda row: row["class_number"]),
        "best": records(best),
    }


def _boundaries(asked: Asked) -> tuple[float, ...]:
    """The typed boundaries, in the unit of the measure. Raises DomainError unless they rise."""
    texts = listed(asked["boundaries"])
    times: float = minor_units(base_currency()) if MEASURES[asked["by"]].unit == "minor units" else 1
    times = 0.01 if MEASURES[asked["by"]].unit == "share" else times
    try:
        found = tuple(float(text.rstrip("%").strip()) * times for text in texts)
    except ValueError:
        found = (0.0, 0.0)
    if list(found) != sorted(set(found)):
        raise DomainError(_("Boundaries are numbers that rise, with commas between, such as 100, 500."))
    return found


def _show(raw: Raw, asked: Asked) -> Shown:
    name = measure_label(asked["by"])
    title = _("Classes by %(measure)s") % {"measure": name}
    columns = [
        Column("class_number", "number", _("Class")),
        Column("customers", "count"),
        Column("customer_share", "share", _("share of customers")),
        measure_column(asked["by"], "lowest", _("Lowest")),
        measure_column(asked["by"], "highest", _("Highest")),
        measure_column(asked["by"], "mean", _("Mean")),
    ]
    sizes = sheet_of(
        "classes",
        title,
        columns,
        raw["classes"],
        opens=[{"op": "=", "field": raw["field"], "value": row["class_number"]} for row in raw["classes"]],
        empty=_("Nobody has this indicator yet: import the data that it comes from."),
    )
    best = sheet_of(
        "best",
        _("First in rank"),
        [
            Column("rank", "number", _("Rank")),
            Column("customer_id", "customer", _("Customer")),
            measure_column(asked["by"], "value", name),
            Column("class_number", "number", _("Class")),
        ],
        raw["best"],
    )
    formula = MEASURES[asked["by"]]
    return Shown(
        lead=_("Class 1 is the best; whose %(measure)s is unknown is in no class.") % {"measure": name},
        sheets=[sizes, best],
        drawings=[
            Drawing(sheet="classes", kind="bars", title=title, names="class_number", values=["customers"]),
            Drawing(sheet="classes", kind="bars", title=name, names="class_number", values=["mean"]),
        ],
        notes=[_("%(measure)s: %(formula)s") % {"measure": name, "formula": formula.formula}],
    )


INDICATOR: Final = Analysis(
    code="indicator",
    group="classes",
    name=gettext_lazy("Classes by one indicator"),
    question=gettext_lazy("Who stands where by one measure?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="by",
            label=gettext_lazy("By"),
            kind="choice",
            default="sales_amount",
            choices=known_indicators,
        ),
        Parameter(
            name="groups", label=gettext_lazy("Groups of one size"), kind="whole", default=5, low=2, high=100
        ),
        Parameter(
            name="boundaries",
            label=gettext_lazy("Or boundaries"),
            kind="text",
            default="",
            optional=True,
            help=gettext_lazy(
                "Numbers that rise, with commas between; money in whole units, shares in per cent. A value on a "
                "boundary belongs to the class below it."
            ),
        ),
        Parameter(
            name="days",
            label=gettext_lazy("Of the last days"),
            kind="whole",
            default=None,
            low=1,
            high=36500,
            optional=True,
            help=gettext_lazy("Empty: of the whole time."),
        ),
    ),
    requirements=("ANA-01",),
    members="number",
)

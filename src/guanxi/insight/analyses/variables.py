"""The analysis table by subject: which behaviour variables there are, of how many customers, and how they lie."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.indicators import SUBJECTS, indicator_summary
from guanxi.insight.analyses.arranging import sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Parameter, Raw, Shown
from guanxi.insight.analyses.indicator_table import table_of
from guanxi.insight.catalogue import MEASURES, measure_label
from guanxi.wording.words import phrase

ALL: Final = "all"
FIGURES: Final = ("mean", "lowest", "lower_quartile", "median", "upper_quartile", "highest")
UNITS: Final = {"minor units": "money", "share": "share"}


def subject_table(data: Data, asked: Asked) -> Any:
    """The table (customer_id, the indicators of a subject), one row per customer."""
    subject = None if asked["subject"] == ALL else asked["subject"]
    return table_of(data, subject=subject, days=asked["days"])


def _compute(data: Data, asked: Asked) -> Raw:
    table = data.keep("subject_table", subject_table(data, asked))
    names = [name for name in table.columns if name != "customer_id"]
    # What no customer has, for want of its data, is no variable here.
    rows = [row for row in records(indicator_summary(table, indicators=names)) if row["known"]]
    return {"indicators": rows}


def _show(raw: Raw, asked: Asked) -> Shown:
    words = {"money": _("money"), "share": _("share"), "number": _("number")}
    sheets = []
    for kind, word in words.items():
        rows = [row for row in raw["indicators"] if _kind(row["indicator"]) == kind]
        if rows:
            sheets.append(_sheet(kind, word, rows))
    return Shown(
        lead=_("One row per customer can be downloaded below: every variable as of the date of the figures."),
        sheets=sheets,
        notes=[
            _(
                "A variable that no table of this installation fills is left out: import invoices, contacts or costs."
            )
        ],
    )


def _sheet(kind: Any, word: str, rows: list[dict[str, Any]]) -> Any:
    found = [
        {
            **row,
            "label": measure_label(row["indicator"]),
            "formula": phrase(MEASURES[row["indicator"]].formula),
        }
        for row in rows
    ]
    heads = (
        _("Mean"),
        _("Lowest"),
        _("A quarter lies below"),
        _("Median"),
        _("A quarter lies above"),
        _("Highest"),
    )
    return sheet_of(
        kind,
        _("Variables in %(unit)s") % {"unit": word},
        [
            Column("label", "text", _("Variable")),
            Column("known", "number", _("Known of")),
            Column("known_share", "share", _("share of customers")),
            *(Column(name, kind, head) for name, head in zip(FIGURES, heads, strict=True)),
            Column("formula", "text", _("Formula")),
        ],
        found,
    )


def _kind(name: str) -> str:
    return UNITS.get(MEASURES[name].unit, "number")


def _subjects() -> dict[str, str]:
    names = {"churn": _("Leaving"), "value": _("Value"), "propensity": _("What they buy next")}
    return {ALL: _("All")} | {subject: names[subject] for subject in SUBJECTS}


VARIABLES: Final = Analysis(
    code="variables",
    group="profiles",
    name=gettext_lazy("Behaviour variables"),
    question=gettext_lazy("What is known of how customers behave, ready for an analysis?"),
    compute=_compute,
    show=_show,
    table=subject_table,
    parameters=(
        Parameter(
            name="subject", label=gettext_lazy("Subject"), kind="choice", default=ALL, choices=_subjects
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
    requirements=("DATA-09",),
)

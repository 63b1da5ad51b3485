"""Who comes back: retention by month of first purchase, and how soon the second purchase comes."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.structure import cohort_of_customers, cohort_retention, time_to_second
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Sheet, Shown

GROUP: Final = "structure"


def _retention(data: Data, asked: Asked) -> Raw:
    rows = records(cohort_retention(data.lines(), as_of=data.as_of, months=asked["months"]))
    data.members(cohort_of_customers(data.lines(), as_of=data.as_of), "cohort")
    return {"retention": sorted(rows, key=lambda row: (row["cohort"], row["age"]))}


def _show_retention(raw: Raw, asked: Asked) -> Shown:
    sizes = [row for row in raw["retention"] if row["age"] == 0]
    columns = [
        Column("cohort", "month", _("First bought in")),
        Column("age", "number", _("Months later")),
        Column("customers", "count"),
        Column("active", "number", _("Bought in that month")),
        Column("retention", "share", _("Retention")),
    ]
    sheet = Sheet(
        key="retention",
        title=_("Retention by month of first purchase"),
        columns=columns,
        rows=[[row[column.name] for column in columns] for row in raw["retention"]],
        opens=[{"op": "=", "field": raw["field"], "value": row["cohort"]} for row in raw["retention"]],
    )
    return Shown(
        lead=_("Of the customers who first bought in a month, how many bought again in each month after it."),
        sheets=[sheet],
        drawings=[
            Drawing(
                sheet="retention", kind="heat", title=_("Retention by month of first purchase"),
                names="age", values=["retention"], by="cohort",
            )
        ],
        notes=[
            _("Only whole months are shown. The first month counts everybody who began in it: %(number)s cohorts.")
            % {"number": len(sizes)}
        ],
    )  # fmt: skip


def _second(data: Data, asked: Asked) -> Raw:
    rows = records(time_to_second(data.lines(), as_of=data.as_of))
    return {"second": sorted(rows, key=lambda row: row["within_days"])}


def _show_second(raw: Raw, asked: Asked) -> Shown:
    columns = [
        Column("within_days", "days", _("Within")),
        Column("customers", "number", _("New customers who have had that long")),
        Column("again", "number", _("Bought again")),
        Column("share", "share"),
    ]
    sheet = Sheet(
        key="second",
        title=_("How soon the second purchase comes"),
        columns=columns,
        rows=[[row[column.name] for column in columns] for row in raw["second"]],
    )
    return Shown(
        lead=_("Of the new customers, how many bought a second time within so many days."),
        sheets=[sheet],
        drawings=[
            Drawing(
                sheet="second", kind="bars", title=_("How soon the second purchase comes"),
                names="within_days", values=["share"],
            )
        ],
        notes=[_("Only customers who have had that many days since their first purchase are counted.")],
    )  # fmt: skip


RETENTION: Final = Analysis(
    code="retention",
    group=GROUP,
    name=gettext_lazy("Cohort retention"),
    question=gettext_lazy("Of those who first bought in a month, how many still buy?"),
    compute=_retention,
    show=_show_retention,
    parameters=(
        Parameter(
            name="months", label=gettext_lazy("Months after"), kind="whole", default=12, low=1, high=60
        ),
    ),
    requirements=("ANA-70",),
    members="number",
)
SECOND_PURCHASE: Final = Analysis(
    code="second-purchase",
    group=GROUP,
    name=gettext_lazy("Second purchase"),
    question=gettext_lazy("How soon do new customers buy again?"),
    compute=_second,
    show=_show_second,
    requirements=("CAMP-21", "ANA-70"),
)

"""Who comes back: retention by month of first purchase, and how soon the second purchase comes."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.structure import cohort_of_customers, cohort_retention, time_to_second
from guanxi.insight.analyses.arranging import is_value, sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Sheet, Shown

GROUP: Final = "structure"


def _retention(data: Data, asked: Asked) -> Raw:
    rows = records(cohort_retention(data.lines(), as_of=data.as_of, months=asked["months"]))
    data.members(cohort_of_customers(data.lines(), as_of=data.as_of), "cohort")
    return {"retention": sorted(rows, key=lambda row: (row["cohort"], row["age"]))}


def _show_retention(raw: Raw, asked: Asked) -> Shown:
    found = raw["retention"]
    title = _("Retention by month of first purchase")
    drawn = sheet_of(
        "retention",
        title,
        [
            Column("cohort", "month"),
            Column("age", "number", _("Months later")),
            Column("retention", "share", _("Retention")),
        ],
        found,
        is_drawn_only=True,
    )
    return Shown(
        lead=_("Of the customers who first bought in a month, how many bought again in each month after it."),
        sheets=[drawn, _matrix(title, raw)],
        drawings=[
            Drawing(
                sheet="retention", kind="heat", title=title, names="age", values=["retention"], by="cohort"
            )
        ],
        notes=[
            _(
                "Only whole months are shown. A customer counts in a month with a purchase that was not returned."
            )
        ],
    )


def _matrix(title: str, raw: Raw) -> Sheet:
    """A row per month of first purchase, a column per month after it."""
    found = {(row["cohort"], row["age"]): row for row in raw["retention"]}
    cohorts = sorted({cohort for cohort, _age in found})
    ages = sorted({age for _cohort, age in found if age})
    columns = [Column("cohort", "month", _("First bought in")), Column("customers", "count")]
    columns += [Column(f"month {age}", "share", str(age)) for age in ages]
    return Sheet(
        key="matrix",
        title=title,
        columns=columns,
        rows=[
            [cohort, found[(cohort, 0)]["customers"]]
            + [found.get((cohort, age), {}).get("retention") for age in ages]
            for cohort in cohorts
        ],
        opens=[is_value(raw["field"], cohort) for cohort in cohorts],
        note=_("The columns say in per cent how many bought in the 1st, 2nd … month after."),
    )


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
    sheet = sheet_of("second", _("How soon the second purchase comes"), columns, raw["second"])
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

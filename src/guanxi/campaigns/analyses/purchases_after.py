"""First, second and further purchases after campaigns (CAMP-21)."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.structure import purchase_rates
from guanxi.campaigns.analyses.chosen import GROUP, begun_choices, enrol, enrolled
from guanxi.insight.analyses.arranging import sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Shown


def _compute(data: Data, asked: Asked) -> Raw:
    code = asked["campaign"]
    names = dict(begun_choices())
    enrol(data, [code] if code else list(names))
    columns = f"customer_id, {'cell' if code else 'campaign'} AS cohort, start_day"
    members = enrolled(data, columns, with_control=bool(code))
    rows = records(purchase_rates(members, data.lines(), as_of=data.as_of, up_to=asked["up_to"]))
    ordered = sorted(rows, key=lambda row: (str(row["cohort"]), row["purchase"]))
    return {"rates": [row if code else {**row, "cohort": names[row["cohort"]]} for row in ordered]}


def _show(raw: Raw, asked: Asked) -> Shown:
    columns = [
        Column("cohort", "code", _("Cell") if asked["campaign"] else _("Campaign")),
        Column("purchase", "number", _("Purchase")),
        Column("members", "number", _("Customers in it")),
        Column("customers", "number", _("Made that purchase")),
        Column("of_cohort", "share", _("of all")),
        Column("of_previous", "share", _("of those who made the one before")),
        Column("mean_days", "days", _("Days since the one before")),
    ]
    title = _("Purchases since the start")
    sheet = sheet_of(
        "rates", title, columns, raw["rates"],
        empty=_("No campaign has begun yet: launch one, or import contacts."),
    )  # fmt: skip
    return Shown(
        lead=_("Of those whom a campaign was meant for, how many bought once, twice and oftener since it began."),
        sheets=[sheet],
        drawings=[
            Drawing(sheet="rates", kind="lines", title=title, names="purchase", values=["of_cohort"], by="cohort")
        ],
        notes=[
            _("Campaigns that began later have had less time: compare cells of one campaign, control among them."),
            _("What they would have bought anyway is in it; the control shows how much that is."),
        ],
    )  # fmt: skip


PURCHASES_AFTER: Final = Analysis(
    code="purchases-after",
    group=GROUP,
    name=gettext_lazy("Purchases after campaigns"),
    question=gettext_lazy("How many buy a first, a second and further times after a campaign, and how soon?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="campaign", label=gettext_lazy("Campaign"), kind="choice", default="", choices=begun_choices,
            optional=True, help=gettext_lazy("Empty: all campaigns side by side. One: its cells and its control."),
        ),
        Parameter(name="up_to", label=gettext_lazy("Purchases"), kind="whole", default=4, low=1, high=20),
    ),
    requirements=("CAMP-21",),
)  # fmt: skip

"""What commission costs and whether profit follows it (CAMP-16)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.day_calendar import first_day_of_month
from customer_insight.measurement import commission_ledger, commission_trend
from guanxi.campaigns.analyses.chosen import GROUP, begun_choices, enrol, enrolled
from guanxi.foundation.money import to_minor
from guanxi.insight.analyses.arranging import sheet_of
from guanxi.insight.analyses.data import Data, calendar_day, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Shown


def _compute(data: Data, asked: Asked) -> Raw:
    names = dict(begun_choices())
    enrol(data, asked["campaigns"] or list(names))
    people = enrolled(data, "customer_id, campaign AS cohort, start_day, end_day", with_control=False)
    ledger = data.keep(
        "commissions",
        commission_ledger(
            people, data.lines(), rate=asked["rate"], fixed=to_minor(str(asked["fixed"])), margin=data.margin
        ),
    )
    by_campaign = records(commission_trend(ledger, by=("cohort",)))
    return {
        "months": [_of_month(row) for row in records(commission_trend(ledger))],
        "campaigns": [{**_of_month(row), "cohort": names[row["cohort"]]} for row in by_campaign],
    }


def _of_month(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its month as people write it, and the alert in words."""
    day = calendar_day(first_day_of_month(row["period"])) or ""
    alert = {True: "commission rose, profit did not", False: "in order", None: "nothing before"}
    return {**row, "month": day[:7], "verdict": alert[row["alert"]]}


def _show(raw: Raw, asked: Asked) -> Shown:
    figures = [
        Column("month", "text", _("Month")),
        Column("commission", "money", _("Commission")),
        Column("profit", "money", _("Profit before it")),
        Column("commission_share", "share", _("Commission of profit")),
        Column("commission_change", "money", _("Commission, change")),
        Column("profit_change", "money", _("Profit, change")),
        Column("verdict", "code"),
    ]
    empty = _("No campaign has begun yet: launch one, or import contacts.")
    title = _("Commission and profit by month")
    return Shown(
        lead=_("What a commission on these campaigns costs month by month, beside the profit of what was sold for it."),
        sheets=[
            sheet_of("months", title, figures, raw["months"], empty=empty),
            sheet_of(
                "campaigns", _("By campaign"), [Column("cohort", "text", _("Campaign")), *figures], raw["campaigns"]
            ),
        ],
        drawings=[
            Drawing(sheet="months", kind="bars", title=title, names="month", values=["commission", "profit"])
        ],
        notes=[
            _(
                "Commission is the rate on what those whom a campaign was meant for bought in its measured days, and "
                "the fixed amount in the month in which it began. Goods that came back take it back."
            ),
            _("Sums are compared, which proves no cause: what a campaign added stands in its results."),
        ],
    )  # fmt: skip


COMMISSION: Final = Analysis(
    code="commission",
    group=GROUP,
    name=gettext_lazy("Commission against profit"),
    question=gettext_lazy("Does profit grow with the commission that is paid?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="campaigns", label=gettext_lazy("Campaigns"), kind="several", default=[], choices=begun_choices,
            optional=True, help=gettext_lazy("Empty: all."),
        ),
        Parameter(
            name="rate", label=gettext_lazy("Commission rate"), kind="number", default=0.05, low=0, high=1,
            help=gettext_lazy("A share of sales: 0.05 is 5 %."),
        ),
        Parameter(
            name="fixed", label=gettext_lazy("Fixed commission of a campaign"), kind="number", default=0, low=0,
            high=10**9,
        ),
    ),
    requirements=("CAMP-16",),
)  # fmt: skip

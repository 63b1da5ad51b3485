"""Share of customer: how much of what customers say they spend is spent with us."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.indicators import indicator_summary, share_of_customer, share_of_group
from guanxi.foundation.engine.duck import identifier
from guanxi.foundation.money import base_currency, minor_units
from guanxi.insight.analyses.arranging import attribute_column, attribute_label, sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Shown
from guanxi.insight.analyses.indicator_table import table_of
from guanxi.insight.analyses.parameters import attributes
from guanxi.insight.analyses.satisfaction import number_facts

LIKE: Final = ("spend", "expenditure", "消费", "支出")
FIRST: Final = 100
PERIODS: Final = {"year": 365, "quarter": 91, "month": 30}


def usual_spend() -> str:
    """The fact that looks like a declared spend; empty where none does."""
    found = (
        name
        for name, label in number_facts().items()
        if any(part in f"{name} {label}".lower() for part in LIKE)
    )
    return next(found, "")


def _compute(data: Data, asked: Asked) -> Raw:
    if not asked["spend"]:
        data.no_members(number=True)
        return {"groups": [], "summary": [], "first": []}
    data.customers(asked["spend"], asked["segment"]).create_view("spenders", replace=True)
    sold = table_of(data, "order_lines", days=PERIODS[asked["period"]]).select("customer_id", "sales_amount")
    data.keep("sold_in_period", sold)
    spend, units = identifier(asked["spend"]), minor_units(base_currency())
    data.duck.execute(
        f"""CREATE OR REPLACE TEMP VIEW spending AS
            SELECT customer_id, sales_amount,
                   CAST(round({spend} * {units}) AS BIGINT) AS category_spend,
                   CASE WHEN {spend} IS NOT NULL THEN 'declared' END AS source,
                   {identifier(asked["segment"])} AS segment
            FROM spenders JOIN sold_in_period USING (customer_id)"""
    )
    spending = data.duck.view("spending")
    shares = data.keep("shares", share_of_customer(spending))
    data.members(shares, "share_of_customer")
    groups = records(share_of_group(spending, by="segment"))
    return {
        "groups": sorted(groups, key=lambda row: (row["segment"] is None, str(row["segment"]))),
        "summary": records(indicator_summary(shares, indicators=("share_of_customer", "untapped_amount"))),
        "conflicts": len(records(shares.filter("conflict").limit(FIRST))),
        "first": records(
            shares.filter("untapped_amount > 0").order("untapped_amount DESC, customer_id").limit(FIRST)
        ),
    }


def _show(raw: Raw, asked: Asked) -> Shown:
    title = _("Share of customer by %(segment)s") % {"segment": attribute_label(asked["segment"])}
    groups = sheet_of(
        "groups",
        title,
        [
            attribute_column(asked["segment"], "segment"),
            Column("customers", "number"),
            Column("known_customers", "number", _("Whose spend can be used")),
            Column("share_of_customer", "share"),
        ],
        raw["groups"],
        empty=_(
            "No fact says what customers spend in all: import a column of numbers such as category_spend."
        ),
    )
    first = sheet_of(
        "first",
        _("Who spends most elsewhere"),
        [
            Column("customer_id", "customer", _("Customer")),
            Column("share_of_customer", "share"),
            Column("untapped_amount", "money"),
        ],
        raw["first"],
    )
    notes = [
        _("The spend is what customers declared, in whole money, for a period as long as the one chosen.")
    ]
    if raw.get("conflicts"):
        notes.append(_("Some declared less than they bought here; their share is unknown."))
    return Shown(
        sheets=[groups, first] if raw["first"] else [groups],
        drawings=[
            Drawing(sheet="groups", kind="bars", title=title, names="segment", values=["share_of_customer"])
        ],
        notes=notes,
    )


def _periods() -> dict[str, str]:
    return {"year": _("a year"), "quarter": _("a quarter"), "month": _("a month")}


SHARE_OF_CUSTOMER: Final = Analysis(
    code="share-of-customer",
    group="profiles",
    name=gettext_lazy("Share of customer"),
    question=gettext_lazy("How much of what they spend do customers spend with us?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="spend",
            label=gettext_lazy("Declared spend"),
            kind="choice",
            default=usual_spend,
            choices=number_facts,
            optional=True,
        ),
        Parameter(name="period", label=gettext_lazy("In"), kind="choice", default="year", choices=_periods),
        Parameter(
            name="segment",
            label=gettext_lazy("Segments"),
            kind="choice",
            default="class.tier",
            choices=attributes,
        ),
    ),
    requirements=("ANA-31", "CAMP-03"),
    members="number",
)

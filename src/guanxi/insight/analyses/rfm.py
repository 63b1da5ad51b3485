"""RFM: customers in cells of recency, frequency and monetary value."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.groups import group_totals
from customer_insight.structure import rfm_classes
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Sheet, Shown


def _compute(data: Data, asked: Asked) -> Raw:
    data.members(data.keep("rfm", rfm_classes(data.measures(), groups=asked["groups"])), "rfm_cell")
    beside = data.duck.sql("SELECT measures.*, rfm_cell FROM measures JOIN rfm USING (customer_id)")
    amounts = ("sales_amount", "profit_amount")
    cells = records(group_totals(beside, by="rfm_cell", amounts=amounts))
    return {"cells": sorted(cells, key=lambda row: row["rfm_cell"], reverse=True)}


def _show(raw: Raw, asked: Asked) -> Shown:
    columns = [
        Column("rfm_cell", "text", _("Cell")),
        Column("customers", "count"),
        Column("customer_share", "share", _("share of customers")),
        Column("sales_amount", "money"),
        Column("profit_amount", "money"),
    ]
    title = _("Customers by recency, frequency and monetary value")
    sheet = Sheet(
        key="cells",
        title=title,
        columns=columns,
        rows=[[row[column.name] for column in columns] for row in raw["cells"]],
        opens=[{"op": "=", "field": raw["field"], "value": row["rfm_cell"]} for row in raw["cells"]],
    )
    lead = _(
        "Each customer gets three scores, the best %(groups)s: how recently, how often and for how much they bought."
    )
    return Shown(
        lead=lead % {"groups": asked["groups"]},
        sheets=[sheet],
        drawings=[
            Drawing(sheet="cells", kind="bars", title=title, names="rfm_cell", values=["sales_amount"])
        ],
        notes=[_("Equal values share a score, so groups need not be of one size.")],
    )


RFM: Final = Analysis(
    code="rfm",
    group="structure",
    name=gettext_lazy("Recency, frequency, monetary value"),
    question=gettext_lazy("Who bought lately, often and for much, and who no longer?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(name="groups", label=gettext_lazy("Scores"), kind="whole", default=5, low=2, high=9),
    ),
    requirements=("ANA-24",),
    members="text",
)

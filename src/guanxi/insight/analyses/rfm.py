"""RFM: customers in cells of recency, frequency and monetary value."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.groups import group_totals
from customer_insight.structure import nested_segments, rfm_classes
from guanxi.insight.analyses.arranging import is_value, sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Shown

AMOUNTS: Final = ("sales_amount", "profit_amount")


def _compute(data: Data, asked: Asked) -> Raw:
    data.members(data.keep("rfm", rfm_classes(data.measures(), groups=asked["groups"])), "rfm_cell")
    beside = data.duck.sql(
        "SELECT measures.*, rfm.* EXCLUDE (customer_id) FROM measures JOIN rfm USING (customer_id)"
    )
    cells = records(group_totals(beside, by="rfm_cell", amounts=AMOUNTS))
    pairs = nested_segments(beside, levels=("recency_score", "frequency_score"), amounts=AMOUNTS)
    return {
        "cells": sorted(cells, key=lambda row: row["rfm_cell"], reverse=True),
        "pairs": sorted(
            (row for row in records(pairs) if row["depth"] == 2),
            key=lambda row: (-row["recency_score"], row["frequency_score"]),
        ),
    }


def _show(raw: Raw, asked: Asked) -> Shown:
    title = _("Customers by recency, frequency and monetary value")
    columns = [
        Column("rfm_cell", "text", _("Cell")),
        Column("customers", "count"),
        Column("customer_share", "share", _("share of customers")),
        Column("sales_amount", "money"),
        Column("profit_amount", "money"),
    ]
    cells = sheet_of(
        "cells",
        title,
        columns,
        raw["cells"],
        opens=[is_value(raw["field"], row["rfm_cell"]) for row in raw["cells"]],
    )
    scores = [
        Column("recency_score", "number", _("Recency")),
        Column("frequency_score", "number", _("Frequency")),
        Column("customers", "number"),
    ]
    lead = _(
        "Each customer gets three scores, the best %(groups)s: how recently, how often and for how much they bought."
    )
    return Shown(
        lead=lead % {"groups": asked["groups"]},
        sheets=[sheet_of("pairs", title, scores, raw["pairs"], is_drawn_only=True), cells],
        drawings=[
            Drawing(
                sheet="pairs", kind="heat", title=_("Customers by recency (down) and frequency (across)"),
                names="frequency_score", values=["customers"], by="recency_score",
            )
        ],
        notes=[_("Equal values share a score, so groups need not be of one size.")],
    )  # fmt: skip


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

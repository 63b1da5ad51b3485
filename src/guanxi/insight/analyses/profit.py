"""What profit comes from: how much of its differences a segment explains, and what each segment earns."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.groups import group_totals
from customer_insight.indicators import profit_explained
from guanxi.foundation.engine.duck import identifier
from guanxi.insight.analyses.arranging import (
    BOUGHT,
    attribute_column,
    attribute_label,
    is_value,
    sheet_of,
    together,
)
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Shown
from guanxi.insight.analyses.parameters import attributes
from guanxi.insight.catalogue import measure_label

PROFITS: Final = ("contribution", "profit_amount", "lifetime_value")


def _compute(data: Data, asked: Asked) -> Raw:
    data.customers(asked["segment"], *(f"indicator.{name}" for name in PROFITS)).create_view(
        "earners", replace=True
    )
    shown = ", ".join(f'"indicator.{name}" AS {name}' for name in PROFITS)
    values = data.keep(
        "earnings",
        data.duck.sql(
            f"""SELECT customer_id, {identifier(asked["segment"])} AS segment, {shown}
                FROM earners SEMI JOIN measures USING (customer_id)"""
        ),
    )
    segments = records(group_totals(values, by="segment", amounts=PROFITS))
    return {
        "explained": records(profit_explained(values, by="segment", profit=asked["by"])),
        "segments": sorted(segments, key=lambda row: -row[asked["by"]]),
    }


def _show(raw: Raw, asked: Asked) -> Shown:
    title = _("Profit by %(segment)s") % {"segment": attribute_label(asked["segment"])}
    explained = sheet_of(
        "explained",
        _("How much the segments explain"),
        [
            Column("customers", "number"),
            Column("groups", "number", _("Segments")),
            Column("explained", "share", _("Explained of the differences in profit")),
            Column("by_chance", "share", _("To be expected by chance")),
        ],
        raw["explained"],
    )
    segments = sheet_of(
        "segments",
        title,
        [
            attribute_column(asked["segment"], "segment"),
            Column("customers", "count"),
            Column("customer_share", "share", _("share of customers")),
            *(Column(name, "money") for name in PROFITS),
        ],
        raw["segments"],
        opens=[together(BOUGHT, is_value(asked["segment"], row["segment"])) for row in raw["segments"]],
    )
    return Shown(
        sheets=[explained, segments],
        drawings=[Drawing(sheet="segments", kind="bars", title=title, names="segment", values=[asked["by"]])],
        notes=[
            _(
                "0 % says that all segments earn alike on average, 100 % that nobody differs within a segment. "
                "Of customers who bought."
            )
        ],
    )


def _profits() -> dict[str, str]:
    return {name: measure_label(name) for name in PROFITS}


PROFIT_EXPLAINED: Final = Analysis(
    code="profit-explained",
    group="structure",
    name=gettext_lazy("What explains profit"),
    question=gettext_lazy("How much of the differences in profit does a segment explain?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="segment",
            label=gettext_lazy("Segments"),
            kind="choice",
            default="class.tier",
            choices=attributes,
        ),
        Parameter(
            name="by", label=gettext_lazy("By"), kind="choice", default="contribution", choices=_profits
        ),
    ),
    requirements=("ANA-39",),
)

"""Further products and categories for each customer (CAMP-20, ANA-49)."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.groups import group_totals
from customer_insight.next_products import cross_sell
from guanxi.insight.analyses.arranging import is_value, sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Shown
from guanxi.insight.analyses.next_model import (
    AT_ONCE,
    GROUP,
    HOW,
    NAMES,
    SHOWN,
    fitted,
    has_products,
    name_products,
    no_products,
    rests_on,
    show_nothing,
    told,
)

_PROPOSED: Final = {"product": ("label", "true"), "category": ("category", "new_category")}
"""What is proposed to a customer, and of which rows."""


def _compute(data: Data, asked: Asked) -> Raw:
    if not has_products(data):
        return no_products(data)
    name_products(data)
    model = fitted(data, asked)
    categories = data.duck.sql(f"SELECT product_id, category FROM {NAMES}")
    data.keep("further", cross_sell(data.lines(), categories, as_of=data.as_of, model=model))
    said, among = _PROPOSED[asked["what"]]
    proposed = data.keep(
        "proposed",
        data.duck.sql(
            f"""SELECT customer_id, {said} AS proposed, label, category, new_category, probability
                FROM further JOIN (SELECT product_id, label FROM {NAMES}) USING (product_id)
                WHERE {among} QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY place) = 1"""
        ),
    )
    data.members(proposed, "proposed")
    group_totals(proposed, by="proposed", amounts=()).create_view("sizes", replace=True)
    return {
        **told(data, model),
        "sizes": records(
            data.duck.sql(f"SELECT * FROM sizes ORDER BY customers DESC, proposed LIMIT {SHOWN}")
        ),
        "customers": records(
            proposed.order("probability DESC NULLS LAST, customer_id")
            .limit(SHOWN)
            .project("* EXCLUDE (proposed)")
        ),
    }


def _show(raw: Raw, asked: Asked) -> Shown:
    title = _("Who could be offered what further")
    if raw["from"] is None:
        return show_nothing(title)
    sizes = [
        Column("proposed", "text", _what()[asked["what"]]),
        Column("customers", "count"),
        Column("customer_share", "share", _("share of customers")),
    ]
    people = [
        Column("customer_id", "customer", _("Customer")),
        Column("label", "text", _("Product")),
        Column("category", "text", _("Category")),
        Column("new_category", "text", _("Category new to them")),
        Column("probability", "share", _("Probability")),
    ]
    yes_no = {True: _("yes"), False: _("no"), None: ""}
    found = [{**row, "new_category": yes_no[row["new_category"]]} for row in raw["customers"]]
    empty = _(
        "Nobody lacks a product that goes with theirs. For categories, import products with a category."
    )
    return Shown(
        lead=_("For each customer the likeliest that they never bought."),
        sheets=[
            sheet_of(
                "sizes", title, sizes, raw["sizes"], empty=empty,
                opens=[is_value(raw["field"], row["proposed"]) for row in raw["sizes"]],
            ),
            sheet_of("customers", _("The surest of them"), people, found),
        ],
        drawings=[
            Drawing(sheet="sizes", kind="bars", title=title, names="proposed", values=["customers"])
        ],
        notes=[
            rests_on(raw, asked),
            _("First purchases are hard to foretell: look at the test of “What they buy next” before relying on them."),
        ],
    )  # fmt: skip


def _what() -> dict[str, str]:
    return {"product": _("Further product"), "category": _("New category")}


CROSS_SELL: Final = Analysis(
    code="cross-sell",
    group=GROUP,
    name=gettext_lazy("Cross-selling"),
    question=gettext_lazy("Which further product or category could be offered to each customer?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(name="what", label=gettext_lazy("Offer"), kind="choice", default="product", choices=_what),
        *HOW,
    ),
    requirements=("CAMP-20", "ANA-49"),
    members="text",
    at_once=AT_ONCE,
)

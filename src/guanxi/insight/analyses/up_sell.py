"""The next level of what each customer buys, levels by the price paid (CAMP-20, ANA-49)."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.groups import group_totals
from customer_insight.next_products import paid_prices, price_levels, up_sell
from guanxi.insight.analyses.arranging import is_value, sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Parameter, Raw, Sheet, Shown
from guanxi.insight.analyses.next_model import (
    GROUP,
    HOW,
    NAMES,
    SHOWN,
    has_products,
    name_products,
    no_products,
    rests_on,
    settings_of,
    show_nothing,
    spanned,
)

_STEP: Final = "category || ' ' || level || ' → ' || next_level"
"""A step in words that are the same in every language."""


def _compute(data: Data, asked: Asked) -> Raw:
    if not has_products(data):
        return no_products(data)
    name_products(data)
    categories = data.duck.sql(f"SELECT product_id, category FROM {NAMES}")
    prices = paid_prices(data.lines(), categories, as_of=data.as_of, window_days=asked["window"])
    levels = data.keep("levels", price_levels(prices, levels=asked["levels"]))
    found = up_sell(
        data.lines(), levels, as_of=data.as_of, settings=settings_of(asked), window_days=asked["window"]
    )
    data.keep("steps", found)
    rows = data.keep(
        "risers",
        data.duck.sql(
            f"""SELECT steps.*, {_STEP} AS step, label
                FROM steps JOIN (SELECT product_id, label FROM {NAMES}) USING (product_id)"""
        ),
    )
    likeliest = data.keep(
        "likeliest",
        rows.query(
            "risers_of",
            """SELECT * FROM risers_of QUALIFY row_number() OVER (
                 PARTITION BY customer_id ORDER BY probability DESC NULLS LAST, category) = 1""",
        ),
    )
    data.members(likeliest, "step")
    return {**spanned(data), "steps": _steps(data, rows, likeliest), "customers": _surest(likeliest)}


def _steps(data: Data, rows: Any, likeliest: Any) -> list[dict[str, Any]]:
    """Every step with all customers below it, and with those for whom it is the likeliest."""
    group_totals(rows, by="step", amounts=()).create_view("below", replace=True)
    group_totals(likeliest, by="step", amounts=()).create_view("likeliest_of", replace=True)
    query = f"""
        SELECT step, category, level, next_level, label, probability, below.customers AS below,
               coalesce(likeliest_of.customers, 0) AS customers
        FROM (SELECT DISTINCT step, category, level, next_level, label, probability FROM risers)
        JOIN below USING (step) LEFT JOIN likeliest_of USING (step)
        ORDER BY below DESC, category, level LIMIT {SHOWN}"""
    return records(data.duck.sql(query))


def _surest(likeliest: Any) -> list[dict[str, Any]]:
    return records(likeliest.order("probability DESC NULLS LAST, customer_id").limit(SHOWN))


def _show(raw: Raw, asked: Asked) -> Shown:
    title = _("Who could take the next level")
    if raw["from"] is None:
        return show_nothing(title)
    return Shown(
        lead=_("Products of a category in levels by the price paid for a piece; the customers below each next level."),
        sheets=[_step_sheet(raw, title), _people(raw)],
        notes=[
            rests_on(raw, asked),
            _(
                "A category's products are cut into %(levels)s levels as equal as can be, 1 the cheapest. The level of "
                "a customer is the highest bought in the last %(window)s days. The probability is the share who rose "
                "within %(days)s days among those who stood there before."
            )
            % {"levels": asked["levels"], "window": asked["window"], "days": asked["days"]},
        ],
    )  # fmt: skip


def _step_sheet(raw: Raw, title: str) -> Sheet:
    columns = [
        Column("category", "text", _("Category")),
        Column("level", "number", _("Level")),
        Column("next_level", "number", _("Next level")),
        Column("label", "text", _("Product to offer")),
        Column("probability", "share", _("Probability")),
        Column("below", "number", _("Customers on the level")),
        Column("customers", "count", _("Customers for whom it is the likeliest step")),
    ]
    opens = [is_value(raw["field"], row["step"]) for row in raw["steps"]]
    empty = _(
        "No category has products at several prices. Import products with a category, and orders with quantities."
    )
    return sheet_of("steps", title, columns, raw["steps"], opens=opens, empty=empty)


def _people(raw: Raw) -> Sheet:
    columns = [
        Column("customer_id", "customer", _("Customer")),
        Column("category", "text", _("Category")),
        Column("level", "number", _("Level")),
        Column("next_level", "number", _("Next level")),
        Column("label", "text", _("Product to offer")),
        Column("probability", "share", _("Probability")),
    ]
    return sheet_of("customers", _("The surest of them"), columns, raw["customers"])


UP_SELL: Final = Analysis(
    code="up-sell",
    group=GROUP,
    name=gettext_lazy("Up-selling"),
    question=gettext_lazy("Which next level of what they buy could be offered to each customer?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(name="levels", label=gettext_lazy("Levels"), kind="whole", default=3, low=2, high=9),
        *HOW,
        Parameter(
            name="window",
            label=gettext_lazy("Purchases of the last days"),
            kind="whole",
            default=364,
            low=7,
            high=3660,
        ),
    ),
    requirements=("CAMP-20", "ANA-49"),
    members="text",
)

"""Who uses alike: patterns of what is bought on which days and when, shared offers, and the customers like one."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.groups import group_totals
from customer_insight.profiles.usage import PATTERN, pattern_offers, similar_customers, usage_patterns
from guanxi.foundation.engine.duck import identifier, rows
from guanxi.foundation.errors import DomainError
from guanxi.insight.analyses.arranging import is_value, sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Sheet, Shown

MOST: Final = 50
OFFERS: Final = 3
SMALLEST: Final = 10
NEAREST: Final = 20


def _compute(data: Data, asked: Asked) -> Raw:
    usage = _usage(data, asked["by"])
    window = {"as_of": data.as_of, "since": data.as_of - asked["days"] + 1, "at_least": asked["at_least"]}
    found = data.keep("usage_found", usage_patterns(usage, **window))
    data.members(found, "pattern")
    sizes = records(group_totals(found, by="pattern", amounts=("events",)))
    largest = sorted(sizes, key=lambda row: (-row["customers"], row["pattern"]))[:MOST]
    made_of = {row["pattern"]: row for row in records(data.duck.sql(_MADE_OF))}
    shown = [{**row, **{name: made_of[row["pattern"]][name] for name in PATTERN}} for row in largest]
    return {
        "patterns": shown,
        "offers": _offers(data, usage, window, {row["pattern"] for row in largest}),
        "similar": _similar(data, asked["customer"], window) if asked["customer"] else [],
    }


_MADE_OF: Final = f"SELECT DISTINCT pattern, {', '.join(PATTERN)} FROM usage_found"


def _usage(data: Data, by: str) -> Any:
    """View `usage_events`: each order line with what it was of."""
    data.lines().create_view("usage_lines", replace=True)
    data.products().create_view("usage_products", replace=True)
    data.duck.execute(
        f"""CREATE OR REPLACE TEMP VIEW usage_events AS
            SELECT lines.customer_id, lines.day, lines.hour, nullif(products.{identifier(by)}, '') AS category,
                   coalesce(nullif(products.name, ''), nullif(products.category, '')) AS item
            FROM usage_lines lines JOIN usage_products products USING (product_id) WHERE NOT lines.is_return"""
    )
    return data.duck.sql("SELECT customer_id, day, hour, category FROM usage_events")


def _offers(data: Data, usage: Any, window: dict[str, int], shown: set[str]) -> list[dict[str, Any]]:
    """What most of a pattern buy and some of it do not yet, by pattern."""
    bought = data.duck.sql("SELECT DISTINCT customer_id, item FROM usage_events WHERE item IS NOT NULL")
    data.keep("usage_offers", pattern_offers(usage, bought, smallest=SMALLEST, top=OFFERS, **window))
    query = """SELECT pattern, item, any_value(buyers) AS buyers, any_value(pattern_share) AS pattern_share,
                      any_value(base_share) AS base_share, any_value(lift) AS lift, count(*) AS offered_to
               FROM usage_offers GROUP BY pattern, item"""
    found = [row for row in records(data.duck.sql(query)) if row["pattern"] in shown]
    return sorted(found, key=lambda row: (row["pattern"], -row["lift"], row["item"]))


def _similar(data: Data, customer: str, window: dict[str, int]) -> list[dict[str, Any]]:
    """The customers most like one, compared within the pattern of that one only. Raises DomainError for nobody."""
    found = rows(data.duck, "SELECT customer_id FROM chosen WHERE public_id = ?", [customer.strip()])
    if not found:
        raise DomainError(_("There is no customer %(number)s among those chosen.") % {"number": customer})
    alike = data.duck.sql(
        """SELECT customer_id, day, hour, category FROM usage_events SEMI JOIN (
             SELECT customer_id FROM usage_found
             WHERE pattern IN (SELECT pattern FROM usage_found WHERE customer_id = ?)) USING (customer_id)""",
        params=[found[0][0]],
    )
    nearest = data.keep("usage_nearest", similar_customers(alike, top=NEAREST, **window))
    own = nearest.filter(f"customer_id = {int(found[0][0])}").order("place")
    return records(own.select("place", "other_id", "similarity"))


def _show(raw: Raw, asked: Asked) -> Shown:
    title = _("Patterns of use")
    patterns = sheet_of(
        "patterns",
        title,
        [
            Column("first_category", "code", _("Used most")),
            Column("second_category", "code", _("and")),
            Column("day_kind", "code", _("Days")),
            Column("hour_band", "code", _("Time of day")),
            Column("customers", "count"),
            Column("customer_share", "share", _("share of customers")),
            Column("events", "number", _("Order lines")),
        ],
        raw["patterns"],
        opens=[is_value(raw["field"], row["pattern"]) for row in raw["patterns"]],
        note=_("The %(number)s largest at most.") % {"number": MOST},
        empty=_("There are no patterns yet: import orders with products, and products with categories."),
    )
    offers = sheet_of(
        "offers",
        _("What to offer a pattern together"),
        [
            Column("pattern", "text", _("Pattern")),
            Column("item", "text", _("Product")),
            Column("buyers", "number", _("Buyers")),
            Column("pattern_share", "share", _("share of the pattern")),
            Column("base_share", "share", _("share of everybody")),
            Column("lift", "number", _("Times as often")),
            Column("offered_to", "number", _("To how many who do not buy it yet")),
        ],
        raw["offers"],
        note=_("Of patterns of at least %(number)s customers: what a fifth of them buy, more than others do.")
        % {"number": SMALLEST},
        empty=_("No pattern buys anything more often than others do."),
    )
    return Shown(
        lead=_("Customers who use the same things at the same times, and what such customers buy."),
        sheets=[patterns, *([_nearest(raw)] if asked["customer"] else []), offers],
        drawings=[Drawing(sheet="patterns", kind="bars", title=title, names="first_category", values=["customers"])],
        notes=[
            _("A pattern: the two categories used most, the kind of day and the time of day of most order lines."),
            _("Customers are compared within their pattern only, and in large ones within groups of a hundred."),
        ],
    )  # fmt: skip


def _nearest(raw: Raw) -> Sheet:
    return sheet_of(
        "similar",
        _("The customers most like this one"),
        [
            Column("place", "number", _("Place")),
            Column("other_id", "customer", _("Customer")),
            Column("similarity", "number", _("Likeness, 0 to 1")),
        ],
        raw["similar"],
        empty=_("Nobody else has the pattern of this customer."),
    )


def _by() -> dict[str, str]:
    return {"category": _("Category"), "department": _("Department"), "brand": _("Brand")}


SIMILAR_USAGE: Final = Analysis(
    code="similar-usage",
    group="profiles",
    name=gettext_lazy("Who uses alike"),
    question=gettext_lazy("Which customers use the same things at the same times?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(name="by", label=gettext_lazy("Products by"), kind="choice", default="category", choices=_by),
        Parameter(
            name="days", label=gettext_lazy("Of the last days"), kind="whole", default=365, low=1, high=36500
        ),
        Parameter(
            name="at_least", label=gettext_lazy("Order lines at least"), kind="whole", default=5, low=1, high=10**6
        ),
        Parameter(
            name="customer", label=gettext_lazy("Customer number"), kind="text", default="", optional=True,
            help=gettext_lazy("Whose like is looked for; empty: patterns only."),
        ),
    ),
    requirements=("ANA-71",),
    members="text",
)  # fmt: skip

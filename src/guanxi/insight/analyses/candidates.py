"""Who is likely to buy a product: candidates with potential and intent apart (ANA-61)."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.groups import group_totals
from customer_insight.next_products import product_candidates
from guanxi.foundation.engine.duck import rows
from guanxi.foundation.errors import DomainError
from guanxi.insight.analyses.arranging import sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Parameter, Raw, Shown
from guanxi.insight.analyses.next_model import (
    AT_ONCE,
    GROUP,
    HOW,
    NAMES,
    fitted,
    has_products,
    name_products,
    no_products,
    rests_on,
    show_nothing,
    told,
)

EVERYBODY: Final = 10**12
SELLERS: Final = 30
"""Best-selling products offered."""
KEPT: Final = "candidates"


def _compute(data: Data, asked: Asked) -> Raw:
    """The candidates of one product, in the library's order: by intent times potential."""
    if not has_products(data):
        return no_products(data, number=True)
    name_products(data)
    sellers = _best_sellers(data)
    product, label = _product(data, asked["product"] or sellers[0]["source_key"])
    model = fitted(data, asked)
    categories = data.duck.sql(f"SELECT product_id, category FROM {NAMES}")
    found = product_candidates(
        data.lines(),
        as_of=data.as_of,
        model=model,
        products=categories,
        only=[product],
        listed=EVERYBODY,
        window_days=asked["window"],
    )
    kept = data.keep(KEPT, found)
    data.members(kept.filter("intent IS NOT NULL"), "intent")
    totals = group_totals(kept, by="source", amounts=("potential", "expected"))
    return {
        **told(data, model),
        "product": label,
        "sources": sorted(records(totals), key=lambda row: _ORDER.index(row["source"])),
        "candidates": records(kept.order("place").limit(asked["top"])),
        "sellers": sellers,
    }


_ORDER: Final = ("again", "co-purchase", "popular", "signal")


def _best_sellers(data: Data) -> list[dict[str, Any]]:
    """The products with the highest sales, for the choice."""
    sales = group_totals(
        data.duck.sql("SELECT product_id, amount FROM lines SEMI JOIN chosen USING (customer_id)"),
        by="product_id",
        amounts=("amount",),
    )
    sales.create_view("product_sales", replace=True)
    return records(
        data.duck.sql(
            f"""SELECT label, source_key, amount FROM product_sales JOIN {NAMES} USING (product_id)
                ORDER BY amount DESC, product_id LIMIT {SELLERS}"""
        )
    )


def _product(data: Data, typed: str) -> tuple[int, str]:
    """The product of a key or a name. Raises DomainError."""
    found = rows(
        data.duck,
        f"""SELECT product_id, label FROM {NAMES}
            WHERE lower(source_key) = lower(?) OR lower(name) = lower(?) OR lower(label) = lower(?)
            ORDER BY lower(source_key) <> lower(?), product_id LIMIT 1""",
        [typed.strip()] * 4,
    )
    if not found:
        raise DomainError(_("There is no product of the name or key %(typed)s.") % {"typed": typed})
    return found[0]


def _show(raw: Raw, asked: Asked) -> Shown:
    title = _("Likely buyers")
    if raw["from"] is None:
        return show_nothing(title)
    people = [
        Column("customer_id", "customer", _("Customer")),
        Column("why", "text", _("Why")),
        Column("intent", "share", _("Intent")),
        Column("potential", "money", _("Potential")),
        Column("spent", "money", _("Buys of it now")),
        Column("expected", "money", _("Intent × potential")),
    ]
    told_people = [{**row, "why": _sources()[row["source"]]} for row in raw["candidates"]]
    return Shown(
        lead=_("Customers with intent and potential to buy %(product)s.") % {"product": raw["product"]},
        sheets=[
            sheet_of(
                "candidates", title, people, told_people, empty=_("Nobody is a candidate for this product.")
            ),
            _by_source(raw),
            _sellers(raw),
        ],
        notes=[
            rests_on(raw, asked),
            _(
                "Intent is the probability of a purchase. Potential is what such a customer buys of it in %(days)s "
                "days, by the share it has in its buyers' spend in its category; it is unknown for those who bought "
                "nothing in the last %(window)s days. Contacts and responses do not say of which product they were, so "
                "they move no intent."
            )
            % {"days": asked["days"], "window": asked["window"]},
            _("As an audience: the intent of this analysis from a number on."),
        ],
    )


def _by_source(raw: Raw) -> Any:
    columns = [
        Column("why", "text", _("Why")),
        Column("customers", "number", _("Candidates")),
        Column("potential", "money", _("Potential")),
        Column("expected", "money", _("Intent × potential")),
    ]
    found = [{**row, "why": _sources()[row["source"]]} for row in raw["sources"]]
    return sheet_of("sources", _("Candidates by reason"), columns, found)


def _sellers(raw: Raw) -> Any:
    columns = [
        Column("label", "text", _("Product")),
        Column("source_key", "text", _("Key")),
        Column("amount", "money", _("Sales")),
    ]
    leads = {"label": [{"product": row["source_key"]} for row in raw["sellers"]]}
    return sheet_of("sellers", _("Ask of another product"), columns, raw["sellers"], leads=leads)


def _sources() -> dict[str, str]:
    return {
        "again": _("bought it before"),
        "co-purchase": _("bought what goes with it"),
        "popular": _("it is popular"),
        "signal": _("asked for it"),
    }


CANDIDATES: Final = Analysis(
    code="candidates",
    group=GROUP,
    name=gettext_lazy("Likely buyers of a product"),
    question=gettext_lazy("Which customers have the potential and the intent to buy a product?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="product",
            label=gettext_lazy("Product"),
            kind="text",
            default="",
            optional=True,
            help=gettext_lazy("Its name or key; the best-selling one where nothing is said."),
        ),
        *HOW,
        Parameter(
            name="window",
            label=gettext_lazy("Potential from the last days"),
            kind="whole",
            default=364,
            low=7,
            high=3660,
        ),
        Parameter(
            name="top", label=gettext_lazy("Customers shown"), kind="whole", default=100, low=1, high=300
        ),
    ),
    requirements=("ANA-61",),
    members="number",
    at_once=AT_ONCE,
)

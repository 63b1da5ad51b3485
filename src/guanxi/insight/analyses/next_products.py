"""What everybody is likely to buy next: again, or for the first time, tested on what was bought (ANA-62)."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.groups import group_totals
from customer_insight.next_products import (
    NextProductModel,
    backtest_next_products,
    buy_again,
    buy_new,
    expected_buyers,
)
from customer_insight.tables import TableError
from guanxi.insight.analyses.arranging import is_value, sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Sheet, Shown
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
from guanxi.insight.next_lists import CODE, EACH, LISTS

EVERYTHING: Final = 10**9
"""More products than anybody bought."""


def _compute(data: Data, asked: Asked) -> Raw:
    if not has_products(data):
        return no_products(data)
    model = fitted(data, asked)
    name_products(data)
    data.keep("again", buy_again(data.lines(), as_of=data.as_of, model=model, listed=EVERYTHING))
    data.keep("new", buy_new(data.lines(), as_of=data.as_of, model=model))
    data.beside(LISTS, data.duck.sql(_LISTED))
    kind = asked["kind"]
    first = data.keep(
        "first",
        data.duck.sql(
            f"SELECT customer_id, label, '{kind}' AS kind FROM {LISTS} WHERE list = '{kind}' AND place = 1"
        ),
    )
    data.members(first, "label")
    expected_buyers(data.duck.table(kind)).create_view("expected", replace=True)
    group_totals(first, by="label", amounts=()).create_view("firsts", replace=True)
    return {
        **told(data, model, _tested(data, model)),
        "products": records(data.duck.sql(_PRODUCTS)),
        "surest": records(data.duck.sql(_SUREST.format(kind=kind))),
    }


_LISTED: Final = f"""
SELECT customer_id, list, place, product_id, label, probability, due_day FROM (
  SELECT customer_id, 'again' AS list, place, product_id, probability, due_day FROM again WHERE place <= {EACH}
  UNION ALL SELECT customer_id, 'new', place, product_id, probability, NULL FROM new WHERE place <= {EACH}
) LEFT JOIN {NAMES} USING (product_id)
"""
_PRODUCTS: Final = f"""
SELECT label, category, expected.customers, expected, coalesce(firsts.customers, 0) AS first
FROM expected LEFT JOIN {NAMES} USING (product_id) LEFT JOIN firsts USING (label)
ORDER BY round(expected, 9) DESC, product_id LIMIT {SHOWN}
"""
_SUREST: Final = f"""
SELECT customer_id, label, probability, (DATE '1970-01-01' + round(due_day)::INTEGER)::VARCHAR AS due_on
FROM {LISTS} WHERE list = '{{kind}}' AND probability IS NOT NULL
ORDER BY probability DESC, customer_id, place LIMIT {SHOWN}
"""


def _tested(data: Data, model: NextProductModel) -> Any:
    """The lists of a horizon ago against what was bought since; None where nobody bought before and after it."""
    cut = data.as_of - model.settings.horizon_days
    try:
        return backtest_next_products(data.lines(), calibration_end=cut, settings=model.settings)
    except TableError:
        return None


def _show(raw: Raw, asked: Asked) -> Shown:
    title = _("What is likely to be bought")
    if raw["from"] is None:
        return show_nothing(title)
    test = raw["card"]["backtest"]
    lead = {
        "again": _("Products that customers bought before and are likely to buy again."),
        "new": _("Products that customers never bought and are likely to buy for the first time."),
    }
    return Shown(
        lead=lead[asked["kind"]],
        sheets=[_products(raw, title), _surest(raw), *(_test_sheets(test, asked["kind"]) if test else ())],
        drawings=_drawings() if test else (),
        notes=[rests_on(raw, asked), _judged(asked, tested=bool(test)), _expected_note(asked["kind"])],
    )


def _products(raw: Raw, title: str) -> Sheet:
    columns = [
        Column("label", "text", _("Product")),
        Column("category", "text", _("Category")),
        Column("expected", "number", _("Buyers expected")),
        Column("customers", "number", _("Customers with it on their list")),
        Column("first", "count", _("Customers with it first")),
    ]
    opens = [is_value(raw["field"], row["label"]) for row in raw["products"]]
    return sheet_of("products", title, columns, raw["products"], opens=opens)


def _surest(raw: Raw) -> Sheet:
    columns = [
        Column("customer_id", "customer", _("Customer")),
        Column("label", "text", _("Product")),
        Column("probability", "share", _("Probability")),
        Column("due_on", "day", _("Due on")),
    ]
    return sheet_of("surest", _("The surest purchases"), columns, raw["surest"])


def _test_sheets(test: dict[str, Any], kind: str) -> list[Sheet]:
    names = {"again": _("bought again"), "new": _("new"), "popular": _("most popular")}
    scores = [
        Column("list", "text", _("List")),
        Column("length", "number", _("Length")),
        Column("customers", "number", _("Customers with something to find")),
        Column("recall", "share", _("Recall")),
        Column("found", "share", _("Found of all they bought")),
        Column("ndcg", "share", _("NDCG")),
        Column("hit_rate", "share", _("Customers with a hit")),
    ]
    tenths = [
        Column("tenth", "text", _("Probability")),
        Column("pairs", "number", _("Customers with a product")),
        Column("predicted", "share", _("Predicted")),
        Column("bought", "share", _("Bought in fact")),
    ]
    told_scores = [{**row, "list": names[row["list"]]} for row in test["scores"]]
    told_tenths = [
        {**row, "tenth": _tenth(row["tenth"])} for row in test["calibration"] if row["list"] == kind
    ]
    return [
        sheet_of("scores", _("How good the lists were"), scores, told_scores),
        sheet_of("calibration", _("Whether the probabilities held"), tenths, told_tenths),
    ]


def _tenth(tenth: int) -> str:
    return f"{tenth}0–{tenth + 1}0 %"


def _drawings() -> list[Drawing]:
    return [
        Drawing(
            sheet="calibration", kind="bars", title=_("Whether the probabilities held"),
            names="tenth", values=["predicted", "bought"],
        )
    ]  # fmt: skip


def _judged(asked: Asked, *, tested: bool) -> str:
    if not tested:
        return _("Not tested: nobody bought both before and within the last %(days)s days.") % {
            "days": asked["days"]
        }
    return _(
        "Tested on the last %(days)s days: lists made before them against what was bought in them. Recall is hits / "
        "the length of the list, or fewer where there was less to find. New and most popular are judged by first "
        "purchases."
    ) % {"days": asked["days"]}


def _expected_note(kind: str) -> str:
    if kind == "again":
        return _("Buyers expected is the sum of the probabilities of all who bought the product before.")
    return _(
        "Buyers expected is the sum of the probabilities of those who have the product among their ten likeliest new "
        "ones: more may buy it."
    )


def _kinds() -> dict[str, str]:
    return {"again": _("Bought before"), "new": _("Never bought")}


NEXT_PRODUCTS: Final = Analysis(
    code=CODE,
    group=GROUP,
    name=gettext_lazy("What they buy next"),
    question=gettext_lazy("What is each customer likely to buy next, and how sure is it?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="kind", label=gettext_lazy("Products"), kind="choice", default="again", choices=_kinds
        ),
        *HOW,
    ),
    requirements=("ANA-62",),
    members="text",
    at_once=AT_ONCE,
)

"""What the analyses of next products share: the model, fitted once per figures and settings, and names of products."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.next_products import (
    NextProductCard,
    NextProductModel,
    NextProductSettings,
    fit_next_products,
)
from guanxi.foundation.engine.duck import rows, value
from guanxi.foundation.engine.truth import copy_truth
from guanxi.insight.analyses.data import Data, calendar_day
from guanxi.insight.analyses.definition import Asked, Parameter, Raw, Sheet, Shown, Text
from guanxi.insight.analyses.parameters import AMONG
from guanxi.insight.models import AnalysisAnswer

GROUP: Final = "next"
AT_ONCE: Final = 200_000
"""A fit goes through every pair of products that a customer bought: beyond so many order lines nobody waits for it."""
NAMES: Final = "product_names"
SHOWN: Final = 100
"""Rows of single customers that a sheet has."""
HOW: Final = (
    Parameter(
        name="days",
        label=gettext_lazy("Within days"),
        kind="whole",
        default=28,
        low=1,
        high=366,
        help=gettext_lazy("Probabilities are of a purchase within so many days."),
    ),
    Parameter(
        name="half_life",
        label=gettext_lazy("A purchase counts half after days"),
        kind="whole",
        default=91,
        low=7,
        high=1000,
    ),
)
"""The settings that are chosen before anything is counted."""


def fitted(data: Data, asked: Asked) -> NextProductModel:
    """The model of these figures, settings and customers: as an earlier answer kept it, or fitted now."""
    settings = settings_of(asked)
    answers = AnalysisAnswer.objects.filter(run=data.run, question__arguments__among=asked[AMONG])
    for kept in answers.filter(raw__model__again__isnull=False).values_list("raw__model", flat=True):
        model = NextProductModel.from_dict(kept)
        if model.settings == settings and model.as_of == data.as_of:
            return model
    return fit_next_products(data.lines(), as_of=data.as_of, settings=settings)


def settings_of(asked: Asked) -> NextProductSettings:
    """How far ahead, and how fast purchases fade."""
    return NextProductSettings(horizon_days=asked["days"], half_life_days=float(asked["half_life"]))


def told(data: Data, model: NextProductModel, test: Any = None) -> Raw:
    """The model as an answer keeps it, with its card."""
    span = spanned(data)
    first = span.pop("first")
    card = NextProductCard(
        version="1",
        window_start=first,
        window_end=data.as_of,
        model=model,
        backtest=test,
    ).as_dict()
    return {"model": card.pop("model"), "card": card, **span}


def spanned(data: Data) -> Raw:
    """The first day with an order, as a number and as a date, and the day of the figures."""
    first = value(data.duck, "SELECT min(day) FROM lines SEMI JOIN chosen USING (customer_id)")
    return {"first": first, "from": calendar_day(first), "until": calendar_day(data.as_of)}


def name_products(data: Data) -> None:
    """Table `product_names`: every product with `label`: its name, and its key where that is shared or missing."""
    copy_truth(data.duck, "product_keys", "SELECT id AS product_id, source_key FROM commerce_product")
    data.products().create_view("product_details", replace=True)
    data.duck.execute(
        f"""CREATE OR REPLACE TABLE {NAMES} AS
            WITH named AS (
              SELECT product_keys.product_id::BIGINT AS product_id, source_key::VARCHAR AS source_key,
                     coalesce(name, '') AS name, nullif(category, '') AS category
              FROM product_keys LEFT JOIN product_details USING (product_id)
            )
            SELECT product_id, source_key, name, category,
                   CASE WHEN name = '' THEN source_key
                        WHEN count(*) OVER (PARTITION BY name) = 1 THEN name
                        ELSE name || ' (' || source_key || ')' END AS label
            FROM named"""
    )


def has_products(data: Data) -> bool:
    """Whether anybody chosen bought a product that is named."""
    query = "SELECT 1 FROM lines SEMI JOIN chosen USING (customer_id) WHERE product_id IS NOT NULL LIMIT 1"
    return bool(rows(data.duck, query))


def no_products(data: Data, *, number: bool = False) -> Raw:
    """The answer where no order says which product was bought."""
    data.no_members(number=number)
    return {"from": None}


def show_nothing(title: Text) -> Shown:
    """What is shown then."""
    said = _("No order says which product was bought. Import orders with a product on every line.")
    return Shown(sheets=[Sheet(key="nothing", title=title, columns=[], rows=[], empty=said)])


def rests_on(raw: Raw, asked: Asked) -> str:
    """What every answer of the model rests on, and what it does not say."""
    return _(
        "From orders of %(from)s to %(until)s. Probabilities are estimates: shares bought within %(days)s days after a "
        "day in the past, and of a purchase anyway, not of what an offer adds."
    ) % {"from": raw["from"], "until": raw["until"], "days": asked["days"]}

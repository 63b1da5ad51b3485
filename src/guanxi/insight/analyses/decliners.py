"""Who buys less than in the same period of last year, what the drop is made of, and the coded causes (ANA-60)."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.groups import group_totals, whole_totals
from customer_insight.leaving import PARTS, decliners
from guanxi.foundation.money import base_currency, minor_units
from guanxi.insight.analyses.arranging import sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Sheet, Shown
from guanxi.insight.decline_reasons import causes_of, counted_causes

AMOUNTS: Final = ("last_year_sales", "this_year_sales", "yearly_sales_difference", *PARTS)


def _compute(data: Data, asked: Asked) -> Raw:
    fallen = data.keep(
        "decliners",
        decliners(
            data.lines(),
            data.products(),
            as_of=data.as_of,
            since=data.as_of - asked["days"] + 1 if asked["days"] else None,
            least_drop=max(round(asked["least_drop"] * minor_units(base_currency())), 1),
            least_share=asked["least_share"] / 100,
            allow_for_base=asked["allow_for_base"] == "yes",
        ),
    )
    data.members(fallen, "main_reason")
    reasons = records(group_totals(fallen, by="main_reason", amounts=AMOUNTS))
    people = records(fallen.order("yearly_sales_difference, customer_id").limit(asked["top"]))
    return {
        "total": records(whole_totals(fallen, amounts=AMOUNTS))[0],
        "reasons": sorted(reasons, key=lambda row: (row["yearly_sales_difference"], row["main_reason"])),
        "people": people,
    }


def _show(raw: Raw, asked: Asked) -> Shown:
    if not raw["people"]:
        return Shown(sheets=[_people(raw)])
    return Shown(
        lead=_("Customers whose sales fell against the same dates of last year, and what the difference is made of."),
        sheets=[_people(raw), _reasons(raw), _parts(raw), _causes(raw)],
        drawings=[
            Drawing(
                sheet="parts", kind="bars", title=_("What the difference is made of"), names="part",
                values=["amount"],
            ),
            Drawing(
                sheet="reasons", kind="bars", title=_("Customers by main reason"), names="main_reason",
                values=["customers"],
            ),
        ],
        notes=[
            _(
                "The five parts add up to the difference. The main reason is the part most negative: it says what "
                "fell, not why."
            ),
            _("Code why on the customer's page; every decliner should have a cause before a campaign is planned."),
        ],
        reaches={"op": "known", "field": raw["field"]},
    )  # fmt: skip


def _people(raw: Raw) -> Sheet:
    causes = causes_of([row["customer_id"] for row in raw["people"]])
    found = [{**row, "cause": causes.get(row["customer_id"], "not coded")} for row in _named(raw["people"])]
    return sheet_of(
        "people",
        _("Who buys less"),
        [
            Column("customer_id", "customer", _("Customer")),
            Column("last_year_sales", "money", _("Last year")),
            Column("this_year_sales", "money", _("This year")),
            Column("yearly_sales_difference", "money", _("Difference")),
            Column("yearly_sales_change", "share", _("Change")),
            Column("beyond_base_amount", "money", _("Beyond everybody's change")),
            Column("main_reason", "text", _("Main reason")),
            Column("cause", "code", _("Why, as coded")),
            *_part_columns(),
        ],
        found,
        empty=_("Nobody fell by so much, or the orders do not reach back into the same period of last year."),
    )


def _part_columns() -> list[Column]:
    return [Column(name, "money", label) for name, label in part_labels().items()]


def part_labels() -> dict[str, str]:
    """The parts of a difference in words."""
    return {
        "orders_part": _("fewer orders"),
        "products_part": _("fewer products an order"),
        "price_part": _("less money a product"),
        "lost_part": _("categories lost"),
        "new_part": _("categories new"),
    }


def _named(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with their main reason in words."""
    labels = part_labels()
    return [{**row, "main_reason": labels[row["main_reason"]]} for row in found]


def _reasons(raw: Raw) -> Sheet:
    return sheet_of(
        "reasons",
        _("How many fell for which reason"),
        [
            Column("main_reason", "text", _("Main reason")),
            Column("customers", "count"),
            Column("last_year_sales", "money", _("Last year")),
            Column("this_year_sales", "money", _("This year")),
            Column("yearly_sales_difference", "money", _("Difference")),
            *_part_columns(),
        ],
        _named(raw["reasons"]),
        opens=[{"op": "=", "field": raw["field"], "value": row["main_reason"]} for row in raw["reasons"]],
    )


def _parts(raw: Raw) -> Sheet:
    """The difference of all decliners together, part by part, and the difference itself."""
    found = [{"part": label, "amount": raw["total"][name]} for name, label in part_labels().items()]
    whole = {"part": _("difference in all"), "amount": raw["total"]["yearly_sales_difference"]}
    return sheet_of(
        "parts",
        _("What the difference is made of"),
        [Column("part", "text", _("Part")), Column("amount", "money")],
        [*found, whole] if raw["total"]["customers"] else [],
    )


def _causes(raw: Raw) -> Sheet:
    """How often each cause was coded, of all customers; it is read as it is now."""
    return sheet_of(
        "causes",
        _("Why customers decline, as coded so far"),
        [Column("cause", "code", _("Cause")), Column("customers", "number")],
        counted_causes(),
        empty=_("No cause is coded yet; a customer's page has the form."),
    )


def _yes_no() -> dict[str, str]:
    return {"no": _("No"), "yes": _("Yes")}


DECLINERS: Final = Analysis(
    code="decliners",
    group="leaving",
    name=gettext_lazy("Who buys less than last year"),
    question=gettext_lazy("Whose purchases fell against the same period of last year, and what fell?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="days", label=gettext_lazy("Over so many last days"), kind="whole", default=None, low=1,
            high=365, optional=True, help=gettext_lazy("Empty: since 1 January."),
        ),
        Parameter(
            name="least_share", label=gettext_lazy("Fell by at least per cent"), kind="number", default=20,
            low=0, high=100,
        ),
        Parameter(
            name="least_drop", label=gettext_lazy("Fell by at least, in money"), kind="number", default=0, low=0
        ),
        Parameter(
            name="allow_for_base", label=gettext_lazy("Allow for everybody's change"), kind="choice",
            default="no", choices=_yes_no,
            help=gettext_lazy("Where all bought less, only what a customer fell beyond that counts."),
        ),
        Parameter(
            name="top", label=gettext_lazy("Customers shown"), kind="whole", default=100, low=1, high=300
        ),
    ),
    requirements=("ANA-60", "LIFE-05"),
    members="text",
)  # fmt: skip

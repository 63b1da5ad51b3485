"""Who brings others, and how referred customers compare with all others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.profiles import referral_influence, referred_against_others
from guanxi.customers.models import Attribute
from guanxi.customers.queries import born_sql
from guanxi.foundation.engine.duck import identifier, value
from guanxi.foundation.engine.truth import copy_truth
from guanxi.insight.analyses.arranging import attribute_label, is_value, sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Parameter, Raw, Sheet, Shown
from guanxi.insight.catalogue import measure_label, measure_text

NAMES: Final = ("referrer", "referred_by", "referrer_id", "推荐人", "推荐人编号")
"""Facts that are taken for the link where none is named."""
MEASURES: Final = ("retained", "transaction_count", "profit_amount")
MOST: Final = 100


def _compute(data: Data, asked: Asked) -> Raw:
    fact, cost = asked["referrer"], asked["cost"]
    if not fact:
        data.no_members()
        return {"compared": [], "referrers": [], "links": 0}
    _links(data, fact)
    links = data.duck.table("referral_links")
    _people(data, asked["days"], cost)
    people = data.duck.table("referral_people")
    data.members(data.duck.sql(_SAID), "said")
    if not (found := int(value(data.duck, "SELECT count(*) FROM referral_links"))):
        return {"compared": [], "referrers": [], "links": 0}
    measures = (*MEASURES, "winning_cost") if cost else MEASURES
    values = people.select("customer_id, profit_amount")
    brought = data.keep("referral_brought", referral_influence(links, values, by="profit_amount"))
    best = brought.order("direct DESC, indirect DESC, customer_id").limit(MOST)
    return {
        "compared": records(referred_against_others(people, referred="referred", measures=measures)),
        "referrers": records(best),
        "links": found,
    }


_SAID: Final = (
    "SELECT customer_id, CASE WHEN referred THEN 'referred' ELSE 'other' END AS said FROM referral_people"
)


def _links(data: Data, fact: str) -> None:
    """Table `referral_links`: who was referred by whom.

    The fact holds the number of the customer who referred, or the key of that customer in the same source.
    """
    copy_truth(
        data.duck,
        "referral_keys",
        f"""SELECT party.id, party.public_id, party.source, party.source_key FROM customers_party party
            WHERE {born_sql("party")}""",
    )
    data.customers(fact).create_view("referral_facts", replace=True)
    data.duck.execute(
        f"""CREATE OR REPLACE TABLE referral_links AS
            WITH named AS (
              SELECT facts.customer_id, CAST(facts.{identifier(fact)} AS VARCHAR) AS referrer, own.source
              FROM referral_facts facts JOIN referral_keys own ON own.id = facts.customer_id
            ), found AS (
              SELECT named.customer_id, keys.id FROM named JOIN referral_keys keys ON keys.public_id = named.referrer
              UNION ALL
              SELECT named.customer_id, keys.id FROM named
              JOIN referral_keys keys ON keys.source_key = named.referrer AND keys.source = named.source
            )
            SELECT found.customer_id, min(coalesce(resolved.customer_id, found.id)) AS referrer_id
            FROM found LEFT JOIN resolved ON resolved.party_id = found.id
            WHERE coalesce(resolved.customer_id, found.id) <> found.customer_id GROUP BY found.customer_id"""
    )


def _people(data: Data, days: int, cost: str) -> None:
    """Table `referral_people`: everybody who bought, whether referred, and what is compared."""
    fields = ("indicator.recency_days", "indicator.transaction_count", "indicator.profit_amount")
    data.customers(*fields, *([cost] if cost else [])).create_view("referral_fields", replace=True)
    told = f", CAST(fields.{identifier(cost)} AS DOUBLE) AS winning_cost" if cost else ""
    data.duck.execute(
        f"""CREATE OR REPLACE TABLE referral_people AS
            SELECT fields.customer_id, links.customer_id IS NOT NULL AS referred,
                   fields."indicator.recency_days" <= {days} AS retained,
                   fields."indicator.transaction_count" AS transaction_count,
                   fields."indicator.profit_amount" AS profit_amount {told}
            FROM referral_fields fields LEFT JOIN referral_links links USING (customer_id)
            WHERE fields."indicator.transaction_count" IS NOT NULL"""
    )


def _show(raw: Raw, asked: Asked) -> Shown:
    compared = [_told(row, asked) for row in raw["compared"]]
    rows = [
        [
            row[name]
            for name in (
                "measure",
                "referred_customers",
                "other_customers",
                "referred",
                "other",
                "between",
                "p",
            )
        ]
        for row in compared
    ]
    sheet = Sheet(
        key="compared",
        title=_("Referred customers beside all others"),
        columns=[
            Column("measure", "text", _("Measure")),
            Column("referred_customers", "count", _("Referred")),
            Column("other_customers", "count", _("Others")),
            Column("referred", "text", _("Referred, on average")),
            Column("other", "text", _("Others, on average")),
            Column("between", "text", _("Difference lies between")),
            Column("p", "number", _("Chance alone (p, all rows together)")),
        ],
        rows=rows,
        opens_of={
            "referred_customers": [is_value(raw["field"], "referred")] * len(rows),
            "other_customers": [is_value(raw["field"], "other")] * len(rows),
        },
        empty=_(
            "No link to a referrer is known: import a fact that holds the customer number of who referred, or the key "
            "of that customer in the same source, and choose it."
        ),
    )
    return Shown(
        lead=_("%(number)s customers were referred by another one.") % {"number": f"{raw['links']:,}"},
        sheets=[sheet, _referrers(raw)] if rows else [sheet],
        notes=[
            _("Of customers who bought. Intervals hold together at 95 %."),
            _("A difference does not say that being referred made it; other people may come that way."),
            _("Indirect: brought by those, up to three steps away. Add up direct figures only."),
        ],
    )


def _told(row: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    name = row["measure"]
    low, high = row["difference_low"], row["difference_high"]
    return {
        **row,
        "measure": _label(name, asked),
        "referred": _text(name, row["referred_mean"]),
        "other": _text(name, row["other_mean"]),
        "between": "–" if low is None else f"{_text(name, low)} … {_text(name, high)}",
        "p": row["p_adjusted"],
    }


def _label(name: str, asked: Asked) -> str:
    if name == "retained":
        return _("Bought within the last %(days)s days") % {"days": asked["days"]}
    return attribute_label(asked["cost"]) if name == "winning_cost" else measure_label(name)


def _text(name: str, mean: float | None) -> str:
    if mean is None:
        return "–"
    if name == "retained":
        return f"{mean:.1%}"
    return f"{mean:,.2f}" if name == "winning_cost" else measure_text(name, float(mean))


def _referrers(raw: Raw) -> Sheet:
    return sheet_of(
        "referrers",
        _("Who brings others"),
        [
            Column("customer_id", "customer", _("Customer")),
            Column("direct", "number", _("Brought directly")),
            Column("direct_value", "money", _("Their profit")),
            Column("indirect", "number", _("Brought indirectly")),
            Column("indirect_value", "money", _("Profit of those")),
        ],
        raw["referrers"],
        note=_("The %(number)s who brought most at most.") % {"number": MOST},
    )


def _facts(kind: str) -> dict[str, str]:
    found = Attribute.objects.filter(identifying=False, datatype=kind).order_by("code")
    return {f"fact.{each.code}": attribute_label(f"fact.{each.code}") for each in found}


def _named() -> str:
    offered = _facts("text")
    return next((f"fact.{name}" for name in NAMES if f"fact.{name}" in offered), "")


REFERRALS: Final = Analysis(
    code="referrals",
    group="profiles",
    name=gettext_lazy("Who brings others"),
    question=gettext_lazy("Do referred customers stay longer, use more and earn more?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="referrer",
            label=gettext_lazy("The fact that names the referrer"),
            kind="choice",
            default=_named,
            choices=lambda: _facts("text"),
            optional=True,
        ),
        Parameter(
            name="days",
            label=gettext_lazy("Retained: bought within days"),
            kind="whole",
            default=180,
            low=1,
            high=36500,
        ),
        Parameter(
            name="cost",
            label=gettext_lazy("What winning a customer cost"),
            kind="choice",
            default="",
            choices=lambda: _facts("number"),
            optional=True,
            help=gettext_lazy("A fact with the amount."),
        ),
    ),
    requirements=("ANA-70", "LIFE-14"),
    members="text",
)

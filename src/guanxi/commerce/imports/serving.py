"""Cost files: what serving each customer cost us, by kind."""

from __future__ import annotations

from guanxi.commerce.imports.orders import CURRENCY, ONE_CURRENCY
from guanxi.commerce.models import ServiceCost
from guanxi.customers.imports.cells import word_among
from guanxi.customers.imports.customer_files import CUSTOMER
from guanxi.customers.imports.kinds import Field, ImportKind, Rule, Staging
from guanxi.customers.imports.options import ImportOptions
from guanxi.customers.imports.staging import replace_by_key, resolve_parties, stage_numbered, versions
from guanxi.foundation.engine.duck import quoted
from guanxi.foundation.money import base_currency

COST_KINDS = (
    ("service", ("support", "service call", "服务", "客服")),
    ("contact", ("call", "visit", "联系", "沟通", "拜访")),
    ("delivery", ("shipping", "freight", "配送", "运费", "物流")),
    ("discount", ("rebate", "折扣", "优惠")),
)
"""The kinds that we know however they are written; any other word is kept as it stands."""
COST_FIELDS = (
    Field(
        "cost", "key", "the booking's key in the source", required=True,
        synonyms=("cost_id", "cost_key", "booking", "booking_id", "entry_id", "voucher_no",
                  "凭证号", "成本编号", "费用编号"),
    ),
    CUSTOMER,
    Field(
        "booked_on", "date", "the day to which it belongs", required=True, is_past=True,
        synonyms=("cost_date", "booking_date", "date", "记账日期", "发生日期", "日期"),
    ),
    Field(
        "kind", "text", "service, contact, delivery, discount or another word", required=True,
        synonyms=("cost_kind", "cost_type", "type", "category", "成本类型", "费用类型", "类型"),
    ),
    Field(
        "amount", "money", "what it cost us; below zero where a booking was corrected", required=True,
        synonyms=("cost_amount", "total", "金额", "费用", "成本金额"),
    ),
    CURRENCY,
)  # fmt: skip
COST_RULES = (ONE_CURRENCY, Rule("length(kind) > 40", "kind", "is longer than 40 characters"))


def stage_costs(staging: Staging) -> None:
    """Bookings of cost. The same key again replaces what it said before."""
    resolve_parties(staging, "customer", ImportOptions(**staging.batch.options).party_kind)
    replace_by_key(staging, ServiceCost, "good", "cost")
    stage_numbered(
        staging,
        ServiceCost,
        f"""SELECT '{quoted(staging.batch.source)}' AS source, cost AS source_key, parties.id AS party_id, booked_on,
                   coalesce({word_among(COST_KINDS, "kind")}, lower(kind)) AS kind, amount,
                   '{base_currency()}' AS currency, {versions(staging)}
            FROM good JOIN parties ON parties.key = good.customer ORDER BY good._row""",
    )
    staging.datasets.add("costs")


COSTS = ImportKind("costs", COST_FIELDS, stage_costs, rules=COST_RULES, unique=("cost",))

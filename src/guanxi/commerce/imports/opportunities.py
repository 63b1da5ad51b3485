"""Opportunity files: sales that may come, and what became of them."""

from __future__ import annotations

from guanxi.commerce.imports.orders import CURRENCY, ONE_CURRENCY
from guanxi.commerce.models import Opportunity
from guanxi.customers.imports.customer_files import CUSTOMER
from guanxi.customers.imports.kinds import Field, ImportKind, Rule, Staging
from guanxi.customers.imports.options import ImportOptions
from guanxi.customers.imports.staging import replace_by_key, resolve_parties, stage_numbered, versions
from guanxi.foundation.engine.duck import quoted
from guanxi.foundation.money import base_currency

OUTCOMES = (
    ("won", ("win", "closed won", "赢单", "成交", "赢")),
    ("lost", ("lose", "closed lost", "输单", "丢单", "失败", "输")),
    ("open", ("进行中", "跟进中")),
)
IS_OPEN = "coalesce(outcome, 'open') = 'open'"
OPPORTUNITY_FIELDS = (
    Field(
        "opportunity", "key", "the opportunity's key in the source", required=True,
        synonyms=("opportunity_id", "opportunity_key", "deal_id", "deal", "商机编号", "机会编号"),
    ),
    CUSTOMER,
    Field("name", "text", "what it is about", synonyms=("opportunity_name", "deal_name", "title", "商机名称")),
    Field(
        "opened_on", "date", "when it was opened", required=True, is_past=True,
        synonyms=("opened", "open_date", "created_on", "created_at", "date", "创建日期", "立项日期"),
    ),
    Field(
        "closed_on", "date", "when it was won or lost; empty while it is open", is_past=True,
        synonyms=("closed", "close_date", "closed_at", "关闭日期", "结束日期"),
    ),
    Field(
        "expected_amount", "money", "what it is expected to bring", required=True,
        synonyms=("amount", "value", "expected_revenue", "预计金额", "金额"),
    ),
    Field(
        "outcome", "word", "won, lost or open; an empty one is open",
        synonyms=("result", "结果"), words=OUTCOMES, no_word="is not won, lost or open",
    ),
    CURRENCY,
)  # fmt: skip
OPPORTUNITY_RULES = (
    ONE_CURRENCY,
    Rule("expected_amount < 0", "expected_amount", "is below zero"),
    Rule("closed_on < opened_on", "closed_on", "lies before the day on which it was opened"),
    Rule(
        f"NOT ({IS_OPEN}) AND closed_on IS NULL",
        "closed_on",
        "is missing, though it was won or lost",
    ),
    Rule(
        f"{IS_OPEN} AND closed_on IS NOT NULL",
        "outcome",
        "does not say whether it was won or lost, though it was closed",
    ),
)


def stage_opportunities(staging: Staging) -> None:
    """Opportunities. The same key again replaces what it said before."""
    resolve_parties(staging, "customer", ImportOptions(**staging.batch.options).party_kind)
    replace_by_key(staging, Opportunity, "good", "opportunity")
    stage_numbered(
        staging,
        Opportunity,
        f"""SELECT '{quoted(staging.batch.source)}' AS source, opportunity AS source_key, parties.id AS party_id,
                   coalesce(name, '') AS name, opened_on, closed_on, expected_amount,
                   '{base_currency()}' AS currency, CASE WHEN {IS_OPEN} THEN '' ELSE outcome END AS outcome,
                   {versions(staging)}
            FROM good JOIN parties ON parties.key = good.customer ORDER BY good._row""",
    )
    staging.datasets.add("opportunities")


OPPORTUNITIES = ImportKind(
    "opportunities",
    OPPORTUNITY_FIELDS,
    stage_opportunities,
    rules=OPPORTUNITY_RULES,
    unique=("opportunity",),
)

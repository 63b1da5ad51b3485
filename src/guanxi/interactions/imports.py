"""Interaction files: calls, visits, letters and messages as another system kept them."""

from __future__ import annotations

from guanxi.customers.imports.customer_files import CUSTOMER
from guanxi.customers.imports.kinds import Field, ImportKind, Rule, Staging
from guanxi.customers.imports.options import ImportOptions
from guanxi.customers.imports.staging import (
    business_day,
    replace_by_key,
    resolve_parties,
    stage_numbered,
    versions,
)
from guanxi.foundation.engine.duck import quoted
from guanxi.interactions.models import Interaction

DIRECTIONS = (
    ("in", ("inbound", "incoming", "received", "from customer", "入", "呼入", "来", "来电", "客户发起")),
    ("out", ("outbound", "outgoing", "sent", "to customer", "出", "呼出", "去", "去电", "我方发起")),
)
FEEDBACK = (
    ("praise", ("compliment", "表扬", "好评")),
    ("complaint", ("投诉", "抱怨")),
    ("suggestion", ("idea", "建议")),
)
FIELDS = (
    Field(
        "interaction", "key", "the interaction's key in the source", required=True,
        synonyms=(
            "interaction_id", "interaction_key", "call_id", "ticket_id", "case_id", "activity_id",
            "互动编号", "接触编号", "通话编号", "工单编号", "工单号",
        ),
    ),
    CUSTOMER,
    Field(
        "time", "time", "when it happened", required=True,
        synonyms=("happened_at", "interaction_time", "contact_time", "call_time", "created_at", "date",
                  "互动时间", "接触时间", "通话时间", "日期"),
    ),
    Field("channel", "text", "through which channel", synonyms=("medium", "contact_point", "渠道")),
    Field(
        "direction", "word", "in: the customer began; out: we did", required=True,
        synonyms=("in_out", "方向", "呼叫方向"), words=DIRECTIONS, no_word="is neither in nor out",
    ),
    Field("employee", "text", "who of us it was", synonyms=("agent", "staff", "handled_by", "员工", "坐席", "经办人")),
    Field("summary", "long text", "what was said", synonyms=("content", "notes", "note", "内容", "摘要", "备注")),
    Field("outcome", "text", "what came of it", synonyms=("result", "disposition", "结果", "处理结果")),
    Field(
        "feedback", "word", "praise, complaint or suggestion, where it was one of them",
        synonyms=("feedback_kind", "feedback_type", "反馈类型", "反馈"),
        words=FEEDBACK, no_word="is not praise, complaint or suggestion",
    ),
    Field(
        "answered_on", "date", "the day on which it was answered", is_past=True,
        synonyms=("answered_at", "answered", "resolved_on", "closed_on", "答复日期", "回复日期", "办结日期"),
    ),
)  # fmt: skip
RULES = (
    Rule("length(channel) > 60", "channel", "is longer than 60 characters"),
    Rule(
        f"answered_on < {business_day('time', '{zone}')}",
        "answered_on",
        "lies before the day of the interaction",
    ),
)


def stage_interactions(staging: Staging) -> None:
    """Interactions. The same key again replaces what it said before."""
    resolve_parties(staging, "customer", ImportOptions(**staging.batch.options).party_kind)
    replace_by_key(staging, Interaction, "good", "interaction")
    stage_numbered(
        staging,
        Interaction,
        f"""SELECT '{quoted(staging.batch.source)}' AS source, interaction AS source_key, parties.id AS party_id,
                   time AS happened_at, {business_day("time")} AS business_date, coalesce(channel, '') AS channel,
                   direction, coalesce(employee, '') AS employee, coalesce(summary, '') AS summary,
                   coalesce(outcome, '') AS outcome, coalesce(feedback, '') AS feedback_kind, answered_on,
                   {versions(staging)}
            FROM good JOIN parties ON parties.key = good.customer ORDER BY good._row""",
    )
    staging.datasets.add("interactions")


INTERACTIONS = ImportKind("interactions", FIELDS, stage_interactions, rules=RULES, unique=("interaction",))

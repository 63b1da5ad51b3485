"""What each contact indicator means: the catalogue of `contact_indicators` and `expected_sales`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from customer_insight.indicators.entry import AS_OF, Direction, Indicator, named

NO_TABLE: Final = "null where the table was not given"
_NO_FEEDBACK: Final = "null without feedback"


def _count(name: str, row: str | None, formula: str, en: str, zh: str, direction: Direction) -> Indicator:
    return Indicator(
        name=name, requirement=row, unit="count", direction=direction, formula=formula,
        undefined=NO_TABLE, label_en=en, label_zh=zh,
    )  # fmt: skip


def _ratio(kind: str, row: str, en: str, zh: str, direction: Direction) -> Indicator:
    return Indicator(
        name=f"{kind}_ratio", requirement=row, unit="share", direction=direction,
        formula=f"{kind}_count / feedback_count (praise, complaints and suggestions together)",
        undefined=_NO_FEEDBACK, label_en=en, label_zh=zh,
    )  # fmt: skip


CONTACT: Final[Mapping[str, Indicator]] = named(
    _count("task_count", "ANA-17", "number of tasks set", "Related tasks", "相关任务数", "neither"),
    _count("process_count", "ANA-18", "number of processes begun", "Related processes", "相关进程数", "neither"),
    _count("contact_count", None, "number of interactions", "Contacts", "接触次数", "neither"),
    _count("inbound_count", None, "interactions that the customer began", "Inbound contacts", "来访次数", "neither"),
    _count("feedback_count", None, "interactions with praise, complaint or suggestion", "Feedback", "反馈次数",
           "neither"),
    _count("praise_count", "ANA-19", "interactions with praise", "Praise", "客户表扬次数", "higher is better"),
    _ratio("praise", "ANA-19", "Share of praise", "客户表扬比例", "higher is better"),
    _count("complaint_count", "ANA-20", "interactions with a complaint", "Complaints", "投诉次数",
           "lower is better"),
    _ratio("complaint", "ANA-20", "Share of complaints", "投诉比例", "lower is better"),
    _count("suggestion_count", "ANA-21", "interactions with a suggestion", "Suggestions", "建议次数", "neither"),
    _ratio("suggestion", "ANA-21", "Share of suggestions", "建议比例", "neither"),
    Indicator(
        name="last_contact_day", requirement=None, unit="day number", direction="neither",
        formula="day of the latest interaction", undefined="null without an interaction",
        label_en="Last contact", label_zh="最近接触日",
    ),
)  # fmt: skip
"""Every column of `contact_indicators` but ``customer_id``, in the order of the table."""

OPPORTUNITY: Final[Mapping[str, Indicator]] = named(
    Indicator(
        name="expected_sales_amount", requirement="ANA-11", unit="minor units", direction="higher is better",
        formula="sum of expected_amount over open opportunities", undefined="never null",
        label_en="Expected sales amount", label_zh="销售预期金额", window=AS_OF,
    ),
    Indicator(
        name="open_opportunity_count", requirement="ANA-11", unit="count", direction="higher is better",
        formula="opportunities opened up to as_of and not closed by then", undefined="never null",
        label_en="Open opportunities", label_zh="进行中商机数", window=AS_OF,
    ),
)  # fmt: skip
"""Every column of `expected_sales` but ``customer_id``, in the order of the table."""

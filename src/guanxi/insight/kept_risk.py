"""What the kept answers of the published figures say of one customer's leaving; nothing is computed here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

from customer_insight.conditions import Compare, Condition
from guanxi.insight.analyses.leaving_shown import AT_RISK
from guanxi.insight.analyses.parameters import AMONG
from guanxi.insight.members import GROUP, member_of
from guanxi.insight.models import AnalysisAnswer, InsightRun

CODES: Final = ("leaving", "overdue", "decliners")


@dataclass(frozen=True)
class Said:
    """What an answer says of a customer."""

    value: Any
    """The chance to leave, times the usual interval, or the part of a difference that fell most."""
    asked: dict[str, Any]
    """The values of the parameters with which it was asked."""
    row: dict[str, Any]
    """The customer's row of the answer's list; empty where they are not in it."""


def likely_to_leave(run: InsightRun) -> Condition | None:
    """Those whose chance to leave is above one half by the latest kept answer; None where none is kept."""
    answer = _answers(run).filter(question__code="leaving").order_by("-pk").first()
    if answer is None or answer.raw["lacking"]:
        return None
    return Compare(f"{GROUP}.{answer.question.digest}", ">", AT_RISK)


def kept_risk(customer_id: int, run: InsightRun) -> dict[str, Said]:
    """Code of an analysis to what its latest answer by these figures, of all customers, says of this one."""
    answers = _answers(run).filter(question__code__in=CODES)
    latest = {each.question.code: each for each in answers.defer("raw").order_by("pk")}
    found = {}
    for code, answer in latest.items():
        value = member_of(answer.question.digest, run, customer_id)
        if value is not None:
            found[code] = Said(value, answer.question.arguments, _row(answer.raw, customer_id))
    return found


def _answers(run: InsightRun) -> QuerySet[AnalysisAnswer]:
    """The kept answers about all customers."""
    found = AnalysisAnswer.objects.filter(run=run, **{f"question__arguments__{AMONG}": ""})
    return found.select_related("question")


def _row(raw: dict[str, Any], customer_id: int) -> dict[str, Any]:
    listed = raw.get("most") or raw.get("list") or raw.get("people") or []
    return next((row for row in listed if row["customer_id"] == customer_id), {})

"""What insight offers to the other rooms through the registry."""

from __future__ import annotations

from guanxi.customers.models import Party
from guanxi.foundation.configuration import DEFINITIONS, Definition
from guanxi.foundation.registry import JobKind, PersonalData, Reference, registry
from guanxi.insight import assumptions, members, need_rules, thresholds
from guanxi.insight.analyses import asking
from guanxi.insight.decline_reasons import decline_reasons_of
from guanxi.insight.models import ClassMove, CustomerInsight, DeclineReason
from guanxi.insight.queries import insight_of, moves_of
from guanxi.insight.services import run_refresh


def fill() -> None:
    """Fill the registry."""
    DEFINITIONS[assumptions.SETTING] = Definition(assumptions.DEFAULT, assumptions.parse_assumptions)
    DEFINITIONS[thresholds.SETTING] = Definition(thresholds.DEFAULT, thresholds.parse_thresholds)
    DEFINITIONS[need_rules.SETTING] = Definition(need_rules.DEFAULT, need_rules.check_need_rules)
    members.answer[:] = [asking.answer_members]
    registry.add(
        JobKind("insight refresh", run_refresh),
        JobKind(asking.JOB, asking.run_analysis),
        PersonalData("insight", CustomerInsight, insight_of),
        PersonalData("class_moves", ClassMove, moves_of),
        PersonalData("decline_reasons", DeclineReason, decline_reasons_of),
        Reference(Party, DeclineReason, "party_id"),
    )

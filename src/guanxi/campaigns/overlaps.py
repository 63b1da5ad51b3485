"""Whom a plan shares with other campaigns of the same weeks, and which groups it reaches (CAMP-17, CAMP-18)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.db.models import Q

from customer_insight.conditions import All, Condition
from guanxi.campaigns.models import Campaign
from guanxi.campaigns.plans import Plan, parse_plan
from guanxi.customers.queries import RESOLVED_PARTIES, visible_sql
from guanxi.foundation.engine.duck import Duck, identifier, rows
from guanxi.foundation.engine.truth import copy_truth
from guanxi.insight.audience import browse_audience, count_audience
from guanxi.outreach.gate import COUNTED
from guanxi.outreach.policy import read_policy

GROUPS: Final = {"tier": "class.tier", "decile": "indicator.sales_decile"}
"""How customers are grouped in calendars and plans → the field of a condition that says so."""
NO_GROUP: Final = "–"
"""Customers whom no analysis has put into a group."""


def groups_of_audience(condition: Condition) -> dict[str, dict[str, int]]:
    """Grouping → group → how many of those who fulfil a condition are in it."""
    with browse_audience(condition, *GROUPS.values()) as (duck, found):
        found.create_view("grouped", replace=True)
        return {
            name: {
                str(NO_GROUP if group is None else group): number
                for group, number in rows(
                    duck,
                    f"SELECT {identifier(field)}, count(*) FROM grouped GROUP BY 1 ORDER BY 1 NULLS LAST",
                )
            }
            for name, field in GROUPS.items()
        }


def overlaps(duck: Duck, plan: Plan) -> list[dict[str, Any]]:
    """Campaigns within one window of the contact policy of a plan's start, and how many of its customers they reach.

    What was launched is counted on the ledger, against table `assigned` (customer_id, cell); what is only planned by
    its condition. The most people first; campaigns that share nobody are left out.
    """
    near = timedelta(days=read_policy().window_days)
    others = Campaign.objects.filter(
        Q(starts_at__gt=plan.starts_at - near) & Q(starts_at__lt=plan.starts_at + near), source=""
    ).exclude(code=plan.code)
    launched = _on_the_ledger(duck, [other.pk for other in others if other.state != Campaign.State.PLANNED])
    found = []
    for other in others:
        planned = other.state == Campaign.State.PLANNED
        number = _both(plan, other) if planned else launched.get(other.pk, 0)
        if number and other.starts_at:
            shared = {"campaign": other.code, "name": other.name, "state": other.state, "customers": number}
            found.append(shared | {"starts_at": other.starts_at.isoformat()})
    return sorted(found, key=lambda row: (-row["customers"], row["campaign"]))


def _both(plan: Plan, other: Campaign) -> int:
    return count_audience(All((plan.audience, parse_plan(other.plan).audience)))


def _on_the_ledger(duck: Duck, campaign_ids: Iterable[int]) -> dict[int, int]:
    """Campaign → how many of those assigned it contacted or will contact."""
    listed = ", ".join(str(int(number)) for number in campaign_ids)
    if not listed:
        return {}
    states = ", ".join(f"'{state}'" for state in COUNTED)
    copy_truth(
        duck,
        "elsewhere",
        f"""SELECT contact.campaign_id, coalesce(resolved.customer_id, contact.party_id) AS customer_id
            FROM outreach_contact contact
            LEFT JOIN ({RESOLVED_PARTIES}) resolved ON resolved.party_id = contact.party_id
            WHERE contact.campaign_id IN ({listed}) AND contact.state IN ({states}) AND {visible_sql("contact")}""",
    )
    counted = """SELECT campaign_id, count(DISTINCT customer_id) FROM elsewhere
                 SEMI JOIN assigned USING (customer_id) GROUP BY 1"""
    return dict(rows(duck, counted))

"""Measuring what a campaign earned, and closing it with a lesson (CAMP-06, CAMP-09, CAMP-12, CAMP-13)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from customer_insight.measurement import (
    Attributed,
    attributed,
    campaign_result,
    level_of_look,
    quadrant,
    response_band,
)
from guanxi.campaigns.analyses.chosen import forget
from guanxi.campaigns.breakdown import breakdown
from guanxi.campaigns.models import Campaign
from guanxi.campaigns.plan_fields import PlanError
from guanxi.campaigns.queries import MEASURED, campaign_named, looks, measured_window, membership_counts
from guanxi.campaigns.seen import CLOSE, require_as_seen
from guanxi.campaigns.units import PRE_DAYS, copy_members, costs_by_cell, new_customers, sales_windows, units
from guanxi.foundation import audit, clock, events, jobs
from guanxi.foundation.actor import Actor
from guanxi.foundation.engine.duck import Duck, value, workspace
from guanxi.foundation.errors import DomainError
from guanxi.foundation.jobs import RunningJob
from guanxi.foundation.models import ChangeRow, Job
from guanxi.insight.assumptions import read_assumptions
from guanxi.insight.measures import last_day
from guanxi.insight.replica import open_replica, sync
from guanxi.outreach.queries import has_open_contacts

JUDGED_BY = {
    Campaign.Goal.ACQUISITION: "incremental_responses",
    Campaign.Goal.LOYALTY: "response",
    Campaign.Goal.SHARE_OF_CUSTOMER: "margin",
    Campaign.Goal.RETURN: "roi",
}
"""Goal → the measured figure that answers it (CAMP-01 to CAMP-04)."""


def start_measurement(*, code: str, actor: Actor) -> Job:
    """Write the job that measures a campaign on what is known now."""
    campaign = campaign_named(code)
    if campaign.state in {Campaign.State.PLANNED, Campaign.State.LAUNCHING}:
        raise PlanError(
            _("Campaign %(code)s is %(state)s; there is nothing to measure yet.")
            % {"code": code, "state": _(campaign.state)}
        )
    return jobs.enqueue("campaign results", code, {"code": code}, actor)


def run_measurement(running: RunningJob) -> dict[str, Any]:
    """The job: follow what changed, measure, keep the result with the campaign. A closed one keeps what it has."""
    campaign = campaign_named(running.arguments["code"])
    if campaign.state == Campaign.State.CLOSED:
        return dict(campaign.results)
    if ChangeRow.objects.exists():
        sync(running)
    running.advance("measuring")
    with workspace() as duck:
        open_replica(duck)
        results = measure(duck, campaign)
    with running.writing("keeping the result"):
        open_ones = Campaign.objects.filter(pk=campaign.pk).exclude(state=Campaign.State.CLOSED)
        if open_ones.update(results=results, measured_at=clock.now()):
            audit.record(running.actor, MEASURED, "campaign", campaign.code, verdict=results["verdict"])
            events.emit("campaign.measured", campaign=campaign.code, verdict=results["verdict"])
            forget()
            return results
    return dict(campaign_named(campaign.code).results)


def measure(duck: Duck, campaign: Campaign) -> dict[str, Any]:
    """Incremental figures against the control first, attributed ones second; no claim without a control."""
    window = measured_window(campaign)
    if window is None:
        raise DomainError(
            _("Campaign %(code)s has no start date, so there is no period to measure.")
            % {"code": campaign.code}
        )
    start, until = window
    rate = read_assumptions().margin_rate
    pre_days = campaign.plan.get("pre_days", PRE_DAYS)
    copy_members(duck, campaign.pk, start, until)
    if not value(duck, "SELECT count(*) FROM subjects"):
        raise DomainError(
            _("Campaign %(code)s has no members, so there is nothing to measure.") % {"code": campaign.code}
        )
    sales_windows(duck, start=start, days=(until - start).days + 1, pre_days=pre_days, margin_rate=rate)
    costs, elsewhere = costs_by_cell(duck)
    fixed = campaign.fixed_cost + elsewhere
    response = campaign.plan.get("response", "order") if campaign.plan else "recorded"
    result = campaign_result(units(duck, response), costs=costs, fixed_cost=fixed)
    counted = attributed(units(duck, "recorded"), costs=costs, fixed_cost=fixed)
    last, won = last_day(duck), new_customers(duck, start)
    has_control = result.overall.control > 0
    return {
        "campaign": campaign.code,
        "name": campaign.name,
        "goal": campaign.goal,
        "judged_by": JUDGED_BY.get(Campaign.Goal(campaign.goal)) if campaign.goal else None,
        "measured_on": clock.business_date(clock.now()).isoformat(),
        "window": [start.isoformat(), until.isoformat()],
        "data_until": last.isoformat(),
        "complete": last >= until,
        "pre_days": pre_days,
        "response": response,
        "margin_rate": rate,
        "has_control": has_control,
        "members": membership_counts(campaign),
        "left_out_as_merged": int(value(duck, "SELECT count(*) FROM mixed")),
        **result.as_dict(),
        **(breakdown(duck, campaign, start=start, response=response) if has_control else {"groups": []}),
        "look": _look(duck, campaign, response, costs, fixed) if has_control else None,
        "attributed": [asdict(row) for row in counted],
        "new_customers": won,
        "cost_per_new_customer": counted[0].cost / won if won else None,
        "benchmark": _benchmark(campaign, counted[0]),
        "responses_recorded": int(value(duck, "SELECT coalesce(sum(responses), 0) FROM responders")),
    }


def close(*, code: str, analysis: str, lesson: str, actor: Actor, seen: str = "") -> Campaign:
    """Close a measured campaign with its analysis and a lesson; neither may be left out.

    `seen` is the version of the results that a page showed: a lesson from other figures is not kept for these.
    """
    with transaction.atomic():
        campaign = campaign_named(code, lock=True)
        require_as_seen(campaign, CLOSE, seen)
        if campaign.state == Campaign.State.CLOSED:
            raise DomainError(_("Campaign %(code)s is closed already.") % {"code": code})
        if not campaign.results:
            raise DomainError(
                _("Campaign %(code)s was not measured yet; run `guanxi campaign results %(code)s` first.")
                % {"code": code}
            )
        if has_open_contacts(campaign.pk):
            raise DomainError(
                _("Campaign %(code)s still has contacts to deliver; stop it or wait for them.")
                % {"code": code}
            )
        if not analysis.strip() or not lesson.strip():
            raise DomainError(_("A campaign closes only with its analysis and a lesson for the next plan."))
        campaign.state = Campaign.State.CLOSED
        campaign.analysis, campaign.lesson = analysis.strip(), lesson.strip()
        campaign.save(update_fields=["state", "analysis", "lesson"])
        audit.record(actor, "closed", "campaign", code, lesson=lesson)
        events.emit("campaign.closed", campaign=code)
    return campaign


def _look(duck: Duck, campaign: Campaign, response: str, costs: dict[str, int], fixed: int) -> dict[str, Any]:
    """The whole at a level at which all looks hold together; every measuring that the audit knows of was a look."""
    number = 1 + looks(campaign)
    found = campaign_result(units(duck, response), costs=costs, fixed_cost=fixed, level=level_of_look(number))
    whole = found.overall
    return {
        "number": number,
        "level": found.level,
        "response": asdict(whole.response.difference),
        "margin": asdict(whole.margin.difference),
        "incremental_margin": asdict(whole.incremental_margin),
        "incremental_profit": asdict(whole.incremental_profit),
        "roi": asdict(whole.roi),
        "verdict": whole.verdict,
    }


def _benchmark(campaign: Campaign, whole: Attributed) -> dict[str, Any] | None:
    """The recorded response rate beside the band of the campaign's quadrant; None where none was recorded."""
    if whole.response_rate is None or not whole.responses:
        return None
    strategy = quadrant(campaign.initiator, campaign.interactivity)  # type: ignore[arg-type]
    return {
        "quadrant": strategy,
        "response_rate": whole.response_rate,
        "band": response_band(whole.response_rate, strategy),
    }

"""What campaigns offers to the other rooms through the registry."""

from __future__ import annotations

from guanxi.campaigns.analyses.allocate import ALLOCATE
from guanxi.campaigns.analyses.commission import COMMISSION
from guanxi.campaigns.analyses.looking_early import LOOKING_EARLY
from guanxi.campaigns.analyses.purchases_after import PURCHASES_AFTER
from guanxi.campaigns.analyses.uplift import UPLIFT
from guanxi.campaigns.best_channel import BEST_CHANNEL
from guanxi.campaigns.imports import CONTACTS, RESPONSES
from guanxi.campaigns.models import Campaign, Member, Response
from guanxi.campaigns.queries import memberships_of, responses_of
from guanxi.campaigns.services import drafts, trial
from guanxi.campaigns.services.launch import run_launch
from guanxi.campaigns.services.measure import run_measurement
from guanxi.campaigns.services.plan import HOLDOUT_DEFAULT, HOLDOUT_SETTING, parse_holdout
from guanxi.customers.imports.kinds import register
from guanxi.customers.models import Party
from guanxi.foundation.configuration import DEFINITIONS, Definition
from guanxi.foundation.registry import JobKind, PersonalData, Reference, registry
from guanxi.insight.analyses.offered import offer
from guanxi.outreach.models import Contact


def fill() -> None:
    """Fill the registry."""
    DEFINITIONS[HOLDOUT_SETTING] = Definition(HOLDOUT_DEFAULT, parse_holdout)
    offer(BEST_CHANNEL)
    offer(LOOKING_EARLY, UPLIFT, COMMISSION, PURCHASES_AFTER, ALLOCATE)
    register(CONTACTS)
    register(RESPONSES)
    registry.add(
        JobKind("campaign launch", run_launch),
        JobKind("campaign results", run_measurement),
        JobKind(drafts.ESTIMATE, drafts.run_estimate),
        JobKind(drafts.PLAN, drafts.run_plan),
        JobKind(trial.TRIAL, trial.run_trial),
        PersonalData("campaigns", Member, memberships_of),
        PersonalData("responses", Response, responses_of),
        Reference(Party, Member, "party_id", "batch_id"),
        Reference(Party, Response, "party_id", "batch_id"),
        *(Reference(Campaign, model, "campaign_id", "batch_id") for model in (Member, Response, Contact)),
    )

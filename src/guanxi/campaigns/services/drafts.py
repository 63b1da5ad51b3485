"""Writing a plan step by step: begin, change, estimate, plan, discard."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.campaigns.drafts import digest_of, draft_complaints, draft_numbered, is_estimated, reckonable
from guanxi.campaigns.models import Campaign, CampaignDraft
from guanxi.campaigns.plan_fields import PlanError
from guanxi.campaigns.plans import complaints, parse_plan
from guanxi.campaigns.queries import campaign_named
from guanxi.campaigns.seen import PLAN as SEEN_PLAN
from guanxi.campaigns.seen import require_as_seen
from guanxi.campaigns.services.plan import as_json, estimate_plan, plan_campaign
from guanxi.foundation import audit, clock, jobs
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError
from guanxi.foundation.jobs import RunningJob
from guanxi.foundation.models import Job
from guanxi.insight.queries import published_run

ESTIMATE, PLAN = "campaign estimate", "campaign plan"
"""Kinds of jobs."""
BEGUN_WITH: dict[str, Any] = {
    "channel": "email",
    "control_share": 0.2,
    "measure_days": 28,
    "pre_days": 91,
    "cells": [{"code": "letter", "subject": "", "body": "", "share": 1.0}],
}
NOT_COPIED = ("code", "salt", "start")
"""What another campaign needs anew: its name for commands, its draw, its day."""


class DraftChanged(DomainError):
    """Somebody changed the same fields after this page had shown them; `theirs` holds what they are now."""

    def __init__(self, by: str, theirs: Mapping[str, Any], version: int) -> None:
        said = _(
            "%(by)s changed this after you had opened it: %(fields)s. Nothing was overwritten; look at both."
        )
        super().__init__(said % {"by": by, "fields": ", ".join(theirs)})
        self.theirs, self.version = dict(theirs), version


def begin(*, document: Mapping[str, Any], actor: Actor, campaign: Campaign | None = None) -> CampaignDraft:
    """A new draft of what is known already; its draw is fixed here, before anybody can know who will buy."""
    at = clock.now()
    with transaction.atomic():
        draft = CampaignDraft.objects.create(
            document=BEGUN_WITH | {"salt": secrets.token_hex(8)} | as_json(dict(document)),
            campaign=campaign,
            created_at=at,
            created_by=actor.name,
            changed_at=at,
        )
        draft.document.setdefault("code", f"campaign-{draft.pk}")
        draft.save(update_fields=["document"])
        audit.record(actor, "begun", "draft", draft.pk)
    return draft


def begin_like(*, code: str, actor: Actor) -> CampaignDraft:
    """A draft of what an earlier campaign planned, under a code of its own. Raises PlanError where it has no plan."""
    earlier = campaign_named(code)
    if not earlier.plan:
        raise PlanError(_("Campaign %(code)s was made elsewhere and has no plan.") % {"code": code})
    copied = {name: value for name, value in earlier.plan.items() if name not in NOT_COPIED}
    return begin(document=copied, actor=actor)


def reopen(*, code: str, actor: Actor) -> CampaignDraft:
    """The draft of a planned campaign, to be planned anew until it is launched. Raises PlanError afterwards."""
    with transaction.atomic():
        campaign = campaign_named(code, lock=True)
        if campaign.state != Campaign.State.PLANNED:
            raise PlanError(
                _("Campaign %(code)s is %(state)s; only a planned one can be changed.")
                % {"code": code, "state": _(campaign.state)}
            )
        open_one = CampaignDraft.objects.filter(campaign=campaign).first()
        document = campaign.plan | {"salt": campaign.salt}
        return open_one or begin(document=document, actor=actor, campaign=campaign)


def change(
    *, draft_id: int, values: Mapping[str, Any], version: int, page: str, actor: Actor
) -> CampaignDraft:
    """Set fields of a draft that a page showed as of a version. Nothing is checked: a draft may be wrong.

    Fields that are as they were count as unchanged. Raises DraftChanged, and writes nothing, where another page set
    one of the others to something else meanwhile.
    """
    with transaction.atomic():
        draft = CampaignDraft.objects.select_for_update().filter(pk=draft_id).first() or draft_numbered(
            draft_id
        )
        new = {
            name: value for name, value in as_json(dict(values)).items() if draft.document.get(name) != value
        }
        _refuse_overwriting(draft, new, version, page)
        if new:
            draft.version += 1
            draft.changed_at = clock.now()
            mark = {"version": draft.version, "by": actor.name, "page": page}
            draft.changes |= dict.fromkeys(new, mark)
            draft.document |= new
            draft.save(update_fields=["document", "version", "changes", "changed_at"])
    return draft


def _refuse_overwriting(draft: CampaignDraft, new: Mapping[str, Any], version: int, page: str) -> None:
    later = {name: mark for name, mark in draft.changes.items() if mark["version"] > version}
    lost = [name for name in new if name in later and later[name]["page"] != page]
    if lost:
        theirs = {name: draft.document.get(name) for name in lost}
        raise DraftChanged(later[lost[0]]["by"], theirs, draft.version)


def replace(
    *, draft_id: int, document: Mapping[str, Any], version: int, page: str, actor: Actor
) -> CampaignDraft:
    """Set all of a draft, as a text says it: what the text leaves out is gone. Raises DraftChanged."""
    with transaction.atomic():
        gone = dict.fromkeys(set(draft_numbered(draft_id).document) - set(document))
        draft = change(
            draft_id=draft_id, values={**document, **gone}, version=version, page=page, actor=actor
        )
        draft.document = {name: value for name, value in draft.document.items() if value is not None}
        draft.save(update_fields=["document"])
    return draft


def discard(*, draft_id: int, actor: Actor) -> None:
    """Delete a draft; a planned campaign that it changes stays as it is planned."""
    with transaction.atomic():
        draft = draft_numbered(draft_id)
        audit.record(actor, "discarded", "draft", draft_id, document=draft.document)
        draft.delete()


def start_estimate(*, draft_id: int, actor: Actor) -> Job:
    """Write the job that reckons whom a draft reaches. Raises PlanError where its audience is missing or wrong."""
    draft = draft_numbered(draft_id)
    reckonable(draft.document)
    return jobs.enqueue(ESTIMATE, str(draft_id), {"draft": draft_id}, actor)


def start_estimate_if_old(*, draft_id: int, actor: Actor) -> Job | None:
    """The same, where somebody is chosen and no estimate of what the draft says now is kept."""
    draft = draft_numbered(draft_id)
    if "audience" in complaints(draft.document) or is_estimated(draft):
        return None
    return start_estimate(draft_id=draft_id, actor=actor)


def run_estimate(running: RunningJob) -> dict[str, Any]:
    """The job: keep what the estimate of a plan says beside the draft, as far as the draft says anything."""
    draft = draft_numbered(running.arguments["draft"])
    running.advance("drawing the audience")
    plan, digest = reckonable(draft.document), digest_of(draft.document)
    estimate = estimate_plan(plan, published_run(), plan.salt)
    with running.writing("keeping the result"):
        CampaignDraft.objects.filter(pk=draft.pk).update(estimate=estimate, estimated=digest)
    return {"reach": estimate["reach"]}


def start_plan(*, draft_id: int, actor: Actor, seen: str = "") -> Job:
    """Write the job that makes a plan of a draft. Raises PlanError with the first complaint.

    `seen` is the version of the planned campaign that a page showed: another plan is not replaced by the draft.
    """
    draft = draft_numbered(draft_id)
    if said := draft_complaints(draft):
        raise PlanError(next(iter(said.values())))
    if draft.campaign:
        require_as_seen(draft.campaign, SEEN_PLAN, seen)
    arguments = {"draft": draft_id, "code": draft.document["code"], "seen": seen}
    return jobs.enqueue(PLAN, str(draft_id), arguments, actor)


def start_plan_of(*, document: Mapping[str, Any], actor: Actor) -> CampaignDraft:
    """Write the job that makes a plan of a whole document; one under the code of a planned campaign replaces its plan.

    The draft is what the plan was written in, should the job fail. Raises PlanError, and writes nothing, where the
    document cannot be carried out.
    """
    code = parse_plan(dict(document)).code
    with transaction.atomic():
        if Campaign.objects.filter(code=code, state=Campaign.State.PLANNED).exists():
            open_one = reopen(code=code, actor=actor)
            draft = replace(
                draft_id=open_one.pk, document=document, version=open_one.version, page="", actor=actor
            )
        else:
            draft = begin(document=document, actor=actor)
        start_plan(draft_id=draft.pk, actor=actor)
    return draft


def run_plan(running: RunningJob) -> dict[str, Any]:
    """The job: make the campaign, and the draft is done. A second run after a crash may find it done already."""
    draft = CampaignDraft.objects.filter(pk=running.arguments["draft"]).first()
    if draft is None:
        return {"campaign": running.arguments["code"]}
    if said := draft_complaints(draft):
        raise PlanError(next(iter(said.values())))
    if draft.campaign:
        require_as_seen(draft.campaign, SEEN_PLAN, running.arguments.get("seen", ""))
    running.advance("drawing the audience")
    campaign = plan_campaign(document=draft.document, actor=running.actor, draft=draft)
    return {"campaign": campaign.code}

"""Sending a draft's letter to the person who writes it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.campaigns.drafts import draft_complaints, draft_numbered
from guanxi.campaigns.plan_fields import PlanError
from guanxi.foundation import clock, jobs
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError
from guanxi.foundation.jobs import RunningJob
from guanxi.foundation.models import Job
from guanxi.outreach.delivery.trial import record_trial, require_trial_allowed, send_trial
from guanxi.outreach.models import Contact

TRIAL = "trial letter"
"""Kind of job."""


def start_trial(
    *, draft_id: int, place: int, address: str, name: str, actor: Actor, language: str = ""
) -> Job:
    """Write the job that sends the words of a cell, as they are now, to the writer's own address.

    Those in another language than the cell's own where one is named.

    Raises PlanError where the words cannot be sent, and DomainError for too many trials.
    """
    draft = draft_numbered(draft_id)
    cells = draft.document.get("cells") or []
    if not 0 <= place < len(cells):
        raise PlanError(_("There is no such cell."))
    wrong, where = draft_complaints(draft), f"cells.{place}"
    written = cells[place]
    if language:
        written = (written.get("languages") or {}).get(language)
        where += f".languages.{language}"
        if not isinstance(written, dict):
            raise PlanError(_("The cell says nothing in %(tag)s.") % {"tag": language})
    fields = (f"{where}.subject", f"{where}.body", "links")
    if said := next((wrong[field] for field in fields if field in wrong), ""):
        raise PlanError(said)
    if not address:
        raise DomainError(_("Your account has no e-mail address."))
    words = {part: written[part] for part in ("subject", "body")}
    with transaction.atomic():
        require_trial_allowed(actor, clock.now())
        record_trial(actor, words["subject"], draft_id)
        arguments = {
            **words,
            "address": address,
            "name": name,
            "links": draft.document.get("links") or {},
            "language": language or draft.document.get("language") or "",
        }
        return jobs.enqueue(TRIAL, f"{draft_id}-{place}-{language}-{address}"[:100], arguments, actor)


def run_trial(running: RunningJob) -> dict[str, Any]:
    """The job: one letter. One whose process died may be sent twice; it goes to nobody but its writer."""
    running.advance("deliver")
    ending = send_trial(**running.arguments, at=clock.now())
    if ending.state != Contact.State.DELIVERED:
        raise DomainError(ending.error)
    return {"state": ending.state}

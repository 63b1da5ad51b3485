"""Jobs in the frame: what runs now for the one who looks, and how what ran has ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from guanxi.foundation.models import Job
from guanxi.foundation.registry import registry
from guanxi.shell.toasts import Toast
from guanxi.wording.words import phrase, word

SEE_ALL: Final = "see jobs"
"""The permission with which the jobs of others are seen; one's own are always."""
SHOWN: Final = 20


@dataclass(frozen=True)
class Work:
    """A job that waits or runs."""

    id: int
    name: str
    percent: int | None
    """None until the job knows how much there is to do."""


def under_way(person: Any) -> list[Work]:
    """The open jobs that a person may see, oldest first."""
    return [_work(job) for job in _seen_by(person).filter(state__in=Job.OPEN).order_by("id")[:SHOWN]]


def ended(person: Any, watched: Sequence[int]) -> list[Toast]:
    """What to say of those watched jobs that are over by now; a kind without a page is small work and says nothing."""
    jobs = _seen_by(person).filter(pk__in=watched[:SHOWN]).exclude(state__in=Job.OPEN)
    return [_said(job) for job in jobs.order_by("id") if job.kind in registry.job_pages]


def result_of(job: Job) -> str:
    """The address of a job's result; empty where its kind has no page."""
    page = registry.job_pages.get(job.kind)
    return page.address(job) if page else ""


def _seen_by(person: Any) -> QuerySet[Job]:
    return Job.objects.all() if person.may(SEE_ALL) else Job.objects.filter(Q(actor=person.actor.name))


def _work(job: Job) -> Work:
    percent = min(100 * job.done_units // job.total_units, 100) if job.total_units else None
    return Work(job.pk, str(word(job.kind)), percent)


def _said(job: Job) -> Toast:
    kind = word(job.kind)
    if job.state == Job.State.DONE:
        return Toast(_("Done: %(work)s.") % {"work": kind}, "success", href=result_of(job))
    if job.state == Job.State.CANCELLED:
        return Toast(_("Cancelled: %(work)s.") % {"work": kind}, "warning")
    said = _("Failed: %(work)s. %(error)s") % {"work": kind, "error": phrase(job.error)}
    return Toast(said, "error", href=result_of(job))

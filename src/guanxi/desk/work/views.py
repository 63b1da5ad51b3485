"""Jobs and the audit."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guanxi.foundation import jobs
from guanxi.foundation.models import AuditEntry, Job
from guanxi.shell.tables import Cell, Table
from guanxi.shell.typed import whole_number
from guanxi.shell.work import result_of
from guanxi.staff.access import Request, may
from guanxi.staff.roles import May
from guanxi.wording.words import phrase

PAGE = 100
JOB_COLUMNS = ("id", "kind", "key", "state", "detail", "at", "by")


@require_safe
@may(May.SEE_JOBS)
def job_list(request: Request) -> HttpResponse:
    """Long work, newest first; the list brings itself up to date while something runs."""
    shown = list(Job.objects.order_by("-id")[:PAGE])
    template = "desk/work/jobs_list.html" if request.htmx else "desk/work/jobs.html"
    is_busy = any(job.state in Job.OPEN for job in shown)
    found = {
        "jobs": [(job, result_of(job)) for job in shown],
        "is_busy": is_busy,
        "may_cancel": request.user.may(May.CANCEL_JOBS),
        "table": Table(JOB_COLUMNS, [], every=lambda: map(_job_row, Job.objects.order_by("-id").iterator())),
    }
    return render(request, template, found)


def _job_row(job: Job) -> tuple[Any, ...]:
    """A job in a file."""
    number = Cell(str(job.pk), is_number=True, value=job.pk)
    said = phrase(job.error or job.step)
    return (number, job.kind, Cell(job.key), job.state, said, job.created_at, phrase(job.actor))


@require_POST
@may(May.CANCEL_JOBS)
def job_cancel(request: Request, job_id: int) -> HttpResponse:
    """Ask a job to stop."""
    job = jobs.cancel(job_id)
    messages.success(request, _("Job %(id)s is asked to stop.") % {"id": job.pk})
    return redirect("jobs")


@require_safe
@may(May.SEE_AUDIT)
def audit_list(request: Request) -> HttpResponse:
    """Who did what, newest first, a page at a time."""
    entries = AuditEntry.objects.order_by("-id")
    before = whole_number(request.GET.get("before", ""))
    if before is not None:
        entries = entries.filter(id__lt=before)
    found = list(entries[:PAGE])
    table = Table(
        ["at", "by", "did", "kind", "key"],
        map(_entry_row, found),
        every=lambda: map(_entry_row, AuditEntry.objects.order_by("-id").iterator()),
    )
    older = found[-1].pk if len(found) == PAGE else None
    return render(request, "desk/work/audit.html", {"table": table, "older": older})


def _entry_row(entry: AuditEntry) -> tuple[Any, ...]:
    return (entry.at, phrase(entry.actor), entry.verb, entry.object_kind, entry.object_id)

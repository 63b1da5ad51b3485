"""Jobs, the audit and the settings."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanxi.desk.undos import SET
from guanxi.foundation import configuration, jobs
from guanxi.foundation.errors import DomainError
from guanxi.foundation.models import AuditEntry, Job
from guanxi.foundation.versions import version_of
from guanxi.shell.tables import Cell, Table
from guanxi.shell.toasts import undoable
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
    template = "desk/jobs_list.html" if request.htmx else "desk/jobs.html"
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
    return render(request, "desk/audit.html", {"table": table, "older": older})


def _entry_row(entry: AuditEntry) -> tuple[Any, ...]:
    return (entry.at, phrase(entry.actor), entry.verb, entry.object_kind, entry.object_id)


@require_http_methods(["GET", "HEAD", "POST"])
@may(May.SEE_SETTINGS)
def settings_page(request: Request) -> HttpResponse:
    """Thresholds and policies; a value that makes no sense is refused and stays in the form."""
    typed, complaint = request.POST.dict(), ""
    if request.method == "POST":
        if not request.user.may(May.CHANGE_SETTINGS):
            return render(request, "shell/not_allowed.html", status=403)
        try:
            _write(request, typed)
        except DomainError as error:
            complaint = phrase(str(error))
        else:
            return redirect("settings")
    sections = [_section(name, typed if typed.get("setting") == name else {}) for name in _names()]
    shown = {
        "sections": sections,
        "complaint": complaint,
        "may_change": request.user.may(May.CHANGE_SETTINGS),
        "may_manage_people": request.user.may(May.MANAGE_PEOPLE),
    }
    return render(request, "desk/settings.html", shown, status=422 if complaint else 200)


def _names() -> list[str]:
    return sorted(configuration.DEFINITIONS)


def _write(request: Request, typed: dict[str, str]) -> None:
    """Set a value, and offer to set the old one again."""
    name = typed.get("setting", "")
    default = configuration.DEFINITIONS[name].default if name in configuration.DEFINITIONS else {}
    value = {part: _value(typed.get(part, ""), was) for part, was in default.items()}
    before = configuration.read(name) if default else {}
    configuration.write(name, value, actor=request.user.actor, seen=typed.get("version"))
    undoable(
        request,
        _("The setting is saved; the old value stays in the audit."),
        SET,
        setting=name,
        before=json.dumps(before),
        version=version_of(configuration.read(name)),
    )


def _value(text: str, was: object) -> object:
    """What was typed, as the kind of value that it replaces; what does not fit is left for the check to refuse."""
    if isinstance(was, str):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _section(name: str, typed: dict[str, str]) -> dict[str, object]:
    """A setting as a form: its values, the defaults beside them, and what was typed instead.

    A form that comes back carries the version of now: whoever has seen both values may save theirs.
    """
    default, now = configuration.DEFINITIONS[name].default, configuration.read(name)
    is_changed = bool(typed) and typed.get("version", "") != version_of(now)
    parts = [_part(part, _text(was), _text(now.get(part, was)), typed) for part, was in default.items()]
    return {"name": name, "parts": parts, "version": version_of(now), "is_changed": is_changed}


def _part(name: str, default: str, now: str, typed: dict[str, str]) -> dict[str, object]:
    value = typed.get(name, now)
    return {"name": name, "value": value, "default": default, "now": now, "differs": value != now}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)

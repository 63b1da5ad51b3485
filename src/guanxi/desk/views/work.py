"""Jobs, the audit and the settings."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanxi.foundation import configuration, jobs
from guanxi.foundation.errors import DomainError
from guanxi.foundation.models import AuditEntry, Job
from guanxi.shell.tables import Table
from guanxi.staff.access import Request, may
from guanxi.staff.roles import May
from guanxi.wording.words import phrase

PAGE = 100


@require_safe
@may(May.SEE_JOBS)
def job_list(request: Request) -> HttpResponse:
    """Long work, newest first; the list brings itself up to date while something runs."""
    shown = list(Job.objects.order_by("-id")[:PAGE])
    template = "desk/jobs_list.html" if request.htmx else "desk/jobs.html"
    is_busy = any(job.state in Job.OPEN for job in shown)
    return render(
        request,
        template,
        {"jobs": shown, "is_busy": is_busy, "may_cancel": request.user.may(May.CANCEL_JOBS)},
    )


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
    before = request.GET.get("before", "")
    if before.isdecimal():
        entries = entries.filter(id__lt=int(before))
    found = list(entries.values_list("id", "at", "actor", "verb", "object_kind", "object_id")[:PAGE])
    rows = [(at, phrase(who), verb, kind, key) for _id, at, who, verb, kind, key in found]
    columns = ["at", "by", "did", "kind", "key"]
    older = found[-1][0] if len(found) == PAGE else None
    return render(request, "desk/audit.html", {"table": Table(columns, rows), "older": older})


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
            messages.success(request, _("The setting is saved; the old value stays in the audit."))
            return redirect("settings")
    sections = [_section(name, typed if typed.get("setting") == name else {}) for name in _names()]
    shown = {
        "sections": sections,
        "complaint": complaint,
        "may_change": request.user.may(May.CHANGE_SETTINGS),
    }
    return render(request, "desk/settings.html", shown, status=422 if complaint else 200)


def _names() -> list[str]:
    return sorted(configuration.DEFINITIONS)


def _write(request: Request, typed: dict[str, str]) -> None:
    name = typed.get("setting", "")
    default = configuration.DEFINITIONS[name].default if name in configuration.DEFINITIONS else {}
    value = {part: _value(typed.get(part, ""), was) for part, was in default.items()}
    configuration.write(name, value, actor=request.user.actor)


def _value(text: str, was: object) -> object:
    """What was typed, as the kind of value that it replaces; what does not fit is left for the check to refuse."""
    if isinstance(was, str):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _section(name: str, typed: dict[str, str]) -> dict[str, object]:
    """A setting as a form: its values, the defaults beside them, and what was typed instead."""
    default, now = configuration.DEFINITIONS[name].default, configuration.read(name)
    parts = [
        {"name": part, "value": typed.get(part, _text(now.get(part, was))), "default": _text(was)}
        for part, was in default.items()
    ]
    return {"name": name, "parts": parts}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)

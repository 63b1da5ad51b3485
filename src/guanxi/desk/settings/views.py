"""Thresholds and policies."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from guanxi.desk.settings.fields import SECTIONS, Section, Typed, read_typed, shown_text
from guanxi.desk.settings.undos import SET
from guanxi.foundation import configuration
from guanxi.foundation.configuration import OutOfRange
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.versions import version_of
from guanxi.shell.toasts import undoable
from guanxi.staff.access import Request, may
from guanxi.staff.roles import May
from guanxi.wording.words import phrase


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
        except OutOfRange as error:
            complaint = _said(error, typed)
        except DomainError as error:
            complaint = phrase(str(error))
        else:
            return redirect("settings")
    sections = [
        _section(name, section, typed if typed.get("setting") == name else {})
        for name, section in SECTIONS.items()
    ]
    shown = {
        "sections": sections,
        "complaint": complaint,
        "may_change": request.user.may(May.CHANGE_SETTINGS),
        "may_manage_people": request.user.may(May.MANAGE_PEOPLE),
    }
    return render(request, "desk/settings/settings.html", shown, status=422 if complaint else 200)


def _write(request: Request, typed: dict[str, str]) -> None:
    """Set a value, and offer to set the old one again."""
    name = typed.get("setting", "")
    if name not in SECTIONS:
        raise NotFound(_("There is no setting %(name)r.") % {"name": name})
    before = configuration.read(name)
    value = {
        part: read_typed(field.kind, typed.get(part, "")) for part, field in SECTIONS[name].parts.items()
    }
    configuration.write(name, value, actor=request.user.actor, seen=typed.get("version"))
    undoable(
        request,
        _("The setting is saved; the old value stays in the audit."),
        SET,
        setting=name,
        before=json.dumps(before),
        version=version_of(configuration.read(name)),
    )


def _said(error: OutOfRange, typed: dict[str, str]) -> str:
    """The complaint in the words and units of the form."""
    field = SECTIONS[typed["setting"]].parts[error.name]
    unit = field.shown_unit if field.kind in {"percent", "money", "amounts"} else ""
    values = {
        "label": field.label,
        "least": f"{shown_text(field.kind, error.least)} {unit}".strip(),
        "most": f"{shown_text(field.kind, error.most)} {unit}".strip(),
        "typed": typed.get(error.name, ""),
    }
    return _("“%(label)s” is a number from %(least)s to %(most)s, not “%(typed)s”.") % values


def _section(name: str, section: Section, typed: dict[str, str]) -> dict[str, object]:
    """A setting as a form: its values, the defaults beside them, and what was typed instead.

    A form that comes back carries the version of now: whoever has seen both values may save theirs.
    """
    default, now = configuration.DEFINITIONS[name].default, configuration.read(name)
    is_changed = bool(typed) and typed.get("version", "") != version_of(now)
    parts = [
        _part(part, field, default[part], now.get(part, default[part]), typed)
        for part, field in section.parts.items()
    ]
    return {
        "name": name,
        "said": section,
        "parts": parts,
        "version": version_of(now),
        "is_changed": is_changed,
    }


def _part(name: str, field: Typed, default: Any, now: Any, typed: dict[str, str]) -> dict[str, object]:
    """One value: what stands in its input, what it is now and would be by default, with its unit."""
    is_now = shown_text(field.kind, now)
    value = typed.get(name, "") if typed else is_now
    return {
        "name": name,
        "field": field,
        "value": value,
        "default": _with_unit(field, default),
        "now": _with_unit(field, now),
        "differs": value != is_now,
    }


def _with_unit(field: Typed, value: Any) -> str:
    if field.kind == "flag":
        return _("yes") if value else _("no")
    if field.kind == "document":
        return _("rules: %(number)s") % {"number": len(value)}
    return f"{shown_text(field.kind, value)} {field.shown_unit if field.kind in {'percent', 'money'} else ''}".strip()

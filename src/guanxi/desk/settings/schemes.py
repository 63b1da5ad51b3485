"""The schemes of classes: their rules in words, and their names and thresholds to be edited."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from customer_insight.classifications import SHIPPED
from customer_insight.schemes import scheme_as_dict
from guanxi.desk.settings.scheme_form import classes, document_of
from guanxi.desk.settings.undos import SCHEME
from guanxi.foundation.errors import DomainError
from guanxi.foundation.versions import version_of
from guanxi.insight.class_schemes import save_scheme, scheme_document, scheme_label, shipped_of
from guanxi.insight.models import EditedScheme
from guanxi.shell.toasts import undoable
from guanxi.staff.access import Request, may
from guanxi.staff.roles import May
from guanxi.wording.words import phrase


@require_safe
@may(May.SEE_SETTINGS)
def scheme_list(request: Request) -> HttpResponse:
    """Every scheme with its classes and their rules."""
    edited = set(EditedScheme.objects.values_list("code", flat=True))
    schemes = [
        {
            "code": code,
            "label": scheme_label(code),
            "is_edited": code in edited,
            "classes": classes(code, scheme_document(code), {}),
        }
        for code in SHIPPED
    ]
    return render(request, "desk/settings/schemes.html", {"schemes": schemes})


@require_http_methods(["GET", "HEAD", "POST"])
@may(May.SEE_SETTINGS)
def scheme_page(request: Request, code: str) -> HttpResponse:
    """One scheme; what makes no sense is refused and stays in the form."""
    shipped_of(code)
    typed, complaint = request.POST.dict(), ""
    if request.method == "POST":
        if not request.user.may(May.CHANGE_SETTINGS):
            return render(request, "shell/not_allowed.html", status=403)
        try:
            _save(request, code, typed)
        except DomainError as error:
            complaint = phrase(str(error))
        else:
            return redirect("scheme", code)
    document = scheme_document(code)
    shown = {
        "code": code,
        "label": scheme_label(code),
        "classes": classes(code, document, typed),
        "version": version_of(document),
        "document": typed.get("document") or json.dumps(document, ensure_ascii=False, indent=1),
        "is_default": document == scheme_as_dict(SHIPPED[code].scheme),
        "is_whole": "document" in typed,
        "complaint": complaint,
        "may_change": request.user.may(May.CHANGE_SETTINGS),
    }
    return render(request, "desk/settings/scheme.html", shown, status=422 if complaint else 200)


def _save(request: Request, code: str, typed: dict[str, str]) -> None:
    """Set the scheme, and offer to set the one before again."""
    before = scheme_document(code)
    save_scheme(code, _wanted(code, typed), actor=request.user.actor, seen=typed.get("version", ""))
    undoable(
        request,
        _("The scheme is saved; classes follow it from now on."),
        SCHEME,
        code=code,
        before=json.dumps(before, ensure_ascii=False),
        version=version_of(scheme_document(code)),
    )


def _wanted(code: str, typed: dict[str, str]) -> Any:
    if "default" in typed:
        return scheme_as_dict(SHIPPED[code].scheme)
    if "document" not in typed:
        return document_of(code, typed)
    try:
        return json.loads(typed["document"])
    except (json.JSONDecodeError, RecursionError) as error:
        raise DomainError(_("This is not JSON: %(why)s") % {"why": error}) from None

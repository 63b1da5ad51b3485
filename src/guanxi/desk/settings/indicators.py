"""The indicators: what each is called in both languages, whether it is offered, and its formula."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from guanxi.foundation.errors import DomainError
from guanxi.insight import indicator_names
from guanxi.insight.catalogue import MEASURES, measure_label
from guanxi.staff.access import Request, may
from guanxi.staff.roles import May
from guanxi.wording.words import phrase


@require_http_methods(["GET", "HEAD", "POST"])
@may(May.SEE_SETTINGS)
def indicator_list(request: Request) -> HttpResponse:
    """Every indicator; names that make no sense are refused and stay in the form."""
    complaint, typed = "", None
    if request.method == "POST":
        if not request.user.may(May.CHANGE_SETTINGS):
            return render(request, "shell/not_allowed.html", status=403)
        typed = _typed(request.POST)
        try:
            indicator_names.save(typed, actor=request.user.actor, seen=request.POST.get("version", ""))
        except DomainError as error:
            complaint = phrase(str(error))
        else:
            messages.success(request, _("The names are saved."))
            return redirect("indicator_names")
    shown = {
        "rows": _rows(indicator_names.names() | (typed or {})),
        "version": indicator_names.version(),
        "complaint": complaint,
        "may_change": request.user.may(May.CHANGE_SETTINGS),
    }
    return render(request, "desk/settings/indicators.html", shown, status=422 if complaint else 200)


def _typed(given: QueryDict) -> dict[str, dict[str, Any]]:
    return {
        name: {
            "label_en": given.get(f"en-{name}", ""),
            "label_zh": given.get(f"zh-{name}", ""),
            "is_shown": f"shown-{name}" in given,
        }
        for name in MEASURES
        if f"en-{name}" in given
    }


def _rows(names: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"name": name, "label": measure_label(name), "formula": phrase(MEASURES[name].formula), **names[name]}
        for name in MEASURES
    ]

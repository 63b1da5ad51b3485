"""The start page, and the choice of language."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from guanxi.customers.models import ImportBatch
from guanxi.foundation.errors import DomainError
from guanxi.foundation.language import LANGUAGES
from guanxi.foundation.page_entries import HomePanel
from guanxi.foundation.registry import registry
from guanxi.insight.queries import current_run
from guanxi.shell.frame import seen_by
from guanxi.shell.returning import back
from guanxi.staff.access import Request, everybody, signed_in
from guanxi.staff.models import User
from guanxi.staff.roles import May
from guanxi.wording.words import phrase


@signed_in
def home(request: Request) -> HttpResponse:
    """What this person's work needs first, as the panels of their role."""
    mine = [panel for panel in registry.home_panels if request.user.role in panel.roles]
    panels = sorted(seen_by(request.user, mine), key=lambda panel: panel.order)
    shown: dict[str, Any] = {
        "panels": [read for panel in panels if (read := _read(panel, request.user))],
        "has_customers": ImportBatch.objects.filter(state=ImportBatch.State.PUBLISHED).exists(),
        "may_import": request.user.may(May.IMPORT),
        "may_see_customers": request.user.may(May.SEE_CUSTOMERS),
        "may_refresh": request.user.may(May.REFRESH_INSIGHT),
        "is_analysed": current_run() is not None,
    }
    return render(request, "desk/home/start.html", shown)


def _read(panel: HomePanel, person: User) -> dict[str, Any] | None:
    """What a panel shows; one that cannot be read says why and leaves the others alone."""
    try:
        found = panel.read(person)
    except DomainError as error:
        return {"name": panel.name, "template": "desk/home/refused.html", "complaint": phrase(str(error))}
    return {"name": panel.name, "template": panel.template, "shown": found} if found is not None else None


@require_POST
@everybody
def language(request: Request) -> HttpResponse:
    """Speak another language from now on."""
    wish = request.POST.get("language", "")
    if wish in dict(LANGUAGES) and request.user.is_authenticated:
        request.user.language = wish
        request.user.save(update_fields=["language"])
    return back(request)

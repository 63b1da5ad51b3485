"""The start page, and the choice of language."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from guanxi.campaigns.queries import campaign_rows
from guanxi.customers.models import ImportBatch
from guanxi.foundation import clock
from guanxi.foundation.language import LANGUAGES
from guanxi.insight.models import InsightRun
from guanxi.shell.returning import back
from guanxi.staff.access import Request, everybody, signed_in
from guanxi.staff.roles import May

SHOWN = 5


@signed_in
def home(request: Request) -> HttpResponse:
    """What this person's work needs first: the state of the figures, campaigns under way, the last imports."""
    may = request.user.may
    campaigns = campaign_rows(clock.business_date(clock.now())) if may(May.SEE_CAMPAIGNS) else []
    shown: dict[str, Any] = {
        "run": _published() if may(May.SEE_INSIGHT) else None,
        "campaigns": campaigns[:SHOWN],
        "sown": [row for row in campaigns if row["sown_but_not_harvested"]],
        "imports": ImportBatch.objects.order_by("-id")[:SHOWN] if may(May.SEE_IMPORTS) else [],
        "has_customers": ImportBatch.objects.filter(state=ImportBatch.State.PUBLISHED).exists(),
        "may_import": may(May.IMPORT),
        "may_see_customers": may(May.SEE_CUSTOMERS),
    }
    return render(request, "desk/start.html", shown)


def _published() -> InsightRun | None:
    return InsightRun.objects.filter(state=InsightRun.State.PUBLISHED).first()


@require_POST
@everybody
def language(request: Request) -> HttpResponse:
    """Speak another language from now on."""
    wish = request.POST.get("language", "")
    if wish in dict(LANGUAGES) and request.user.is_authenticated:
        request.user.language = wish
        request.user.save(update_fields=["language"])
    return back(request)

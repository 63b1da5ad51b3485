"""What the customers are worth, seen together: deciles, tiers, bands, layers, lifetime value, channels, measures."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guanxi.desk.insight import reports
from guanxi.desk.insight.lifetime import lifetime
from guanxi.desk.insight.tier_moves import movements
from guanxi.foundation.errors import DomainError
from guanxi.insight.queries import BY, current_run, profit_note, unknown_imports
from guanxi.insight.services import start_refresh
from guanxi.staff.access import Request, may
from guanxi.staff.roles import May

LIFETIME, TIERS = "lifetime-value", "tiers"


@require_safe
@may(May.SEE_INSIGHT)
def insight_page(request: Request) -> HttpResponse:
    """The figures as a whole, and both analyses by tenths."""
    frame = _frame(request, "")
    if frame["run"] is None:
        return render(request, "desk/insight/empty.html", frame)
    by = request.GET.get("by", "sales")
    if by not in BY:
        raise DomainError(_("Deciles are shown by sales or by profit, not by %(by)r.") % {"by": by})
    analyses = [reports.money_deciles(by), reports.purchase_deciles(by)]
    shown = {**frame, "analyses": analyses, "by": by, "note": profit_note()}
    return render(request, "desk/insight/overview.html", shown)


@require_safe
@may(May.SEE_INSIGHT)
def insight_report(request: Request, report: str) -> HttpResponse:
    """One report."""
    if report not in {*reports.REPORTS, LIFETIME}:
        raise Http404
    frame = _frame(request, report)
    if frame["run"] is None:
        return render(request, "desk/insight/empty.html", frame)
    if report == LIFETIME:
        return render(request, "desk/insight/lifetime.html", {**frame, **lifetime()})
    name, read = reports.REPORTS[report]
    shown = {**frame, "name": name, "shown": read()}
    if report == TIERS:
        shown["moves"] = movements(request.GET)
    return render(request, "desk/insight/report.html", shown)


@require_POST
@may(May.REFRESH_INSIGHT)
def insight_refresh(request: Request) -> HttpResponse:
    """Bring every measure up to date, as of the last day with an order or a day that is given."""
    job = start_refresh(as_of=_day(request.POST.get("as_of", "").strip()), actor=request.user.actor)
    messages.success(
        request,
        _("Job %(id)s brings the figures up to date; the old ones count until it is done.") % {"id": job.pk},
    )
    return redirect("jobs")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise DomainError(_("%(value)s is not a date such as 2026-11-21.") % {"value": text}) from None


def _frame(request: Request, here: str) -> dict[str, Any]:
    """What stands on every page of insight: the published run and the ways to the others."""
    run = current_run()
    names = {key: name for key, (name, _read) in reports.REPORTS.items()} | {LIFETIME: _("Lifetime value")}
    order = ["tiers", "bands", "layers", LIFETIME, "acquisition", "indicators"]
    return {
        "run": run,
        "tabs": [(key, names[key]) for key in order],
        "here": here,
        "may_refresh": request.user.may(May.REFRESH_INSIGHT),
        "unknown_imports": unknown_imports(run).count() if run else 0,
    }

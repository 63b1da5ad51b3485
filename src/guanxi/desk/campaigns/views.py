"""Campaigns: the list, one campaign from plan to lesson, and its people."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from guanxi.campaigns import queries
from guanxi.campaigns.people import everybody, people
from guanxi.campaigns.services import control
from guanxi.campaigns.services.launch import start_launch
from guanxi.campaigns.services.measure import close, start_measurement
from guanxi.desk.campaigns.calendar import calendar_context, parse_business_day
from guanxi.desk.campaigns.contents import (
    ACTIONS,
    campaign_context,
    campaign_table,
    lesson_table,
    live_context,
    people_table,
)
from guanxi.desk.campaigns.undos import PAUSED, RESUMED
from guanxi.foundation import clock
from guanxi.foundation.errors import DomainError
from guanxi.foundation.versions import ChangedMeanwhile
from guanxi.outreach.queries import counts
from guanxi.shell.toasts import undoable
from guanxi.shell.typed import whole_number
from guanxi.staff.access import Request, may
from guanxi.staff.roles import May
from guanxi.staff.visibility import visible_to
from guanxi.wording.words import phrase

PAGE = 100
FILTERS = ("cell", "reason", "state", "tier", "decile", "week")


@require_safe
@may(May.SEE_CAMPAIGNS)
def campaign_list(request: Request) -> HttpResponse:
    """All campaigns, which were sown but not harvested, and what closed ones taught."""
    rows, words = queries.campaign_rows(clock.business_date(clock.now())), request.GET.get("words", "")
    shown = {
        "has_campaigns": bool(rows),
        "campaigns": campaign_table(rows),
        "sown": [row for row in rows if row["sown_but_not_harvested"]],
        "words": words,
        "lessons": lesson_table(queries.lessons(words)),
        "may_run": request.user.may(May.RUN_CAMPAIGNS),
    }
    return render(request, "desk/campaigns/list.html", shown)


@require_safe
@may(May.SEE_CAMPAIGNS)
def campaign_calendar(request: Request) -> HttpResponse:
    """Which campaigns reach which group of customers in which week, against the contact policy."""
    asked = request.GET
    day = parse_business_day(asked.get("from", ""))
    return render(
        request,
        "desk/campaigns/calendar.html",
        calendar_context(day, asked.get("span", ""), asked.get("by", "")),
    )


@require_safe
@may(May.SEE_CAMPAIGNS)
def campaign_page(request: Request, code: str) -> HttpResponse:
    """A campaign: what was planned, where it stands, what it earned, what it taught."""
    return _page(request, code)


def _page(request: Request, code: str, complaint: str = "", status: int = 200) -> HttpResponse:
    shown = campaign_context(queries.campaign_named(code))
    shown |= {
        "may_run": request.user.may(May.RUN_CAMPAIGNS),
        "complaint": complaint,
        "analysis": request.POST.get("analysis", ""),
        "lesson": request.POST.get("lesson", ""),
    }
    return render(request, "desk/campaigns/campaign.html", shown, status=status)


def _unless_changed(act: Callable[[Request, str], HttpResponse]) -> Callable[[Request, str], HttpResponse]:
    """Where somebody else was quicker: the page as it is now, what they did, and what was typed."""

    @wraps(act)
    def acted(request: Request, code: str) -> HttpResponse:
        try:
            return act(request, code)
        except ChangedMeanwhile as changed:
            return _page(request, code, phrase(str(changed)), status=409)

    return acted


def _seen(request: Request) -> str:
    """The version of the campaign that the sent page showed."""
    return request.POST.get("seen", "")


@require_safe
@may(May.SEE_CAMPAIGNS)
def campaign_live(request: Request, code: str) -> HttpResponse:
    """The counts of now, for a page that follows them; the whole page anew once the state is another."""
    campaign = queries.campaign_named(code)
    status = queries.status(campaign)
    if status["state"] != request.GET.get("state"):
        return HttpResponseClientRefresh()
    shown = {"campaign": campaign, "state": status["state"], **live_context(campaign, status), "swaps": True}
    runs = request.user.may(May.RUN_CAMPAIGNS)
    confirmed = [verb for verb in ("pause", "stop") if runs and verb in ACTIONS[status["state"]]]
    return render(request, "desk/campaigns/live.html", shown | {"confirmed": confirmed})


@require_safe
@may(May.SEE_CAMPAIGNS)
def campaign_members(request: Request, code: str, role: str) -> HttpResponse:
    """The people of a number, a page at a time."""
    campaign = queries.campaign_named(code)
    only = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    page = _page_number(request.GET.get("page", ""))
    sees = visible_to(request.user)
    found = people(campaign, role, sees=sees, only=only, offset=(page - 1) * PAGE, limit=PAGE)
    shown = {
        "campaign": campaign,
        "role": role,
        "only": only,
        "total": found.total,
        "table": people_table(found, lambda: everybody(campaign, role, sees=sees, only=only)),
        "previous": _address(request, page - 1) if page > 1 else "",
        "next": _address(request, page + 1) if page * PAGE < found.total else "",
        "first": min((page - 1) * PAGE + 1, found.total),
        "last": min(page * PAGE, found.total),
    }
    return render(request, "desk/campaigns/members.html", shown)


def _page_number(text: str) -> int:
    return whole_number(text, 8) or 1


def _address(request: Request, page: int) -> str:
    parameters = request.GET.copy()
    parameters["page"] = str(page)
    return f"?{parameters.urlencode()}"


@require_POST
@may(May.RUN_CAMPAIGNS)
@_unless_changed
def campaign_launch(request: Request, code: str) -> HttpResponse:
    """Start the launch; it runs as a job."""
    start_launch(code=code, at=clock.now(), actor=request.user.actor, seen=_seen(request))
    messages.success(request, _("The launch of %(code)s is a job now.") % {"code": code})
    return redirect("campaign", code)


@require_POST
@may(May.RUN_CAMPAIGNS)
@_unless_changed
def campaign_pause(request: Request, code: str) -> HttpResponse:
    """Hand nothing more over until resumed."""
    control.pause(code=code, actor=request.user.actor, seen=_seen(request))
    undoable(request, _("Nothing more is handed over until the campaign is resumed."), PAUSED, code=code)
    return redirect("campaign", code)


@require_POST
@may(May.RUN_CAMPAIGNS)
@_unless_changed
def campaign_resume(request: Request, code: str) -> HttpResponse:
    """Go on after a pause."""
    control.resume(code=code, actor=request.user.actor, seen=_seen(request))
    undoable(request, _("The campaign goes on."), RESUMED, code=code)
    return redirect("campaign", code)


@require_POST
@may(May.RUN_CAMPAIGNS)
@_unless_changed
def campaign_stop(request: Request, code: str) -> HttpResponse:
    """Send nothing more, ever."""
    stopped = control.stop(code=code, actor=request.user.actor, seen=_seen(request))
    unsent = counts(stopped.pk).contacts["cancelled"]
    said = _("%(number)s letters were not sent and never will be; what was sent is measured all the same.")
    messages.success(request, said % {"number": f"{unsent:,}"})
    return redirect("campaign", code)


@require_POST
@may(May.RUN_CAMPAIGNS)
def campaign_measure(request: Request, code: str) -> HttpResponse:
    """Start measuring; it runs as a job."""
    start_measurement(code=code, actor=request.user.actor)
    messages.success(request, _("The measurement of %(code)s is a job now.") % {"code": code})
    return redirect("campaign", code)


@require_POST
@may(May.RUN_CAMPAIGNS)
@_unless_changed
def campaign_close(request: Request, code: str) -> HttpResponse:
    """Close a measured campaign with its analysis and a lesson; what was typed stays where that is refused."""
    analysis, lesson = request.POST.get("analysis", ""), request.POST.get("lesson", "")
    try:
        close(code=code, analysis=analysis, lesson=lesson, actor=request.user.actor, seen=_seen(request))
    except ChangedMeanwhile:
        raise
    except DomainError as error:
        return _page(request, code, phrase(str(error)), status=422)
    messages.success(request, _("The campaign is closed; its lesson stands in the list."))
    return redirect("campaign", code)

"""Writing the plan of a campaign step by step, or as text; every change is kept at once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from customer_insight import conditions
from guanxi.campaigns.drafts import draft_numbered
from guanxi.campaigns.models import CampaignDraft
from guanxi.campaigns.plan_text import plan_text, read_plan_text
from guanxi.campaigns.services import drafts, trial
from guanxi.desk.campaigns.drafts import steps
from guanxi.desk.campaigns.drafts.contents import begin_context, step_context, what_changed
from guanxi.desk.campaigns.drafts.panel import panel
from guanxi.desk.customers import filters
from guanxi.foundation import clock
from guanxi.foundation.errors import DomainError
from guanxi.foundation.models import Job
from guanxi.foundation.versions import ChangedMeanwhile
from guanxi.insight.audience import count_audience
from guanxi.shell.typed import whole_number
from guanxi.staff.access import Request, may
from guanxi.staff.roles import May
from guanxi.wording.words import phrase

BUTTONS = ("add_cell", "remove_cell", "new_language", "remove_language")


@dataclass
class Sent:
    """What became of a form: what stands in it now, and what there is to say about that."""

    values: Mapping[str, Any]
    complaint: str = ""
    conflict: drafts.DraftChanged | None = None
    typed: Mapping[str, str] = field(default_factory=dict)


@require_http_methods(["GET", "HEAD", "POST"])
@may(May.RUN_CAMPAIGNS)
def campaign_plan(request: Request) -> HttpResponse:
    """How a plan begins: with chosen customers (`where`), like an earlier campaign, or as text."""
    where = (request.POST if request.method == "POST" else request.GET).get("where", "")
    parts = filters.read_where(where, filters.reader_fields())
    if request.method != "POST":
        return render(request, "desk/campaigns/begin.html", begin_context(parts))
    if code := request.POST.get("like", ""):
        draft = drafts.begin_like(code=code, actor=request.user.actor)
    else:
        audience = {"audience": conditions.as_dict(filters.together(parts))} if parts else {}
        draft = drafts.begin(document=audience, actor=request.user.actor)
    return redirect("draft", draft.pk, "goal")


@require_http_methods(["GET", "HEAD", "POST"])
@may(May.RUN_CAMPAIGNS)
def campaign_text(request: Request) -> HttpResponse:
    """A plan as text; what cannot be carried out stays in the form with the complaint above it."""
    text = request.POST.get("plan", "") if request.method == "POST" else _example()
    complaint = ""
    if request.method == "POST":
        try:
            draft = drafts.start_plan_of(document=read_plan_text(text), actor=request.user.actor)
        except DomainError as error:
            complaint = phrase(str(error))
        else:
            return redirect("draft_planning", draft.pk)
    return _text_page(request, text, complaint)


def _text_page(request: Request, text: str, complaint: str = "", **more: Any) -> HttpResponse:
    shown = {"text": text, "complaint": complaint, **more}
    return render(request, "desk/campaigns/plan.html", shown, status=422 if complaint else 200)


def _example() -> str:
    """A plan that works, in the reader's language, to be changed."""
    start = clock.business_date(clock.now()) + timedelta(days=7)
    return render_to_string("desk/campaigns/example.html", {"start": f"{start:%Y-%m-%d}"})


@require_http_methods(["GET", "HEAD", "POST"])
@may(May.RUN_CAMPAIGNS)
def draft_text(request: Request, draft_id: int) -> HttpResponse:
    """A draft as text, and back; a text that is no TOML stays in the form."""
    draft = draft_numbered(draft_id)
    if request.method != "POST":
        return _text_page(request, plan_text(draft.document), draft=draft, page=_page_name())
    try:
        drafts.replace(
            draft_id=draft_id,
            document=read_plan_text(request.POST.get("plan", "")),
            version=_version(request, draft),
            page=request.POST.get("page", ""),
            actor=request.user.actor,
        )
    except DomainError as error:
        said = phrase(str(error))
        version = error.version if isinstance(error, drafts.DraftChanged) else None
        draft.version = version or _version(request, draft)
        return _text_page(
            request, request.POST.get("plan", ""), said, draft=draft, page=request.POST.get("page")
        )
    return redirect("draft", draft_id, "review")


@require_http_methods(["GET", "HEAD", "POST"])
@may(May.RUN_CAMPAIGNS)
def draft_step(request: Request, draft_id: int, key: str) -> HttpResponse:
    """One step: shown, or kept. A form that sends itself gets an answer beside it, one that was sent the next page."""
    step, draft = steps.step_named(key), draft_numbered(draft_id)
    if request.method != "POST":
        return _step_page(request, draft, step, Sent(draft.document))
    if request.htmx and step.key == "recipients":
        return _while_typing(request, draft)
    sent = _keep(request, draft, step)
    draft.refresh_from_db()
    if request.htmx:
        return _kept(request, draft, step, sent)
    if sent.complaint or sent.conflict:
        return _step_page(request, draft, step, sent, status=409 if sent.conflict else 422)
    _estimate_if_old(request, draft)
    return redirect("draft", draft_id, _onward(request, key))


def _onward(request: Request, key: str) -> str:
    """The step to go to; a language that was just added stays in sight."""
    go = request.POST.get("go", "")
    return go if go in steps.STEPS and not request.POST.get("new_language", "").strip() else key


def _keep(request: Request, draft: CampaignDraft, step: steps.Step) -> Sent:
    """Set what the form says; what was typed comes back where it could not be kept."""
    values: Mapping[str, Any] = {}
    form = request.POST.copy()
    if request.htmx:  # it sends what was clicked or begun last along with whatever is typed later
        for button in BUTTONS:
            form.pop(button, None)
    try:
        values = steps.sent_values(step, form, draft.document)
        drafts.change(
            draft_id=draft.pk,
            values=values,
            version=_version(request, draft),
            page=request.POST.get("page", ""),
            actor=request.user.actor,
        )
    except drafts.DraftChanged as changed:
        return Sent({**draft.document, **values}, conflict=changed)
    except DomainError as error:
        typed = {name: request.POST.get(name, "") for name in ("field", "op", "value")}
        return Sent({**draft.document, **values}, phrase(str(error)), typed=typed)
    return Sent({**draft.document, **values})


def _version(request: Request, draft: CampaignDraft) -> int:
    """The version that the page showed; the button that keeps one's own sends the later one."""
    text = request.POST.get("version", "")
    return whole_number(text, 8) or 0


def _page_name() -> str:
    """Tells one opened page from another."""
    return secrets.token_hex(6)


def _step_page(
    request: Request, draft: CampaignDraft, step: steps.Step, sent: Sent, status: int = 200
) -> HttpResponse:
    shown = step_context(draft, step, sent.values) | _panel_of(request, draft, step.key)
    shown |= {
        "page": request.POST.get("page") or _page_name(),
        "version": draft.version,
        "complaint": sent.complaint,
        "typed": sent.typed,
        "conflict": what_changed(sent.conflict, sent.values) if sent.conflict else None,
    }
    return render(request, f"desk/campaigns/drafts/{_template(step)}.html", shown, status=status)


def _template(step: steps.Step) -> str:
    return step.key if step.key in {"recipients", "review"} else "step"


def _kept(request: Request, draft: CampaignDraft, step: steps.Step, sent: Sent) -> HttpResponse:
    """What changes on an open page: that it is kept, complaints beside the fields, and the panel."""
    shown = step_context(draft, step, sent.values) | _panel_of(request, draft, step.key)
    shown |= {
        "version": draft.version if not sent.conflict else _version(request, draft),
        "page": request.POST.get("page", ""),
        "at": clock.now().astimezone(clock.business_zone()),
        "conflict": what_changed(sent.conflict, sent.values) if sent.conflict else None,
    }
    return render(request, "desk/campaigns/drafts/kept.html", shown)


def _while_typing(request: Request, draft: CampaignDraft) -> HttpResponse:
    """How many customers would be left with the condition that is being typed; nothing is kept."""
    shown: dict[str, Any] = {}
    try:
        parts = steps.with_typed(draft.document, request.POST)
        shown["people"] = count_audience(filters.together(parts))
    except DomainError as error:
        shown["complaint"] = phrase(str(error))
    return render(request, "desk/campaigns/drafts/typing.html", shown)


def _estimate_if_old(request: Request, draft: CampaignDraft) -> None:
    """Reckon anew what the panel shows, once somebody is chosen."""
    try:
        drafts.start_estimate_if_old(draft_id=draft.pk, actor=request.user.actor)
    except DomainError as error:
        messages.warning(request, phrase(str(error)))


def _panel_of(request: Request, draft: CampaignDraft, key: str) -> dict[str, Any]:
    place = request.GET.get("customer", "")
    customer = whole_number(place, 8) or 0
    sees_names = request.user.may(May.SEE_ADDRESSES)
    return {"panel": panel(draft, key, customer=customer, sees_names=sees_names), "email": request.user.email}


@require_safe
@may(May.RUN_CAMPAIGNS)
def draft_panel(request: Request, draft_id: int, key: str) -> HttpResponse:
    """The panel alone, while an estimate is under way."""
    draft = draft_numbered(draft_id)
    return render(
        request, "desk/campaigns/drafts/panel.html", _panel_of(request, draft, steps.step_named(key).key)
    )


@require_POST
@may(May.RUN_CAMPAIGNS)
def draft_estimate(request: Request, draft_id: int, key: str) -> HttpResponse:
    """Reckon anew whom the draft reaches; it runs as a job."""
    drafts.start_estimate(draft_id=draft_id, actor=request.user.actor)
    return redirect("draft", draft_id, steps.step_named(key).key)


@require_POST
@may(May.RUN_CAMPAIGNS)
def draft_trial(request: Request, draft_id: int) -> HttpResponse:
    """Send one cell's letter to oneself; it runs as a job."""
    place = whole_number(request.POST.get("cell", ""), 4)
    trial.start_trial(
        draft_id=draft_id,
        place=-1 if place is None else place,
        address=request.user.email,
        name=request.user.get_full_name(),
        language=request.POST.get("language", ""),
        actor=request.user.actor,
    )
    messages.success(
        request, _("A trial letter is on its way to %(address)s.") % {"address": request.user.email}
    )
    return redirect("draft", draft_id, "content")


@require_POST
@may(May.RUN_CAMPAIGNS)
def draft_discard(request: Request, draft_id: int) -> HttpResponse:
    """Delete a draft."""
    drafts.discard(draft_id=draft_id, actor=request.user.actor)
    messages.success(request, _("The draft is deleted."))
    return redirect("campaigns")


@require_http_methods(["GET", "HEAD", "POST"])
@may(May.RUN_CAMPAIGNS)
def draft_planning(request: Request, draft_id: int) -> HttpResponse:
    """Make a plan of a draft, as a job; the page waits for it and leads to the campaign."""
    if request.method == "POST":
        try:
            drafts.start_plan(draft_id=draft_id, actor=request.user.actor, seen=request.POST.get("seen", ""))
        except ChangedMeanwhile as changed:
            draft = draft_numbered(draft_id)
            sent = Sent(draft.document, phrase(str(changed)))
            return _step_page(request, draft, steps.STEPS["review"], sent, status=409)
        return redirect("draft_planning", draft_id)
    job = Job.objects.filter(kind=drafts.PLAN, key=str(draft_id)).order_by("-pk").first()
    if job is None:
        return redirect("draft", draft_id, "review")
    if job.state == Job.State.DONE:
        there = reverse("campaign", args=[job.result["campaign"]])
        return HttpResponseClientRedirect(there) if request.htmx else redirect(there)
    shown = {"job": job, "draft_id": draft_id, "is_busy": job.state in Job.OPEN}
    template = "waiting" if request.htmx else "planning"
    return render(request, f"desk/campaigns/drafts/{template}.html", shown)


@require_POST
@may(May.RUN_CAMPAIGNS)
def campaign_reopen(request: Request, code: str) -> HttpResponse:
    """Change the plan of a campaign that is not launched yet."""
    return redirect("draft", drafts.reopen(code=code, actor=request.user.actor).pk, "review")

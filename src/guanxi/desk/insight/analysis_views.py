"""The pages of analyses: what can be asked, an answer, and the questions that are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guanxi.desk.customers.filters import read_where, reader_fields, sentence, together
from guanxi.desk.insight import answers, table_files
from guanxi.foundation.errors import DomainError
from guanxi.insight.analyses import keeping
from guanxi.insight.analyses.asking import ask
from guanxi.insight.analyses.definition import Analysis, Parameter
from guanxi.insight.analyses.offered import ANALYSES, GROUPS
from guanxi.insight.analyses.parameters import AMONG, default_of, summary
from guanxi.insight.models import AnalysisRecord
from guanxi.insight.queries import current_run, profit_note
from guanxi.staff.access import Request, may
from guanxi.staff.roles import May
from guanxi.staff.visibility import visible_to


@require_safe
@may(May.SEE_INSIGHT)
def analysis_list(request: Request) -> HttpResponse:
    """Every analysis by what it is about, and the questions that are kept."""
    groups = [
        (heading, [analysis for analysis in ANALYSES.values() if analysis.group == group])
        for group, heading in GROUPS.items()
    ]
    shown: dict[str, Any] = {
        "run": current_run(),
        "groups": [(heading, found) for heading, found in groups if found],
        "kept": [_kept(record) for record in keeping.kept()],
        "may_keep": request.user.may(May.KEEP_ANALYSES),
    }
    if among := request.GET.get(AMONG, ""):
        shown |= {"among": urlencode({AMONG: among}), "chosen": _chosen(among)}
    return render(request, "desk/insight/analyses.html", shown)


def _chosen(among: str) -> str:
    """The customers that were chosen, in words."""
    fields = reader_fields()
    return sentence(together(read_where(among, fields)), fields)


@require_safe
@may(May.SEE_INSIGHT)
def analysis_page(request: Request, code: str) -> HttpResponse:
    """One analysis: its parameters and its answer; what does not fit is said beside the form."""
    analysis = ANALYSES.get(code)
    if analysis is None:
        raise Http404
    given = _given(analysis, request.GET)
    shown: dict[str, Any] = {
        "run": current_run(),
        "analysis": analysis,
        "has_table": analysis.table is not None,
        "inputs": [_input(parameter, given) for parameter in analysis.parameters],
        "among": given.get(AMONG, ""),
        "asked": urlencode(given, doseq=True),
        "may_keep": request.user.may(May.KEEP_ANALYSES),
        "departments": AnalysisRecord.Department.choices,
    }
    if shown["run"]:
        shown |= _answered(request, code, given)
    return render(request, "desk/insight/analysis.html", shown)


def _answered(request: Request, code: str, given: dict[str, Any]) -> dict[str, Any]:
    try:
        answer = ask(code, given, actor=request.user.actor)
    except DomainError as error:
        return {"complaint": str(error)}
    told: dict[str, Any] = {"answer": answer, "job": answer.job, "note": profit_note()}
    if given.get(AMONG):
        told["chosen"] = _chosen(given[AMONG])
    if shown := answer.shown:
        sees = visible_to(request.user)
        told |= {"shown": shown, "charts": answers.charts(shown)}
        if request.user.may(May.RUN_CAMPAIGNS):
            told["plan"] = answers.plan_address(shown, given.get(AMONG, ""))
        told["tables"] = answers.tables(
            shown,
            code=code,
            asked=given,
            among=given.get(AMONG, ""),
            sees=sees,
            sees_names=request.user.may(May.SEE_ADDRESSES),
        )
    return told


@require_POST
@may(May.KEEP_ANALYSES)
def analysis_keep(request: Request, code: str) -> HttpResponse:
    """Keep the question of a page under a name, with its goal, its owner and what is to follow."""
    analysis = ANALYSES.get(code)
    if analysis is None:
        raise Http404
    given = _given(analysis, QueryDict(request.POST.get("asked", "")))
    told = {name: request.POST.get(name, "") for name in ("name", "goal", "department", "owner", "action")}
    record = keeping.keep(code, given, told, actor=request.user.actor)
    messages.success(request, _("%(name)s is kept.") % {"name": record.name})
    return redirect("analyses")


@require_POST
@may(May.SEE_INSIGHT)
def analysis_table(request: Request, code: str) -> HttpResponse:
    """Write the table behind an analysis, one row per customer, as a file."""
    analysis = ANALYSES.get(code)
    if analysis is None:
        raise Http404
    given = _given(analysis, QueryDict(request.POST.get("asked", "")))
    job = table_files.start(code, given, request.POST.get("format", "csv"), request.user)
    messages.success(
        request, _("Job %(id)s writes the file; it is kept for you for seven days.") % {"id": job.pk}
    )
    return redirect("customer_exports")


@require_POST
@may(May.KEEP_ANALYSES)
def analysis_remove(request: Request, record_id: int) -> HttpResponse:
    """Remove a kept question; its answers stay."""
    name = keeping.remove(record_id, actor=request.user.actor)
    messages.success(request, _("%(name)s is kept no longer.") % {"name": name})
    return redirect("analyses")


def _given(analysis: Analysis, asked: QueryDict) -> dict[str, Any]:
    """What an address gives; what it does not know is passed on, to be complained about."""
    several = {parameter.name for parameter in analysis.parameters if parameter.kind == "several"}
    return {
        name: [each for each in asked.getlist(name) if each] if name in several else asked.get(name, "")
        for name in asked
    }


@dataclass(frozen=True)
class Input:
    """A parameter as the form shows it."""

    parameter: Parameter
    value: Any
    choices: list[tuple[str, str, bool]]


def _input(parameter: Parameter, given: dict[str, Any]) -> Input:
    value = given.get(parameter.name)
    if value in (None, "", []):
        value = default_of(parameter)
    chosen = value if isinstance(value, list) else [value]
    offered = parameter.choices() if parameter.choices else {}
    return Input(parameter, value, [(code, name, code in chosen) for code, name in offered.items()])


def _kept(record: AnalysisRecord) -> dict[str, Any]:
    question = record.question
    analysis = ANALYSES.get(question.code)
    asked = {name: value for name, value in question.arguments.items() if value not in (None, "", [])}
    return {
        "record": record,
        "asked": summary(analysis, question.arguments) if analysis else question.code,
        "href": f"{reverse('analysis', args=[question.code])}?{urlencode(asked, doseq=True)}"
        if analysis
        else "",
    }

"""Asking an analysis: its parameters are checked, its answer is computed once per refresh and kept."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from customer_insight.tables import TableError
from guanxi.foundation import clock, jobs
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.jobs import RunningJob
from guanxi.foundation.language import CHINESE, ENGLISH
from guanxi.foundation.models import Job
from guanxi.insight.analyses.data import MEMBERS, open_data, read_among
from guanxi.insight.analyses.definition import Analysis, Raw, Shown
from guanxi.insight.analyses.offered import ANALYSES
from guanxi.insight.analyses.parameters import AMONG, checked, summary
from guanxi.insight.kept_tables import write_table
from guanxi.insight.members import GROUP, write_members
from guanxi.insight.models import AnalysisAnswer, AnalysisQuestion, InsightRun, ReplicaTable
from guanxi.insight.queries import published_run

JOB: Final = "analysis"
LABEL: Final = 200
MAKER: Final = "maker"
"""Under this name an answer keeps which state of the code computed it."""
AT_ONCE: Final = 3_000_000
"""Up to so many order lines an answer is computed while somebody waits; beyond, by a job."""


@dataclass(frozen=True)
class Answer:
    """An analysis as asked: what was found, or the job that is looking."""

    analysis: Analysis
    question: AnalysisQuestion
    run: InsightRun
    raw: Raw | None
    job: Job | None = None
    seconds: float = 0

    @property
    def shown(self) -> Shown | None:
        """The answer for people, in their language."""
        if self.raw is None:
            return None
        return self.analysis.show({**self.raw, "field": self.field}, self.question.arguments)

    @property
    def field(self) -> str:
        """The field of audiences that holds what the answer says of each customer."""
        return f"{GROUP}.{self.question.digest}"


def analysis_of(code: str) -> Analysis:
    """The analysis of a code; raises NotFound."""
    found = ANALYSES.get(code)
    if found is None:
        raise NotFound(
            _("There is no analysis %(code)s; `guanxi insight analyses` lists them.") % {"code": code}
        )
    return found


def ask(code: str, given: Mapping[str, Any], *, actor: Actor, wait: bool = False) -> Answer:
    """Answer an analysis by the published figures; `given` are typed values by parameter, `among` a condition.

    What was answered before is read. With many order lines a job answers, unless the caller would rather `wait`.
    Raises DomainError for a value that does not fit, and before the first refresh.
    """
    analysis, run = analysis_of(code), published_run()
    question = _question(analysis, checked(analysis, given), actor)
    kept = _kept(analysis, question, run)
    if kept:
        return _answer(analysis, kept)
    if not wait and _lines() > _at_once(analysis):
        return Answer(analysis, question, run, None, jobs.enqueue(JOB, question.digest, {}, actor))
    return _answer(analysis, _compute(analysis, question, run))


def _answer(analysis: Analysis, kept: AnalysisAnswer) -> Answer:
    raw = {name: value for name, value in kept.raw.items() if name != MAKER}
    return Answer(analysis, kept.question, kept.run, raw, seconds=kept.seconds)


def question_of(code: str, given: Mapping[str, Any], *, actor: Actor) -> AnalysisQuestion:
    """The question that an analysis asks with these values. Raises DomainError for a value that does not fit."""
    analysis = analysis_of(code)
    return _question(analysis, checked(analysis, given), actor)


def run_analysis(running: RunningJob) -> dict[str, Any]:
    """The job that answers a question."""
    question, run = AnalysisQuestion.objects.get(digest=running.job.key), published_run()
    running.advance("analysing")
    analysis = analysis_of(question.code)
    if _kept(analysis, question, run) is None:
        _compute(analysis, question, run)
    return {"code": question.code, "digest": question.digest}


def answer_members(digest: str, run: InsightRun) -> None:
    """Compute what a question says of each customer, by these figures."""
    question = AnalysisQuestion.objects.filter(digest=digest).exclude(members="").first()
    if question is None:
        raise DomainError(
            _("%(group)s.%(name)s is no field of a customer.") % {"group": GROUP, "name": digest}
        )
    _compute(analysis_of(question.code), question, run)


def _question(analysis: Analysis, arguments: dict[str, Any], actor: Actor) -> AnalysisQuestion:
    if arguments[AMONG]:
        read_among(arguments[AMONG])
    beside = [analysis.rests_on(arguments)] if analysis.rests_on else []
    said = json.dumps([analysis.code, arguments, *beside], sort_keys=True, ensure_ascii=False)
    question, _new = AnalysisQuestion.objects.get_or_create(
        digest=hashlib.sha256(said.encode()).hexdigest()[:16],
        defaults={
            "code": analysis.code,
            "arguments": arguments,
            "members": analysis.members,
            "label_en": _label(ENGLISH, analysis, arguments),
            "label_zh": _label(CHINESE, analysis, arguments),
            "asked_at": clock.now(),
            "asked_by": actor.name,
        },
    )
    return question


def _kept(analysis: Analysis, question: AnalysisQuestion, run: InsightRun) -> AnalysisAnswer | None:
    """The answer that was computed before; None also where another state of the code computed it."""
    kept = AnalysisAnswer.objects.filter(question=question, run=run).first()
    return kept if kept and kept.raw.get(MAKER) == _maker(analysis.compute.__module__) else None


@cache
def _maker(module: str) -> str:
    """The state of the code that computes an analysis."""
    source = sys.modules[module].__file__
    return hashlib.sha256(Path(source).read_bytes() if source else b"").hexdigest()[:16]


def _label(language: str, analysis: Analysis, arguments: dict[str, Any]) -> str:
    with override(language):
        return summary(analysis, arguments)[:LABEL]


def _compute(analysis: Analysis, question: AnalysisQuestion, run: InsightRun) -> AnalysisAnswer:
    began = time.perf_counter()
    with open_data(question.arguments[AMONG], run) as data:
        try:
            raw = analysis.compute(data, question.arguments)
        except TableError as error:
            raise DomainError(_("The data do not allow this analysis: %(why)s") % {"why": error}) from None
        if analysis.members:
            write_members(data.duck, MEMBERS, run, question.digest)
        for name in data.tables:
            write_table(data.duck, run, question.digest, name)
    answer, _new = AnalysisAnswer.objects.update_or_create(
        question=question,
        run=run,
        defaults={
            "raw": raw | {MAKER: _maker(analysis.compute.__module__)},
            "seconds": time.perf_counter() - began,
            "made_at": clock.now(),
        },
    )
    return answer


def _at_once(analysis: Analysis) -> int:
    return AT_ONCE if analysis.at_once is None else min(analysis.at_once, AT_ONCE)


def _lines() -> int:
    table = ReplicaTable.objects.filter(dataset="order_lines").first()
    return table.rows if table else 0

"""What insight published: `/insight`."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from django.utils.translation import gettext_noop
from ninja import Body, Query, Router

from guanxi.api.callers import Call
from guanxi.api.idempotency import Key, once
from guanxi.api.jobs import EXAMPLE as JOB
from guanxi.api.jobs import job_state
from guanxi.api.operations import Status, operation
from guanxi.api.schemas import AnalysisAnswer, AnalysisOffer, Insight, JobState, Measure, Refresh
from guanxi.foundation.money import base_currency
from guanxi.insight import queries
from guanxi.insight.analyses.asking import ask
from guanxi.insight.analyses.offered import ANALYSES
from guanxi.insight.analyses.parameters import default_of
from guanxi.insight.catalogue import catalogue_rows
from guanxi.insight.services import start_refresh
from guanxi.staff.roles import May
from guanxi.wording.words import phrase

router = Router(tags=["insight"])
EXAMPLE: Final = {
    "run": 3, "as_of": "2026-02-28", "published_at": "2026-03-01T09:00:12Z", "customers": 2469, "currency": "USD",
    "model": "BG/NBD", "totals": {"lines": 41023, "sales_amount": 9127300}, "assumptions": {"margin_rate": 0.3},
    "money_deciles": [{"decile": 1, "customers": 247, "sales_amount": 4120100, "sales_share": 0.45}],
    "purchase_deciles": [{"slice": 1, "customers": 12, "customer_share": 0.005, "amount": 912730}],
    "tiers": [{"tier": "MVC", "name": "Most valuable", "customers": 311, "sales_amount": 5023100}],
    "bands": [{"band": 1, "label": "0-10", "customers": 402, "share": 0.16}],
    "layers": [{"layer": 1, "customers": 494, "value": 3310900, "value_share": 0.61, "lowest": 4100}],
}  # fmt: skip
INDICATOR: Final = {
    "indicator": "recency_days", "label": "Recency", "formula": "as_of - last_day", "unit": "days",
    "window": "from since to as_of, both days included", "undefined": "null without a valid transaction",
}  # fmt: skip
OFFER: Final = {
    "analysis": "rfm", "group": "structure", "name": "Recency, frequency, monetary value",
    "question": "Who bought lately, often and for much, and who no longer?", "parameters": {"groups": 5},
}  # fmt: skip
ANSWER: Final = {
    "analysis": "rfm", "run": 3, "as_of": "2026-02-28", "asked": {"groups": 5, "among": ""},
    "field": "analysis.0f3a9c1d2b4e5f60",
    "found": {"cells": [{"rfm_cell": "555", "customers": 41, "customer_share": 0.02, "sales_amount": 912300}]},
}  # fmt: skip
Wish = Annotated[Refresh | None, Body()]
By = Annotated[Literal["sales", "profit"], Query(description="By what the deciles are made.")]


@router.get(
    "",
    **operation(May.SEE_INSIGHT, gettext_noop("The published figures and their reports"), Insight, EXAMPLE),
)
def insight(request: Call, by: By = "sales") -> dict[str, Any]:
    """The run whose figures count now, as of which day, totals, deciles, value tiers, bill bands, value layers."""
    run = queries.published_run()
    return {
        "run": run.pk,
        "as_of": run.as_of,
        "published_at": run.published_at,
        "customers": run.customers,
        "currency": base_currency(),
        "model": run.lifetime_card.get("name"),
        "totals": run.totals,
        "assumptions": run.assumptions,
        "money_deciles": queries.money_decile_table(by),
        "purchase_deciles": queries.purchase_decile_table(by),
        "tiers": [row | queries.tier_words(row) for row in queries.tier_table()],
        "bands": queries.band_table(),
        "layers": queries.layer_table(),
    }


@router.get(
    "/indicators",
    **operation(
        May.SEE_INSIGHT, gettext_noop("What is measured of every customer"), list[Measure], [INDICATOR]
    ),
)
def indicators(request: Call) -> list[dict[str, str]]:
    """Each measure with its formula, unit and window, and when it is undefined."""
    words = ("formula", "unit", "window", "undefined")
    return [row | {name: phrase(row[name]) for name in words} for row in catalogue_rows()]


@router.get(
    "/analyses",
    **operation(
        May.SEE_INSIGHT, gettext_noop("What can be asked of the figures"), list[AnalysisOffer], [OFFER]
    ),
)
def analyses(request: Call) -> list[dict[str, Any]]:
    """Every analysis with its question and the values that its parameters have where none is given."""
    return [
        {
            "analysis": analysis.code, "group": analysis.group, "name": str(analysis.name),
            "question": str(analysis.question),
            "parameters": {parameter.name: default_of(parameter) for parameter in analysis.parameters},
        }
        for analysis in ANALYSES.values()
    ]  # fmt: skip


@router.get(
    "/analyses/{code}",
    **operation(
        May.SEE_INSIGHT,
        gettext_noop("The answer of one analysis"),
        AnalysisAnswer,
        ANSWER,
        others={202: JobState},
        errors=(400, 404, 409),
    ),
)
def analysis(request: Call, code: str) -> Status[dict[str, Any]]:
    """Parameters stand in the address, several values of one with commas between; `among` is a condition as JSON.

    With many orders the answer is a job (202): ask again when it has ended. Amounts are in minor units.
    """
    answer = ask(code, request.GET.dict(), actor=request.auth.actor)
    if answer.job:
        return Status(202, job_state(answer.job))
    return Status(
        200,
        {
            "analysis": code, "run": answer.run.pk, "as_of": answer.run.as_of, "asked": answer.question.arguments,
            "field": answer.field if answer.question.members else None, "found": answer.raw,
        },
    )  # fmt: skip


@router.post(
    "/refresh",
    **operation(
        May.REFRESH_INSIGHT,
        gettext_noop("Bring every measure up to date"),
        JobState,
        JOB,
        status=202,
        errors=(400, 409),
    ),
)
def refresh(request: Call, wish: Wish = None, key: Key = None) -> Status[dict[str, Any]]:
    """Runs as a job; one that is under way already is returned."""

    def act() -> tuple[int, dict[str, Any]]:
        return 202, job_state(start_refresh(as_of=wish.as_of if wish else None, actor=request.auth.actor))

    return Status(*once(request, key, act))

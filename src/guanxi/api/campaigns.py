"""Campaigns from plan to lesson: `/campaigns`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import Body, Query, Router

from guanxi.api.callers import Call
from guanxi.api.idempotency import Answer, Key, once
from guanxi.api.jobs import EXAMPLE as JOB
from guanxi.api.jobs import job_state
from guanxi.api.operations import Status, operation
from guanxi.api.schemas import Campaigns, CampaignState, Code, JobState, Lesson, Limit, People, Row
from guanxi.campaigns import queries
from guanxi.campaigns.models import Campaign
from guanxi.campaigns.people import people
from guanxi.campaigns.services import control
from guanxi.campaigns.services.launch import start_launch
from guanxi.campaigns.services.measure import close, start_measurement
from guanxi.campaigns.services.plan import plan_campaign
from guanxi.foundation import clock
from guanxi.foundation.errors import NotFound
from guanxi.foundation.money import base_currency
from guanxi.staff.roles import May

router = Router(tags=["campaigns"])
PLAN: Final = {
    "code": "spring", "name": "Spring coupon", "goal": "return", "offer": "5 off", "channel": "email",
    "audience": {"op": "<=", "field": "indicator.value_layer", "value": 2},
    "start": "2026-03-16T09:00:00", "budget": 1000, "expected_response_rate": 0.1, "expected_margin_per_response": 20,
    "cells": [{"code": "coupon", "subject": "Hello $name", "body": "5 off"}],
}  # fmt: skip
STATE: Final = {
    "campaign": "spring", "name": "Spring coupon", "state": "running", "figures_as_of": "2026-02-28",
    "members": {"target": 700, "control": 250, "holdout": 50, "suppressed": 12},
    "cells": {"coupon": 700, "control": 250},
    "contacts": {"pending": 120, "delivered": 580}, "cancelled": {}, "suppressed": {"consent": 12}, "responses": 31,
    "currency": "USD", "plan": PLAN, "estimate": {"as_of": "2026-02-28", "reach": 1012, "cost": 0},
}  # fmt: skip
LISTED: Final = {
    "campaign": "spring", "name": "Spring coupon", "goal": "return", "state": "running", "measured_from": "2026-03-16",
    "measured_until": "2026-04-12", "contacts": 580, "responses": 31, "verdict": "", "sown_but_not_harvested": False,
}  # fmt: skip
PERSON: Final = {
    "customer": "5f0c3a9be1d2476088aa", "source": "shop", "key": "c1", "file": "customers.csv",
    "cell": "coupon", "reason": "",
}  # fmt: skip
RUN = May.RUN_CAMPAIGNS
Narrow = Annotated[str, Query(pattern=r"^[^\x00]{0,40}$")]


@router.get(
    "", **operation(May.SEE_CAMPAIGNS, gettext_noop("All campaigns"), Campaigns, {"campaigns": [LISTED]})
)
def campaign_list(request: Call) -> dict[str, Any]:
    """Which contacts and responses each has, and which were sown but not harvested."""
    rows = queries.campaign_rows(clock.business_date(clock.now()))
    return {
        "campaigns": [row | {"measured_from": row["from"], "measured_until": row["until"]} for row in rows]
    }


@router.post(
    "", **operation(RUN, gettext_noop("Plan a campaign"), CampaignState, STATE, status=201, errors=(400, 409))
)
def campaign_plan(
    request: Call, document: Annotated[Row, Body(examples=[PLAN])], key: Key = None
) -> Status[Row]:
    """The document of a plan, its amounts in whole money. It is checked, estimated on the published figures and kept;
    nothing goes out before it is launched. A plan not launched yet is replaced."""

    def act() -> Answer:
        return 201, _state(plan_campaign(document=document, actor=request.auth.actor))

    return Status(*once(request, key, act))


@router.get(
    "/{code}",
    **operation(May.SEE_CAMPAIGNS, gettext_noop("One campaign"), CampaignState, STATE, errors=(404,)),
)
def campaign(request: Call, code: Code) -> Row:
    """What was planned and estimated, and exactly how many are sent, pending, failed, unknown and held back."""
    return _state(queries.campaign_named(code))


@router.get(
    "/{code}/results",
    **operation(
        May.SEE_CAMPAIGNS,
        gettext_noop("What a campaign earned"),
        Row,
        {"campaign": "spring", "verdict": "gain"},
        errors=(404,),
    ),
)
def campaign_results(request: Call, code: Code) -> Row:
    """Incremental figures against the control first, attributed ones second, as last measured. Amounts are in minor
    units; estimates may have fractions. Clicks per cell are those of now, each with the address of its people."""
    found = queries.campaign_named(code)
    if not found.results:
        raise NotFound(_("Campaign %(code)s was not measured yet.") % {"code": code})
    clicks = [row | {"people": _clickers(code, row["cell"])} for row in queries.clicks(found)]
    return {**found.results, "clicks": clicks}


def _clickers(code: str, cell: str) -> str:
    """Where the people are who followed a link."""
    return f"/api/v1/campaigns/{quote(code, safe='')}/people/clicks?{urlencode({'cell': cell})}"


@router.get(
    "/{code}/people/{role}",
    **operation(
        May.SEE_CAMPAIGNS,
        gettext_noop("The people behind a number"),
        People,
        {"total": 1, "people": [PERSON], "next_offset": None},
        errors=(404,),
    ),
)
def campaign_people(
    request: Call,
    code: Code,
    role: str,
    cell: Narrow = "",
    reason: Narrow = "",
    state: Narrow = "",
    limit: Limit = 100,
    offset: Annotated[int, Query(ge=0, lt=2**31)] = 0,
) -> dict[str, Any]:
    """Members by role (target, control, holdout, suppressed), or contacts, responses or clicks, with their source
    records."""
    narrowed = {"cell": cell, "reason": reason, "state": state}
    only = {name: value for name, value in narrowed.items() if value}
    sees = request.auth.sees
    found = people(queries.campaign_named(code), role, sees=sees, only=only, offset=offset, limit=limit)
    following = offset + limit if offset + limit < found.total else None
    return {"total": found.total, "people": found.rows, "next_offset": following}


def _act_on(summary: str, returns: Any, example: Any, status: int = 200) -> dict[str, Any]:
    return operation(RUN, summary, returns, example, status=status, errors=(404, 409))


@router.post("/{code}/launch", **_act_on(gettext_noop("Launch a planned campaign"), JobState, JOB, 202))
def campaign_launch(request: Call, code: Code, key: Key = None) -> Status[Row]:
    """Draws the audience, passes it through the gate and starts to send; runs as a job."""

    def act() -> Answer:
        return 202, job_state(start_launch(code=code, at=clock.now(), actor=request.auth.actor))

    return Status(*once(request, key, act))


@router.post("/{code}/measure", **_act_on(gettext_noop("Measure what a campaign earned"), JobState, JOB, 202))
def campaign_measure(request: Call, code: Code, key: Key = None) -> Status[Row]:
    """Compares those who were contacted with those who were held out; runs as a job."""

    def act() -> Answer:
        return 202, job_state(start_measurement(code=code, actor=request.auth.actor))

    return Status(*once(request, key, act))


@router.post(
    "/{code}/pause", **_act_on(gettext_noop("Hand nothing more over until resumed"), CampaignState, STATE)
)
def campaign_pause(request: Call, code: Code, key: Key = None) -> Status[Row]:
    """What was handed over already goes its way."""
    return _moved(request, code, key, control.pause)


@router.post("/{code}/resume", **_act_on(gettext_noop("Go on after a pause"), CampaignState, STATE))
def campaign_resume(request: Call, code: Code, key: Key = None) -> Status[Row]:
    """Only a paused campaign can be resumed."""
    return _moved(request, code, key, control.resume)


@router.post("/{code}/stop", **_act_on(gettext_noop("Send nothing more, ever"), CampaignState, STATE))
def campaign_stop(request: Call, code: Code, key: Key = None) -> Status[Row]:
    """What was sent is measured all the same."""
    return _moved(request, code, key, control.stop)


@router.post(
    "/{code}/close",
    **operation(
        RUN,
        gettext_noop("Close a measured campaign with a lesson"),
        CampaignState,
        STATE,
        errors=(400, 404, 409),
    ),
)
def campaign_close(request: Call, code: Code, told: Lesson, key: Key = None) -> Status[Row]:
    """Neither the analysis nor the lesson may be left out."""

    def act() -> Answer:
        closed = close(code=code, analysis=told.analysis, lesson=told.lesson, actor=request.auth.actor)
        return 200, _state(closed)

    return Status(*once(request, key, act))


def _moved(request: Call, code: str, key: str | None, move: Callable[..., Campaign]) -> Status[Row]:
    return Status(*once(request, key, lambda: (200, _state(move(code=code, actor=request.auth.actor)))))


def _state(campaign: Campaign) -> Row:
    return queries.status(campaign) | {
        "currency": base_currency(), "plan": campaign.plan, "estimate": campaign.estimate
    }  # fmt: skip

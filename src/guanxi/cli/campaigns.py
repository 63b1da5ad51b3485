"""`guanxi campaign …`."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils.translation import gettext as _

from guanxi.campaigns import queries, wording
from guanxi.campaigns.people import OWN_COLUMNS, everybody
from guanxi.campaigns.plans import read_plan_file
from guanxi.campaigns.remarks import nobody_held_out, older_figures, remarks
from guanxi.campaigns.services import control
from guanxi.campaigns.services.launch import start_launch
from guanxi.campaigns.services.measure import close as close_campaign
from guanxi.campaigns.services.measure import start_measurement
from guanxi.campaigns.services.plan import plan_campaign
from guanxi.cli.long_work import run_job
from guanxi.cli.output import AsJson, emit, facts, out, table
from guanxi.cli.results import show_results
from guanxi.cli.times import instant_of
from guanxi.cli.who import actor
from guanxi.foundation import clock
from guanxi.staff.visibility import EVERYTHING
from guanxi.wording.words import word

app = typer.Typer(help=_("Campaigns: plan, launch, watch, measure, close."), no_args_is_help=True)
Code = Annotated[str, typer.Argument(help=_("The campaign's code."), show_default=False)]


@app.command()
def plan(
    file: Annotated[Path, typer.Argument(help=_("A plan in TOML or JSON."))], as_json: AsJson = False
) -> None:
    """Check a plan and estimate what it would reach, cost, earn and be able to show."""
    document = read_plan_file(file)
    campaign = plan_campaign(document=document, actor=actor())
    shown = {"campaign": campaign.code, **campaign.estimate}
    emit(shown, as_json, lambda data: show_plan(data, wording.to_whom(data, document)))


@app.command("list")
def list_campaigns(as_json: AsJson = False) -> None:
    """All campaigns, and which were sown but not harvested."""
    emit(queries.campaign_rows(clock.business_date(clock.now())), as_json, _show_list)


@app.command()
def launch(
    code: Code,
    at: Annotated[str | None, typer.Option(help=_("Launch as if it were this time (for replays)."))] = None,
    as_json: AsJson = False,
) -> None:
    """Put a planned campaign through the gate and start its delivery."""
    job = start_launch(code=code, at=instant_of(at) if at else clock.now(), actor=actor())
    if not as_json and (older := older_figures(queries.campaign_named(code))):
        out.print(older, markup=False, soft_wrap=True)
    run_job(job, as_json)
    _print_status(code, as_json)


@app.command()
def pause(code: Code, as_json: AsJson = False) -> None:
    """Hand nothing more over until resumed."""
    control.pause(code=code, actor=actor())
    _print_status(code, as_json)


@app.command()
def resume(code: Code, as_json: AsJson = False) -> None:
    """Go on after a pause."""
    control.resume(code=code, actor=actor())
    _print_status(code, as_json)


@app.command()
def stop(code: Code, as_json: AsJson = False) -> None:
    """Send nothing more, ever."""
    control.stop(code=code, actor=actor())
    _print_status(code, as_json)


@app.command()
def status(code: Code, as_json: AsJson = False) -> None:
    """Exactly how many are sent, pending, failed, unknown and held back."""
    _print_status(code, as_json)


@app.command()
def members(
    code: Code,
    role: Annotated[
        list[str] | None,
        typer.Option(help=_("target, control, holdout, suppressed; or contacts, responses or clicks alone.")),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help=_("At most so many."))] = None,
    as_json: AsJson = False,
) -> None:
    """Who was chosen, and which source record each comes from."""
    campaign, roles = queries.campaign_named(code), role or ["target"]
    if len(roles) == 1 and roles[0] in OWN_COLUMNS:
        rows = list(islice(everybody(campaign, roles[0], sees=EVERYTHING), limit))
        columns = ("customer", "source", "key", "file", *OWN_COLUMNS[roles[0]])
    else:
        rows = queries.member_rows(campaign, roles, limit)
        columns = ("customer", "source", "key", "file", "role", "cell", "reason")
    emit(
        rows,
        as_json,
        lambda data: table(
            _("Members of %(code)s") % {"code": code}, columns, [list(row.values()) for row in data]
        ),
    )


@app.command()
def results(code: Code, as_json: AsJson = False) -> None:
    """Measure what the campaign earned against those it held out."""
    measured = run_job(start_measurement(code=code, actor=actor()), as_json)
    emit(measured | {"clicks": queries.clicks(queries.campaign_named(code))}, as_json, show_results)


@app.command()
def close(
    code: Code,
    analysis: Annotated[str, typer.Option(help=_("What the figures say."))],
    lesson: Annotated[str, typer.Option(help=_("What the next plan should know."))],
    as_json: AsJson = False,
) -> None:
    """Close a measured campaign with its analysis and a lesson."""
    campaign = close_campaign(code=code, analysis=analysis, lesson=lesson, actor=actor())
    emit(
        {"campaign": code, "state": campaign.state, "lesson": campaign.lesson},
        as_json,
        lambda d: facts(_("Closed"), d),
    )


@app.command()
def lessons(
    words: Annotated[str, typer.Argument(help=_("Words to look for."))] = "", as_json: AsJson = False
) -> None:
    """What closed campaigns taught."""
    columns = ("campaign", "goal", "analysis", "lesson")
    emit(
        queries.lessons(words),
        as_json,
        lambda d: table(_("Lessons"), columns, [list(row.values()) for row in d]),
    )


def show_plan(plan: dict[str, Any], to_whom: str) -> None:
    facts(
        _("Plan %(campaign)s, on figures as of %(as_of)s")
        % {"campaign": plan["campaign"], "as_of": plan["as_of"]},
        wording.answer_facts(plan, to_whom) | wording.estimate_facts(plan),
    )
    if not plan["within_budget"]:
        out.print(wording.over_budget(), style="red")
    for remark in remarks(plan):
        out.print(remark, markup=False, soft_wrap=True, style="red" if remark == nobody_held_out() else "dim")


def _print_status(code: str, as_json: bool) -> None:
    emit(queries.status(queries.campaign_named(code)), as_json, show_status)


def show_status(status: dict[str, Any]) -> None:
    facts(
        _("Campaign %(campaign)s is %(state)s")
        % {"campaign": status["campaign"], "state": word(status["state"])},
        {
            "name": status["name"],
            "members": wording.listed(status["members"]),
            "cells": wording.listed(status["cells"]),
            "contacts": wording.listed({name: n for name, n in status["contacts"].items() if n}) or _("none"),
            "cancelled": wording.listed(status["cancelled"]) or _("none"),
            "suppressed": wording.listed(status["suppressed"]) or _("nobody"),
            "responses recorded": status["responses"],
        },
    )


def _show_list(rows: list[dict[str, Any]]) -> None:
    columns = ["campaign", "name", "goal", "state", "from", "until", "contacts", "responses", "verdict"]
    table(_("Campaigns"), columns, [[row[name] for name in columns] for row in rows])
    sown = [row["campaign"] for row in rows if row["sown_but_not_harvested"]]
    if sown:
        said = _("Sown but not harvested (no results yet): %(campaigns)s")
        out.print(said % {"campaigns": ", ".join(sown)}, markup=False)

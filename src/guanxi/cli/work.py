"""`guanxi worker`, `guanxi jobs`, `guanxi settings`, `guanxi doctor`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

import typer
from django.utils.translation import gettext as _

from guanxi.cli.output import AsJson, emit, facts, progress_bar, say, table
from guanxi.cli.times import instant_of
from guanxi.cli.who import actor
from guanxi.customers.queries import require_one_currency
from guanxi.foundation import audit, clock, configuration, jobs
from guanxi.foundation.errors import DomainError
from guanxi.foundation.models import Job
from guanxi.foundation.money import base_currency
from guanxi.wording.words import word

jobs_app = typer.Typer(help=_("List jobs; cancel one."), invoke_without_command=True)
settings_app = typer.Typer(
    help=_("Thresholds and policies that the business sets."), invoke_without_command=True
)


@jobs_app.callback()
def list_jobs(context: typer.Context, as_json: AsJson = False) -> None:
    """List jobs, newest first."""
    if context.invoked_subcommand is None:
        columns = ("id", "kind", "key", "state", "step", "done_units", "total_units", "attempts", "error")
        rows = list(Job.objects.order_by("-id").values(*columns)[:50])
        emit(rows, as_json, lambda data: table(_("Jobs"), columns, [list(row.values()) for row in data]))


@jobs_app.command()
def cancel(job_id: int, as_json: AsJson = False) -> None:
    """Ask a job to stop; what it had half-written is taken back."""
    state = jobs.cancel(job_id).state
    stopping = state == Job.State.RUNNING
    said = _("Job %(id)s is stopping.") if stopping else _("Job %(id)s is cancelled.")
    say(said % {"id": job_id}, {"job": job_id, "state": "stopping" if stopping else state}, as_json)


@settings_app.callback()
def list_settings(context: typer.Context, as_json: AsJson = False) -> None:
    """List the settings and their values."""
    if context.invoked_subcommand is None:
        values = {name: configuration.read(name) for name in sorted(configuration.DEFINITIONS)}
        emit(values, as_json, _show_settings)


def _show_settings(values: dict[str, Any]) -> None:
    facts(_("Settings"), {name: _written(value) for name, value in values.items()}, verbatim=True)


def _written(value: Any) -> str:
    """A value as it is typed; of a list of whole documents only how many there are."""
    documents = next(
        (part for part in value.values() if isinstance(part, list) and part and isinstance(part[0], dict)),
        None,
    )
    if documents is None:
        return json.dumps(value, ensure_ascii=False)
    return _("%(number)s entries; --json shows them") % {"number": len(documents)}


@settings_app.command("set")
def set_value(name: str, value: str, as_json: AsJson = False) -> None:
    """Set a value, written as JSON; the old one stays in the audit."""
    try:
        parsed = json.loads(value)
    except json.JSONDecodeError as error:
        raise DomainError(
            _("The value is not JSON: %(error)s. Write for example 0.05 or '{\"a\": 1}'.") % {"error": error}
        ) from error
    configuration.write(name, parsed, actor=actor())
    say(_("%(name)s is set.") % {"name": name}, {name: configuration.read(name)}, as_json)


def worker(
    once: Annotated[bool, typer.Option("--once", help=_("Stop when nothing is left to do."))] = False,
    connections: Annotated[
        int, typer.Option(min=1, max=64, help=_("How many mail connections to hold open."))
    ] = 4,
    at: Annotated[str | None, typer.Option(help=_("Work as if it were this time (for replays)."))] = None,
    as_json: AsJson = False,
) -> None:
    """Run waiting jobs and deliver what campaigns have to send."""
    from guanxi.outreach.worker import run_worker

    start = instant_of(at) if at else None
    began = clock.now()

    def now() -> datetime:
        return clock.now() if start is None else start + (clock.now() - began)

    with progress_bar(as_json) as tell:
        done = run_worker(once=once, connections=connections, now=now, on_progress=tell)
    emit(vars(done), as_json, _show_work)


def _show_work(done: dict[str, Any]) -> None:
    from guanxi.outreach.wording import waiting_said

    nothing = _("none")
    counts = {name: _counted(done[name]) or nothing for name in ("jobs", "messages")}
    facts(_("Work done"), counts | {"still waiting": waiting_said(done) or _("nothing")})


def _counted(counts: dict[str, int]) -> str:
    return _(", ").join(f"{word(state)} {number:,}" for state, number in counts.items())


def _currency() -> str:
    """The currency of all amounts, or what is wrong with it."""
    try:
        require_one_currency()
    except DomainError as error:
        return str(error)
    return base_currency()


def doctor(as_json: AsJson = False) -> None:
    """Check the installation: the audit chain, the currency, and jobs that stand still."""
    currency = _currency()
    report: dict[str, Any] = {
        "currency": currency,
        "audit_chain": list(audit.broken_links()) or "whole",
        "stuck_jobs": list(
            Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=clock.now()).values_list(
                "id", flat=True
            )
        ),
    }
    emit(report, as_json, lambda data: facts(_("Doctor"), data))
    if report["audit_chain"] != "whole" or currency != base_currency():
        raise typer.Exit(1)

"""Long work from the command line: the job that a service wrote, run here or followed where a worker has it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from guanxi.cli.output import progress_bar
from guanxi.foundation import jobs
from guanxi.foundation.models import Job


class Interrupted(Exception):
    """Somebody pressed Ctrl-C; the message says what is left and what completes it."""


def run_job(job: Job, as_json: bool) -> dict[str, Any]:
    """The result of a job, with a progress bar until it is there. Raises Interrupted."""
    try:
        with progress_bar(as_json) as tell:
            result: dict[str, Any] = jobs.run_or_follow(job, tell).result
    except KeyboardInterrupt:
        raise Interrupted(_what_is_left(job)) from None
    return result


def _what_is_left(job: Job) -> str:
    if job.kind == "import":
        return _(
            "Interrupted. Import %(id)s is not finished: `guanxi imports resume %(id)s` finishes it, "
            "`guanxi imports undo %(id)s` takes it back."
        ) % {"id": job.key}
    if job.kind == "undo import":
        return _(
            "Interrupted. Import %(id)s is being taken back: `guanxi imports resume %(id)s` finishes that."
        ) % {"id": job.key}
    return _("Interrupted. The same command again completes it.")

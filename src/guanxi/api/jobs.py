"""Jobs: `/jobs`."""

from __future__ import annotations

import time
from typing import Annotated, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import Query, Router

from guanxi.api.callers import Call
from guanxi.api.idempotency import Key, once
from guanxi.api.operations import Status, operation
from guanxi.api.schemas import Jobs, JobState, Limit, Number
from guanxi.foundation import jobs
from guanxi.foundation.errors import NotFound
from guanxi.foundation.models import Job
from guanxi.staff.roles import May
from guanxi.wording.words import phrase

router = Router(tags=["jobs"])
POLL: Final = 0.1
"""Seconds between two looks at a job that a request waits for."""
PRIVATE: Final = frozenset({"notes"})
"""Parts of a result that may hold addresses."""
EXAMPLE: Final = {
    "id": 12, "kind": "insight refresh", "key": "all", "state": "running", "step": "indicators", "done": 2, "total": 6,
    "attempts": 1, "error": "", "result": {}, "created_at": "2026-03-01T09:00:00Z", "finished_at": None,
    "href": "/api/v1/jobs/12",
}  # fmt: skip
Before = Annotated[int | None, Query(ge=1, lt=2**63, description="Only jobs with a smaller id.")]


@router.get(
    "",
    **operation(
        May.SEE_JOBS, gettext_noop("Jobs, newest first"), Jobs, {"jobs": [EXAMPLE], "next_before": None}
    ),
)
def job_list(request: Call, limit: Limit = 50, before: Before = None) -> dict[str, Any]:
    """Long work that waits, runs or has ended."""
    found = Job.objects.order_by("-id")
    page = list((found.filter(id__lt=before) if before else found)[: limit + 1])
    following = page[limit - 1].pk if len(page) > limit else None
    return {"jobs": [job_state(job) for job in page[:limit]], "next_before": following}


@router.get("/{job_id}", **operation(May.SEE_JOBS, gettext_noop("One job"), JobState, EXAMPLE, errors=(404,)))
def job(request: Call, job_id: Number) -> dict[str, Any]:
    """How far it is and, when it has ended, what it did or why it failed."""
    return job_state(_job(job_id))


@router.post(
    "/{job_id}/cancel",
    **operation(
        May.CANCEL_JOBS,
        gettext_noop("Ask a job to stop"),
        JobState,
        EXAMPLE | {"state": "cancelled"},
        errors=(404, 409),
    ),
)
def job_cancel(request: Call, job_id: Number, key: Key = None) -> Status[dict[str, Any]]:
    """One that waits stops at once; one that runs takes back what it had half-written."""
    return Status(*once(request, key, lambda: (200, job_state(jobs.cancel(job_id)))))


def _job(job_id: int) -> Job:
    found = Job.objects.filter(pk=job_id).first()
    if found is None:
        raise NotFound(_("There is no job %(number)s.") % {"number": job_id})
    return found


def job_state(job: Job) -> dict[str, Any]:
    """A job as JSON keeps it."""
    return {
        "id": job.pk,
        "kind": job.kind,
        "key": job.key,
        "state": job.state,
        "step": phrase(job.step),
        "done": job.done_units,
        "total": job.total_units,
        "attempts": job.attempts,
        "error": phrase(job.error),
        "result": {name: part for name, part in job.result.items() if name not in PRIVATE},
        "created_at": job.created_at.isoformat(),
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        "href": f"/api/v1/jobs/{job.pk}",
    }


def wait_for(job: Job, seconds: float) -> bool:
    """Wait for a job to end, in whichever process it runs; say whether it has."""
    give_up = time.monotonic() + seconds
    while job.state in Job.OPEN and time.monotonic() < give_up:
        pause()
        job.refresh_from_db()
    return job.state not in Job.OPEN


def pause() -> None:
    """Leave the others their turn before looking again."""
    time.sleep(POLL)

"""Many rows at once: `/batches`. A batch is an import like any other, on the Imports page and undoable there."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import Query, Router

from guanxi.api.bodies import SUFFIXES, Body, received
from guanxi.api.callers import Call
from guanxi.api.errors import Refused
from guanxi.api.idempotency import Answer, Key, NeededKey, once
from guanxi.api.jobs import EXAMPLE as JOB
from guanxi.api.jobs import job_state, pause, wait_for
from guanxi.api.operations import Status, operation
from guanxi.api.schemas import Batch, Number, Row, RowError, Wait
from guanxi.customers.imports.complaints import complaints
from guanxi.customers.imports.running import (
    LANE,
    ImportOptions,
    ImportRefused,
    start_import,
    start_undo,
)
from guanxi.customers.models import ImportBatch
from guanxi.foundation.errors import NotFound
from guanxi.foundation.models import Job
from guanxi.staff.roles import May
from guanxi.wording.words import phrase

router = Router(tags=["batches"])
Kind = Literal[
    "customers", "products", "orders", "interactions", "opportunities", "invoices", "receipts", "costs", "contacts",
    "responses",
]  # fmt: skip
BUSY_FOR: Final = 5
"""Seconds after which to try again while another import is under way."""
EXAMPLE: Final = {
    "id": 7, "kind": "orders", "source": "shop", "state": "published", "rows_read": 20000, "rows_good": 19998,
    "rows_bad": 2, "created_at": "2026-03-01T09:00:00Z", "published_at": "2026-03-01T09:00:02Z", "undone_at": None,
    "error": "", "job": JOB | {"kind": "import", "key": "7", "state": "done", "step": "publishing"},
    "href": "/api/v1/batches/7", "errors": "/api/v1/batches/7/errors",
}  # fmt: skip
WORKING: Final = EXAMPLE | {
    "state": "working",
    "rows_read": 0,
    "rows_good": 0,
    "rows_bad": 0,
    "published_at": None,
}
ORDER: Final = {
    "order": "o1",
    "customer": "c1",
    "time": "2026-03-01T09:30:00Z",
    "product": "p1",
    "amount": 12.5,
}
ROWS: Final = {
    "required": True,
    "description": "One JSON object a line, or CSV with a header. Fields: docs/reference/import-files.md.",
    "content": {kind: {"schema": {"type": "string"}} for kind in SUFFIXES}
    | {"application/x-ndjson": {"schema": {"type": "string"}, "example": json.dumps(ORDER) + "\n"}},
}
Source = Annotated[str, Query(description="The system whose keys the rows use.", example="shop")]
Strict = Annotated[bool, Query(description="Refuse all rows where one is bad.")]
Zone = Annotated[
    str, Query(description="The zone of times without a mark; the business's where none is named.")
]
DateFormat = Annotated[str | None, Query(description="How dates are written, such as %d.%m.%Y.")]
Decimal = Annotated[str, Query(description="The mark before the decimals of CSV: . or ,")]
Day = Annotated[
    str | None, Query(description="As of which date customers' facts are true.", example="2026-03-01")
]


@router.get(
    "/{int:batch_id}", **operation(May.SEE_IMPORTS, gettext_noop("One batch"), Batch, EXAMPLE, errors=(404,))
)
def batch(request: Call, batch_id: Number) -> Row:
    """How far it is, and how many rows were read, good and bad."""
    return batch_state(_batch(batch_id))


@router.get(
    "/{int:batch_id}/errors",
    **operation(
        May.IMPORT, gettext_noop("The bad rows of a batch"), None,
        {"row": 3, "column": "amount", "value": "much", "reason": "is not a number"}, errors=(404,), lines=RowError, 
    ),
)  # fmt: skip
def batch_errors(request: Call, batch_id: Number) -> StreamingHttpResponse:
    """One JSON object a line: row (the line of NDJSON; of CSV as a spreadsheet counts, the header being row 1), column
    (null where the whole row is bad), value (null for those who may not see addresses) and reason."""
    found = complaints(_batch(batch_id).pk, with_values=request.auth.may(May.SEE_ADDRESSES))
    return StreamingHttpResponse(_lines(found), content_type="application/x-ndjson")


def _lines(rows: Iterator[Row]) -> Iterator[str]:
    return (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@router.post(
    "/{int:batch_id}/undo",
    **operation(
        May.IMPORT, gettext_noop("Take a batch back, whole"), Batch, EXAMPLE | {"state": "undoing"}, status=202,
        others={200: Batch}, errors=(404, 409),
    ),
)  # fmt: skip
def batch_undo(request: Call, batch_id: Number, key: Key = None, wait: Wait = 0) -> Status[Row]:
    """Runs as a job. What other data refer to stays."""

    def act() -> Answer:
        _batch(batch_id)
        start_undo(batch_id, actor=request.auth.actor)
        return 202, {"id": batch_id}

    give_up = time.monotonic() + wait
    once(request, key, act)
    return _answer(batch_id, give_up)


@router.post(
    "/{kind}",
    **operation(
        May.IMPORT, gettext_noop("Bring many rows"), Batch, WORKING, status=202,
        others={200: Batch}, errors=(400, 404, 409, 411, 413, 415), body=ROWS,
    ),
)  # fmt: skip
def batch_create(
    request: Call,
    kind: Kind,
    key: NeededKey,
    source: Source = "main",
    strict: Strict = False,
    time_zone: Zone = "",
    date_format: DateFormat = None,
    decimal: Decimal = ".",
    observed_on: Day = None,
    wait: Wait = 0,
) -> Status[Row]:
    """Becomes an import that runs as a job: 202 with its address, or 200 with its counts where `wait` saw the end.
    A row that is bad is left out and told of under `errors`. Imports run one after the other: while another is under
    way the answer is 409 with Retry-After, after `wait` seconds of patience."""
    options = ImportOptions(
        strict=strict,
        time_zone=time_zone,
        date_format=date_format or None,
        decimal=decimal,
        observed_on=observed_on or None,
    )
    give_up = time.monotonic() + wait
    with received(request, kind) as body:

        def act() -> Answer:
            job = _started(request, kind, body, source, options, give_up)
            return 202, {"id": job.arguments["batch"]}

        _status, told = once(request, key, act, body=body.sha256)
    return _answer(told["id"], give_up)


def _started(
    request: Call, kind: str, body: Body, source: str, options: ImportOptions, give_up: float
) -> Job:
    """The job of a new import, once no other is under way. Raises Refused (409) where that takes too long."""
    while ImportBatch.objects.filter(lane=LANE).exists() and time.monotonic() < give_up:
        pause()
    try:
        return start_import(
            kind=kind, path=body.path, source=source, options=options, actor=request.auth.actor
        )
    except ImportRefused as error:
        raise Refused(409, phrase(str(error)), {"Retry-After": str(BUSY_FOR)}) from None


def _answer(batch_id: int, give_up: float) -> Status[Row]:
    """The batch once its last job has ended, or as it stands when nobody waits any longer."""
    job = _job_of(batch_id)
    has_ended = job is None or wait_for(job, give_up - time.monotonic())
    return Status(200 if has_ended else 202, batch_state(_batch(batch_id)))


def _batch(batch_id: int) -> ImportBatch:
    found = ImportBatch.objects.filter(pk=batch_id).first()
    if found is None:
        raise NotFound(_("There is no batch %(number)s.") % {"number": batch_id})
    return found


def _job_of(batch_id: int) -> Job | None:
    """The last job of a batch, to bring it or to take it back."""
    both = Job.objects.filter(kind__in=["import", "undo import"], key=str(batch_id))
    return both.order_by("-id").first()


def batch_state(batch: ImportBatch) -> Row:
    """A batch as the API shows it."""
    job = _job_of(batch.pk)
    told = ("kind", "source", "state", "rows_read", "rows_good", "rows_bad")
    instants = ("created_at", "published_at", "undone_at")
    return {
        "id": batch.pk,
        **{name: getattr(batch, name) for name in (*told, *instants)},
        "error": phrase(job.error) if job else "",
        "job": job_state(job) if job else None,
        "href": f"/api/v1/batches/{batch.pk}",
        "errors": f"/api/v1/batches/{batch.pk}/errors",
    }

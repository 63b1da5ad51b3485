"""The verbs: start an import, try one without writing, run it as a job, take it back."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from guanxi.customers.imports.customer_facts import EXTRA, identifying_extras
from guanxi.customers.imports.kinds import kind_named
from guanxi.customers.imports.loading import load
from guanxi.customers.imports.options import ImportOptions as ImportOptions
from guanxi.customers.imports.options import require_source
from guanxi.customers.imports.preparing import SHOWN_COMPLAINTS, first_complaints, prepare, read_and_check
from guanxi.customers.imports.preparing import ImportRefused as ImportRefused
from guanxi.customers.imports.reading import fingerprint
from guanxi.customers.imports.undoing import note_change, take_back
from guanxi.customers.models import ImportBatch
from guanxi.customers.queries import require_one_currency
from guanxi.foundation import audit, clock, events, jobs
from guanxi.foundation.actor import Actor
from guanxi.foundation.engine.duck import was_interrupted, workspace
from guanxi.foundation.engine.planner import look_again
from guanxi.foundation.errors import NotFound
from guanxi.foundation.home import folder
from guanxi.foundation.jobs import RunningJob
from guanxi.foundation.models import Job

LANE = "imports"
"""The one lane: imports and undos go through it one after the other."""
State = ImportBatch.State


@dataclass(frozen=True)
class Preview:
    """What an import would do."""

    mapping: dict[str, str]
    rows_read: int
    rows_good: int
    rows_bad: int
    complaints: list[dict[str, Any]]
    encoding: str
    kept_out_of_analyses: list[str]
    """Columns that say who somebody is."""


def preview_import(
    *, kind: str, path: Path, options: ImportOptions, complaints: int = SHOWN_COMPLAINTS
) -> Preview:
    """Read and check a file without writing anything to the database; tell of so many `complaints` at most."""
    _require_currency(kind)
    options.require_sense()
    place = Path(mkdtemp(prefix="preview-", dir=folder("staging")))
    try:
        with workspace() as duck:
            found, mapping, checked = read_and_check(duck, place, kind_named(kind), path, options)
            private = identifying_extras(duck, options) if kind_named(kind).extras else {}
            return Preview(
                mapping,
                found.rows,
                checked.good,
                checked.bad,
                first_complaints(duck, complaints),
                found.encoding,
                [column.removeprefix(EXTRA) for column in private],
            )
    finally:
        shutil.rmtree(place, ignore_errors=True)


def start_import(*, kind: str, path: Path, source: str, options: ImportOptions, actor: Actor) -> Job:
    """Write the batch and its job; the same file interrupted before is taken up again instead.

    Raises ImportRefused when another import is under way, NotFound for an unknown kind or file, and BadOption.
    """
    _require_currency(kind)
    require_source(source)
    options.require_sense()
    if not path.is_file():
        raise NotFound(_("%(path)s does not exist or is not a file.") % {"path": path})
    same = {
        "kind": kind,
        "source": source,
        "file_sha256": fingerprint(path),
        "options": asdict(options) | {"mapping": dict(options.mapping)},
    }
    try:
        with transaction.atomic():
            batch = _unfinished(same) or _new_batch(path, same, actor)
            return jobs.enqueue("import", str(batch.pk), {"batch": batch.pk}, actor)
    except IntegrityError:
        raise ImportRefused(_("Another import has just begun; see `guanxi imports`.")) from None


def _require_currency(kind: str) -> None:
    """Raise DomainError where amounts of a file would be added to amounts in another currency."""
    found = kind_named(kind)
    if found.brings_money([field.name for field in found.fields]):
        require_one_currency()


def _unfinished(same: dict[str, Any]) -> ImportBatch | None:
    """The import that is not finished, if it is this one; raises ImportRefused if it is another."""
    busy = ImportBatch.objects.select_for_update().filter(lane=LANE).first()
    if busy is None or (busy.state == State.WORKING and all(getattr(busy, k) == v for k, v in same.items())):
        return busy
    if busy.state != State.WORKING:
        raise ImportRefused(
            _(
                "Import %(id)s (%(file_name)s) is being taken back. Wait for it or finish that with "
                "`guanxi imports resume %(id)s`."
            )
            % {"id": busy.pk, "file_name": busy.file_name}
        )
    raise ImportRefused(
        _(
            "Import %(id)s (%(file_name)s) is not finished. Wait for it, finish it with `guanxi "
            "imports resume %(id)s` or drop it with `guanxi imports undo %(id)s`."
        )
        % {"id": busy.pk, "file_name": busy.file_name}
    )


def _new_batch(path: Path, same: dict[str, Any], actor: Actor) -> ImportBatch:
    return ImportBatch.objects.create(
        **same,
        file_name=path.name,
        file_path=str(path.resolve()),
        lane=LANE,
        created_at=clock.now(),
        created_by=actor.name,
    )


def resume_import(batch_id: int, *, actor: Actor) -> Job:
    """The job of an interrupted import, or of an interrupted undo, to be run again."""
    batch = batch_numbered(batch_id)
    if batch.lane != LANE:
        raise ImportRefused(
            _("Import %(batch_id)s is %(state)s; there is nothing to resume.")
            % {"batch_id": batch_id, "state": _(batch.state)}
        )
    undo_open = Job.objects.filter(kind="undo import", key=str(batch_id), state__in=Job.OPEN).exists()
    verb = "import" if batch.state == State.WORKING and not undo_open else "undo import"
    return jobs.enqueue(verb, str(batch_id), {"batch": batch_id}, actor)


def start_undo(batch_id: int, *, actor: Actor) -> Job:
    """Write the job that takes an import back."""
    batch = batch_numbered(batch_id)
    if batch.state in {State.UNDONE, State.FAILED}:
        raise ImportRefused(
            _("Import %(batch_id)s is %(state)s already.") % {"batch_id": batch_id, "state": _(batch.state)}
        )
    return jobs.enqueue("undo import", str(batch_id), {"batch": batch_id}, actor)


def run_import(running: RunningJob) -> dict[str, Any]:
    """The job: read, check, stage, load, publish. Continues after a crash; takes itself back when it fails."""
    batch = batch_numbered(running.arguments["batch"])
    if batch.state != State.WORKING:
        return summary(batch)
    _require_currency(batch.kind)
    place = folder("staging", f"import-{batch.pk}")
    try:
        if not batch.staged:
            prepare(running, batch, place)
        load(running, batch, place)
        _publish(running, batch)
    except jobs.LeaseLost:
        raise
    except Exception as error:
        if was_interrupted(error):
            raise  # nothing is wrong with the file: it can be resumed
        take_back(running, batch, State.FAILED)
        shutil.rmtree(place, ignore_errors=True)
        raise
    look_again(_appended(batch))
    shutil.rmtree(place, ignore_errors=True)
    return summary(batch)


def _appended(batch: ImportBatch) -> dict[Any, int]:
    """Model → how many rows of it the batch brought."""
    appended = [entry for entry in batch.staged if entry["action"] == "append"]
    return {apps.get_model(entry["model"]): entry["rows"] for entry in appended}


def run_undo(running: RunningJob) -> dict[str, Any]:
    """The job that takes an import back; one that is still running is stopped first."""
    batch, kept = batch_numbered(running.arguments["batch"]), 0
    for job in Job.objects.filter(kind="import", key=str(batch.pk), state__in=Job.OPEN):
        jobs.withdraw(job)
    batch.refresh_from_db()
    if batch.state not in {State.UNDONE, State.FAILED}:
        _take_lane(batch)
        kept = take_back(running, batch, State.UNDONE)
    shutil.rmtree(folder("staging", f"import-{batch.pk}"), ignore_errors=True)
    batch.refresh_from_db()
    return {"import": batch.pk, "state": batch.state, "kept": kept}


def _take_lane(batch: ImportBatch) -> None:
    """No import may begin while one is taken back: it would build on rows that go."""
    try:
        with transaction.atomic():
            if batch.lane != LANE:
                _unfinished({"pk": batch.pk})
            ImportBatch.objects.filter(pk=batch.pk).update(lane=LANE)
    except IntegrityError:
        raise ImportRefused(_("Another import has just begun; see `guanxi imports`.")) from None


def summary(batch: ImportBatch) -> dict[str, Any]:
    """What an import did, for people and programs."""
    return {
        "import": batch.pk,
        "kind": batch.kind,
        "source": batch.source,
        "file": batch.file_name,
        "state": batch.state,
        "rows_read": batch.rows_read,
        "rows_good": batch.rows_good,
        "rows_bad": batch.rows_bad,
        "notes": {name: note for name, note in batch.notes.items() if name != "datasets"},
    }


def batch_numbered(batch_id: int) -> ImportBatch:
    """The import of that number. Raises NotFound."""
    batch = ImportBatch.objects.filter(pk=batch_id).first()
    if batch is None:
        raise NotFound(
            _("There is no import %(batch_id)s; `guanxi imports` lists them.") % {"batch_id": batch_id}
        )
    return batch


def _publish(running: RunningJob, batch: ImportBatch) -> None:
    with running.writing("publishing"):
        batch.state, batch.lane, batch.published_at = ImportBatch.State.PUBLISHED, None, clock.now()
        batch.save(update_fields=["state", "lane", "published_at"])
        note_change(batch)
        audit.record(
            running.actor,
            "imported",
            "import",
            batch.pk,
            kind=batch.kind,
            source=batch.source,
            rows=batch.rows_good,
        )
        told = {"import": batch.pk, "kind": batch.kind, "source": batch.source, "rows": batch.rows_good}
        events.emit("import.published", **told)

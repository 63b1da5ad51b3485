"""From a file to staged Parquet files and the plan of loading them; nothing is visible yet."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from guanxi.customers.imports.checks import Checked, check, keep_complaints, write_complaints
from guanxi.customers.imports.columns import guess_mapping, require_columns, require_distinct_attributes
from guanxi.customers.imports.complaints import complaints_file
from guanxi.customers.imports.kinds import ImportKind, Staging, kind_named
from guanxi.customers.imports.options import ImportOptions
from guanxi.customers.imports.raw import RawFile
from guanxi.customers.imports.reading import fingerprint, read_raw
from guanxi.customers.models import Handover, ImportBatch
from guanxi.foundation.engine.duck import Duck, rows, workspace
from guanxi.foundation.errors import DomainError
from guanxi.foundation.home import folder
from guanxi.foundation.jobs import RunningJob
from guanxi.foundation.money import base_currency
from guanxi.wording.words import phrase

SHOWN_COMPLAINTS = 5


class ImportRefused(DomainError):
    """Nothing was imported; the message says why and where the complaints are."""


def prepare(running: RunningJob, batch: ImportBatch, place: Path) -> None:
    """Read, check and stage a batch's file under `place` and note in the batch what is to be loaded.

    Raises ImportRefused when the file is not the one that the import was started with, has no good row, or has a bad
    row under --strict.
    """
    work = _own_folder(running, place)
    running.advance("reading")
    _require_same_file(batch)
    with workspace(work / "work.duckdb") as duck:
        _read(duck, batch, work)
        running.advance("staging")
        staging = Staging(batch, duck, work)
        kind_named(batch.kind).stage(staging)
    batch.notes |= staging.notes | {"datasets": sorted(staging.datasets)}
    batch.staged = _plan(staging)
    with running.writing("staged"):
        batch.save(update_fields=["rows_read", "rows_good", "rows_bad", "notes", "staged"])


def read_and_check(
    duck: Duck, work: Path, kind: ImportKind, path: Path, options: ImportOptions
) -> tuple[RawFile, dict[str, str], Checked]:
    """The file as it is, which column is which field, and the tables `good` and `complaints`."""
    found = read_raw(path, work / "raw.parquet", encoding=options.encoding)
    options.require_text(found.encoding)
    mapping = guess_mapping(kind, found.columns, options.mapping)
    require_distinct_attributes(kind, found.columns, mapping)
    require_columns(found.columns, options.not_identifying)
    require_columns(found.columns, [correction["column"] for correction in options.corrections])
    raw, reading = work / "raw.parquet", options.reading()
    return found, mapping, check(duck, raw, found, kind, mapping, reading, options.corrections)


def first_complaints(duck: Duck, most: int = SHOWN_COMPLAINTS) -> list[dict[str, Any]]:
    """The complaints about the first bad rows."""
    found = rows(duck, "SELECT row, field, value, reason FROM complaints ORDER BY row, field LIMIT ?", [most])
    return [dict(zip(("row", "field", "value", "reason"), row, strict=True)) for row in found]


def _own_folder(running: RunningJob, place: Path) -> Path:
    """A folder of this run alone: a stalled process that lost the job cannot write into it."""
    shutil.rmtree(place, ignore_errors=True)
    work = place / running.job.worker.rpartition(":")[2]
    work.mkdir(parents=True)
    return work


def _require_same_file(batch: ImportBatch) -> None:
    path = Path(batch.file_path)
    if not path.is_file():
        raise ImportRefused(_("%(path)s does not exist any more.") % {"path": path})
    if fingerprint(path) != batch.file_sha256:
        raise ImportRefused(
            _("%(path)s was changed since the import was started; start it again.") % {"path": path}
        )


def _read(duck: Duck, batch: ImportBatch, work: Path) -> None:
    options = ImportOptions(**batch.options)
    found, mapping, checked = read_and_check(
        duck, work, kind_named(batch.kind), Path(batch.file_path), options
    )
    batch.rows_read, batch.rows_good, batch.rows_bad = found.rows, checked.good, checked.bad
    batch.notes = {"mapping": ", ".join(f"{f}={c}" for f, c in mapping.items()), "encoding": found.encoding}
    if kind_named(batch.kind).brings_money(mapping):
        batch.notes["currency"] = base_currency()
    if found.blank:
        batch.notes["blank rows"] = found.blank
    if checked.bad:
        _note_complaints(duck, batch, mapping)
    _refuse_if_need_be(batch, options)


def _plan(staging: Staging) -> list[dict[str, Any]]:
    """Replacements first: a unique key must be free before its new row comes; last, customers get their owners."""
    replaced = [
        {
            "action": "supersede",
            "model": s.model._meta.label,
            "file": f"{staging.folder.name}/{s.file}",
            "rows": s.rows,
            "loaded": 0,
        }
        for s in staging.supersedes
    ]
    appended = [
        {
            "action": "give" if s.model is Handover else "append",
            "model": s.model._meta.label,
            "file": f"{staging.folder.name}/{s.file}",
            "rows": s.rows,
            "loaded": 0,
            "id_column": s.id_column,
            "first_id": s.first_id,
            "last_id": s.last_id,
        }
        for s in staging.staged
    ]
    return replaced + appended


def _note_complaints(duck: Duck, batch: ImportBatch, mapping: Mapping[str, str]) -> None:
    target = folder("errors") / f"import-{batch.pk}-errors.csv"
    write_complaints(duck, target, mapping)
    keep_complaints(duck, complaints_file(batch.pk), mapping)
    batch.notes["error file"] = str(target)
    batch.notes["complaints"] = first_complaints(duck)


def _refuse_if_need_be(batch: ImportBatch, options: ImportOptions) -> None:
    batch.save(update_fields=["rows_read", "rows_good", "rows_bad", "notes"])
    if batch.rows_good == 0:
        where = batch.notes.get("error file", "")
        raise ImportRefused(
            _("No row of %(file_name)s is good. %(batch)s All of it: %(where)s")
            % {"file_name": batch.file_name, "batch": _example(batch), "where": where}
        )
    if options.strict and batch.rows_bad:
        raise ImportRefused(
            _(
                "%(rows_bad)s of %(rows_read)s rows are bad, and such a file is to be refused whole. %(batch)s All of "
                "it: %(error_file)s"
            )
            % {
                "rows_bad": f"{batch.rows_bad:,}",
                "rows_read": f"{batch.rows_read:,}",
                "batch": _example(batch),
                "error_file": batch.notes["error file"],
            }
        )


def _example(batch: ImportBatch) -> str:
    first = (batch.notes.get("complaints") or [{}])[0]
    if not first:
        return ""
    return _("For example row %(row)s: %(field)s %(reason)s.") % {
        "row": first["row"],
        "field": first["field"] or _("the row"),
        "reason": phrase(first["reason"]),
    }

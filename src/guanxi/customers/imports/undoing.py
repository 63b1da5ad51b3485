"""Taking an import back, whole: hide it by one flip, then remove its rows in short transactions.

What a later import replaced stays replaced; what this one had replaced comes back, and so do the customers whom it had
given to somebody, unless they were given on since. A customer, product or attribute
that other data refer to stays, and belongs from then on to the import that refers to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Min

from guanxi.customers.imports.handing_over import give_back
from guanxi.customers.models import ImportBatch, Versioned
from guanxi.foundation import audit, clock, events
from guanxi.foundation.engine.duck import rows, workspace
from guanxi.foundation.engine.truth import copy_truth
from guanxi.foundation.jobs import RunningJob
from guanxi.foundation.models import ChangeRow
from guanxi.foundation.registry import Reference, registry

BLOCK = 20_000
SMALL_BLOCK = 5_000


def take_back(running: RunningJob, batch: ImportBatch, final: ImportBatch.State) -> int:
    """Remove a batch's rows; return how many rows stay because other data refer to them.

    Safe to run again after a crash at any point; a request to cancel is not heeded.
    """
    running.go_to_the_end()
    kept = 0
    if batch.state == ImportBatch.State.PUBLISHED:
        _hand_on_replaced_rows(running, batch)
        kept = _keep_referenced(running, batch)
        _hide(running, batch)
    kept += _keep_referenced(running, batch)  # again: while it was visible, others could still refer to it
    for entry in reversed(batch.staged):
        if entry["action"] == "append" and entry["loaded"]:
            _delete_range(running, batch, entry)
        if entry["action"] == "give" and entry["loaded"]:
            give_back(running, batch, entry)
    _bring_back(running, batch)
    with running.writing("finishing"):
        ImportBatch.objects.filter(pk=batch.pk).update(state=final, lane=None, undone_at=clock.now())
        audit.record(running.actor, final.value, "import", batch.pk, file=batch.file_name, kept=kept)
        if final == ImportBatch.State.UNDONE:
            told = {"import": batch.pk, "kind": batch.kind, "source": batch.source, "kept": kept}
            events.emit("import.undone", **told)
    return kept


def _hide(running: RunningJob, batch: ImportBatch) -> None:
    """The flip: from here on no reader sees the batch, and readers see again what it had replaced."""
    with running.writing("hiding"):
        ImportBatch.objects.filter(pk=batch.pk).update(state=ImportBatch.State.UNDOING)
        note_change(batch)
    batch.refresh_from_db()


def note_change(batch: ImportBatch) -> None:
    """Tell the replica that the rows of a batch appeared or vanished; part of the flip's transaction."""
    ChangeRow.objects.bulk_create(
        ChangeRow(dataset=name, import_id=batch.pk) for name in batch.notes.get("datasets", [])
    )


def _versioned_models() -> Iterator[Any]:
    return (model for model in apps.get_models() if issubclass(model, Versioned))


def _hand_on_replaced_rows(running: RunningJob, batch: ImportBatch) -> None:
    """A row replaced by this batch, whose replacement was itself replaced later, is from now on replaced by that."""
    for model in _versioned_models():
        if model.objects.filter(superseded_by=batch).exists():
            for later, ids in _replaced_again(model, batch).items():
                for part in _parts(ids):
                    with running.writing(f"checking later {model._meta.verbose_name_plural}"):
                        model.objects.filter(pk__in=part).update(superseded_by=later)


def _replaced_again(model: Any, batch: ImportBatch) -> dict[int, list[int]]:
    """Later batch → ids of the rows that this batch replaced and that one replaced again."""
    table = connection.ops.quote_name(model._meta.db_table)
    key = ", ".join(connection.ops.quote_name(name) for name in model.version_key)
    found: dict[int, list[int]] = {}
    with workspace() as duck:
        copy_truth(
            duck,
            "again",
            f"SELECT superseded_by_id, {key} FROM {table} "
            f"WHERE batch_id = {batch.pk} AND superseded_by_id IS NOT NULL",
        )
        copy_truth(duck, "replaced", f"SELECT id, {key} FROM {table} WHERE superseded_by_id = {batch.pk}")
        for later, row_id in rows(
            duck, f"SELECT superseded_by_id, id FROM again JOIN replaced USING ({key}) ORDER BY 2"
        ):
            found.setdefault(later, []).append(row_id)
    return found


def _keep_referenced(running: RunningJob, batch: ImportBatch) -> int:
    """Rows of this batch that others refer to pass to the import that does, or to nobody."""
    kept = 0
    for entry in (entry for entry in batch.staged if entry["action"] == "append" and entry["loaded"]):
        model = apps.get_model(entry["model"])
        for reference in (r for r in registry.references if r.target is model):
            referring = reference.model._default_manager.filter(
                **{
                    f"{reference.column}__gte": entry["first_id"],
                    f"{reference.column}__lte": entry["last_id"],
                }
            )
            if reference.import_column:
                referring = referring.exclude(**{reference.import_column: batch.pk})
            for heir, ids in _by_heir(reference, referring).items():
                kept += sum(_pass_on(running, batch, model, heir, part) for part in _parts(ids))
    return kept


def _by_heir(reference: Reference, referring: models.QuerySet[Any]) -> dict[int | None, list[int]]:
    """The first import that refers to a row inherits it → ids of the rows."""
    heir = (
        Min(reference.import_column)
        if reference.import_column
        else models.Value(None, models.BigIntegerField())
    )
    found: dict[int | None, list[int]] = {}
    pairs = referring.values_list(reference.column).annotate(heir=heir).order_by()
    for row_id, owner in pairs.iterator():
        found.setdefault(owner, []).append(row_id)
    return found


def _pass_on(running: RunningJob, batch: ImportBatch, model: Any, heir: int | None, ids: list[int]) -> int:
    with running.writing(f"keeping {model._meta.verbose_name_plural}"):
        own = list(model.objects.filter(pk__in=ids, batch=batch).values_list("pk", flat=True))
        if own:
            model.objects.filter(pk__in=own).update(batch_id=heir)
            _note_inheritance(model, heir, own)
    return len(own)


def _note_inheritance(model: Any, heir: int | None, ids: list[int]) -> None:
    """The heir removes what it inherited when it is taken back in its turn; the replica learns of the change."""
    for name in (dataset.name for dataset in registry.datasets.values() if dataset.model is model):
        if heir:
            ChangeRow.objects.create(dataset=name, import_id=heir)
        else:
            ChangeRow.objects.bulk_create(ChangeRow(dataset=name, row_id=row_id) for row_id in ids)
    if heir is None:
        return
    importer = ImportBatch.objects.select_for_update().get(pk=heir)
    _inherited(importer.staged, model._meta.label, ids)
    importer.save(update_fields=["staged"])


def _inherited(staged: list[dict[str, Any]], label: str, ids: list[int]) -> None:
    """One entry per model spans all that was inherited; only rows that belong to the batch are removed in its range."""
    entry = next((e for e in staged if e["model"] == label and not e["file"]), None)
    if entry is None:
        entry = {"action": "append", "model": label, "file": "", "rows": 0, "loaded": 0}
        entry |= {"id_column": "id", "first_id": min(ids), "last_id": max(ids)}
        staged.insert(0, entry)  # removed last, when nothing of the batch refers to it any more
    entry["rows"] += len(ids)
    entry["loaded"] += len(ids)
    entry["first_id"], entry["last_id"] = min(entry["first_id"], *ids), max(entry["last_id"], *ids)


def _delete_range(running: RunningJob, batch: ImportBatch, entry: dict[str, Any]) -> None:
    model = apps.get_model(entry["model"])
    table, column = (connection.ops.quote_name(name) for name in (model._meta.db_table, entry["id_column"]))
    per_id = max(1, entry["rows"] // max(1, entry["last_id"] - entry["first_id"] + 1))
    own = f" AND batch_id = {batch.pk}" if any(f.attname == "batch_id" for f in model._meta.fields) else ""
    step = max(1, BLOCK // per_id)
    told = f"removing {model._meta.verbose_name_plural}"
    for first in range(entry["first_id"], entry["last_id"] + 1, step):
        last = min(first + step - 1, entry["last_id"])
        with running.writing(told, first, entry["last_id"]), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE {column} BETWEEN %s AND %s{own}", [first, last])


def _bring_back(running: RunningJob, batch: ImportBatch) -> None:
    """Rows that this batch had replaced are current again; each is announced to the replica."""
    for model in _versioned_models():
        names = [dataset.name for dataset in registry.datasets.values() if dataset.model is model]
        while ids := list(
            model.objects.filter(superseded_by=batch).values_list("pk", flat=True)[:SMALL_BLOCK]
        ):
            with running.writing(f"bringing back {model._meta.verbose_name_plural}"):
                model.objects.filter(pk__in=ids).update(superseded_by=None)
                ChangeRow.objects.bulk_create(
                    ChangeRow(dataset=name, row_id=row_id) for name in names for row_id in ids
                )


def _parts(ids: list[int]) -> Iterator[list[int]]:
    return (ids[start : start + SMALL_BLOCK] for start in range(0, len(ids), SMALL_BLOCK))

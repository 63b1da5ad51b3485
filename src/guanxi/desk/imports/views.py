"""Imports: the list, an upload and its check, one import with its progress and complaints, and its undoing."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from guanxi.customers.imports.kinds import kind_named
from guanxi.customers.imports.options import Correction
from guanxi.customers.imports.running import Preview, batch_numbered, start_import, start_undo, summary
from guanxi.customers.models import ImportBatch, Party
from guanxi.desk.imports.forms import ABSENT, ENCODINGS, KINDS, Looked, Said, field_choices, look, said_in
from guanxi.desk.imports.uploads import SUFFIXES, UploadRefused, keep_upload, upload_named
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.models import Job
from guanxi.insight.queries import current_run, unknown_imports
from guanxi.shell.tables import Cell, Table, cell_of
from guanxi.staff.access import Request, may
from guanxi.staff.roles import May
from guanxi.wording.words import label, phrase

PAGE = 100
LIST_COLUMNS = ("import", "kind", "source", "file", "state", "rows read", "rows good", "rows bad", "at", "by")
COMPLAINT_COLUMNS = ("row", "field", "value", "reason")
NOT_SHOWN = {"complaints", "error file", "datasets"}
"""Notes that the page shows otherwise or not at all."""


@require_safe
@may(May.SEE_IMPORTS)
def import_list(request: Request) -> HttpResponse:
    """Imports, newest first, and the form for the next."""
    return _list(request)


def _list(request: Request, complaint: str = "") -> HttpResponse:
    batches = list(ImportBatch.objects.order_by("-id")[:PAGE])
    shown = {
        "has_imports": bool(batches),
        "table": Table(LIST_COLUMNS, [_listed(batch) for batch in batches], every=_all_listed),
        "may_import": request.user.may(May.IMPORT),
        "kinds": KINDS,
        "kind": request.POST.get("kind", KINDS[0]),
        "source": request.POST.get("source", "main"),
        "accept": ",".join(SUFFIXES),
        "complaint": complaint,
    }
    return render(request, "desk/imports/list.html", shown, status=422 if complaint else 200)


def _all_listed() -> Iterator[list[Any]]:
    return (_listed(batch) for batch in ImportBatch.objects.order_by("-id").iterator())


def _listed(batch: ImportBatch) -> list[Any]:
    there = reverse("import", args=[batch.pk])
    counts = (batch.rows_read, batch.rows_good, batch.rows_bad)
    named = (
        Cell(str(batch.pk), there, is_number=True, value=batch.pk),
        batch.kind,
        Cell(batch.source),
        Cell(batch.file_name, there),
    )
    return [*named, batch.state, *counts, batch.created_at, batch.created_by]


@require_POST
@may(May.IMPORT)
def import_upload(request: Request) -> HttpResponse:
    """Keep a file and go on to its check."""
    try:
        token = keep_upload(request.FILES.get("file"))
    except UploadRefused as error:
        return _list(request, phrase(str(error)))
    said = {name: request.POST.get(name, "") for name in ("kind", "source")}
    return redirect(f"{reverse('import_preview', args=[token])}?{urlencode(said)}")


@require_http_methods(["GET", "HEAD", "POST"])
@may(May.IMPORT)
def import_preview(request: Request, token: str) -> HttpResponse:
    """What an import would do with a file; from here it is started."""
    path = upload_named(token)
    said, refusal = said_in(request.POST if request.method == "POST" else request.GET), ""
    if request.POST.get("do") == "import":
        try:
            job = _started(request, path, said)
        except DomainError as error:
            refusal = phrase(str(error))
        else:
            return redirect("import", job.arguments["batch"])
    looked = look(path, said)
    shown = _checked(request, path, said, looked, refusal)
    return render(request, "desk/imports/preview.html", shown, status=422 if shown["complaint"] else 200)


def _started(request: Request, path: Path, said: Said) -> Job:
    return start_import(
        kind=said.kind.name, path=path, source=said.source, options=said.options, actor=request.user.actor
    )


def _checked(request: Request, path: Path, said: Said, looked: Looked, refusal: str) -> dict[str, Any]:
    preview = looked.preview
    return {
        "file": path.name,
        "said": said,
        "preview": preview,
        "complaint": refusal or looked.complaint,
        "columns": looked.columns,
        "fields": field_choices(said, looked.columns),
        "complaints": _complaints(request, preview.complaints) if preview else None,
        "cells": _cells(request, preview) if preview else [],
        "mended": _mended(said, preview),
        "absent": ABSENT,
        "private": [*(preview.kept_out_of_analyses if preview else ()), *said.options.not_identifying],
        "kinds": KINDS,
        "encodings": ENCODINGS,
        "party_kinds": Party.Kind.values,
        "keeps_extras": said.kind.extras,
        # Here, because the template tag doubles percent signs before it looks a text up.
        "date_help": _("How dates are written, for example %d.%m.%Y."),
    }


def _cells(request: Request, preview: Preview) -> list[dict[str, Any]]:
    """The bad cells that can be mended here: each with its row, its column and what stands there."""
    if not request.user.may(May.SEE_ADDRESSES):
        return []
    return [
        {
            "row": each["row"],
            "column": preview.mapping[each["field"]],
            "value": each["value"] or "",
            "reason": phrase(each["reason"]),
        }
        for each in preview.complaints
        if each["field"] in preview.mapping
    ]


def _mended(said: Said, preview: Preview | None) -> list[Correction]:
    """The corrections that are good now; those that are not stand among the bad cells."""
    bad = (
        {(each["row"], preview.mapping.get(each["field"])) for each in preview.complaints}
        if preview
        else set()
    )
    return [one for one in said.options.corrections if (one["row"], one["column"]) not in bad]


def _complaints(request: Request, found: list[dict[str, Any]]) -> Table:
    """The first bad rows. What stands in a cell may be an address: those see it who may see addresses."""
    sees = request.user.may(May.SEE_ADDRESSES)
    rows = [
        [
            each["row"],
            Cell(str(each["field"] or _("the row"))),
            Cell(str(each["value"] or "–")) if sees else None,
            Cell(phrase(each["reason"])),
        ]
        for each in found
    ]
    return Table(COMPLAINT_COLUMNS, rows, title=_("The first bad rows"))


@require_safe
@may(May.SEE_IMPORTS)
def import_page(request: Request, batch_id: int) -> HttpResponse:
    """An import: what it did, how far it is, what was wrong with rows. While it runs the page looks again."""
    batch = batch_numbered(batch_id)
    job = Job.objects.filter(kind__in=["import", "undo import"], key=str(batch_id)).order_by("-id").first()
    is_busy = job is not None and job.finished_at is None
    if request.htmx:
        if not is_busy:
            return HttpResponseClientRefresh()
        return render(request, "desk/imports/progress.html", {"batch": batch, "job": job, "is_busy": True})
    complaints = batch.notes.get("complaints")
    shown = {
        "batch": batch,
        "job": job,
        "is_busy": is_busy,
        "pairs": _pairs(batch),
        "complaints": _complaints(request, complaints) if complaints else None,
        "has_error_file": bool(batch.notes.get("error file")),
        "may_import": request.user.may(May.IMPORT),
        "can_undo": batch.state in {ImportBatch.State.PUBLISHED, ImportBatch.State.WORKING},
        "may_refresh": request.user.may(May.REFRESH_INSIGHT),
        **_figures(batch),
    }
    return render(request, "desk/imports/import.html", shown)


def _figures(batch: ImportBatch) -> dict[str, bool]:
    """Whether anything is analysed yet, and whether the published figures know this import."""
    run = current_run()
    is_unknown = run is not None and unknown_imports(run).filter(pk=batch.pk).exists()
    return {"is_analysed": run is not None, "is_unknown": is_unknown}


def _pairs(batch: ImportBatch) -> list[tuple[str, Cell]]:
    """What an import did, and its notes."""
    done = summary(batch)
    notes = {name: note for name, note in done.pop("notes").items() if name not in NOT_SHOWN}
    coded = {name: cell_of(done.pop(name)) for name in ("kind", "state")}
    texts = {name: Cell(v) if isinstance(v, str) and v else cell_of(v) for name, v in (done | notes).items()}
    return [(label(name.replace("_", " ")), cell) for name, cell in (coded | texts).items()]


@require_safe
@may(May.IMPORT)
def import_errors(request: Request, batch_id: int) -> HttpResponse:
    """Every complaint of an import as a file."""
    kept = batch_numbered(batch_id).notes.get("error file")
    if not kept or not Path(kept).is_file():
        raise NotFound(_("Import %(batch_id)s has no error file.") % {"batch_id": batch_id})
    return FileResponse(  # type: ignore[return-value]  # it streams; to a browser it is an answer like others
        Path(kept).open("rb"), as_attachment=True, filename=Path(kept).name, content_type="text/csv"
    )


@require_POST
@may(May.IMPORT)
def import_undo(request: Request, batch_id: int) -> HttpResponse:
    """Take an import back, whole; it runs as a job."""
    start_undo(batch_id, actor=request.user.actor)
    messages.success(request, _("Import %(number)s is being taken back.") % {"number": batch_id})
    return redirect("import", batch_id)


@require_safe
@may(May.IMPORT)
def import_template(request: Request, kind: str) -> HttpResponse:
    """An empty file of a kind: its header names the fields."""
    fields = [field.name for field in kind_named(kind).fields]
    disposition = f'attachment; filename="{kind}.csv"'
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )
    csv.writer(response).writerow(fields)
    return response

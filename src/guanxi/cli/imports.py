"""`guanxi import …` and `guanxi imports …`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils.translation import gettext as _

from guanxi.cli.long_work import run_job
from guanxi.cli.output import AsJson, emit, facts, out, table
from guanxi.cli.who import actor
from guanxi.customers.imports.running import (
    ImportOptions,
    preview_import,
    resume_import,
    start_import,
    start_undo,
    summary,
)
from guanxi.customers.models import ImportBatch
from guanxi.foundation.errors import DomainError
from guanxi.foundation.models import Job

import_app = typer.Typer(help=_("Import a CSV or Parquet file."), no_args_is_help=True)
imports_app = typer.Typer(help=_("List imports; take one back."), invoke_without_command=True)

File = Annotated[Path, typer.Argument(help=_("A CSV or Parquet file."), show_default=False)]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="FIELD=COLUMN", help=_("Which column is which field; may be given many times.")
    ),
]
Source = Annotated[str, typer.Option(help=_("The system whose keys the file uses."))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=_("Read and check only; write nothing."))]
Strict = Annotated[bool, typer.Option("--strict", help=_("Refuse the whole file when a row is bad."))]
Encoding = Annotated[
    str | None, typer.Option(help=_("The file's encoding, where it cannot be told from its bytes."))
]
Zone = Annotated[
    str, typer.Option("--time-zone", help=_("The zone of times without a zone mark [the business's]."))
]
DateFormat = Annotated[str | None, typer.Option(help=_("How dates are written, for example %d.%m.%Y."))]
Decimal = Annotated[str, typer.Option(help=_("What stands before the decimals: . or ,"))]
Currency = Annotated[str, typer.Option(help=_("The currency of amounts [GUANXI_CURRENCY]."))]
Observed = Annotated[str | None, typer.Option(help=_("As of which date facts are true, YYYY-MM-DD [today]."))]
PartyKind = Annotated[str, typer.Option(help=_("person, organisation or household."))]

NotIdentifying = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COLUMN",
        help=_(
            "A column that says nothing of who somebody is, though it may look so; may be given many times."
        ),
    ),
]


def _add(kind: str, explained: str) -> None:
    def command(
        file: File,
        map_: Map = None,
        source: Source = "main",
        dry_run: DryRun = False,
        strict: Strict = False,
        encoding: Encoding = None,
        time_zone: Zone = "",
        date_format: DateFormat = None,
        decimal: Decimal = ".",
        currency: Currency = "",
        observed_on: Observed = None,
        party_kind: PartyKind = "person",
        not_identifying: NotIdentifying = None,
        as_json: AsJson = False,
    ) -> None:
        options = ImportOptions(
            mapping=_mapping(map_ or []),
            strict=strict,
            encoding=encoding,
            time_zone=time_zone,
            date_format=date_format,
            decimal=decimal,
            currency=currency,
            observed_on=observed_on,
            party_kind=party_kind,
            not_identifying=not_identifying or [],
        )
        if dry_run:
            emit(vars(preview_import(kind=kind, path=file, options=options)), as_json, _show_preview)
            return
        run_shown(start_import(kind=kind, path=file, source=source, options=options, actor=actor()), as_json)

    import_app.command(kind, help=explained)(command)


_add("customers", _("Import customers: keys, names, addresses, consent; other columns become facts."))
_add("products", _("Import products."))
_add("orders", _("Import order lines, with returns."))
_add("interactions", _("Import interactions: calls, visits, letters and messages, with feedback."))
_add("opportunities", _("Import opportunities: sales that may come, and whether they were won."))
_add("invoices", _("Import invoices."))
_add("receipts", _("Import receipts, with the invoices that they paid."))
_add("costs", _("Import costs of serving customers, by kind."))
_add("contacts", _("Import contacts of past or outside campaigns, with cell or control."))
_add("responses", _("Import responses to campaigns."))


@imports_app.callback()
def list_imports(context: typer.Context, as_json: AsJson = False) -> None:
    """List imports, newest first."""
    if context.invoked_subcommand is None:
        emit([summary(batch) for batch in ImportBatch.objects.order_by("-id")[:100]], as_json, _show_imports)


@imports_app.command()
def undo(import_id: int, as_json: AsJson = False) -> None:
    """Take an import back, whole."""
    run_shown(start_undo(import_id, actor=actor()), as_json)


@imports_app.command()
def resume(import_id: int, as_json: AsJson = False) -> None:
    """Finish an import, or an undo, that was interrupted."""
    run_shown(resume_import(import_id, actor=actor()), as_json)


def run_shown(job: Job, as_json: bool) -> None:
    """Run a job of an import and print its result."""
    emit(run_job(job, as_json), as_json, _show_result)


def _mapping(pairs: list[str]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        field, separator, column = pair.partition("=")
        if not separator:
            raise DomainError(_("--map wants FIELD=COLUMN, not %(given)r.") % {"given": pair})
        mapping[field.strip()] = column.strip()
    return mapping


def _show_result(result: dict[str, Any]) -> None:
    flat = {name: value for name, value in result.items() if name != "notes"}
    notes = dict(result.get("notes", {}))
    complaints = notes.pop("complaints", [])
    facts(_("Import %(number)s") % {"number": result["import"]}, flat | notes)
    _show_complaints(complaints)


def _show_preview(preview: dict[str, Any]) -> None:
    complaints = preview.pop("complaints")
    preview["kept_out_of_analyses"] = ", ".join(preview["kept_out_of_analyses"]) or None
    preview["mapping"] = ", ".join(f"{field}={column}" for field, column in preview["mapping"].items())
    facts(_("Dry run: nothing was written"), preview)
    _show_complaints(complaints)


def _show_complaints(complaints: list[dict[str, Any]]) -> None:
    if complaints:
        columns = ["row", "field", "value", "reason"]
        table(
            _("The first bad rows"), columns, [[str(c[name] or "") for name in columns] for c in complaints]
        )


def _show_imports(batches: list[dict[str, Any]]) -> None:
    if not batches:
        out.print(_("Nothing was imported yet. Start with `guanxi import customers FILE`."))
        return
    columns = ["import", "kind", "source", "file", "state", "rows_read", "rows_good", "rows_bad"]
    table(_("Imports"), columns, [[batch[name] for name in columns] for batch in batches])

"""The customer list as a file: as filtered, sorted and with its columns, all rows of it; at once, or as a job."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from guanxi.desk.customers import filters, listing
from guanxi.desk.customers.columns import AT_ONCE, Column, columns_of, read_columns
from guanxi.desk.customers.contents import cells_of
from guanxi.desk.customers.state import ListState, read_state
from guanxi.foundation import audit, clock, jobs
from guanxi.foundation.engine.duck import identifier, quoted, scratch, workspace
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.home import folder
from guanxi.foundation.jobs import RunningJob
from guanxi.foundation.models import Job
from guanxi.insight.audience import browse_audience
from guanxi.insight.queries import published_run
from guanxi.shell.exports import FORMATS, Sheet, write_sheet
from guanxi.shell.tables import Plain
from guanxi.staff.models import User
from guanxi.staff.roles import May
from guanxi.staff.visibility import visible_to

KIND: Final = "customer export"
KINDS: Final = (KIND, "table export")
"""The jobs whose files stand on a person's page of files."""
MOST_AT_ONCE: Final = 50_000
"""Rows that are written while somebody waits; more of them are a job."""
KEPT_FOR: Final = timedelta(days=7)
TELL_EVERY: Final = 20_000
Row = dict[str, Any]


@dataclass(frozen=True)
class Listed:
    """The list that somebody asked for, as it is read for a file."""

    state: ListState
    person: User
    columns: list[Column]
    sort: listing.Sort

    @property
    def sees_names(self) -> bool:
        return self.person.may(May.SEE_ADDRESSES)

    def sheet(self, batches: Iterator[list[Row]]) -> Sheet:
        """The file's content, with names for those who speak with customers."""
        who = [_("Customer"), *([_("Name")] if self.sees_names else [])]
        return Sheet(
            f"{_('Customers')} {clock.business_date(clock.now())}",
            [*who, *(column.label for column in self.columns)],
            [*("" for _name in who), *(column.unit for column in self.columns)],
            (row for batch in batches for row in self._rows(batch)),
        )

    def _rows(self, customers: list[Row]) -> Iterator[Sequence[Plain]]:
        ids = [customer["customer_id"] for customer in customers]
        names = listing.names_of(ids) if self.sees_names else {}
        for customer, cells in zip(customers, cells_of(customers, self.columns), strict=True):
            who = [customer["public_id"]]
            who += [names.get(customer["customer_id"])] if self.sees_names else []
            yield [*who, *(each.plain for each in cells)]


def listed(query: str, person: User) -> Listed:
    """The list of an address as one person sees it. Raises DomainError for an address that makes no sense."""
    fields = filters.reader_fields()
    state = read_state(QueryDict(query), fields)
    sees_names = person.may(May.SEE_ADDRESSES)
    known = columns_of(fields, sees_addresses=sees_names)
    return Listed(
        state,
        person,
        read_columns(state.columns, known),
        listing.read_sort(state.sort, published_run(), fields, sees_names=sees_names),
    )


@contextmanager
def drawn(asked: Listed) -> Iterator[Iterator[list[Row]]]:
    """Everybody on a list in its order, a batch at a time.

    They are copied out of the engine first: the pages that ask it meanwhile wait for the copy, not for the file.
    """
    names = list(dict.fromkeys(column.name for column in asked.columns if column.is_copied))
    with TemporaryDirectory(dir=scratch()) as place:
        path = quoted(str(Path(place) / "drawn.parquet"))
        sees = visible_to(asked.person)
        with browse_audience(asked.state.condition, *names, asked.sort.by, sees=sees) as (duck, found):
            found.create_view("found", replace=True)
            shown = ", ".join(map(identifier, ["customer_id", "public_id", *names]))
            order = listing.order_of(asked.sort)
            duck.execute(f"COPY (SELECT {shown} FROM found ORDER BY {order}) TO '{path}' (FORMAT parquet)")
        with workspace() as duck:
            reader = duck.sql(f"SELECT * FROM '{path}'").to_arrow_reader(AT_ONCE)
            yield (batch.to_pylist() for batch in reader)


def record_export(asked: Listed, kind: str, rows: int) -> None:
    """Note who took which customers out, and how many."""
    values = {"where": asked.state.where, "columns": [column.name for column in asked.columns]}
    audit.record(asked.person.actor, "exported", "customers", "list", **values, format=kind, rows=rows)


def start_export(*, query: str, kind: str, rows: int, person: User) -> Job:
    """Write a long list as a job; the file is kept for the one who asked."""
    sweep()
    arguments = {
        "person": person.pk, "query": query, "format": kind, "rows": rows, "language": translation.get_language(),
    }  # fmt: skip
    return jobs.enqueue(KIND, f"{person.pk}-{secrets.token_hex(6)}", arguments, person.actor)


def run_export(running: RunningJob) -> dict[str, Any]:
    """Write the file of a job; run again, it is written anew. Raises DomainError where the person may no more."""
    said = running.arguments
    person = User.objects.get(pk=said["person"])
    if not person.may(May.SEE_CUSTOMERS):
        raise DomainError(_("%(name)s may not see customers any more.") % {"name": person.actor.name})
    running.advance("writing the file", 0, said["rows"])
    name = f"{running.job.pk}.{said['format']}"
    under_way, done = folder("exports") / f"{name}.part", folder("exports") / name
    try:
        with translation.override(said["language"]), under_way.open("w+b") as file:
            asked = listed(said["query"], person)
            with drawn(asked) as batches:
                rows = write_sheet(asked.sheet(batches), file, said["format"], _teller(running, said["rows"]))
        record_export(asked, said["format"], rows)
        under_way.replace(done)
    finally:
        under_way.unlink(missing_ok=True)
    return {"file": name, "rows": rows}


def _teller(running: RunningJob, total: int) -> Any:
    def tell(rows: int) -> None:
        if rows % TELL_EVERY == 0:
            running.advance("writing the file", rows, max(rows, total))

    return tell


def exports_of(person: User) -> QuerySet[Job]:
    """What somebody had written, the newest first."""
    return Job.objects.filter(kind__in=KINDS, arguments__person=person.pk).order_by("-id")


def file_of(job: Job) -> Path | None:
    """The file of a job, while it is kept."""
    name = job.result.get("file", "")
    path = folder("exports") / name
    too_old = job.finished_at is None or clock.now() - job.finished_at > KEPT_FOR
    return path if name and path.is_file() and not too_old else None


def kept_export(job_id: int, person: User) -> tuple[Job, Path]:
    """A file that somebody had written. Raises NotFound where it is another's, not done, or kept no longer."""
    job = exports_of(person).filter(pk=job_id).first()
    path = file_of(job) if job else None
    if job is None or path is None:
        raise NotFound(
            _("This file is not there. Files are kept for seven days, for the one who asked for them.")
        )
    return job, path


def sweep() -> None:
    """Remove the files that are kept no longer."""
    oldest = (clock.now() - KEPT_FOR).timestamp()
    for path in folder("exports").iterdir():
        if path.suffix.removeprefix(".") in {*FORMATS, "part"} and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)

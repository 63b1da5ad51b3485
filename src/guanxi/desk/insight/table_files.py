"""The table behind an analysis, one row per customer, as a file: written by a job, kept for the one who asked."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from guanxi.customers.models import Party
from guanxi.customers.queries import seen_by
from guanxi.desk.customers.exports import sweep
from guanxi.foundation import audit, jobs
from guanxi.foundation.errors import DomainError
from guanxi.foundation.home import folder
from guanxi.foundation.jobs import RunningJob
from guanxi.foundation.models import Job
from guanxi.foundation.money import base_currency, whole_money
from guanxi.insight.analyses.asking import analysis_of
from guanxi.insight.analyses.data import Data, open_data
from guanxi.insight.analyses.parameters import AMONG, checked
from guanxi.insight.catalogue import MEASURES, measure_label
from guanxi.shell.exports import FORMATS, Sheet, write_sheet
from guanxi.shell.tables import SHARE, Plain
from guanxi.staff.models import User
from guanxi.staff.roles import May
from guanxi.staff.visibility import visible_to

KIND: Final = "table export"
AT_ONCE: Final = 20_000


def start(code: str, given: Mapping[str, Any], kind: str, person: User) -> Job:
    """Write the table of an analysis as a job. Raises DomainError where it has none, and for values that do not fit."""
    analysis = analysis_of(code)
    if analysis.table is None or kind not in FORMATS:
        raise DomainError(_("This analysis has no table to take along."))
    sweep()
    arguments = {
        "person": person.pk, "code": code, "asked": checked(analysis, given), "format": kind, "rows": 0,
        "language": translation.get_language(),
    }  # fmt: skip
    return jobs.enqueue(KIND, f"{person.pk}-{secrets.token_hex(6)}", arguments, person.actor)


def run(running: RunningJob) -> dict[str, Any]:
    """Write the file of a job; run again, it is written anew. Raises DomainError where the person may no more."""
    said = running.arguments
    person, analysis = User.objects.get(pk=said["person"]), analysis_of(said["code"])
    if not person.may(May.SEE_INSIGHT) or analysis.table is None:
        raise DomainError(_("%(name)s may not see these figures any more.") % {"name": person.actor.name})
    running.advance("writing the file")
    name = f"{running.job.pk}.{said['format']}"
    under_way, done = folder("exports") / f"{name}.part", folder("exports") / name
    try:
        with (
            translation.override(said["language"]),
            open_data(said["asked"][AMONG]) as data,
            under_way.open("w+b") as file,
        ):
            sheet = _sheet(data, analysis.table(data, said["asked"]), str(analysis.name), person)
            rows = write_sheet(sheet, file, said["format"])
        audit.record(person.actor, "exported", "table", said["code"], asked=said["asked"], rows=rows)
        under_way.replace(done)
    finally:
        under_way.unlink(missing_ok=True)
    return {"file": name, "rows": rows}


def _sheet(data: Data, table: Any, name: str, person: User) -> Sheet:
    """The rows of the customers whom the person sees, amounts in whole money."""
    data.keep("table_rows", table)
    sees = visible_to(person)
    within = ""
    if not sees.everything:
        ids = list(Party.objects.filter(seen_by(sees)).values_list("pk", flat=True))
        data.duck.execute(
            "CREATE OR REPLACE TEMP TABLE seen_ids AS SELECT unnest(?::BIGINT[]) AS customer_id", [ids]
        )
        within = "SEMI JOIN seen_ids USING (customer_id)"
    found = data.duck.sql(
        f"""SELECT public_id, rows.* EXCLUDE (customer_id)
            FROM (SELECT * FROM table_rows {within}) rows JOIN chosen USING (customer_id) ORDER BY public_id"""
    )
    names = list(found.columns)[1:]
    units = [_unit(each) for each in names]
    heads = [_("Customer"), *(measure_label(each) for each in names)]
    return Sheet(f"{name} {data.day}", heads, ["", *units], _rows(found, ["", *units]))


def _unit(name: str) -> str:
    unit = MEASURES[name].unit if name in MEASURES else ""
    return {"minor units": base_currency(), "share": SHARE}.get(unit, "")


def _rows(found: Any, units: Sequence[str]) -> Iterator[Sequence[Plain]]:
    currency = base_currency()
    for batch in found.to_arrow_reader(AT_ONCE):
        for row in batch.to_pylist():
            yield [
                whole_money(value) if unit == currency and value is not None else value
                for value, unit in zip(row.values(), units, strict=True)
            ]

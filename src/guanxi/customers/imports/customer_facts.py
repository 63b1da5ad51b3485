"""What becomes a fact: names, acquisition, and every column that is no field; each an attribute of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
from django.utils.translation import gettext as _

from guanxi.customers.imports.cells import COMMA, as_number
from guanxi.customers.imports.columns import MappingError, attribute_code
from guanxi.customers.imports.identifiers import identifying_columns
from guanxi.customers.imports.kinds import Staging
from guanxi.customers.imports.name_tokens import stage_name_tokens
from guanxi.customers.imports.options import ImportOptions
from guanxi.customers.imports.staging import replace_rows, stage_numbered, stage_rows, versions
from guanxi.customers.models import Attribute, Fact
from guanxi.foundation.engine.duck import Duck, identifier, quoted, rows, value
from guanxi.foundation.ids import reserve_ids
from guanxi.wording.words import phrase

DataType = Attribute.DataType
EXTRA = "extra_"
NAME = "name"
"""The attribute by whose values customers are found."""
FACT_FIELDS = {
    "name": ("identity", DataType.TEXT),
    "acquisition_channel": ("acquisition", DataType.TEXT),
    "acquired_on": ("acquisition", DataType.DATE),
}


@dataclass(frozen=True)
class FactColumn:
    """A column of the checked rows whose values become facts of an attribute."""

    column: str
    label: str
    group: str
    datatype: str
    identifying: str = ""
    """Why it says who somebody is, if it does."""

    @property
    def code(self) -> str:
        return attribute_code(self.label)


def stage_facts(staging: Staging, options: ImportOptions) -> None:
    source = quoted(staging.batch.source)
    columns = _fact_columns(staging, options)
    if private := [fact.label for fact in columns if fact.identifying and fact.column.startswith(EXTRA)]:
        staging.notes["kept out of analyses"] = ", ".join(private)
    ids = _attribute_ids(staging, columns)
    parts = [
        f"""SELECT party_id, {ids[fact.code]} AS attribute_id, CAST({identifier(fact.column)} AS VARCHAR) AS value_text,
                   told_on FROM told WHERE {identifier(fact.column)} IS NOT NULL"""
        for fact in columns
    ]
    if not parts:
        return
    staging.duck.execute(f"CREATE TABLE facts AS {' UNION ALL '.join(parts)}")
    replace_rows(staging, Fact, "facts", ("party_id", "attribute_id"), f"source = '{source}'")
    number = _fact_number("value_text", options)
    stage_numbered(
        staging,
        Fact,
        f"""SELECT party_id, attribute_id, value_text, CASE WHEN isfinite({number}) THEN {number} END AS value_number,
                   '{source}' AS source, told_on AS observed_on, FALSE AS inferred, {versions(staging)}
            FROM facts ORDER BY party_id""",
    )
    staging.datasets.add("facts")
    if NAME in ids:
        stage_name_tokens(staging, ids[NAME])


def _fact_columns(staging: Staging, options: ImportOptions) -> list[FactColumn]:
    """The columns that become facts, as far as they hold any value."""
    names = [name for (name,) in rows(staging.duck, "SELECT column_name FROM (DESCRIBE good)")]
    identifying = identifying_extras(staging.duck, options)
    fields = [
        FactColumn(name, name, group, datatype, "its name" if group == "identity" else "")
        for name, (group, datatype) in FACT_FIELDS.items()
    ]
    extras = [
        FactColumn(
            name,
            name.removeprefix(EXTRA),
            "imported",
            _datatype(staging, name, options),
            identifying.get(name, ""),
        )
        for name in names
        if name.startswith(EXTRA)
    ]
    return [
        fact
        for fact in fields + extras
        if value(staging.duck, f"SELECT count({identifier(fact.column)}) FROM told")
    ]


def identifying_extras(duck: Duck, options: ImportOptions) -> dict[str, str]:
    """Which columns of the checked rows that are no field say who somebody is, and why."""
    names = [name for (name,) in rows(duck, "SELECT column_name FROM (DESCRIBE good)")]
    labels = {name: name.removeprefix(EXTRA) for name in names if name.startswith(EXTRA)}
    asked = {name: label for name, label in labels.items() if label not in options.not_identifying}
    return identifying_columns(duck, "good", asked)


def _fact_number(text: str, options: ImportOptions) -> str:
    """The number that a fact is, if it is one."""
    if options.decimal == COMMA:
        return as_number(text, "DOUBLE", COMMA)
    return f"TRY_CAST({text} AS DOUBLE)"


def _datatype(staging: Staging, column: str, options: ImportOptions) -> str:
    number = _fact_number(identifier(column), options)
    numeric = value(
        staging.duck,
        f"SELECT bool_and(isfinite({number}) IS TRUE) FROM told WHERE {identifier(column)} IS NOT NULL",
    )
    return DataType.NUMBER if numeric else DataType.TEXT


def _attribute_ids(staging: Staging, facts: list[FactColumn]) -> dict[str, int]:
    """Attribute code → id; attributes that the catalogue lacks come with this import."""
    _require_private(facts)
    known = dict(Attribute.objects.filter(code__in=[fact.code for fact in facts]).values_list("code", "id"))
    new = [fact for fact in facts if fact.code not in known]
    if not new:
        return known
    first = reserve_ids(Attribute, len(new))
    ids = {fact.code: first + offset for offset, fact in enumerate(new)}
    table = pa.table(
        {
            "id": pa.array(ids.values(), pa.int64()),
            "code": list(ids),
            "label": [fact.label[:120] for fact in new],
            "group": [fact.group for fact in new],
            "datatype": [str(fact.datatype) for fact in new],
            "identifying": [bool(fact.identifying) for fact in new],
            "batch_id": [staging.batch.pk] * len(new),
        }
    )
    staging.duck.register("_new_attributes", table)
    stage_rows(staging, Attribute, "SELECT * FROM _new_attributes", first_id=first)
    return known | ids


def _require_private(facts: list[FactColumn]) -> None:
    """Raise MappingError for a column that says who somebody is while its attribute is already analysed."""
    private = {fact.code: fact for fact in facts if fact.identifying}
    analysed = Attribute.objects.filter(code__in=private, identifying=False).values_list("code", flat=True)
    for fact in (private[code] for code in analysed):
        raise MappingError(
            _(
                "The column %(column)r seems to say who somebody is (%(why)s), but the attribute %(code)r is "
                "used in analyses. Rename the column, or say --not-identifying %(column)r."
            )
            % {"column": fact.label, "why": phrase(fact.identifying), "code": fact.code}
        )

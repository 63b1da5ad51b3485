"""Every cell checked and typed, a column at a time, in the engine. Good rows and complaints come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from django.conf import settings

from guanxi.customers.imports.cells import Reading, rules_of, sql_type, trimmed
from guanxi.customers.imports.colleagues import read_people
from guanxi.customers.imports.kinds import MAX_CELL, Field, ImportKind
from guanxi.customers.imports.options import Correction
from guanxi.customers.imports.raw import ROW_NUMBER, RawFile
from guanxi.foundation.engine.duck import Duck, identifier, quoted, rows, value
from guanxi.shell.exports import FORMULA_STARTS
from guanxi.wording.words import label, phrase

SHOWN = 200
"""Characters of a bad cell that a complaint repeats."""


@dataclass(frozen=True)
class Checked:
    """How many rows are good and bad; good ones are DuckDB table `good`, complaints are in table `complaints`."""

    good: int
    bad: int


def check(
    duck: Duck,
    raw: Path,
    found: RawFile,
    kind: ImportKind,
    mapping: Mapping[str, str],
    reading: Reading,
    corrections: Sequence[Correction] = (),
) -> Checked:
    """Fill the tables `good` (_row, a typed column per field, the other columns as text) and `complaints`."""
    raw_rows = _corrected(raw, corrections)
    fields = [field for field in kind.fields if field.name in mapping]
    if any(field.type == "owner" for field in fields):
        read_people(duck)
    extras = [column for column in found.columns if column not in mapping.values()] if kind.extras else []
    duck.execute(f"CREATE TABLE checked AS {_checked_sql(raw_rows, fields, extras, mapping, reading)}")
    duck.execute("CREATE TABLE complaints (row BIGINT, field VARCHAR, value VARCHAR, reason VARCHAR)")
    _complain_about_shape(duck, found)
    _complain_about_cells(duck, [field.name for field in fields] + (["_extras"] if extras else []))
    _complain_about_rules(duck, kind, mapping, reading)
    _complain_about_doubles(duck, kind, mapping)
    _keep_good(duck, kind, fields, extras)
    good = int(value(duck, "SELECT count(*) FROM good"))
    return Checked(good, found.rows - good)


def write_complaints(duck: Duck, target: Path, mapping: Mapping[str, str]) -> None:
    """Write the complaints, in the user's language, as CSV that is safe to open in a spreadsheet."""
    shown = {
        "row": "row",
        "column": _formula_safe(_column(mapping)),
        "value": _formula_safe("value"),
        "reason": "said",
    }
    selected = ", ".join(f"{sql} AS {identifier(label(name))}" for name, sql in shown.items())
    reasons = [reason for (reason,) in rows(duck, "SELECT DISTINCT reason FROM complaints")]
    duck.register("_said", pa.table({"reason": reasons, "said": [phrase(reason) for reason in reasons]}))
    duck.execute(
        f"""COPY (SELECT {selected} FROM complaints JOIN _said USING (reason) ORDER BY row, field, reason)
            TO '{quoted(str(target))}' (FORMAT csv, HEADER)"""
    )


def keep_complaints(duck: Duck, target: Path, mapping: Mapping[str, str]) -> None:
    """Write the complaints as they are, for programs: row, column (null: the row), value and reason."""
    duck.execute(
        f"""COPY (SELECT row, nullif({_column(mapping)}, '') AS "column", value, reason FROM complaints
                  ORDER BY row, field, reason) TO '{quoted(str(target))}' (FORMAT parquet, COMPRESSION zstd)"""
    )


def _column(mapping: Mapping[str, str]) -> str:
    """The file's own name of the column that a complaint is about, in SQL."""
    cases = " ".join(
        f"WHEN '{quoted(field)}' THEN '{quoted(column)}'" for field, column in sorted(mapping.items())
    )
    return f"CASE field {cases} ELSE field END" if cases else "field"


def _formula_safe(expression: str) -> str:
    """What would run as a formula in a spreadsheet gets an apostrophe, as `shell.exports.safe_text` says."""
    text = f"replace({expression}, chr(0), '')"
    starts = ", ".join(f"chr({ord(sign)})" for sign in FORMULA_STARTS)
    return f"CASE WHEN left({text}, 1) IN ({starts}) THEN '''' || {text} ELSE {text} END"


def _corrected(raw: Path, corrections: Sequence[Correction]) -> str:
    """The rows of the file with the cells that the importer put right, as SQL."""
    by_column: dict[str, list[str]] = {}
    for one in corrections:
        cell = f"WHEN {int(one['row'])} THEN '{quoted(one['value'])}'"
        by_column.setdefault(one["column"], []).append(cell)
    replaced = [
        f"CASE {ROW_NUMBER} {' '.join(cells)} ELSE {identifier(column)} END AS {identifier(column)}"
        for column, cells in by_column.items()
    ]
    replace = f"REPLACE ({', '.join(replaced)})" if replaced else ""
    return f"(SELECT * {replace} FROM read_parquet('{quoted(str(raw))}'))"


def _checked_sql(
    raw_rows: str,
    fields: Sequence[Field],
    extras: Sequence[str],
    mapping: Mapping[str, str],
    reading: Reading,
) -> str:
    """First every cell is trimmed, then typed, cheaply; only cells that did not fit are looked at for the reason."""
    texts = [
        f"{trimmed(identifier(mapping[field.name]))} AS {identifier('raw_' + field.name)}" for field in fields
    ]
    texts += [f"{trimmed(identifier(column))} AS {identifier('extra_' + column)}" for column in extras]
    rules = [(field, *rules_of(field, identifier("raw_" + field.name), reading)) for field in fields]
    typed = [f"{typed_value} AS {identifier(field.name)}" for field, typed_value, _ in rules]
    complaints = [
        f"{_complaint(field, reason)} AS {identifier('bad_' + field.name)}" for field, _, reason in rules
    ]
    complaints += _extras_complaint(extras) if extras else []
    return f"""SELECT *, {", ".join(complaints)} FROM (
                 SELECT *, {", ".join(typed)} FROM (
                   SELECT {ROW_NUMBER}, {", ".join(texts)} FROM {raw_rows}))"""


def _extras_complaint(extras: Sequence[str]) -> list[str]:
    cells = [identifier("extra_" + column) for column in extras]
    too_long = " ".join(
        f"WHEN length({c}) > {MAX_CELL} THEN 'is longer than {MAX_CELL:,} characters'" for c in cells
    )
    nul = " ".join(f"WHEN contains({c}, chr(0)) THEN 'holds a NUL byte'" for c in cells)
    which = " ".join(
        f"WHEN length({cell}) > {MAX_CELL} OR contains({cell}, chr(0)) THEN '{quoted(column)}'"
        for cell, column in zip(cells, extras, strict=True)
    )
    return [f"CASE {which} END AS raw__extras", f"CASE {too_long} {nul} END AS bad__extras"]


def _complaint(field: Field, reason: str) -> str:
    typed, raw = identifier(field.name), identifier("raw_" + field.name)
    return f"""CASE WHEN {raw} IS NULL THEN {"'is missing'" if field.required else "NULL"}
        WHEN {typed} IS NOT NULL AND NOT contains({raw}, chr(0)) THEN NULL
        WHEN contains({raw}, chr(0)) THEN 'holds a NUL byte'
        WHEN length({raw}) > {MAX_CELL} THEN 'is longer than {MAX_CELL:,} characters'
        {reason.replace("{raw}", raw)} END"""


def _complain_about_shape(duck: Duck, found: RawFile) -> None:
    """Rows that have too many or too few cells."""
    if not found.malformed:
        return
    malformed = pa.table(
        {
            "row": pa.array([bad.row for bad in found.malformed], pa.int64()),
            "value": pa.array([bad.text for bad in found.malformed], pa.string()),
            "reason": pa.array([bad.reason for bad in found.malformed], pa.string()),
        }
    )
    duck.register("_malformed", malformed)
    duck.execute("INSERT INTO complaints SELECT row, '', value, reason FROM _malformed")
    duck.unregister("_malformed")


def _complain_about_cells(duck: Duck, names: Sequence[str]) -> None:
    for name in names:
        bad, raw = identifier("bad_" + name), identifier("raw_" + name)
        shown = f"'{quoted(name)}', left({raw}, {SHOWN})" if name != "_extras" else f"{raw}, ''"
        duck.execute(
            f"INSERT INTO complaints SELECT {ROW_NUMBER}, {shown}, {bad} FROM checked WHERE {bad} IS NOT NULL"
        )


def _complain_about_rules(duck: Duck, kind: ImportKind, mapping: Mapping[str, str], reading: Reading) -> None:
    for rule in kind.rules:
        raw = identifier("raw_" + rule.column) if rule.column in mapping else "NULL"
        broken, reason = (
            text.replace("{currency}", quoted(reading.currency)).replace("{zone}", quoted(settings.TIME_ZONE))
            for text in (rule.broken, quoted(rule.reason))
        )
        duck.execute(
            f"""INSERT INTO complaints
                SELECT {ROW_NUMBER}, '{quoted(rule.column)}', left({raw}, {SHOWN}), '{reason}'
                FROM ({_with_absent(kind, mapping)}) AS whole
                WHERE ({broken}) AND NOT EXISTS (SELECT 1 FROM complaints WHERE complaints.row = whole.{ROW_NUMBER}
                                                 AND field = '{quoted(rule.column)}')"""
        )


def _complain_about_doubles(duck: Duck, kind: ImportKind, mapping: Mapping[str, str]) -> None:
    """A key that must be unique: its first good row stands, later ones are complained about."""
    if not kind.unique or any(name not in mapping for name in kind.unique):
        return
    key = ", ".join(identifier(name) for name in kind.unique)
    last = kind.unique[-1]
    duck.execute(
        f"""INSERT INTO complaints
            SELECT row, '{quoted(last)}', key, 'occurs already in row ' || first_row || ', which was taken' FROM (
              SELECT {ROW_NUMBER} AS row, left({identifier(last)}, {SHOWN}) AS key,
                     min({ROW_NUMBER}) OVER (PARTITION BY {key}) AS first_row
              FROM checked ANTI JOIN complaints ON complaints.row = checked.{ROW_NUMBER}
              WHERE {identifier(last)} IS NOT NULL) WHERE row > first_row"""
    )


def _with_absent(kind: ImportKind, mapping: Mapping[str, str]) -> str:
    """`checked` with a null for every field that the file does not have, so that rules can name all fields."""
    absent = [field for field in kind.fields if field.name not in mapping]
    nulls = "".join(f", CAST(NULL AS {sql_type(field)}) AS {identifier(field.name)}" for field in absent)
    return f"SELECT *{nulls} FROM checked"


def _keep_good(duck: Duck, kind: ImportKind, fields: Sequence[Field], extras: Sequence[str]) -> None:
    mapping = {field.name: field.name for field in fields}
    columns = [identifier(field.name) for field in kind.fields]
    columns += [identifier("extra_" + column) for column in extras]
    duck.execute(
        f"""CREATE TABLE good AS SELECT {ROW_NUMBER}, {", ".join(columns)} FROM ({_with_absent(kind, mapping)})
            WHERE {ROW_NUMBER} NOT IN (SELECT row FROM complaints) ORDER BY {ROW_NUMBER}"""
    )
    duck.execute("DROP TABLE checked")

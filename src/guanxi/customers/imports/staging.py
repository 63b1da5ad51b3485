"""Tools with which a kind turns checked rows into rows of tables, all in the engine."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db.models import Model

from guanxi.customers.imports.kinds import Staged, Staging, Superseded
from guanxi.customers.models import Party, Versioned
from guanxi.customers.queries import visible_sql
from guanxi.foundation import clock
from guanxi.foundation.engine.duck import identifier, quoted, value
from guanxi.foundation.engine.truth import copy_truth
from guanxi.foundation.ids import public_id_sql, reserve_ids

# Reserved ids are given to nobody else, so what an import brought is found again by its ranges alone.


def stage_rows(
    staging: Staging, model: type[Model], sql: str, *, id_column: str = "id", first_id: int = 0
) -> None:
    """Write the rows of a query to a Parquet file that is loaded into the model's table, in its order."""
    file = f"{len(staging.staged):02d}-{model._meta.model_name}.parquet"
    rows = _write(staging, sql, file)
    if rows:
        last = int(
            value(staging.duck, f"SELECT max({id_column}) FROM read_parquet('{_path(staging, file)}')")
        )
        staging.staged.append(Staged(model, file, rows, id_column, first_id, last))


def stage_numbered(staging: Staging, model: type[Model], sql: str) -> None:
    """The same for a query without ids: reserve them and number the rows."""
    count = int(value(staging.duck, f"SELECT count(*) FROM ({sql})"))
    if count:
        first = reserve_ids(model, count)
        numbered = f"SELECT {first} - 1 + row_number() OVER () AS id, rows.* FROM ({sql}) AS rows"
        stage_rows(staging, model, numbered, first_id=first)


def staged_file(staging: Staging, model: type[Model]) -> str:
    """Where the rows last staged for a model lie, to stand between single quotes in SQL."""
    return next(_path(staging, staged.file) for staged in reversed(staging.staged) if staged.model is model)


def supersede(staging: Staging, model: type[Model], sql: str) -> None:
    """Say which rows (a query with a column id) this batch replaces."""
    file = f"replaced-{len(staging.supersedes):02d}-{model._meta.model_name}.parquet"
    rows = _write(staging, sql, file)
    if rows:
        staging.supersedes.append(Superseded(model, file, rows))


def replace_rows(
    staging: Staging,
    model: type[Versioned],
    table: str,
    key: tuple[str, ...],
    where: str = "TRUE",
) -> None:
    """Say that the rows of a table replace the visible rows of the model with the same key."""
    if not value(staging.duck, "SELECT count(*) FROM parties WHERE NOT is_new"):
        return
    columns = ", ".join(f"row.{name}" for name in key)
    copy_truth(
        staging.duck,
        "_current",
        f"SELECT row.id, {columns} FROM {model._meta.db_table} row WHERE {visible_sql('row')} AND {where}",
    )
    same = " AND ".join(f"_current.{name} = {table}.{name}" for name in key)
    supersede(staging, model, f"SELECT DISTINCT _current.id FROM _current JOIN {table} ON {same} ORDER BY 1")


def replace_by_key(staging: Staging, model: type[Versioned], table: str, column: str) -> None:
    """Say that the rows of a table replace the visible rows of the model with the same key in the batch's source."""
    source = quoted(staging.batch.source)
    copy_truth(
        staging.duck,
        "_current",
        f"""SELECT row.id, row.source_key FROM {model._meta.db_table} row
            WHERE row.source = '{source}' AND row.superseded_by_id IS NULL AND {visible_sql("row")}""",
    )
    supersede(
        staging,
        model,
        f"""SELECT DISTINCT _current.id FROM _current
            JOIN {table} ON {table}.{identifier(column)} = CAST(_current.source_key AS VARCHAR) ORDER BY 1""",
    )


def resolve_keys(staging: Staging, model: type[Model], column: str, target: str) -> None:
    """Create table `target` (key, id, is_new) for every key in a column of `good`; new ones get a reserved id."""
    duck, source = staging.duck, quoted(staging.batch.source)
    table = model._meta.db_table
    copy_truth(duck, "_known", f"SELECT id, source_key FROM {table} WHERE source = '{source}'")
    duck.execute(
        f"""CREATE OR REPLACE TABLE _keys AS SELECT key, id FROM
            (SELECT {identifier(column)} AS key, min(_row) AS first FROM good
             WHERE {identifier(column)} IS NOT NULL GROUP BY 1)
            LEFT JOIN _known ON CAST(_known.source_key AS VARCHAR) = key ORDER BY first"""
    )
    new = int(value(duck, "SELECT count(*) FROM _keys WHERE id IS NULL"))
    first = reserve_ids(model, new) if new else 0
    duck.execute(
        f"""CREATE OR REPLACE TABLE {target} AS
            SELECT key, id, FALSE AS is_new FROM _keys WHERE id IS NOT NULL
            UNION ALL
            SELECT key, {first} - 1 + row_number() OVER () AS id, TRUE FROM _keys WHERE id IS NULL"""
    )


def resolve_parties(staging: Staging, column: str, kind: str = Party.Kind.PERSON) -> None:
    """Create table `parties` (key, id, is_new) for a column of customer keys and stage those that are new."""
    resolve_keys(staging, Party, column, "parties")
    new = int(value(staging.duck, "SELECT count(*) FROM parties WHERE is_new"))
    staging.notes["new customers"] = new
    staging.datasets.add("parties")
    if not new:
        return
    source = quoted(staging.batch.source)
    stage_rows(
        staging,
        Party,
        f"""SELECT id, {public_id_sql("source_key")} AS public_id, * EXCLUDE (id) FROM (
              SELECT id, '{kind}' AS kind, '{source}' AS source, key AS source_key,
                     {staging.batch.pk} AS batch_id, {instant(staging)} AS created_at
              FROM parties WHERE is_new) ORDER BY id""",
        first_id=int(value(staging.duck, "SELECT min(id) FROM parties WHERE is_new")),
    )


def business_day(instant: str, zone: str = "") -> str:
    """SQL of the business's day of an instant in UTC; `zone` may be the {zone} of a rule."""
    return f"CAST(({instant} AT TIME ZONE 'UTC') AT TIME ZONE '{zone or quoted(str(settings.TIME_ZONE))}' AS DATE)"


def instant(staging: Staging) -> str:
    """The instant of the import as a SQL literal."""
    return f"TIMESTAMP '{clock.now():%Y-%m-%d %H:%M:%S}'"


def versions(staging: Staging, columns: Sequence[str] = ()) -> str:
    """The columns that every versioned row carries."""
    return f"{staging.batch.pk} AS batch_id, CAST(NULL AS BIGINT) AS superseded_by_id"


def _write(staging: Staging, sql: str, file: str) -> int:
    path = _path(staging, file)
    staging.duck.execute(
        f"COPY ({sql}) TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000)"
    )
    return int(value(staging.duck, f"SELECT count(*) FROM read_parquet('{path}')"))


def _path(staging: Staging, file: str) -> str:
    return quoted(str(staging.folder / file))

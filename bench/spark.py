"""The same order lines on DuckDB and on Spark: equal rows, and from which size Spark pays on this machine.

    python bench/spark.py [--lines N...]

Order lines of a simulated base, twenty to a customer over two years, one customer in a thousand a heavy buyer. Both
engines read one Parquet file, compute `transaction_indicators`, write them, read them, and write `assign_deciles` by
sales. Spark runs within one Java process on all processors (`local[*]`), which spares it the network of a cluster; its
start is not timed, and each size is run after a small one that lets Java compile.

Where PySpark is not installed nothing is measured, and the figures say so; `make test-spark` installs it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SIZES = (1_000_000, 5_000_000, 20_000_000)
LINES_PER_CUSTOMER = 20
START_DAY, DAYS, SEED, RATE = 18_000, 730, 11, 0.3


def write_lines(path: str, lines: int) -> None:
    """About so many order lines as a Parquet file."""
    import pyarrow.parquet as pq

    from customer_insight.simulation import Market, draw_habits, order_line_batches

    customers = lines // LINES_PER_CUSTOMER
    market = Market(r=0.6, heavy_buyers=customers // 1000)
    orders = draw_habits(customers, seed=SEED, start_day=START_DAY, days=DAYS, market=market).orders
    market = replace(market, lines_per_order=max(1.0, lines / orders / (1 + market.return_share)))
    writer = None
    for part in order_line_batches(customers, seed=SEED, start_day=START_DAY, days=DAYS, market=market):
        plain = part.drop(["customer_key"])
        writer = writer or pq.ParquetWriter(path, plain.schema)
        writer.write_table(plain)
    assert writer is not None
    writer.close()


def run(sizes: tuple[int, ...] = SIZES) -> dict[str, Any]:
    """Seconds of both engines at each size, and how many customers differ, which must be none."""
    if find_spec("pyspark") is None:
        return {"not measured": "PySpark is not installed; make test-spark installs it"}
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, multiprocessing.get_context("spawn").Pool(1) as pool:
        for lines in (min(100_000, *sizes), *sizes):
            path = str(Path(folder, "lines.parquet"))
            pool.apply(write_lines, (path, lines))
            figures |= _both(path, folder, lines)
    return figures


def _both(path: str, folder: str, lines: int) -> dict[str, Any]:
    import duckdb

    with duckdb.connect() as connection:
        on_duckdb = _seconds(
            lambda name: connection.read_parquet(f"{folder}/{name}.parquet"),
            lambda table, name: table.write_parquet(f"{folder}/{name}.parquet"),
        )
        session = _session(folder)
        on_spark = _seconds(
            lambda name: session.read.parquet(path if name == "lines" else f"{folder}/spark_{name}"),
            lambda table, name: table.write.mode("overwrite").parquet(f"{folder}/spark_{name}"),
        )
        different = sum(_different(connection, folder, name) for name in ("indicators", "deciles"))
    assert different == 0, f"{different} customers of {lines} lines differ"
    told = {"DuckDB": on_duckdb, "Spark": on_spark}
    return {
        f"{lines:,} lines, {engine}, {step}": round(seconds, 2)
        for engine, steps in told.items()
        for step, seconds in steps.items()
    } | {f"{lines:,} lines, customers who differ": different}


def _seconds(read: Any, write: Any) -> dict[str, float]:
    """How long each step takes, from reading to written."""
    from customer_insight.deciles import assign_deciles
    from customer_insight.indicators import transaction_indicators
    from customer_insight.margin import Margin

    day, margin = START_DAY + DAYS, Margin(assumed_rate=RATE)
    started = time.perf_counter()
    write(transaction_indicators(read("lines"), as_of=day, margin=margin), "indicators")
    between = time.perf_counter()
    write(assign_deciles(read("indicators"), by="sales_amount"), "deciles")
    return {"indicators": between - started, "deciles": time.perf_counter() - between}


def _different(connection: Any, folder: str, name: str) -> int:
    """Customers whose rows differ: whole numbers at all, fractions by more than a billionth."""
    ours, theirs = f"{folder}/{name}.parquet", f"{folder}/spark_{name}/*.parquet"
    columns = [row[0] for row in connection.sql(f"DESCRIBE FROM read_parquet('{ours}')").fetchall()]
    alike = " AND ".join(
        f"(a.{c} IS NOT DISTINCT FROM b.{c} OR abs(a.{c} - b.{c}) <= 1e-9 * abs(a.{c}))" for c in columns
    )
    [(count,)] = connection.sql(
        f"SELECT count(*) FROM read_parquet('{ours}') AS a FULL JOIN read_parquet('{theirs}') AS b "
        f"ON a.customer_id = b.customer_id WHERE ({alike}) IS NOT TRUE"
    ).fetchall()
    return int(count)


def _session(folder: str) -> Any:
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.memory": "6g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "8",
        "spark.local.dir": folder,
        "spark.log.level": "ERROR",
    }
    builder = SparkSession.builder.master("local[*]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, nargs="+", default=SIZES)
    for name, figure in run(tuple(parser.parse_args().lines)).items():
        sys.stdout.write(f"{name}: {figure}\n")

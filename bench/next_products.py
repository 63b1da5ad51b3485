"""What customers buy next, on a simulated base: fit, both lists, and the candidates of every product.

    python bench/next_products.py [--customers N] [--lines N]

Two years of about as many order lines as asked for, with a customer of as many orders as there are customers and a
thousandth who buy twenty times as often. The lines lie in a Parquet file; DuckDB runs on two threads, and each list
is written out as Parquet. Simulated customers choose products independently, so what co-purchase finds here is worth
nothing; only its cost is real. Memory is the process's peak, the simulation of the lines left out.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

START_DAY, DAYS, SEED = 18_000, 730, 11


def write_lines(path: str, customers: int, lines: int) -> None:
    """The order lines as a Parquet file."""
    import pyarrow.parquet as pq

    from customer_insight.simulation import Market, draw_habits, order_line_batches

    market = Market(r=0.6, heavy_buyers=customers // 1000, giant_orders=min(100_000, customers))
    orders = draw_habits(customers, seed=SEED, start_day=START_DAY, days=DAYS, market=market).orders
    market = replace(market, lines_per_order=max(1.0, lines / orders / (1 + market.return_share)))
    writer = None
    for part in order_line_batches(customers, seed=SEED, start_day=START_DAY, days=DAYS, market=market):
        narrow = part.select(["customer_id", "product_id", "day", "amount", "is_return"])
        writer = writer or pq.ParquetWriter(path, narrow.schema)
        writer.write_table(narrow)
    assert writer is not None
    writer.close()


def run(customers: int = 100_000, lines: int = 2_000_000) -> dict[str, Any]:
    """Seconds of each step, rows of each list, processor seconds of all (the machine may be busy), peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "lines.parquet"))
        context = multiprocessing.get_context("spawn")
        writing = context.Process(target=write_lines, args=(path, customers, lines))
        writing.start()
        writing.join()
        if writing.exitcode:
            raise RuntimeError(f"the simulation ended with {writing.exitcode}")
        with context.Pool(1) as pool:
            return pool.apply(_measured, (path, folder))


def _measured(path: str, folder: str) -> dict[str, Any]:
    """All steps in a process of its own, whose peak is theirs."""
    import duckdb

    from customer_insight.next_products import buy_again, buy_new, fit_next_products, product_candidates

    connection = duckdb.connect(config={"threads": 2, "temp_directory": folder})
    lines = connection.read_parquet(path)
    as_of = START_DAY + DAYS - 1
    start = time.perf_counter()
    model = fit_next_products(lines, as_of=as_of)
    figures: dict[str, Any] = {
        "lines": lines.count("*").fetchall()[0][0],
        "fit seconds": time.perf_counter() - start,
    }
    steps: dict[str, Callable[..., Any]] = {
        "again": buy_again, "new": buy_new, "candidates": product_candidates,
    }  # fmt: skip
    for name, step in steps.items():
        start, out = time.perf_counter(), str(Path(folder, f"{name}.parquet"))
        step(lines, as_of=as_of, model=model).to_parquet(out)
        figures[f"{name} seconds"] = time.perf_counter() - start
        figures[f"{name} rows"] = connection.read_parquet(out).count("*").fetchall()[0][0]
    figures["lists seconds"] = figures["again seconds"] + figures["new seconds"]
    figures["processor seconds"] = time.process_time()
    figures["peak gigabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=2_000_000)
    arguments = parser.parse_args()
    for name, value in run(arguments.customers, arguments.lines).items():
        print(f"{name:20} {value:,.6g}" if isinstance(value, float) else f"{name:20} {value:,}")


if __name__ == "__main__":
    main()

"""A churn model learned and everybody scored: a million customers of 40 features, seconds and memory.

    python bench/churn.py [--customers N] [--base logistic|boosted]

Features are normal, a fifth of them skewed, one in twenty unknown; ten of them move leaving, two together. Two
cut-offs lie in a DuckDB database: the earlier is learned from, the later is the test, and its customers are
scored. Timed is all of it: sample (200,000), three folds and the model, calibration, test, everybody's scores as an
Arrow table. Memory is the process's peak, the data (0.7 GB in all) included.
"""

from __future__ import annotations

import argparse
import resource
import time
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from customer_insight.leaving import check_churn, churn_sample, fit_churn, score_churn

FEATURES = tuple(f"feature_{number}" for number in range(1, 41))
HORIZON, CUT_OFFS = 90, (1_000, 1_090)
PART = 100_000


def simulate(connection: duckdb.DuckDBPyConnection, name: str, customers: int, *, seed: int) -> None:
    """The table of one cut-off, written part by part."""
    draw = np.random.default_rng(seed)
    for start in range(0, customers, PART):
        count = min(PART, customers - start)
        x = draw.standard_normal((len(FEATURES), count))
        odds = -2.5 + 0.4 * x[:8].sum(axis=0) / 2 + 0.8 * x[8] * (x[9] > 0)
        x[::5] = np.exp(x[::5])
        left = draw.random(count) < 1 / (1 + np.exp(-odds))
        columns: dict[str, Any] = {
            "customer_id": np.arange(start, start + count),
            "left": left.astype(np.int64),
        }
        for feature, values in zip(FEATURES, x, strict=True):
            columns[feature] = pa.array(values, mask=draw.random(count) < 0.05)
        part = pa.table(columns)
        connection.register("part", part)
        connection.execute(
            f"create table {name} as from part" if start == 0 else f"insert into {name} from part"
        ).fetchall()
        connection.unregister("part")


def run(customers: int = 100_000, bases: tuple[str, ...] = ("logistic", "boosted")) -> dict[str, Any]:
    """Per base: seconds in all and of scoring, AUC; and the peak memory of all."""
    connection = duckdb.connect()
    for name, seed in (("past", 1), ("present", 2)):
        simulate(connection, name, customers, seed=seed)
    figures: dict[str, Any] = {"customers": customers, "features": len(FEATURES)}
    for base in bases:
        figures[base] = _measured(connection, base)
    return figures | {"peak_gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2}


def _measured(connection: duckdb.DuckDBPyConnection, base: Any) -> dict[str, float]:
    start, busy = time.perf_counter(), time.process_time()
    past, present = (
        churn_sample(connection.table(name), features=FEATURES, as_of=as_of, horizon_days=HORIZON)
        for name, as_of in zip(("past", "present"), CUT_OFFS, strict=True)
    )
    model = fit_churn(past, base=base)
    check = check_churn(model, present)
    middle = time.perf_counter()
    scored = score_churn(connection.table("present"), model).to_arrow_table()
    assert scored.num_rows >= len(present)
    return {
        "seconds": time.perf_counter() - start,
        "scoring seconds": time.perf_counter() - middle,
        "processor_seconds": time.process_time() - busy,
        "auc": check.auc.value or 0.0,
        "top decile's lift": check.deciles[0].lift or 0.0,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--base", choices=["logistic", "boosted"], action="append")
    arguments = parser.parse_args()
    for name, value in run(arguments.customers, tuple(arguments.base or ("logistic", "boosted"))).items():
        print(f"{name:16} {value}")


if __name__ == "__main__":
    main()

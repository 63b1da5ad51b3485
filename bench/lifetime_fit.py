"""BG/NBD on a million customers: ours against lifetimes.BetaGeoFitter, same data, one run.

    python bench/lifetime_fit.py [--customers N]

One cohort acquired over twelve weeks, simulated from known parameters, observed for 189 to 272 days. Ours is
timed from the customer table in DuckDB to parameters, standard errors and diagnosis (median of three);
lifetimes, at its default tolerance, from its arrays to its fitted object. (At tol=1e-9 it raises
ConvergenceError on some of these data.) Both have fitted a thousand customers before: no imports are timed.
"""

from __future__ import annotations

import argparse
import time
from operator import itemgetter
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from lifetimes import BetaGeoFitter

from customer_insight.lifetime import PooledSpend, fit_bgnbd, score_lifetime

TRUTH = {"r": 0.25, "alpha": 4.5, "a": 0.8, "b": 2.5}  # weeks, near CDNOW
AS_OF = 272


def simulate(customers: int, *, seed: int = 7) -> dict[str, np.ndarray]:
    """One row per customer: x repeat purchase days, first_day, last_day; purchases of one day count once."""
    draw = np.random.default_rng(seed)
    first = draw.integers(0, 84, customers)
    rate = draw.gamma(TRUTH["r"], 1 / TRUTH["alpha"], customers) / 7.0
    leave = draw.beta(TRUTH["a"], TRUTH["b"], customers)
    x, last = np.zeros(customers, np.int64), first.copy()
    clock, there = first.astype(float), np.arange(customers)
    while len(there):
        with np.errstate(over="ignore", divide="ignore"):
            clock[there] += draw.exponential(1.0, len(there)) / rate[there]
        there = there[clock[there] < AS_OF + 1]
        day = np.floor(clock[there]).astype(np.int64)
        x[there] += day > last[there]
        last[there] = day
        there = there[draw.random(len(there)) >= leave[there]]
    return {
        "customer_id": np.arange(customers),
        "x": x,
        "first_day": first,
        "last_day": last,
        "repeat_spend": x * 2_000,
    }


def timed(work: Any) -> tuple[Any, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def run(customers: int) -> dict[str, Any]:
    """Seconds, their ratio and the largest relative difference of a parameter, after a round to warm up."""
    race(1_000)
    return race(customers)


def race(customers: int) -> dict[str, Any]:
    """Simulate, fit with both, score with ours."""
    columns = simulate(customers)
    connection = duckdb.connect()
    connection.register("arrow_histories", pa.table(columns))
    connection.execute("create table histories as select * from arrow_histories").fetchall()
    histories = connection.table("histories")
    t_x, age = columns["last_day"] - columns["first_day"], AS_OF - columns["first_day"]
    weeks = [columns["x"], t_x / 7, age / 7]
    fits = [timed(lambda: fit_bgnbd(histories, as_of=AS_OF)) for _ in range(3)]
    ours, ours_seconds = sorted(fits, key=itemgetter(1))[1]
    theirs, theirs_seconds = timed(lambda: BetaGeoFitter().fit(*weeks))
    scoring = {"as_of": AS_OF, "horizon_days": 364, "discount_rate_year": 0.1, "margin_rate": 0.3}
    spend = PooledSpend(mean=20.0)
    scores, score_seconds = timed(lambda: score_lifetime(histories, ours, spend, **scoring).to_arrow_table())
    return {
        "customers": customers,
        "distinct_histories": ours.fit.distinct,
        "converged": ours.fit.converged,
        "ours_seconds": ours_seconds,
        "lifetimes_seconds": theirs_seconds,
        "ratio": theirs_seconds / ours_seconds,
        "largest_relative_difference": max(
            abs(theirs.params_[name] / value - 1.0) for name, value in ours.params.items()
        ),
        "scored_rows": scores.num_rows,
        "score_seconds": score_seconds,
        **{f"{name} (true {TRUTH[name]})": value for name, value in ours.params.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    result = run(parser.parse_args().customers)
    for name, value in result.items():
        print(f"{name:30} {value:.6g}" if isinstance(value, float) else f"{name:30} {value}")


if __name__ == "__main__":
    main()

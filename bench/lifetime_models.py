"""Pareto/NBD and Gamma-Gamma, and a year's discounted value: ours against lifetimes, same data, one run.

    python bench/lifetime_models.py [--customers N]

The cohort of bench/lifetime_fit.py, with spend drawn from a Gamma-Gamma. Ours is timed from the customer table in
DuckDB to parameters, standard errors and diagnosis, or to the scored table; lifetimes from its arrays to its
fitted object or its series. Both have done it on a thousand customers before: no imports are timed. Of lifetimes'
Pareto/NBD, which takes four minutes for a million customers, at most 100,000 are fitted, and the ratio compares
like with like at that size.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from lifetimes import BetaGeoFitter, GammaGammaFitter, ParetoNBDFitter

from customer_insight.lifetime import fit_bgnbd, fit_gamma_gamma, fit_pareto_nbd, score_lifetime

sys.path.insert(0, str(Path(__file__).parent))
from lifetime_fit import AS_OF, simulate, timed

SPEND = {"p": 6.25, "q": 3.74, "gamma": 15.44}
MOST_PARETO = 100_000


def base(customers: int, *, seed: int = 11) -> tuple[dict[str, np.ndarray], Any]:
    """The cohort with spend, as columns and as a DuckDB relation."""
    columns = simulate(customers)
    draw = np.random.default_rng(seed)
    rate = draw.gamma(SPEND["q"], 1 / SPEND["gamma"], customers)
    total = draw.gamma(np.maximum(SPEND["p"] * columns["x"], 1e-9)) / rate
    columns["repeat_spend"] = np.where(columns["x"] > 0, np.maximum(np.round(total * 100), 1), 0).astype(
        np.int64
    )
    connection = duckdb.connect()
    connection.register("arrow_histories", pa.table(columns))
    connection.execute("create table histories as select * from arrow_histories").fetchall()
    return columns, connection.table("histories")


def weeks(columns: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Frequency, recency and T as lifetimes takes them."""
    first, last = columns["first_day"], columns["last_day"]
    return [columns["x"], (last - first) / 7, (AS_OF - first) / 7]


def pareto(customers: int) -> dict[str, float]:
    """Seconds of both, their ratio and the largest relative difference of a parameter."""
    columns, histories = base(customers)
    ours, seconds = timed(lambda: fit_pareto_nbd(histories, as_of=AS_OF))
    theirs, theirs_seconds = timed(lambda: ParetoNBDFitter().fit(*weeks(columns)))
    apart = max(abs(theirs.params_[name] / value - 1) for name, value in ours.params.items())
    return _told("pareto", seconds, theirs_seconds) | {"pareto largest relative difference": apart}


def gamma_gamma(customers: int) -> dict[str, float]:
    """As pareto, for spend."""
    columns, histories = base(customers)
    again = columns["x"] > 0
    mean = columns["repeat_spend"][again] / columns["x"][again] / 100
    ours, seconds = timed(lambda: fit_gamma_gamma(histories))
    theirs, theirs_seconds = timed(lambda: GammaGammaFitter().fit(columns["x"][again], mean))
    names = {"p": "p", "q": "q", "v": "gamma"}
    apart = max(abs(theirs.params_[name] / ours.params[own] - 1) for name, own in names.items())
    return _told("gamma-gamma", seconds, theirs_seconds) | {"gamma-gamma largest relative difference": apart}


def value(customers: int) -> dict[str, float]:
    """Twelve months' discounted value of every customer, monthly periods, lifetimes' 1 % a month."""
    columns, histories = base(customers)
    model, spend = fit_bgnbd(histories, as_of=AS_OF), fit_gamma_gamma(histories)
    terms = {"horizon_days": 360, "period_days": 30, "discount_rate_year": 1.01**12 - 1, "margin_rate": 1.0}
    _, seconds = timed(lambda: score_lifetime(histories, model, spend, as_of=AS_OF, **terms).to_arrow_table())
    frequency, recency, age = (pd.Series(each) for each in weeks(columns))
    mean = pd.Series(columns["repeat_spend"] / np.maximum(columns["x"], 1) / 100)
    peer, peer_spend = BetaGeoFitter(), GammaGammaFitter()
    peer.params_ = pd.Series(model.params)
    peer.predict = peer.conditional_expected_number_of_purchases_up_to_time
    peer_spend.params_ = pd.Series({"p": spend.p, "q": spend.q, "v": spend.gamma})
    _, theirs_seconds = timed(
        lambda: peer_spend.customer_lifetime_value(
            peer, frequency, recency, age, mean, time=12, discount_rate=0.01, freq="W"
        )
    )
    return _told("value", seconds, theirs_seconds)


def _told(work: str, ours: float, theirs: float) -> dict[str, float]:
    return {f"{work} seconds": ours, f"{work} lifetimes seconds": theirs, f"{work} ratio": theirs / ours}


def run(customers: int = 200_000) -> dict[str, Any]:
    """All three, after a round to warm up; and our Pareto/NBD at full size."""
    race(1_000)
    _, histories = base(customers)
    whole, seconds = timed(lambda: fit_pareto_nbd(histories, as_of=AS_OF))
    size = {"customers": customers, "distinct histories": whole.fit.distinct if whole.fit else 0}
    return size | {"pareto seconds, all customers": seconds} | race(customers)


def race(customers: int) -> dict[str, float]:
    """The three works with both libraries."""
    return pareto(min(customers, MOST_PARETO)) | gamma_gamma(customers) | value(customers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=200_000)
    for name, figure in run(parser.parse_args().customers).items():
        print(f"{name:42} {figure:.6g}" if isinstance(figure, float) else f"{name:42} {figure}")


if __name__ == "__main__":
    main()

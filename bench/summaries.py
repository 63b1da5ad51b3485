"""Order lines to one row per customer: ours against lifetimes' summary and against a bare DuckDB query.

    python bench/summaries.py [--lines N]

Ten million order lines of 822,000 customers over two years, one line an order, skewed: one customer in a thousand buys
fifty times as often. `lifetimes` summarises them to frequency, recency, T and monetary value; ours gives the same four
and the first and last day (`purchase_histories`). The bare query computes the columns of `transaction_indicators`
in SQL by hand; both results are written into a table of DuckDB. Peak memory is this process's, in its own run.
"""

from __future__ import annotations

import argparse
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
from lifetimes.utils import summary_data_from_transaction_data

from bench.lifetime_fit import timed
from customer_insight.indicators import transaction_indicators
from customer_insight.lifetime import purchase_histories
from customer_insight.margin import Margin

DAYS, START, RATE = 730, 19_500, 0.3
HEAVY, TIMES = 0.001, 50
BARE = """
CREATE OR REPLACE TABLE bare AS
WITH orders AS (
  SELECT customer_id, order_id, sum(amount) AS sales, sum(coalesce(amount - cost, amount * 0.3)) AS profit,
         sum(CASE WHEN is_return THEN 0 ELSE amount END) AS bought,
         sum(CASE WHEN is_return THEN -amount ELSE 0 END) AS returned,
         sum(CASE WHEN is_return THEN 0 ELSE discount END) AS discount,
         min(CASE WHEN is_return THEN NULL ELSE day END) AS day, bool_or(is_return) AS has_return,
         sum(CASE WHEN cost IS NULL AND NOT is_return THEN amount ELSE 0 END) AS unknown
  FROM lines WHERE day <= $as_of AND customer_id IS NOT NULL GROUP BY customer_id, order_id
), customers AS (
  SELECT customer_id, count(day) AS transaction_count, sum(sales) AS sales_amount, sum(profit) AS profit_amount,
         max(CASE WHEN day IS NULL THEN NULL ELSE bought END) AS largest, sum(returned) AS return_amount,
         sum(has_return::INT) AS return_count, min(day) AS first_day, max(day) AS last_day,
         sum(discount) AS discount_amount, sum(bought) AS bought, sum(unknown) AS unknown
  FROM orders GROUP BY customer_id
), products AS (
  SELECT customer_id, count(DISTINCT product_id) AS product_count FROM lines
  WHERE day <= $as_of AND NOT is_return AND customer_id IS NOT NULL GROUP BY customer_id
)
SELECT customers.*, profit_amount / nullif(sales_amount, 0) AS gross_margin_rate,
       sales_amount / nullif(transaction_count, 0) AS average_transaction_amount,
       $as_of - first_day AS tenure_days, $as_of - last_day AS recency_days,
       (last_day - first_day) / nullif(transaction_count - 1, 0) AS average_cycle_days,
       coalesce(product_count, 0) AS product_count, unknown / nullif(bought, 0) AS unknown_cost_share
FROM customers LEFT JOIN products USING (customer_id)
"""


def order_lines(lines: int, *, seed: int = 5) -> pa.Table:
    """The lines as ORDER_LINES; customers are a tenth of them, less those who never buy."""
    draw = np.random.default_rng(seed)
    customers = max(lines // 12, 10)
    weight = np.where(draw.random(customers) < HEAVY, TIMES, 1.0) * draw.gamma(0.8, 1.0, customers)
    who = draw.choice(customers, lines, p=weight / weight.sum())
    amount = np.round(draw.lognormal(7.5, 0.8, lines)).astype(np.int64)
    returned = draw.random(lines) < 0.03
    return pa.table(
        {
            "customer_id": who,
            "order_id": np.arange(lines),
            "day": START + draw.integers(0, DAYS, lines),
            "product_id": draw.integers(0, 20_000, lines),
            "quantity": np.ones(lines),
            "amount": np.where(returned, -amount, amount),
            "cost": pa.array(np.where(returned, -amount, amount) * 7 // 10, mask=draw.random(lines) < 0.2),
            "discount": draw.integers(0, 200, lines),
            "is_return": returned,
        }
    )


def run(lines: int = 10_000_000) -> dict[str, Any]:
    """Seconds, ratios and the memory of ours, after a round of 10,000 lines to warm up."""
    race(10_000)
    return race(lines)


def race(lines: int) -> dict[str, Any]:
    """Both comparisons on the same lines."""
    arrow = order_lines(lines)
    connection = duckdb.connect()
    connection.register("arrow_lines", arrow)
    connection.execute("CREATE TABLE lines AS SELECT * FROM arrow_lines")
    relation, end = connection.table("lines"), START + DAYS
    _histories, summary_seconds = timed(lambda: purchase_histories(relation, as_of=end).create("histories"))
    _wide, wide_seconds = timed(
        lambda: transaction_indicators(relation, as_of=end, margin=Margin(assumed_rate=RATE)).create("wide")
    )
    memory = psutil.Process().memory_info().rss / 1e9
    _bare, bare_seconds = timed(lambda: connection.execute(BARE, {"as_of": end}))
    agrees = connection.execute(
        """SELECT count(*) FROM wide JOIN bare USING (customer_id)
           WHERE wide.sales_amount = bare.sales_amount AND wide.product_count = bare.product_count"""
    ).fetchone()
    theirs, their_seconds = timed(lambda: _lifetimes(arrow, end))
    return {
        "lines": lines,
        "customers": len(theirs),
        "summary seconds": summary_seconds,
        "lifetimes seconds": their_seconds,
        "lifetimes ratio": their_seconds / summary_seconds,
        "indicators seconds": wide_seconds,
        "bare query seconds": bare_seconds,
        "times the bare query": wide_seconds / bare_seconds,
        "customers that agree": agrees[0] if agrees else 0,
        "gigabytes": memory,
    }


def _lifetimes(arrow: pa.Table, end: int) -> pd.DataFrame:
    """Their summary; the frame with dates is made before in both worlds, and is not timed apart."""
    epoch = pd.Timestamp("1970-01-01")
    frame = pd.DataFrame(
        {
            "customer_id": arrow["customer_id"].to_numpy(),
            "date": epoch + pd.to_timedelta(arrow["day"].to_numpy(), unit="D"),
            "amount": arrow["amount"].to_numpy() / 100,
        }
    )
    return summary_data_from_transaction_data(
        frame, "customer_id", "date", "amount", observation_period_end=epoch + pd.Timedelta(days=end)
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=10_000_000)
    for name, figure in run(parser.parse_args().lines).items():
        print(f"{name}: {figure:,.4g}" if isinstance(figure, float) else f"{name}: {figure:,}")

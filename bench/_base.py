"""A simulated base of a million customers, and a command measured from outside; shared by the benchmarks.

A million customers over two years: one of 100,000 orders, one in a thousand a heavy buyer. The base is written into a
throw-away SQLite database; writing it is not timed.

    python -m bench._base --write CUSTOMERS LINES     # parties with two facts each, and their orders
    python -m bench._base --orders CUSTOMERS LINES    # orders only, of the customers whose ids are 1, 2, 3 …
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.compute as pc

START_DAY, DAYS, SEED = 19_500, 730, 7
CUSTOMERS, LINES = 1_000_000, 20_000_000
GUANXI = [sys.executable, "-m", "guanxi.cli"]


@dataclass(frozen=True)
class Base:
    """Where a refreshed base lies, and what its first refresh took."""

    home: Path
    customers: int
    first_refresh: dict[str, Any]


@cache
def refreshed_base(customers: int = CUSTOMERS, lines: int = LINES) -> Base:
    """The base of so many customers and about so many lines, written and refreshed once per process."""
    home = Path(tempfile.mkdtemp(prefix="guanxi-bench-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    watched(home, [sys.executable, "-m", "bench._base", "--write", str(customers), str(lines)])
    return Base(home, customers, refresh(home))


def refresh(home: Path) -> dict[str, Any]:
    """One run of the command, measured from outside."""
    result, cost = watched(home, [*GUANXI, "insight", "refresh", "--json"])
    told = json.loads(result)
    return {
        **cost,
        "customers_published": told["customers"],
        "lines": told["totals"]["lines"],
        "lifetime_model": told["lifetime_model"],
    }


def watched(home: Path, command: list[str], database: str = "") -> tuple[str, dict[str, float]]:
    """The output of a command, and what it and its children took: seconds, processor seconds, most memory at once."""
    settings = settings_of(home, database)
    # Byte code is kept, as it is wherever the product is installed.
    settings["PYTHONPYCACHEPREFIX"] = str(home / "byte-code")
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started, peak, busy = time.perf_counter(), 0, {}
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        process = psutil.Popen(command, env=kept | settings, stdout=output)
        while process.poll() is None:
            held = 0
            with suppress(psutil.NoSuchProcess):
                for member in [process, *process.children(recursive=True)]:
                    held += member.memory_info().rss
                    busy[member.pid] = sum(member.cpu_times()[:2])
            peak = max(peak, held)
            time.sleep(0.1)
        seconds = time.perf_counter() - started
        output.seek(0)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
        cost = {"seconds": seconds, "processor_seconds": sum(busy.values()), "peak_gigabytes": peak / 1e9}
        return output.read(), {name: round(value, 2) for name, value in cost.items()}


def settings_of(home: Path, database: str = "") -> dict[str, str]:
    """The environment of an installation in that folder; without a database's address its own SQLite."""
    return {
        "GUANXI_HOME": str(home),
        "GUANXI_CURRENCY": "USD",
        "GUANXI_TIME_ZONE": "UTC",
        "DATABASE_URL": database,
    }


def write_base(customers: int, lines: int, *, with_people: bool) -> None:
    """Parties with a consent and two facts each, orders and their lines, as one import would have left them."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from customer_insight.simulation import order_line_batches

    call_command("migrate", verbosity=0)
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA synchronous = OFF")
    market = _market(customers, lines)
    batch = _batch()
    if with_people:
        _write_people(customers, market, batch)
    for part in order_line_batches(customers, seed=SEED, start_day=START_DAY, days=DAYS, market=market):
        _write_orders(part, batch)
    _announce(batch)


def _market(customers: int, lines: int) -> Any:
    """The market whose two years have about so many lines."""
    from dataclasses import replace

    from customer_insight.simulation import Market, draw_habits

    skewed = Market(r=0.6, heavy_buyers=customers // 1000, giant_orders=min(100_000, customers))
    orders = draw_habits(customers, seed=SEED, start_day=START_DAY, days=DAYS, market=skewed).orders
    return replace(skewed, lines_per_order=max(1.0, lines / orders / (1 + skewed.return_share)))


def _batch() -> int:
    from guanxi.customers.models import ImportBatch
    from guanxi.foundation import clock

    return int(
        ImportBatch.objects.create(
            kind="orders", source="bench", file_name="base", file_path="", file_sha256="",
            state=ImportBatch.State.PUBLISHED, created_at=clock.now(), created_by="bench",
        ).pk
    )  # fmt: skip


def _write_people(customers: int, market: Any, batch: int) -> None:
    from customer_insight.simulation import draw_habits, people
    from guanxi.customers.models import Attribute, Consent, Fact, Party

    city = Attribute.objects.create(code="city", label="City")
    born = Attribute.objects.create(code="birth_year", label="Birth year", datatype="number")
    habits = draw_habits(customers, seed=SEED, start_day=START_DAY, days=DAYS, market=market)
    for some in people(habits).to_batches(max_chunksize=100_000):
        count, ids, years = some.num_rows, some["customer_id"], some["birth_year"]
        party = {"id": ids, "public_id": [f"{number:020x}" for number in ids.to_pylist()], "kind": "person"}
        key = {"source": "bench", "source_key": some["customer_key"], "created_at": "2025-01-01 00:00:00"}
        _append(Party, party | key, batch, count)
        shared = {"party_id": ids, "source": "bench", "superseded_by_id": None}
        agreed = {"channel": "email", "granted": some["email_consent"], "recorded_on": "2025-01-01"}
        _append(Consent, shared | agreed, batch, count)
        told = shared | {"observed_on": "2025-01-01", "inferred": False}
        lives = {"attribute_id": city.pk, "value_text": some["city"], "value_number": None}
        _append(Fact, told | lives, batch, count)
        year = {"attribute_id": born.pk, "value_text": years.cast(pa.string())}
        _append(Fact, told | year | {"value_number": years.cast(pa.float64())}, batch, count)


def _append(model: Any, columns: dict[str, Any], batch: int, count: int) -> None:
    from django.db import transaction

    from guanxi.foundation.engine.bulk import append

    whole = {
        name: column if isinstance(column, pa.Array | pa.ChunkedArray | list) else _repeated(column, count)
        for name, column in (columns | {"batch_id": batch}).items()
    }
    with transaction.atomic():
        append(model, pa.table(whole))


def _repeated(value: Any, count: int) -> pa.Array:
    kind = pa.int64() if value is None else None
    return pa.array([value], kind).take(pa.repeat(0, count).cast(pa.int32()))


def _write_orders(part: pa.Table, batch: int) -> None:
    from guanxi.commerce.models import Order, OrderLine

    part = part.append_column("row", pa.array(range(part.num_rows)))
    sold = part.filter(pc.invert(part["is_return"]))
    orders = sold.group_by("order_id").aggregate([("customer_id", "min"), ("day", "min")]).sort_by("order_id")
    days = orders["day_min"].cast(pa.int32()).cast(pa.date32())
    keys = orders["order_id"].cast(pa.string())
    order = {"id": orders["order_id"], "party_id": orders["customer_id_min"], "source_key": keys}
    when = {"placed_at": days.cast(pa.timestamp("us")), "business_date": days}
    how = {"source": "bench", "channel": "", "store": "", "currency": "USD", "superseded_by_id": None}
    _append(Order, order | when | how, batch, len(orders))
    ordered = part.sort_by([("order_id", "ascending"), ("row", "ascending")])
    columns = ("order_id", "product_id", "quantity", "amount", "discount", "cost", "is_return")
    lines = ordered.select(columns).append_column("position", _positions(ordered["order_id"]))
    _append_lines(OrderLine, lines)


def _append_lines(model: Any, lines: pa.Table) -> None:
    from django.db import transaction

    from guanxi.foundation.engine.bulk import append

    for start in range(0, lines.num_rows, 200_000):
        with transaction.atomic():
            append(model, lines.slice(start, 200_000))


def _positions(order_ids: pa.ChunkedArray) -> pa.Array:
    """1, 2, 3 … within each run of equal ids."""
    import numpy as np

    ids = order_ids.to_numpy()
    first = np.concatenate([[True], ids[1:] != ids[:-1]])
    place = np.arange(len(ids))
    return pa.array(place - np.maximum.accumulate(np.where(first, place, 0)) + 1)


def _announce(batch: int) -> None:
    from guanxi.foundation.models import ChangeRow

    names = ("parties", "facts", "consents", "order_lines")
    ChangeRow.objects.bulk_create(ChangeRow(dataset=name, import_id=batch) for name in names)


if __name__ == "__main__":
    write_base(*map(int, sys.argv[2:]), with_people=sys.argv[1] == "--write")

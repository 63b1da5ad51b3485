"""The benchmark runs, and its two fitters agree."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest


def test_a_small_run_agrees_with_lifetimes_and_scores_everybody() -> None:
    bench = Path(__file__).parents[3] / "bench" / "lifetime_fit.py"

    result = runpy.run_path(str(bench))["run"](20_000)

    assert result["converged"]
    assert result["scored_rows"] == 20_000
    assert result["largest_relative_difference"] < 1e-4
    assert result["r (true 0.25)"] == pytest.approx(0.25, rel=0.1)

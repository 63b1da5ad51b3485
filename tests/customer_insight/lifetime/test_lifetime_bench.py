"""The benchmarks run, and their fitters agree."""

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


def test_spend_agrees_with_lifetimes_and_everybody_is_valued() -> None:
    bench = runpy.run_path(str(Path(__file__).parents[3] / "bench" / "lifetime_models.py"))

    result = bench["gamma_gamma"](5_000) | bench["value"](500)

    assert result["gamma-gamma largest relative difference"] < 1e-4
    assert result["value ratio"] > 0

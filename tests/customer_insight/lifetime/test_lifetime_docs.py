"""The examples in the docstrings run, and the library stands alone."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

import customer_insight.lifetime as lifetime

MODULES = [f"{lifetime.__name__}.{module.name}" for module in pkgutil.iter_modules(lifetime.__path__)]
WITH_EXAMPLES = {
    "bgbb", "bgnbd", "choice", "contract_value", "gamma_gamma", "histogram", "histories", "life", "live", "mbgnbd",
    "nbd", "opportunities", "opportunity_value", "pareto", "sbg", "spend", "value",
}  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_hold(name: str) -> None:
    ran = doctest.testmod(importlib.import_module(name))

    assert ran.failed == 0
    assert (ran.attempted > 0) == (name.rpartition(".")[2] in WITH_EXAMPLES)


def test_importing_needs_no_web_framework_and_no_other_fitter() -> None:
    told = "import sys, customer_insight.lifetime; print(*{name.partition('.')[0] for name in sys.modules})"

    loaded = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True
    ).stdout.split()

    assert {"numpy", "narwhals"} <= set(loaded)
    assert not {"django", "sklearn", "lifetimes", "pandas", "polars"} & set(loaded)

"""The five-row examples in the public docstrings are true."""

import doctest
from importlib import import_module

import pytest

MODULES = (
    "tables", "margin", "indicators", "deciles", "bands", "layers", "schemes", "tiers",
    "conditions.tree", "conditions.evaluate", "conditions.document", "conditions.wording",
)  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_examples_run_as_printed(name):
    module = import_module(f"customer_insight.{name}")
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert result.attempted > 0
    assert result.failed == 0

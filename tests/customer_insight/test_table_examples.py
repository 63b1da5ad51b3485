"""The five-row examples in the public docstrings are true."""

import doctest
from importlib import import_module

import pytest

MODULES = (
    "tables", "running", "margin", "deciles", "bands", "layers", "schemes.classify", "classifications.b2b", "tiers",
    "scoring", "satisfaction", "relationship_measures", "day_calendar", "inputs.check",
    "indicators.transactions", "indicators.financial", "indicators.contacts", "indicators.opportunities",
    "indicators.habits", "indicators.yearly", "indicators.channels", "indicators.serving",
    "indicators.share_of_customer", "indicators.profitability", "indicators.analysis",
    "structure.cube", "structure.nesting", "structure.cohorts", "structure.repeats", "structure.migration",
    "structure.rfm", "structure.concentration", "structure.single_indicator",
    "conditions.tree", "conditions.evaluate", "conditions.document", "conditions.wording",
)  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_examples_run_as_printed(name):
    module = import_module(f"customer_insight.{name}")
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert result.attempted > 0
    assert result.failed == 0

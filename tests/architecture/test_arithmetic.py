"""A number is defined once, in customer_insight: no template, script or SQL of the product computes with a measure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from customer_insight.indicators import CATALOGUE
from guanxi.insight.catalogue import MEASURES

PRODUCT = Path(__file__).parents[2] / "src" / "guanxi"
NAMES = "|".join(sorted({*MEASURES, *CATALOGUE}, key=len, reverse=True))
MEASURE = rf"(?:\w+\.)?\b(?:{NAMES})\b"
COMPUTES = [
    re.compile(
        rf"\b(?:sum|avg|mean|median|stddev\w*|var_\w+|quantile\w*|ntile|percentile\w*)\s*\(\s*{MEASURE}"
    ),
    re.compile(rf"{MEASURE}\s*[-+*/%]\s*[\w(]"),
    re.compile(rf"[\w)]\s*[-+*/]\s*{MEASURE}"),
]
IN_TEMPLATES = re.compile(rf"widthratio|\b(?:{NAMES})\b[^}}]*\|add:|{{{{[^}}]*\b(?:{NAMES})\b[^}}|]*[-+*/]")


def computed_in(text: str) -> list[str]:
    """What computes with a measure."""
    return [found.group(0) for pattern in COMPUTES for found in pattern.finditer(text)]


def sql_of(path: Path) -> Iterator[str]:
    """The SQL among the texts of a module; what an f-string fills in is left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(part.value if isinstance(part, ast.Constant) else " ? " for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if re.search(r"\b(SELECT|FROM|JOIN|GROUP BY|ORDER BY)\b", text):
            yield text


def test_no_sql_computes_with_a_measure() -> None:
    found = {
        str(path.relative_to(PRODUCT)): computed
        for path in sorted(PRODUCT.rglob("*.py"))
        if (computed := [each for text in sql_of(path) for each in computed_in(text)])
    }
    assert found == {}


def test_no_template_computes_with_a_measure() -> None:
    found = [
        str(path) for path in PRODUCT.rglob("*.html") if IN_TEMPLATES.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_no_script_computes_with_a_measure() -> None:
    scripts = [path for path in PRODUCT.rglob("*.js") if "vendor" not in path.parts]
    assert scripts
    assert [path.name for path in scripts if computed_in(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT sum(sales_amount) FROM measures",
        "SELECT profit_amount / sales_amount",
        "SELECT 2 * m.recency_days FROM m",
    ],
)
def test_the_search_finds_what_it_looks_for(text: str) -> None:
    assert computed_in(text)
    assert not computed_in("SELECT sales_amount, max(day) - min(day) FROM measures ORDER BY sales_amount")

